from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.dates import parse_day
from index.reading.fields import Noticed, Origin, canonical, compose
from index.records import Article

ORIGIN = Origin("news/a.txt", "news/a.txt")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def compose_one(text: str = "The mayor opened a bridge.", **given_fields: object) -> Article:
    """The only thing that is composed, which is an article."""
    (article,) = compose(given_fields, text, ORIGIN)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    "text",
    [
        "2022-01-03",
        " 2022-01-03 ",
        "20220103",
        "2022-01-03T10:00:00Z",
        "2022-01-03T23:30:00-11:00",
        "2022-01-03 00:30:00 +0200",
        "2022-01-03 10:00:00 UTC",
        "2022-01-03T10:00:00.123456+02:00",
        "Mon, 03 Jan 2022 10:00:00 +0000",
        "3 Jan 2022 23:59:59 -0800",
        "Mon, 3 Jan 2022 10:00 GMT",
    ],
)
def test_a_day_is_taken_as_it_is_written(text: str) -> None:
    """ISO dates and date-times and RFC 2822 dates give the day they name, whatever the time zone."""
    assert parse_day(text) == date(2022, 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13/13/2025",
        "01/02/2022",
        "2022-02-30",
        "2022-13-01",
        "2022-01",
        "2022-01-03T25:00:00",
        "2022-01-03 or so",
        "31 Feb 2022 10:00:00 +0000",
        "3 Foo 2022 10:00:00 +0000",
        "January 3, 2022",
        "1641204000",
        "1612120512345",
        "yesterday",
        "1599-12-31",
        "0001-01-01",
        "9999-12-31",
        "\uff12\uff10\uff12\uff12-01-03",
    ],
)
def test_any_other_date_is_unknown(text: str) -> None:
    """Forms that could be read two ways, days that do not exist and days out of range give none."""
    assert parse_day(text) is None


def test_the_last_day_that_is_believed_is_tomorrow() -> None:
    """An article dated tomorrow may come from further east; one dated later is a mistake."""
    today = datetime.now(tz=UTC).date()
    assert parse_day((today + timedelta(days=1)).isoformat()) == today + timedelta(days=1)
    assert parse_day((today + timedelta(days=3)).isoformat()) is None
    assert parse_day("1600-01-01") == date(1600, 1, 1)


@given(st.text())
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    """Whatever stands where a date should be, there is a day or none."""
    assert parse_day(text) is None or isinstance(parse_day(text), date)


def test_everything_given_is_kept() -> None:
    """An article has the metadata it came with."""
    article = compose_one(
        title="  Bridge\n opens ",
        date="2025-01-11",
        updated="2025-01-12T08:00:00Z",
        source="The Daily",
        url="https://www.daily.example/bridge?id=1#top",
        authors=["Ann Lee", "Bo Ek"],
        language="en-GB",
        id="bridge 1",
    )
    assert article == Article(
        id="bridge 1",
        title="Bridge opens",
        text="The mayor opened a bridge.",
        input="news/a.txt",
        source="The Daily",
        url="https://www.daily.example/bridge?id=1#top",
        published=date(2025, 1, 11),
        updated=date(2025, 1, 12),
        authors=("Ann Lee", "Bo Ek"),
        language="en",
        titled=True,
        named=True,
    )


def test_nothing_given_is_nothing_made_up() -> None:
    """Without metadata there is an id from where it was read, a title from the text, and no more."""
    assert compose_one() == Article(
        id="news/a.txt",
        title="The mayor opened a bridge.",
        text="The mayor opened a bridge.",
        input="news/a.txt",
        titled=False,
    )


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x1b"])
def test_an_article_has_text(text: str) -> None:
    """Without a character that can be seen, there is no article."""
    with pytest.raises(InputError, match=r"^news/a\.txt: no text in it$"):
        list(compose({"title": "Empty"}, text, ORIGIN))


@pytest.mark.parametrize(
    ("value", "seen"),
    [("13/13/2025", "'13/13/2025'"), (3.5, "'3.5'"), ({"day": 1}, "an object"), (["2025"], "a list")],
)
def test_an_unusable_date_leaves_the_article_undated_with_a_word(value: object, seen: str) -> None:
    """The word comes just before its article, and says which value and what to write instead."""
    noticed, article = compose({"date": value}, "Some text.", ORIGIN)
    assert isinstance(noticed, Noticed)
    assert noticed.input == "news/a.txt"
    assert noticed.remark.startswith(f"date not understood: {seen}; kept as undated")
    assert "YYYY-MM-DD" in noticed.remark
    assert isinstance(article, Article)
    assert article.published is None


def test_an_unusable_day_of_change_is_left_out_with_a_word() -> None:
    """A bad `updated` does not touch the date of publication."""
    noticed, article = compose({"updated": "soon", "date": "2025-01-11"}, "Some text.", ORIGIN)
    assert isinstance(noticed, Noticed)
    assert noticed.remark.startswith("updated not understood: 'soon'; left out")
    assert isinstance(article, Article)
    assert (article.published, article.updated) == (date(2025, 1, 11), None)


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_an_empty_date_needs_no_word(value: object) -> None:
    """A date that was left empty is simply not given."""
    assert compose_one(date=value).published is None


@pytest.mark.parametrize(
    "url",
    [
        "http://daily.example/a",
        "HTTPS://Daily.Example:8443/a",
        "https://xn--80ak6aa92e.com/",
        "https://правда.укр/новини",
        "https://93.184.216.34/a",
    ],
)
def test_an_address_on_the_web_is_kept(url: str) -> None:
    """An http or https address with a dotted host is kept as it is."""
    assert compose_one(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://daily.example/a",
        "javascript:alert(1)",
        "daily.example/a",
        "https://",
        "https://localhost/a",
        "https://daily..example/a",
        "https://daily.example:99999/a",
        "https://reuters.example@evil.example/a",
        "https://daily.example/a b",
        "https://daily.example/\x1b[31m",
        "https://daily.example/\ud800",
        'https://daily.example/"><b>',
        "https://[::1",
        7,
        ["https://daily.example/a"],
        None,
    ],
)
def test_any_other_address_is_dropped(url: object) -> None:
    """What cannot be linked to, or hides where it leads, is no address, and gives no source."""
    article = compose_one(url=url)
    assert (article.url, article.source) == (None, None)


@pytest.mark.parametrize(
    ("given_fields", "source"),
    [
        ({"source": "Reuters", "url": "https://www.daily.example/a"}, "Reuters"),
        ({"url": "https://www.Daily.example:80/a"}, "daily.example"),
        ({"url": "https://news.daily.example/a"}, "news.daily.example"),
        ({"source": {"name": "Reuters"}}, "Reuters"),
        ({"source": [], "url": "https://www.daily.example/a"}, "daily.example"),
        ({"source": True}, None),
    ],
)
def test_the_source_is_the_one_given_or_the_host(given_fields: dict[str, Any], source: str | None) -> None:
    """Without a usable source, the address tells it, without its "www."."""
    assert compose_one(**given_fields).source == source


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("Ann Lee", ("Ann Lee",)),
        (["Ann Lee", None, " ", 7, {"name": "Bo\n Ek"}, ["x"]], ("Ann Lee", "7", "Bo Ek")),
        (None, ()),
        ({"age": 3}, ()),
    ],
)
def test_authors_are_a_string_or_a_list(authors: object, expected: tuple[str, ...]) -> None:
    """Every author that can be read as a name is kept, in order."""
    assert compose_one(authors=authors).authors == expected


def test_a_title_that_is_a_number_is_a_title() -> None:
    """A headline of digits alone is read as text."""
    article = compose_one(title=1984)
    assert (article.title, article.titled) == ("1984", True)


def test_without_a_title_the_first_sentence_is_it() -> None:
    """An abbreviation does not end the title; the sentence does, and white space is collapsed."""
    article = compose_one("Mr. Lee met\nthe  council on 11 Jan. in Oslo. They talked.")
    assert (article.title, article.titled) == ("Mr. Lee met the council on 11 Jan. in Oslo.", False)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"{'word ' * 30}end.", f"{' '.join(['word'] * 20)}…"),
        ("x" * 300, f"{'x' * 99}…"),
        (f"{'y' * 99}, and more words follow here.", f"{'y' * 99}…"),
        (f"{'z' * 99}.", f"{'z' * 99}."),
    ],
)
def test_a_long_first_sentence_is_cut_between_words(text: str, title: str) -> None:
    """A title made from the text has at most 100 characters and says where it was cut."""
    assert compose_one(text, language="en").title == title
    assert len(title) <= 100


def test_a_space_of_several_bytes_before_a_full_stop_breaks_nothing() -> None:
    """The sentence splitter panics on a capital, a no-break space and a full stop, so it never sees one."""
    assert compose_one("They chose plan B\u00a0. It failed.", language="en").title == "They chose plan B ."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("EN", "en"), ("uk_UA", "uk"), ("no", "no"), ("English", None), (7, None), (None, None)],
)
def test_a_given_language_is_its_primary_subtag(value: object, expected: str | None) -> None:
    """Regions go, and what is no language code is as good as none given; a short text tells nothing."""
    assert compose_one(language=value).language == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Міський голова відкрив новий міст через річку, потім розповів мешканцям про плани.", "uk"),
        ("The mayor opened the new bridge over the river and told the people about his plans.", "en"),
    ],
)
def test_a_text_of_80_characters_tells_its_language(text: str, language: str) -> None:
    """The language is told from the text when it is long enough, and not when it is shorter."""
    assert compose_one(text).language == language
    assert compose_one(text[:79]).language is None


def test_only_the_first_thousand_characters_tell_the_language() -> None:
    """A long text is not read to its end to know its language."""
    english = "The mayor opened the bridge and told the people about his plans. " * 16
    assert compose_one(english + "Міський голова відкрив новий міст через річку. " * 100).language == "en"


def test_the_first_spelling_that_holds_something_wins() -> None:
    """Keys are known in several spellings and any case; an empty one does not hide another."""
    given_fields = {
        "TITLE": " ",
        "Headline": "Bridge",
        "published": "2025-01-11",
        "Link": "x",
        "by": "Ann",
        "tags": 1,
    }
    assert canonical(given_fields) == {"title": "Bridge", "date": "2025-01-11", "url": "x", "authors": "Ann"}


@pytest.mark.parametrize(
    ("value", "expected"), [(12, "12"), ("a  b\n", "a  b"), ("a\x1bb\nc", "ab c"), (True, "")]
)
def test_an_id_is_kept_as_it_is_but_for_controls(value: object, expected: str) -> None:
    """Ids are compared by programs, so their spaces stay; what drives a terminal goes."""
    assert compose_one(id=value).id == (expected or ORIGIN.id)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "date", "updated", "source", "url", "authors", "lang"]), JSON
    )
)
def test_no_metadata_breaks_the_reading(given_fields: dict[str, Any]) -> None:
    """Values of any type give an article all of whose words can be stored."""
    *noticed, article = compose(given_fields, "Some text.", ORIGIN)
    assert all(isinstance(note, Noticed) and "\n" not in note.remark for note in noticed)
    assert isinstance(article, Article)
    assert article.id
    assert article.title
    f"{article}".encode()


@pytest.mark.parametrize(
    ("identity", "named"), [("a", True), (7, True), ("", False), (None, False), (True, False)]
)
def test_an_article_is_named_where_it_says_its_id(identity: object, *, named: bool) -> None:
    """An id that is only where it was read from is no name."""
    assert compose_one(id=identity).named is named


def test_what_a_reader_knows_of_the_version_is_kept() -> None:
    """When it was issued and how it was corrected come from the reader; the words are made one line."""
    issued = datetime(2025, 1, 12, 8, tzinfo=UTC)
    (article,) = compose(
        {},
        "Some text.",
        ORIGIN,
        issued=issued,
        corrected=date(2025, 1, 12),
        correction=" It was\x1b\n 9 cm. ",
    )
    assert isinstance(article, Article)
    assert (article.issued, article.corrected, article.correction) == (
        issued,
        date(2025, 1, 12),
        "It was 9 cm.",
    )
    assert (compose_one().issued, compose_one().corrected, compose_one().correction) == (None, None, None)
