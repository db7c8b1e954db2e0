from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.bylines import author_names
from index.reading.markup import parse_page
from index.reading.metadata import Stated, dated, read_metadata

ADDRESS = "https://www.gull.example/2024/ice"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
LINKED: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Ice holds the harbour",
    "datePublished": "2024-12-01T08:00:00Z",
    "dateModified": "2024-12-03T10:00:00Z",
    "author": [{"@type": "Person", "name": "Ann Lee"}, "By Bo Ek", {"url": "https://x.example/u"}],
    "publisher": {"@type": "Organization", "name": "The Gull"},
    "inLanguage": "en-GB",
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://gull.example/2024/ice#page"},
}
AT_B = {**LINKED, "mainEntityOfPage": True, "url": "/b"}
FERRY = {
    "@type": "NewsArticle",
    "headline": "Ferry sinks",
    "url": "https://gull.example/2023/ferry",
    "datePublished": "2023-05-05",
}
META = """<meta property="og:title" content="Other title"><meta property="og:site_name" content="Other site">
<meta property="article:published_time" content="2023-01-01"><meta name="author" content="Other Name">
<meta property="og:locale" content="fr_FR"><link rel="canonical" href="/2024/ice">"""


def read(head: str, body: str = "", address: str | None = ADDRESS, **fallback: Any) -> Stated:
    """What a page with this head and body says of itself."""
    tree = parse_page(f"<html lang=uk><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return read_metadata(tree, address, fallback)


def script(value: Any, before: str = "", after: str = "") -> str:
    """A script of JSON-LD."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{before}{text}{after}</script>'


def test_json_ld_comes_before_all_else() -> None:
    """Every field that the page's JSON-LD tells is taken from there."""
    assert read(script(LINKED) + META + "<title>Third</title>") == Stated(
        fields={
            "title": "Ice holds the harbour",
            "date": "2024-12-01T08:00:00Z",
            "updated": "2024-12-03T10:00:00Z",
            "authors": ["Ann Lee", "Bo Ek"],
            "source": "The Gull",
            "language": "en-GB",
        },
        titles=("Ice holds the harbour", "Other title", "Third"),
        address="https://www.gull.example/2024/ice",
        issued=datetime(2024, 12, 3, 10, tzinfo=UTC),
        correction=None,
        told=True,
    )


@pytest.mark.parametrize(
    "head",
    [
        script([{"@type": "WebSite", "name": "no"}, LINKED]),
        script({"@graph": [{"@type": "BreadcrumbList"}, LINKED]}),
        script({"@type": "WebPage", "mainEntity": LINKED}),
        script({**LINKED, "@type": ["Thing", "https://schema.org/ReportageNewsArticle"]}),
        script({**LINKED, "@type": "BlogPosting"}),
        script(LINKED, "\n<!--\n", "\n-->\n"),
        script(LINKED, "//<![CDATA[\n", "\n//]]>"),
        script(LINKED, "/*<![CDATA[*/", "/*]]>*/;"),
        script("{broken") + script(LINKED),
        script("[" * 100_000) + script(LINKED),
        script(json.dumps(LINKED).replace("Ice holds", "Ice\tholds").replace("harbour", "&#104;arbour")),
    ],
)
def test_json_ld_is_found_in_every_shape(head: str) -> None:
    """Lists, graphs, wrappers, comments around it and broken neighbours do not hide an article."""
    stated = read(head)
    assert stated.told
    assert stated.fields["title"] == "Ice holds the harbour"
    assert stated.fields["source"] == "The Gull"


def test_references_within_json_ld_are_followed() -> None:
    """An author or publisher may stand elsewhere in the graph."""
    graph = [
        {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
        {**LINKED, "author": {"@id": "#ann"}, "publisher": {"@id": "#gull"}},
        {"@type": "Organization", "@id": "#gull", "name": "The Gull"},
    ]
    fields = read(script({"@graph": graph})).fields
    assert (fields["authors"], fields["source"]) == (["Ann Lee"], "The Gull")


def test_an_article_that_is_only_listed_is_not_the_pages_own() -> None:
    """A list of other pieces says nothing of this one."""
    head = script({"@type": "ItemList", "itemListElement": [{"item": LINKED}]})
    assert not read(head + "<title>Own</title>").told


@pytest.mark.parametrize(
    ("linked", "title"),
    [
        ([FERRY, {**LINKED, "url": "https://gull.example/2024/ice"}], "Ice holds the harbour"),
        ([FERRY, {**LINKED, "mainEntityOfPage": None, "@id": "/2024/ice#article"}], "Ice holds the harbour"),
        ([FERRY, {"@type": "Article", "headline": "Heading &amp; more"}], "Heading & more"),
        ([FERRY, {**FERRY, "url": None, "headline": "Bridge opens"}], "Heading & more"),
        ([FERRY], "Heading & more"),
        ([{**FERRY, "url": "/2024"}], "Ferry sinks"),
        ([{**FERRY, "url": None}], "Ferry sinks"),
        ([{**FERRY, "url": None}, {**FERRY, "url": None}], "Ferry sinks"),
        ([FERRY, {**FERRY, "headline": "Ice", "url": "https://gull.example/2024/ice/"}], "Ice"),
    ],
)
def test_json_ld_of_another_piece_is_not_the_pages_own(linked: list[dict[str, Any]], title: str) -> None:
    """An article counts by its address, by its title, or where it stands alone and names no other place."""
    stated = read(script(linked), "<h1>Heading &amp; more</h1>")
    assert stated.fields["title"] == title
    assert stated.told is (title != "Heading & more" or linked[-1]["@type"] == "Article")
    assert stated.address == ADDRESS or stated.address == linked[-1]["url"]


@pytest.mark.parametrize(
    ("claim", "address"),
    [
        ("https://gull.example/news", "https://gull.example/news/2024/ice"),
        ("https://gull.example/news/", "https://gull.example/news/12345"),
        ("https://gull.example/", "https://gull.example/?p=12"),
    ],
)
def test_a_section_is_no_address_of_its_pieces(claim: str, address: str) -> None:
    """What every piece of a section claims would make one of them all."""
    assert read(script({**LINKED, "mainEntityOfPage": claim}), address=address).address == address
    assert read(f'<link rel="canonical" href="{claim}">', address=address).address == address


@pytest.mark.parametrize("rest", ["page/2", "print", "index.html"])
def test_a_part_of_a_piece_may_claim_the_whole(rest: str) -> None:
    """The second page of a piece and its dress for a printer are the piece."""
    head = '<link rel="canonical" href="https://gull.example/2024/ice">'
    assert (
        read(head, address=f"https://gull.example/2024/ice/{rest}").address == "https://gull.example/2024/ice"
    )


def test_long_blanks_cost_nothing() -> None:
    """Blanks in JSON-LD and in a name are passed over once."""
    started = time.monotonic()
    read(script("{}", after="-->" + " " * 200_000 + "x"))
    assert author_names(["a" + " " * 200_000 + "b"]) == ("a b",)
    assert time.monotonic() - started < 2


def test_meta_comes_next_and_the_page_itself_after_it() -> None:
    """Open Graph and its like come before headings, <html lang> and <time>."""
    body = '<article><h1>Heading</h1><time datetime="2022-02-02">long ago</time></article>'
    fields = read(META, body).fields
    assert [fields[name] for name in ("title", "date", "authors", "source")] == [
        "Other title",
        "2023-01-01",
        ["Other Name"],
        "Other site",
    ]
    bare = read("<title>Named</title>", body)
    assert (bare.fields["title"], bare.fields["date"], bare.fields["language"]) == (
        "Heading",
        "2022-02-02",
        "uk",
    )
    assert bare.titles == ("Heading", "Named")
    assert (
        read("", "<aside><article><time datetime=2022-02-02>x</time></article></aside>").fields["date"]
        is None
    )


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("<article><time datetime=2022-02-02>x</time></article>{}", "2024-01-05"),
        ("<article><a>y</a><time datetime=2022-02-02>x</time></article>" * 30 + "{}", "2024-01-05"),
        ("<article><time datetime=2022-02-02>x</time></article><article>y</article>", None),
        (
            "<article><time datetime=2022-02-02>x</time></article><aside><article>y</article></aside>",
            "2022-02-02",
        ),
    ],
)
def test_a_teasers_time_dates_nothing(body: str, day: str | None) -> None:
    """Only the article with the heading in it, or the only one, tells the day."""
    story = (
        "<article><h1>Ice</h1><article><time datetime=2023-03-03>x</time></article>"
        "<time datetime=2024-01-05>x</time></article>"
    )
    assert read("", body.format(story)).fields["date"] == day


@pytest.mark.parametrize(
    ("meta", "field", "value"),
    [
        ('<meta name="citation_title" content="T">', "title", "T"),
        ('<meta name="parsely-pub-date" content="2024-05-05T10:00:00Z">', "date", "2024-05-05T10:00:00Z"),
        ('<meta name="sailthru.date" content="2024-05-05">', "date", "2024-05-05"),
        ('<meta name="DC.date" content="2024-05-05">', "date", "2024-05-05"),
        ('<meta itemprop="datePublished" content="2024-05-05">', "date", "2024-05-05"),
        ('<meta name="DC.creator" content="Ann Lee">', "authors", ["Ann Lee"]),
        ('<meta property="article:author" content="https://facebook.example/ann">', "authors", []),
    ],
)
def test_other_meta_is_known(meta: str, field: str, value: object) -> None:
    """The names that libraries, analysts and mailers use are read in any case."""
    assert read(meta).fields[field] == value


def test_a_byline_on_the_page_is_the_last_resort() -> None:
    """Where nothing else tells the author, the line that looks like one does."""
    assert read("", '<p class="byline">By Ann Lee</p>').fields["authors"] == ["Ann Lee"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ice holds | The Gull", "Ice holds"),
        ("Ice holds - The Gull", "Ice holds"),
        ("The Gull: a bird", "The Gull: a bird"),
        ("the gull \u2013 Ice \u2013 holds", "Ice \u2013 holds"),
        ("Ice holds - Live", "Ice holds - Live"),
        ("The Gull", "The Gull"),
    ],
)
def test_the_sites_name_is_no_part_of_a_title(title: str, expected: str) -> None:
    """A part before or after a dash goes when it is the site's name, and only then."""
    head = f'<title>{title}</title><meta property="og:site_name" content="The Gull">'
    assert read(head).fields["title"] == expected


def test_a_feed_fills_what_the_page_does_not_say() -> None:
    """What a feed said comes after what the page says, field by field."""
    told: dict[str, Any] = {
        "title": "Fed",
        "date": "2024-11-30",
        "authors": ["Cy Orr"],
        "source": "Feed",
        "language": "en",
    }
    fields = read('<meta name="author" content="Ann Lee">', **told).fields
    assert fields["authors"] == ["Ann Lee"]
    assert [fields[name] for name in ("title", "date", "source")] == ["Fed", "2024-11-30", "Feed"]
    assert read("", **told).fields["authors"] == ["Cy Orr"]


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<link rel="canonical" href="/ice">', "https://www.gull.example/ice"),
        ('<meta property="og:url" content="https://m.gull.example/ice">', "https://m.gull.example/ice"),
        ('<link rel="canonical" href="https://other.example/ice">', ADDRESS),
        ('<link rel="canonical" href="https://www.gull.example/">', ADDRESS),
        ("<title>Ice holds the harbour | The Gull</title>" + script(AT_B), "https://www.gull.example/b"),
        (script(AT_B), ADDRESS),
        ('<link rel="canonical" href="/2024">', ADDRESS),
        (
            '<link rel="canonical" href="/2024"><meta property="og:url" content="/ice">',
            "https://www.gull.example/ice",
        ),
        (script({**LINKED, "mainEntityOfPage": "https://gull.example/2024"}), ADDRESS),
        (
            '<link rel="canonical" href="/ice">' + script({**LINKED, "url": "https://gull.example/2024/ice"}),
            "https://www.gull.example/ice",
        ),
        ("", ADDRESS),
    ],
)
def test_the_address_is_the_one_the_page_may_claim(head: str, address: str) -> None:
    """The first claim on the page's own site counts, else where it was fetched from."""
    assert read(head).address == address


def test_a_saved_page_without_a_claim_has_no_address() -> None:
    """Nothing is made up."""
    assert read("", address=None).address is None


@pytest.mark.parametrize(
    ("first", "last", "expected", "issued"),
    [
        ("2024-12-01", "2024-12-03", ("2024-12-01", "2024-12-03"), date(2024, 12, 3)),
        ("2024-12-01", "2024-12-01T10:00:00Z", ("2024-12-01", None), date(2024, 12, 1)),
        ("2024-12-03", "2024-12-01", ("2024-12-03", None), date(2024, 12, 1)),
        (None, "2024-12-01", (None, None), date(2024, 12, 1)),
        ("13/13/2025", "soon", ("13/13/2025", "soon"), None),
        ("9999-01-01", None, ("9999-01-01", None), None),
    ],
)
def test_a_change_is_told_only_where_it_is_later(
    first: str | None, last: str | None, expected: tuple[str | None, str | None], issued: date | None
) -> None:
    """The newest version's instant is known all the same; what cannot be read is handed on as it is."""
    dates, instant = dated([first], [last])
    assert (dates["date"], dates["updated"]) == expected
    assert (instant.date() if instant else None) == issued


def test_the_first_date_that_can_be_read_counts() -> None:
    """A broken date does not hide a good one."""
    assert dated(["13/13/2025", "2024-12-01"], [])[0]["date"] == "2024-12-01"


@pytest.mark.parametrize(
    ("given_authors", "names"),
    [
        (["By Ann Lee and Bo Ek"], ("Ann Lee", "Bo Ek")),
        (["Ann Lee; Bo Ek", "Ann Lee"], ("Ann Lee", "Bo Ek")),
        (["Von Ann Lee", {"name": "Bo Ek"}], ("Ann Lee", "Bo Ek")),
        (["https://x.example/ann", "ann@gull.example", "/ann", "The Gull", "", None, 7], ()),
        (["x" * 101], ()),
        (["Jane Doe,Ann Poe"], ("Jane Doe", "Ann Poe")),
        (["Jan Nowak, Anna Kowalska and Bo Ek"], ("Jan Nowak", "Anna Kowalska", "Bo Ek")),
        (["Олена Ковальчук, Ірина Бо"], ("Олена Ковальчук", "Ірина Бо")),
        (["Doe, Jane"], ("Doe, Jane",)),
        (["Ann Lee, Jr."], ("Ann Lee, Jr.",)),
        (["Sam Roe, Chief Correspondent"], ("Sam Roe, Chief Correspondent",)),
        (["Jane Doe is a reporter", "Ann Lee"], ("Ann Lee",)),
    ],
)
def test_authors_are_names(given_authors: list[Any], names: tuple[str, ...]) -> None:
    """The word "By", addresses, repeats and the source itself are left out."""
    assert author_names(given_authors, "The Gull") == names


@pytest.mark.parametrize(
    ("correction", "words", "day"),
    [
        ("The ice was 9 cm.", "The ice was 9 cm.", None),
        (
            {"@type": "CorrectionComment", "text": "It was 9.", "datePublished": "2024-12-04"},
            "It was 9.",
            date(2024, 12, 4),
        ),
        (
            [{"text": "Corrected on 5 December 2024: we were wrong on 3 March 1995."}],
            "Corrected on 5 December 2024: we were wrong on 3 March 1995.",
            date(2024, 12, 5),
        ),
        ("https://gull.example/corrections", None, None),
        (7, None, None),
    ],
)
def test_json_ld_tells_of_a_correction(correction: Any, words: str | None, day: date | None) -> None:
    """Its words may be a text, an object or a list; a bare address tells nothing."""
    found = read(script({**LINKED, "correction": correction})).correction
    assert (found and found.words, found and found.day) == (words, day)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from([*LINKED, "@id", "@graph", "correction", "url"]), JSON))
def test_no_json_ld_breaks_the_reading(changed: dict[str, Any]) -> None:
    """Values of any type give what can be had of them."""
    stated = read(script(json.dumps({**LINKED, **changed}).replace("<", "")))
    assert isinstance(stated, Stated)
    assert all(isinstance(name, str) for name in stated.fields["authors"])
