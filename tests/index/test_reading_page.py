from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.boilerplate import is_boilerplate, is_paywalled
from index.reading.fields import Noticed, Origin
from index.reading.page import read_page
from index.records import Article, Withdrawal

ORIGIN = Origin("saved/ice.html", "saved/ice.html")
ADDRESS = "https://www.gull.example/2024/12/ice?utm_source=feed"
ONE = (
    "The council met on Tuesday evening in the old town hall to speak about the harbour, its ice and its"
    " future, and about the ships that have waited outside for two weeks."
)
TWO = (
    "Pilots say that the ice is thicker than in any winter since 1987, and the harbour master agreed with"
    " them at ten o'clock sharp, when the doors were opened to the public."
)
THREE = (
    "“We cannot promise a date,” the mayor said before she left, while two icebreakers made their way down"
    " from the north with fuel, bread and letters for the crews."
)
UKRAINIAN = (
    "Міський голова відкрив новий міст через річку, потім розповів мешканцям про плани на наступний рік"
    " та подякував робітникам, які два роки працювали без вихідних."
)
SEMANTIC = f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>Ice holds harbour | The Gull</title><link rel="canonical" href="/2024/12/ice">
<meta property="og:site_name" content="The Gull"><meta property="og:title" content="Ice holds harbour">
<meta property="article:published_time" content="2024-12-01T08:00:00Z">
<meta property="article:modified_time" content="2024-12-03T10:30:00+02:00">
<meta name="author" content="By Ann Lee"><script>var words = "not text";</script></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<div class="cookie-banner">We use cookies to improve your visit. Accept all</div>
<main><article><h1>Ice holds harbour</h1><p class="byline">By Ann Lee</p>
<time datetime="2024-12-01">1 December</time>
<figure><img src="a.jpg" alt="x"><figcaption>Ships wait. Photograph: Bo Ek/Agency</figcaption></figure>
<p>{ONE}</p><p>{TWO.replace("ten o'clock", "<time datetime='10:00'>ten o'clock</time>")}</p>
<p>Read more: <a href="/other">Why the ice came early this year</a></p>
<p><a href="/other2">The long winter of 1987, remembered by those who were there</a></p>
<div class="ad">Advertisement</div><p>Advertisement</p><p>Story continues below advertisement</p>
<h2>What comes next</h2><p>{THREE}</p><p hidden>Hidden words.</p><p style="display: none">Hidden words.</p>
<p aria-hidden="true">Hidden words.</p><template><p>Hidden words.</p></template>
<noscript>Hidden words.</noscript>
<table><tr><th>Ship</th><th>Days</th></tr><tr><td>Osprey</td><td>14</td></tr></table>
<blockquote><p>We waited for so long that the whole crew learned to knit, a captain said.</p></blockquote>
<p>Follow us on our channels</p><p>Sign up for our newsletter to get the day's news in your inbox</p>
<div class="share">Share on Facebook</div>
<div class="author-bio"><p>Ann Lee is a reporter at The Gull who writes about ships and harbours.</p>
</div></article>
<aside><h3>Related</h3><ul><li><a href="/r1">Fishermen return to the quay</a></li></ul></aside></main>
<footer><p>© 2024 The Gull. All rights reserved.</p></footer></body></html>"""
TEXT = f"""{ONE}

{TWO}

What comes next

{THREE}

We waited for so long that the whole crew learned to knit, a captain said."""
SOUP = f"""<html><head><title>Ice holds harbour</title></head><body><div id=top><div class=m>
<a href=/>Home</a>
<a href=/s>Sport</a></div></div><div class=wrap><div class=l><div class=hd>Ice holds harbour</div>
<div class=tx>{ONE}<br><br>{TWO}<br><br>Read more: <a href=/z>Why the ice came early this year</a><br>
<br>{THREE}</div>
</div><div class=r><div>Most read</div><div><a href=/q>One other headline of the day that is here</a>
</div></div></div>
<div class=f>Contact us</div></body></html>"""
DIVISIONS = f"""<html><head><title>Ice holds harbour</title></head><body><div class=top>
<a href=/>Home</a></div>
<div class=body><div><span>{ONE}</span></div><div>{TWO}</div><div>Advertisement</div><div>{THREE}</div>
</div>
<div class=bottom>Contact</div></body></html>"""
TABLES = f"""<html><head><title>Ice holds harbour</title></head><body><table><tr><td><a href=/>Home</a>
</td><td>
<font size=2><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p></font></td></tr></table></body></html>"""
PAGES = {"semantic": SEMANTIC, "soup": SOUP, "divisions": DIVISIONS, "tables": TABLES}


def read(page: str | bytes, **more: Any) -> list[Article | Noticed | Withdrawal]:
    """What is read of a page."""
    return list(read_page(page.encode() if isinstance(page, str) else page, ORIGIN, **more))


def read_one(page: str | bytes, **more: Any) -> Any:
    """The only thing that is read of a page."""
    (found,) = read(page, **more)
    return found


def page_of(*paragraphs: str, head: str = "") -> str:
    """A plain page with these paragraphs."""
    inner = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html lang=en><head>{head}</head><body><article><h1>Ice</h1>{inner}</article></body></html>"


def test_a_page_is_an_article_and_nothing_around_it() -> None:
    """Text and metadata are the article's; menus, ads, captions, bios, hidden words are not."""
    assert read_one(SEMANTIC, address=ADDRESS) == Article(
        id="https://gull.example/2024/12/ice",
        title="Ice holds harbour",
        text=TEXT,
        input="saved/ice.html",
        source="The Gull",
        url="https://www.gull.example/2024/12/ice",
        published=date(2024, 12, 1),
        updated=date(2024, 12, 3),
        authors=("Ann Lee",),
        language="en",
        issued=datetime(2024, 12, 3, 8, 30, tzinfo=UTC),
        named=False,
    )


@pytest.mark.parametrize("page", [SOUP, DIVISIONS, TABLES], ids=["soup", "divisions", "tables"])
def test_badly_marked_up_pages_are_read_too(page: str) -> None:
    """Breaks, bare divisions and tables for layout give the same paragraphs."""
    article = read_one(page)
    assert article.text == f"{ONE}\n\n{TWO}\n\n{THREE}"
    assert (article.title, article.id, article.url) == ("Ice holds harbour", "saved/ice.html", None)


# Every byte of koi8-u is a letter of windows-1251 too, so there the declaration is all there is.
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        *[("utf-8", declared) for declared in ("utf-8", "windows-1251", "")],
        *[("cp1251", declared) for declared in ("utf-8", "windows-1251", "")],
        *[("koi8-u", declared) for declared in ("utf-8", "koi8-u", "")],
    ],
)
def test_cyrillic_is_readable_in_any_encoding(encoding: str, declared: str) -> None:
    """A wrong declaration does no harm where the bytes tell."""
    head = f"<meta charset={declared}>" if declared else ""
    page = page_of(UKRAINIAN, UKRAINIAN.replace("Міський", "Сільський"), head=head).encode(encoding)
    assert read_one(page).text.startswith(UKRAINIAN)


def test_ukrainian_boilerplate_is_left_out() -> None:
    """What Ukrainian and Russian sites put between paragraphs is known."""
    between = ["Читайте також: Чому зима прийшла рано", "Реклама", "Підписуйтесь на наш Telegram-канал"]
    text = read_one(page_of(UKRAINIAN, *between, UKRAINIAN.replace("Міський", "Сільський"))).text
    assert text == f"{UKRAINIAN}\n\n{UKRAINIAN.replace('Міський', 'Сільський')}"


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Why the ice came early",
        "READ MORE",
        "Related: Ice",
        "Related stories",
        "Advertisement",
        "Story continues below advertisement",
        "Article continues after this",
        "Follow us on Facebook",
        "Sign up for our daily newsletter",
        "Share this article",
        "Photo: Bo Ek",
        "We use cookies to know you better.",
        "Читайте также: Почему зима пришла рано",
        "Реклама",
        "Смотрите также",
    ],
)
def test_boilerplate_is_known(line: str) -> None:
    """One line that is only a label, with or without a link after it."""
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "Read more books, the minister told pupils.",
        "Related families were moved to the north.",
        "Advertisement spending fell by a tenth.",
        "Share prices fell on Monday.",
        "Follow the ice, the pilots say.",
        "Watch out for the ice, the pilots say.",
        "Print runs were cut in half.",
        "Реклама на вулицях міста зникне до кінця року.",
        "Comments by the mayor angered the crews.",
    ],
)
def test_prose_that_begins_alike_is_kept(line: str) -> None:
    """A sentence is no label."""
    assert not is_boilerplate(line)


def test_a_feed_fills_what_the_page_does_not_say() -> None:
    """Title, date, authors and source of a feed serve where the page is silent."""
    page = f"<html><body><article><p>{ONE}</p><p>{TWO}</p></article></body></html>"
    told = {
        "title": "Fed",
        "date": "2024-11-30",
        "updated": "2024-12-02",
        "authors": ["Cy Orr"],
        "source": "Feed",
    }
    article = read_one(page, address=ADDRESS, fallback=told)
    assert (article.title, article.authors, article.source) == ("Fed", ("Cy Orr",), "Feed")
    assert (article.published, article.updated) == (date(2024, 11, 30), date(2024, 12, 2))
    assert (article.id, article.url) == ("https://gull.example/2024/12/ice", ADDRESS)


def test_a_bad_date_has_a_word() -> None:
    """The article is undated, and the word says which value it was."""
    noticed, article = read(page_of(ONE, TWO, head='<meta name="date" content="13/13/2025">'))
    assert isinstance(noticed, Noticed)
    assert "'13/13/2025'" in noticed.remark
    assert isinstance(article, Article)
    assert (article.published, article.issued) == (None, None)


@pytest.mark.parametrize(
    ("note", "day"),
    [
        ("Correction (3 December): the ice was 90 cm thick, not 9.", date(2024, 12, 3)),
        ("This article was amended on 2 December 2024 to correct the thickness.", date(2024, 12, 2)),
        ("Correction: the ice was 90 cm thick.", date(2024, 12, 4)),
        ("Correction: the treaty was signed on 3 March 1995, not on 4 March.", date(2024, 12, 4)),
        ("Correction (3 March 1995): the treaty was signed later.", date(2024, 12, 4)),
    ],
)
def test_a_correction_is_told_and_stays_in_the_text(note: str, day: date) -> None:
    """Its day is the one written there, else the day of the change."""
    head = (
        '<meta property="article:published_time" content="2024-12-01T10:00:00Z">'
        '<meta property="article:modified_time" content="2024-12-04T10:00:00Z">'
    )
    article = read_one(page_of(ONE, TWO, note, head=head))
    assert (article.correction, article.corrected) == (note, day)
    assert article.text.endswith(note)


def test_a_correction_in_json_ld_is_told() -> None:
    """The publisher's own field comes before the text."""
    linked = {"@type": "NewsArticle", "correction": {"text": "It was 90 cm.", "datePublished": "2024-12-03"}}
    article = read_one(
        page_of(ONE, TWO, head=f'<script type="application/ld+json">{json.dumps(linked)}</script>')
    )
    assert (article.correction, article.corrected) == ("It was 90 cm.", date(2024, 12, 3))


def test_a_page_that_says_only_that_it_is_gone_is_a_withdrawal() -> None:
    """The id is the one that the article had, the reason the page's own words."""
    words = "This article has been removed because its source could not be verified."
    page = page_of(words, head='<meta property="article:modified_time" content="2024-12-04T10:00:00Z">')
    issued = datetime(2024, 12, 4, 10, tzinfo=UTC)
    expected = Withdrawal("https://gull.example/2024/12/ice", "saved/ice.html", words, issued)
    assert read_one(page, address=ADDRESS) == expected


LINKS = "".join(
    f"<div><h3><a href=/{n}>Headline {n} of the day</a></h3><p>A teaser of the piece number {n}.</p></div>"
    for n in range(12)
)
LOGIN = f"<h1>Sign in</h1><form><input type=password><p>{ONE}</p></form>"
GATE = f"<article><p>{ONE}</p><p>{TWO}</p></article><div><h3>Subscribe to continue reading</h3></div>"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "no text"),
        ("<p>Too few words.</p>", "words of text|no text"),
        (LINKS, "a list of links|no text"),
        (f"<ul>{LINKS.replace('h3', 'li')}</ul>", "a list of links|no text|words of text"),
        (LOGIN, "a page to log in"),
        (GATE, "only a beginning"),
        ("<div>" * 100_000 + f"<p>{ONE}</p>", "no text"),
        (f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>{ONE}", "no HTML"),
        ("<p>" * 70_000, "more than 60000 elements"),
        ("<p>x<i>y</i>" * 9_000, "more than 15000 elements"),
        (f"<p>{'<i>word</i> other ' * 4_001}", "more than 4000 elements"),
    ],
    ids=[
        "empty",
        "few words",
        "teasers",
        "links",
        "login",
        "paywall",
        "deep",
        "attributes",
        "elements",
        "shown",
        "inline",
    ],
)
def test_a_page_without_an_article_is_refused(body: str, why: str) -> None:
    """The message says in one line which page and why."""
    with pytest.raises(InputError, match=rf"^saved/ice\.html: no article in it: .*(?:{why})") as raised:
        read(f"<html><head><title>News</title></head><body>{body}</body></html>")
    assert "\n" not in str(raised.value)


CLOSED = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
STUB = "only a beginning"
TAKEN = '<meta property="og:type" content="article">'
COOKIES = (
    "<p>We and our partners use cookies to store things on your device and to know you when you return.</p>"
    "<p>You may accept all cookies, or choose which of them we may keep on your device from today on.</p>"
)


@pytest.mark.parametrize(
    ("body", "head", "why"),
    [
        (
            f"<article><p>{ONE}</p><p>Subscribe to continue reading</p><p>{TWO}</p></article>",
            "",
            "only a beginning",
        ),
        (f"<article><p>{ONE}</p><p>Already a subscriber? Log in</p></article>", "", STUB),
        (f"<article><p>{ONE}</p><p>{TWO}</p></article>", CLOSED, STUB),
        (
            f"<article><p>{f'{ONE} ' * 8}</p><p>Log in to keep reading</p></article>",
            CLOSED,
            "only a beginning",
        ),
        (f"<main>{COOKIES}</main>", "", "about cookies"),
        (f"<article><p>This article is no longer available.</p><p>{ONE}</p></article>", "", "is gone"),
        (f"<main><p>Sorry, the page you requested could not be found.</p><p>{ONE}</p></main>", "", "is gone"),
        (f"<main>{LINKS}</main><p>{ONE}</p><p>{TWO}</p>", TAKEN, "a list of links"),
    ],
)
def test_a_page_that_shows_no_article_is_refused(body: str, head: str, why: str) -> None:
    """Stubs before a gate, questions about cookies, lists and farewells are no articles."""
    with pytest.raises(InputError, match=why):
        read(f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    "around",
    [
        "<header><a>Already a subscriber? Log in</a></header>{}",
        "<nav><p>Subscribe to continue reading</p></nav>{}",
        "{}<footer><p>Already a subscriber? Log in</p></footer>",
        "<div><p>Already a member? Log in</p></div>{}",
    ],
)
def test_a_menu_asks_nothing_of_the_articles_reader(around: str) -> None:
    """A short article is read whatever the menus around it say."""
    story = f"<article><h1>Ice</h1><p>{ONE}</p><p>{TWO}</p></article>"
    assert read_one(f"<html><body>{around.format(story)}</body></html>").text == f"{ONE}\n\n{TWO}"


def test_prose_about_registering_is_no_gate() -> None:
    """Visitors who must register to view something read on."""
    prose = "Visitors to the island will have to register to view the seal colony from June."
    assert read_one(page_of(ONE, prose, TWO)).text == f"{ONE}\n\n{prose}\n\n{TWO}"


def test_a_long_text_ends_at_its_gate() -> None:
    """What comes after an invitation to read on is no part of it."""
    long = [f"{ONE} {number} of them." for number in range(6)]
    article = read_one(page_of(*long, "Subscribe to continue reading.", "Our offers begin at one coin."))
    assert article.text == "\n\n".join(long)


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (
            "<p><a href=#a>What happened?</a></p><p>{}</p><h2 id=a>What happened?</h2><p>{}</p>",
            "What happened?",
        ),
        (
            "<p>{}</p><p><a href=/prev>The last freeze was in 1995.</a></p><p>{}</p>",
            "The last freeze was in 1995.",
        ),
        ("<p>{}</p><h2>Ships</h2><p>{}</p></article><nav><a href=/ships>Ships</a></nav>", "Ships"),
    ],
)
def test_words_that_a_link_says_too_are_kept(page: str, kept: str) -> None:
    """Links within the page, sentences and menus do not take paragraphs and subheadings away."""
    body = page.format(ONE, TWO)
    text = read_one(f"<html><body><article><h1>Ice</h1>{body}</article></body></html>").text
    assert kept in text.split("\n\n")


def test_a_page_that_is_far_too_long_is_refused() -> None:
    """More than 10 MB is not even parsed."""
    with pytest.raises(InputError, match="more than 10 MB"):
        read(b" " * 10_000_001)


def test_a_paywall_is_known_by_its_words() -> None:
    """An invitation to subscribe is no paywall by itself."""
    assert is_paywalled("Log in to continue reading")
    assert not is_paywalled("Readers subscribe to the plan, and log in every day.")


def test_a_dtd_does_nothing() -> None:
    """Entities are neither expanded nor loaded."""
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    )
    text = read_one(bomb + page_of(ONE, TWO, "&b; &c;")).text
    assert text == f"{ONE}\n\n{TWO}\n\n&b; &c;"


@pytest.mark.parametrize(
    "page",
    [
        page_of(ONE, TWO, "<b>" * 200_000),
        page_of(ONE, TWO, "x<br><br>" * 7_000),
        page_of(ONE, TWO, "<a href=x>y</a> " * 3_900),
        page_of(ONE, TWO, "<!--" * 100_000),
        page_of(ONE, TWO, "<i>word</i> other " * 3_900),
        page_of(ONE, TWO, "<table><tr><td>" * 80 + "word " * 1_500_000),
        page_of(ONE, TWO, "<div>" * 200 + "<b>word</b> other " * 3_800),
        page_of(ONE, TWO, "<svg><g></g></svg>" * 20_000),
        page_of(ONE, TWO, head="<meta name=a content=b>" * 13_000),
        page_of(ONE, TWO, head=f"<title>{'a | ' * 100_000}</title>"),
        page_of(ONE, TWO, head=f'<script type="application/ld+json">{"[" * 200_000}</script>'),
    ],
    ids=[
        *("deep", "breaks", "links", "comments", "spans", "tables", "divisions"),
        *("hidden", "meta", "title", "json"),
    ],
)
def test_no_page_takes_long(page: str) -> None:
    """Whatever a page repeats, it is read in seconds."""
    started = time.monotonic()
    assert read_one(page).text.startswith(ONE)
    assert time.monotonic() - started < 20


@settings(deadline=None, max_examples=40)
@given(
    st.binary(max_size=200) | st.text("<>/pahd='\" &;!-", max_size=60).map(str.encode), st.text(max_size=20)
)
def test_no_page_breaks_the_reading(inside: bytes, address: str) -> None:
    """Any bytes within a page, and any address, give an article or a refusal."""
    page = page_of(ONE, TWO).encode().replace(b"</article>", inside + b"</article>")
    try:
        found = list(read_page(page, ORIGIN, address=address))
    except InputError:
        return
    assert found
    f"{found}".encode()
