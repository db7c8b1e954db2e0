from __future__ import annotations

import gzip
import json
import tracemalloc
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading import beir
from index.reading.beir import count_lines, read_beir
from index.reading.fields import Noticed, Origin
from index.records import Article, Skipped

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = Origin("set/corpus.jsonl", "set/corpus.jsonl")
GOOD = b'{"_id": "a", "title": "Bridge", "text": "The bridge opened."}'


def read_lines(path: Path, *lines: bytes) -> list[Article | Skipped | Noticed]:
    """What is read from a file of these lines."""
    path.write_bytes(b"\n".join(lines) + b"\n")
    return list(read_beir(path, ORIGIN))


def line_of(**record: object) -> bytes:
    """A line with these fields and all that an article needs."""
    return json.dumps({"_id": "a", "title": "Bridge", "text": "The bridge opened.", **record}).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the corpus of a test is written."""
    return tmp_path / "corpus.jsonl"


@pytest.fixture(scope="module")
def shared_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place that the examples of a property overwrite in turn."""
    return tmp_path_factory.mktemp("beir") / "corpus.jsonl"


@pytest.mark.parametrize("nested", [True, False], ids=["metadata", "top level"])
def test_a_line_is_an_article_with_its_metadata(path: Path, *, nested: bool) -> None:
    """The metadata is read from its own object and from the top level alike; the id is kept as it is."""
    metadata = {
        "url": "https://www.daily.example/a",
        "date": "2025-01-11",
        "updated": "2025-01-12T10:00:00Z",
        "source": "The Daily",
        "authors": ["Ann Lee"],
        "language": "en",
    }
    more: dict[str, Any] = {"metadata": metadata} if nested else metadata
    assert read_lines(path, line_of(_id="daily.example/a#1", **more)) == [
        Article(
            id="daily.example/a#1",
            title="Bridge",
            text="The bridge opened.",
            input="set/corpus.jsonl",
            source="The Daily",
            url="https://www.daily.example/a",
            published=date(2025, 1, 11),
            updated=date(2025, 1, 12),
            authors=("Ann Lee",),
            language="en",
            named=True,
        )
    ]


@pytest.mark.parametrize(("line", "identity"), [({"_id": 7}, "7"), ({"_id": None, "id": "b"}, "b")])
def test_an_id_may_be_a_number_or_go_without_its_dash(
    path: Path, line: dict[str, Any], identity: str
) -> None:
    """Numbers are read as text, and `id` does where `_id` says nothing."""
    (article,) = read_lines(path, line_of(**line))
    assert isinstance(article, Article)
    assert article.id == identity


def test_a_line_without_an_id_is_known_by_its_number(path: Path) -> None:
    """The number counts every line of the file, blank ones too."""
    articles = read_lines(path, GOOD, b"", b'{"text": "Rain fell."}')
    assert [article.id for article in articles if isinstance(article, Article)] == ["a", "set/corpus.jsonl#3"]


def test_metadata_of_another_kind_is_no_metadata(path: Path) -> None:
    """A list where the metadata should be does not keep the article out."""
    (article,) = read_lines(path, line_of(metadata=["x"]))
    assert isinstance(article, Article)


def test_an_unusable_date_is_noticed_with_its_line(path: Path) -> None:
    """The word comes before its article and names the line."""
    _, noticed, article = read_lines(path, GOOD, line_of(_id="b", metadata={"date": "13/13/2025"}))
    assert isinstance(noticed, Noticed)
    assert noticed.input == "set/corpus.jsonl"
    assert noticed.remark.startswith("date not understood: '13/13/2025'; kept as undated")
    assert noticed.remark.endswith("(line 2)")
    assert isinstance(article, Article)
    assert (article.id, article.published) == ("b", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            b'{"_id": "b", "text": ',
            'line 2: not an article (Expecting value at column 21): \'{"_id": "b", "text":\'',
        ),
        (b"[1, 2]", "line 2: not an article (not an object): '[1, 2]'; a line holds one JSON object"),
        (b'{"a": ' + b"9" * 5000 + b"}", 'line 2: not an article (a number too long to read): \'{"a": 999'),
        (b"[" * 200_000, "line 2: not an article (nested too deeply): '[[["),
        (b'{"_id": "b"}', "line 2: no text in it"),
        (b'{"_id": "b", "title": "B", "text": " \\u0000 "}', "line 2: no text in it"),
        (b'{"_id": "b", "text": ["x"]}', "line 2: the text is no string but a list"),
        (b'{"_id": "b", "text": "caf\xe9"}', "line 2: byte 0xe9 at offset 25 is not UTF-8; save it as UTF-8"),
        (b"\x1b[31mred", "line 2: not an article (Expecting value at column 1): '[31mred'"),
    ],
)
def test_a_broken_line_is_skipped_and_the_rest_is_read(path: Path, line: bytes, reason: str) -> None:
    """The reason names the line, says what is wrong with it in one short line, and nothing else is lost."""
    before, skipped, after = read_lines(path, GOOD, line, GOOD)
    assert isinstance(before, Article)
    assert isinstance(skipped, Skipped)
    assert isinstance(after, Article)
    assert skipped.input == "set/corpus.jsonl"
    assert skipped.reason.startswith(reason)
    assert "\n" not in skipped.reason
    assert len(skipped.reason) < 250


def test_blank_lines_and_marks_of_other_systems_are_ignored(path: Path) -> None:
    """A byte order mark, other line ends and blank lines leave the articles as they are."""
    path.write_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n  \n" + GOOD)
    first, second = read_beir(path, ORIGIN)
    assert first == second
    assert isinstance(first, Article)


def test_a_file_without_a_line_says_so(path: Path) -> None:
    """An empty file is skipped with a reason."""
    path.touch()
    assert list(read_beir(path, ORIGIN)) == [Skipped("set/corpus.jsonl", "empty: no line in it")]


def test_escapes_that_are_no_characters_are_replaced(path: Path) -> None:
    """A lone surrogate in JSON becomes the replacement character, in the id too."""
    (article,) = read_lines(path, rb'{"_id": "a\ud800", "text": "The \udfff bridge."}')
    assert isinstance(article, Article)
    assert (article.id, article.text) == ("a\ufffd", "The \ufffd bridge.")


@pytest.mark.parametrize("name", ["corpus.jsonl.gz", "CORPUS.JSONL.GZ"])
def test_a_packed_corpus_is_read_alike(tmp_path: Path, name: str) -> None:
    """A .gz gives what its content would give."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(GOOD + b"\n" + GOOD + b"\n"))
    assert [type(read) for read in read_beir(path, ORIGIN)] == [Article, Article]
    assert count_lines(path) == 2


def test_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    """A .gz that was cut gives the articles before the cut, then one reason."""
    lines = [line_of(_id=str(number), text=f"{number} " * 2_000 + "Rain fell.") for number in range(200)]
    path = tmp_path / "corpus.jsonl.gz"
    packed = gzip.compress(b"\n".join(lines))
    path.write_bytes(packed[: len(packed) // 2])
    *articles, last = read_beir(path, ORIGIN)
    assert [read.id for read in articles if isinstance(read, Article)] == [
        str(n) for n in range(len(articles))
    ]
    assert 20 < len(articles) < 200
    assert isinstance(last, Skipped)
    assert last.reason.startswith(f"damaged after line {len(articles)} (")
    assert last.reason.endswith("; fetch or pack it again")
    assert count_lines(path) == len(articles)


def test_a_wrong_checksum_is_told_after_the_articles(tmp_path: Path) -> None:
    """Damage that only the end shows does not take the articles away."""
    path = tmp_path / "corpus.jsonl.gz"
    packed = bytearray(gzip.compress(GOOD))
    packed[-8] ^= 0xFF
    path.write_bytes(packed)
    *_, last = read_beir(path, ORIGIN)
    assert isinstance(last, Skipped)
    assert "CRC" in last.reason


@pytest.mark.parametrize("content", [GOOD, b"\x1f\x8b\x08\x00"])
def test_what_is_not_packed_is_no_gz(tmp_path: Path, content: bytes) -> None:
    """A .gz that is none from the start is one reason and no articles."""
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(content)
    (skipped,) = read_beir(path, ORIGIN)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith("not a whole .gz file (")
    assert count_lines(path) == 0


def test_the_longest_line_is_read_and_a_longer_one_is_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines up to the limit are read, with or without an end; one byte more is skipped, and only that."""
    monkeypatch.setattr(beir, "LINE_LIMIT", len(GOOD))
    monkeypatch.setattr(beir, "_CHUNK", 16)
    path.write_bytes(b"\n".join([GOOD, GOOD + b" ", GOOD + b" " * 500, GOOD]))
    first, *skipped, last = read_beir(path, ORIGIN)
    assert isinstance(first, Article)
    assert [read.reason for read in skipped if isinstance(read, Skipped)] == [
        "line 2: longer than 0 MB; no article is",
        "line 3: longer than 0 MB; no article is",
    ]
    assert isinstance(last, Article)
    assert count_lines(path) == 4


def test_a_line_is_too_long_at_20_mb() -> None:
    """The limit is 20 MB."""
    assert beir.LINE_LIMIT == 20_000_000


def test_a_line_that_is_too_long_is_never_held(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of forty times the limit passes in memory of a few times the limit."""
    monkeypatch.setattr(beir, "LINE_LIMIT", 1_000_000)
    path.write_bytes(b'{"text": "' + b"x" * 40_000_000 + b'"}\n' + GOOD)
    tracemalloc.start()
    skipped, article = read_beir(path, ORIGIN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(skipped, Skipped)
    assert isinstance(article, Article)
    assert peak < 6_000_000


def test_a_long_file_is_read_in_flat_memory(path: Path) -> None:
    """Ten times as many lines take no more memory."""
    line = line_of(text="Rain fell. " * 200, language="en") + b"\n"
    peaks = []
    for lines in (200, 2_000):
        path.write_bytes(line * lines)
        tracemalloc.start()
        assert sum(1 for _ in read_beir(path, ORIGIN)) == lines
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_articles_come_while_the_file_is_read(path: Path) -> None:
    """The first article is there before the last line was looked at."""
    path.write_bytes(GOOD + b"\n" + b"x" * 1_000)
    reading = read_beir(path, ORIGIN)
    assert isinstance(next(reading), Article)
    assert isinstance(next(reading), Skipped)


def test_a_missing_corpus_raises(path: Path) -> None:
    """What cannot be opened is told by the exception of the system."""
    with pytest.raises(FileNotFoundError):
        list(read_beir(path, ORIGIN))


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b""))))
def test_no_bytes_keep_the_other_lines_from_being_read(shared_path: Path, lines: list[bytes]) -> None:
    """Whatever stands on a line, every good line around it is read, and each bad one is told once."""
    read = read_lines(shared_path, GOOD, *(part for line in lines for part in (line, GOOD)))
    assert sum(isinstance(one, Article) for one in read) == len(lines) + 1
    assert sum(isinstance(one, Skipped) for one in read) == sum(bool(line.strip()) for line in lines)
    assert count_lines(shared_path) == len(read)


@given(st.binary())
def test_no_bytes_break_the_reading_of_a_gz(shared_path: Path, raw: bytes) -> None:
    """A file of any bytes that is called .gz gives reasons, not exceptions."""
    path = shared_path.with_name("corpus.jsonl.gz")
    path.write_bytes(raw)
    assert all(isinstance(one, Skipped) for one in read_beir(path, ORIGIN))


@given(st.binary(min_size=1), st.integers(min_value=10, max_value=70))
def test_no_damage_breaks_the_reading_of_a_gz(shared_path: Path, raw: bytes, at: int) -> None:
    """A packed corpus with bytes replaced anywhere gives articles and reasons, not exceptions."""
    path = shared_path.with_name("corpus.jsonl.gz")
    packed = gzip.compress(b"\n".join([GOOD] * 3))
    path.write_bytes(packed[:at] + raw + packed[at + len(raw) :])
    assert list(read_beir(path, ORIGIN))


def test_a_file_of_strange_lines_is_given_up(path: Path) -> None:
    """Of more than a thousand lines in a row that are no articles a thousand are told, and the end."""
    *told, last, further = read_lines(path, GOOD, *[b"x"] * 50_000, GOOD)
    assert len(told) == 1 + beir.TOLD
    assert all(isinstance(each, Skipped) for each in (last, further))
    assert str(last).count("read only up to line 1002: more than 1,000 lines in a row are no articles") == 1
    assert str(further).count("1 further lines are no articles either") == 1


def test_strange_lines_between_articles_are_counted(path: Path) -> None:
    """Where articles stand between them all are read, and what is skipped is told a thousand times."""
    lines = [GOOD if number % 10 == 0 else b"x" for number in range(2_000)]
    *read, last = read_lines(path, *lines)
    assert sum(isinstance(each, Article) for each in read) == 200
    assert sum(isinstance(each, Skipped) for each in read) == beir.TOLD
    assert isinstance(last, Skipped)
    assert last.reason == "800 further lines are no articles either"


def test_blank_lines_without_end_are_given_up(path: Path) -> None:
    """A file is read no further where nothing stands for a hundred thousand lines; its articles are kept."""
    article, last = read_lines(path, GOOD, *[b""] * (beir.BLANK + 10), GOOD)
    assert isinstance(article, Article)
    assert isinstance(last, Skipped)
    assert "100,000 lines in a row are blank" in last.reason


def test_a_bomb_is_unpacked_to_a_hundred_times_its_size_at_most(tmp_path: Path) -> None:
    """A .gz that unpacks to far more than articles do gives those before, and one reason."""
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD + b"\n" + (b'{"text": "%s"}\n' % (b" " * 10_000)) * 5_000))
    article, *_, last = read_beir(path, ORIGIN)
    assert isinstance(article, Article)
    assert isinstance(last, Skipped)
    assert "it unpacks to more than 100 times its size" in last.reason
    assert count_lines(path) < 5_000
