from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.decoding import clean
from index.reading.fields import SPELLINGS, Noticed, Origin
from index.reading.text import read_text, split_header
from index.records import Article

ORIGIN = Origin("news/a.txt", "news/a.txt")
SEED = Path(__file__).parents[2] / "seeds" / "000_8b7e88922e641535.txt"
LINES = st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")))


def read_one(text: str) -> Article:
    """The only thing that is read, which is an article."""
    (article,) = read_text(text, ORIGIN)
    assert isinstance(article, Article)
    return article


def test_the_article_that_ships_is_dated_and_whole() -> None:
    """The seed's opening date becomes its date, and the rest is its text, word by word."""
    raw = SEED.read_text(encoding="utf-8")
    article = read_one(raw)
    assert article.published == date(2025, 1, 11)
    assert article.text.startswith("The Armed Forces of Ukraine captured")
    assert article.text.endswith("units of equipment.")
    assert article.text == raw.split("2025-01-11", 1)[1].strip()
    assert not article.titled
    first_sentence = article.text[: article.text.index(" 11 January.") + len(" 11 January.")]
    assert first_sentence.startswith(article.title.removesuffix("…"))
    assert article.title.endswith("Russian Kursk…")
    assert article.language == "en"


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("date 2025-01-11 The bridge opened.", date(2025, 1, 11), "The bridge opened."),
        (
            " \n date: 2025-01-11 The bridge opened.\nIt is long.",
            date(2025, 1, 11),
            "The bridge opened.\nIt is long.",
        ),
        ("Date:2025-01-11\tThe bridge opened.", date(2025, 1, 11), "The bridge opened."),
        ("date 2025-01-11T10:00:00Z The bridge opened.", date(2025, 1, 11), "The bridge opened."),
        ("date 2025-01-11\nThe bridge opened.", date(2025, 1, 11), "The bridge opened."),
        ("date: 2025-01-11 10:30\nThe bridge opened.", date(2025, 1, 11), "The bridge opened."),
        (
            "date: 2025-01-11 The bridge opened.\n\nIt is long.",
            date(2025, 1, 11),
            "The bridge opened.\n\nIt is long.",
        ),
    ],
)
def test_a_text_may_open_with_its_date(text: str, day: date, rest: str) -> None:
    """The word "date" and an ISO day are taken off the beginning; what follows is the article."""
    article = read_one(text)
    assert (article.published, article.text) == (day, rest)


@pytest.mark.parametrize(
    "text",
    [
        "date palms grow here.",
        "The date 2025-01-11 was chosen.",
        "date 2025-01-11, the day of the vote, was cold.",
        "date 2025-01-1100 visitors came.",
        "update 2025-01-11 The bridge opened.",
    ],
)
def test_a_text_that_only_speaks_of_dates_is_left_alone(text: str) -> None:
    """Without the exact form at the very beginning, there is no date and nothing is taken off."""
    article = read_one(text)
    assert (article.published, article.text) == (None, text)


def test_an_opening_day_that_does_not_exist_is_noticed() -> None:
    """An impossible opening date is taken for a date all the same, and said to be none."""
    noticed, article = read_text("date 2025-13-45 The bridge opened.", ORIGIN)
    assert isinstance(noticed, Noticed)
    assert noticed.remark.startswith("date not understood: '2025-13-45'; kept as undated")
    assert isinstance(article, Article)
    assert article.text == "The bridge opened."


def test_key_lines_on_top_are_the_metadata() -> None:
    """Lines of known keys up to the first blank line are metadata, in any case of letters."""
    article = read_one(
        "Headline: Bridge opens: at last\nPUBLISHED: Sat, 11 Jan 2025 10:00:00 +0000\nupdated: 2025-01-12\n"
        "publisher: The Daily\nLink: https://daily.example/a\nBy: Ann Lee\nlang: en\nid: bridge-1\n \n"
        "The bridge opened.\n\nsource: the mayor."
    )
    assert article == Article(
        id="bridge-1",
        title="Bridge opens: at last",
        text="The bridge opened.\n\nsource: the mayor.",
        input="news/a.txt",
        source="The Daily",
        url="https://daily.example/a",
        published=date(2025, 1, 11),
        updated=date(2025, 1, 12),
        authors=("Ann Lee",),
        language="en",
        named=True,
    )


def test_a_date_that_is_no_date_is_still_a_key_line() -> None:
    """A header with a date in another form stays a header, and the date is said to be unknown."""
    noticed, article = read_text("title: Bridge\ndate: 13/13/2025\n\nThe bridge opened.", ORIGIN)
    assert isinstance(noticed, Noticed)
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Bridge", "The bridge opened.")


@pytest.mark.parametrize(
    "text",
    [
        "title: Bridge\nmood: sunny\n\nThe bridge opened.",
        "title: Bridge\nThe bridge opened.\n\nIt is long.",
        "Kyiv: the bridge opened.\n\nIt is long.",
        f"Source: {'the mayor said so, ' * 20}\n\nIt is long.",
    ],
)
def test_lines_that_are_not_all_known_keys_are_the_article(text: str) -> None:
    """One unknown key, one line without a key, or a paragraph behind a key makes all of it text."""
    article = read_one(text)
    assert (article.text, article.titled) == (text, False)


def test_front_matter_is_the_metadata() -> None:
    """YAML between lines of three dashes is metadata; lists are lists and unknown keys are ignored."""
    article = read_one(
        "---\ntitle: 'Bridge: open'\ndate: 2025-01-11T23:30:00-08:00\nauthors: [Ann Lee, Bo Ek]\n"
        "source: ~\ntags:\n  - city\n---\nThe bridge opened.\n---\nIt is long.\n"
    )
    assert article.title == "Bridge: open"
    assert article.published == date(2025, 1, 11)
    assert article.authors == ("Ann Lee", "Bo Ek")
    assert article.source is None
    assert article.text == "The bridge opened.\n---\nIt is long."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("language: no", {"language": "no"}),
        ("id: 010", {"id": "010"}),
        ("date: 2025-13-45", {"date": "2025-13-45"}),
    ],
)
def test_front_matter_is_taken_as_it_is_written(line: str, expected: dict[str, str]) -> None:
    """YAML's types would make Norwegian false, an id octal, and an impossible date an exception."""
    assert split_header(f"---\n{line}\n---\nText.", "a.txt") == (expected, "Text.")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("---\ndate: 2025-01-11\ntitle: Bridge: open\n---\nText.", 3, "mapping values are not allowed here"),
        ("\n\n---\ntitle: Bridge: open\n---\nText.", 4, "mapping values are not allowed here"),
        ("---\ntitle: a\nsource: b\uffff\n---\nText.", 3, "special characters are not allowed"),
        ("---\n? [a]\n: b\n---\nText.", 2, "found unhashable key"),
        (f"---\n{'[' * 2000}\n---\nText.", 2, "nested too deeply"),
    ],
)
def test_broken_front_matter_names_the_line_and_the_cure(text: str, line: int, why: str) -> None:
    """The message is one line with the file, the line in it, what is wrong and what to do."""
    with pytest.raises(InputError) as raised:
        list(read_text(text, ORIGIN))
    message = str(raised.value)
    assert message.startswith(f"news/a.txt: line {line}: the front matter is no YAML (")
    assert why in message
    assert message.endswith("); quote values that hold a colon, or take the --- lines away")
    assert "\n" not in message


@pytest.mark.parametrize(
    "text",
    [
        "---\nThe bridge opened.\n---\nIt is long.",
        "---\n- one\n- two\n---\nText.",
        "---\ntitle: Bridge\n\nText.",
    ],
)
def test_dashes_around_prose_are_the_article(text: str) -> None:
    """What stands between dashes and is no mapping, or is never closed, is text."""
    assert read_one(text).text == text


def test_front_matter_that_says_nothing_is_no_text() -> None:
    """Empty front matter is taken off."""
    assert split_header("---\n---\nThe bridge opened.", "a.txt") == ({}, "The bridge opened.")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---\ntitle: Bridge\n---\n", "title: Bridge\ndate: 2025-01-11\n"]
)
def test_a_header_alone_is_no_article(text: str) -> None:
    """Without a word after the header, there is nothing to read."""
    with pytest.raises(InputError, match=r"^news/a\.txt: no text in it$"):
        list(read_text(text, ORIGIN))


@given(
    st.text(), st.sampled_from(["date 2025-01-11 ", "title: Bridge\nurl: x\n\n", "---\ntitle: Bridge\n---\n"])
)
def test_no_word_is_lost_below_a_header(body: str, header: str) -> None:
    """Whatever the body is, all of it is kept, and only the header is taken off."""
    fields, kept = split_header(f"{header}The bridge opened. {body}", "a.txt")
    assert fields
    assert kept == clean(f"The bridge opened. {body}")


@given(st.lists(LINES))
def test_no_word_is_lost_where_there_is_no_header(lines: list[str]) -> None:
    """A text that begins with a plain sentence is kept whole, whatever follows."""
    text = "\n".join(["The bridge opened today.", *lines])
    assert split_header(text, "a.txt") == ({}, text.strip())


@given(st.lists(st.tuples(st.sampled_from([*sorted(SPELLINGS), "mood", "---", "date "]), LINES), max_size=5))
def test_every_word_is_in_the_header_or_in_the_text(pairs: list[tuple[str, str]]) -> None:
    """Whatever looks like a header, each word ends up among the values or in the text."""
    lines = [f"{key}: {value}" for key, value in pairs]
    try:
        fields, body = split_header("\n".join([*lines, "", "The bridge opened."]), "a.txt")
    except InputError:
        return
    kept = " ".join([*map(str, fields.values()), body]).split()
    assert body.endswith("The bridge opened.")
    # "date :" is the key "date" too.
    if len({key.strip() for key, _ in pairs}) == len(pairs):
        assert {word for _, value in pairs for word in clean(value).split()} <= {*kept, "---"}


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a file holds, it is an article or an InputError."""
    try:
        *_, article = read_text(f"---\n{text}\n---\n{text}", ORIGIN)
    except InputError:
        return
    assert isinstance(article, Article)
