from __future__ import annotations

import gzip
import os
from datetime import date
from pathlib import Path

import pytest

from index.reading import inputs
from index.reading.fields import Noticed
from index.reading.inputs import count_articles, read_input
from index.records import Article, Skipped, Withdrawal

LINE = '{"_id": "%s", "title": "Bridge", "text": "The bridge opened."}\n'


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the person is in, with two articles in `news`."""
    monkeypatch.chdir(tmp_path)
    write("news/a.txt", "date 2025-01-11 The bridge opened.")
    write("news/b/c.md", "# Rain\n\nRain fell.")
    return tmp_path


def write(path: str, text: str) -> Path:
    """A file with this text, and the folders it needs."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def articles(given: str) -> list[Article]:
    """The articles of an input, read from the folder that the person is in."""
    return [read for read in read_input(given, Path.cwd()) if isinstance(read, Article)]


def skipped(given: str) -> dict[str, str]:
    """The reasons by what was skipped, read from the folder that the person is in."""
    return {read.input: read.reason for read in read_input(given, Path.cwd()) if isinstance(read, Skipped)}


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("given", ["news", "./news/", "news/.", "news/../news", "news//"])
def test_however_a_folder_is_written_its_articles_are_the_same(given: str) -> None:
    """Ids and shown paths do not depend on how the path was typed."""
    first, second = articles(given)
    assert (first.id, first.input, first.published) == ("news/a.txt", "news/a.txt", date(2025, 1, 11))
    assert (second.id, second.input, second.title) == ("news/b/c.md", "news/b/c.md", "Rain")


def test_an_absolute_path_gives_the_same_ids(base: Path) -> None:
    """Ids are relative to the base, while the shown path is the one that was typed."""
    first, _ = articles(str(base / "news"))
    assert (first.id, first.input) == ("news/a.txt", f"{base.as_posix()}/news/a.txt")


def test_ids_are_relative_to_the_base_and_not_to_where_one_is(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another folder the same article has the same id."""
    monkeypatch.chdir(base / "news")
    (article,) = read_input("a.txt", base)
    assert isinstance(article, Article)
    assert (article.id, article.input) == ("news/a.txt", "a.txt")


def test_a_link_to_the_base_gives_the_same_ids(base: Path) -> None:
    """Links are followed before an id is made."""
    (base / "link").symlink_to(base, target_is_directory=True)
    (article,) = read_input("link/news/a.txt", base / "link")
    assert isinstance(article, Article)
    assert (article.id, article.input) == ("news/a.txt", "link/news/a.txt")


@pytest.mark.usefixtures("base")
def test_an_id_in_the_header_wins() -> None:
    """An article that names its id has that one."""
    write("news/a.txt", "---\nid: bridge-1\n---\nThe bridge opened.")
    assert [article.id for article in articles("news/a.txt")] == ["bridge-1"]


@pytest.mark.usefixtures("base")
def test_a_folder_is_read_in_sorted_order() -> None:
    """Names decide the order, folder by folder, whatever order the file system has."""
    for name in ("z.txt", "B.txt", "b/a.txt", "b/d/e.txt", "0.txt"):
        write(f"news/{name}", "Rain fell.")
    assert [article.input.removeprefix("news/") for article in articles("news")] == [
        "0.txt",
        "B.txt",
        "a.txt",
        "b/a.txt",
        "b/c.md",
        "b/d/e.txt",
        "z.txt",
    ]


@pytest.mark.usefixtures("base")
def test_what_is_hidden_is_passed_over_in_silence() -> None:
    """Files and folders with a leading dot are neither read nor told, unless they are what was named."""
    write("news/.draft.txt", "Rain fell.")
    write("news/.git/a.txt", "Rain fell.")
    assert len(list(read_input("news", Path.cwd()))) == 2
    assert len(articles("news/.draft.txt")) == 1
    assert len(articles("news/.git")) == 1


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("name", ["A.TXT", "a.Md", "a.MARKDOWN", "a.JSONL"])
def test_the_kind_is_told_by_the_end_of_the_name_in_any_case(name: str) -> None:
    """Capital letters in a suffix make no difference."""
    write(f"upper/{name}", LINE % "x" if name.endswith("L") else "Rain fell.")
    assert len(articles("upper")) == 1


@pytest.mark.usefixtures("base")
def test_a_packed_corpus_is_known_in_capitals() -> None:
    """`.JSONL.GZ` is unpacked."""
    Path("CORPUS.JSONL.GZ").write_bytes(gzip.compress((LINE % "x").encode()))
    assert [article.id for article in articles("CORPUS.JSONL.GZ")] == ["x"]
    assert count_articles("CORPUS.JSONL.GZ") == 1


@pytest.mark.usefixtures("base")
def test_markdown_is_rendered_and_text_is_not() -> None:
    """The kind of file decides how it is read."""
    write("news/x.txt", "The *bridge* opened.")
    write("news/y.markdown", "The *bridge* opened.")
    assert [article.text for article in articles("news")][-2:] == [
        "The *bridge* opened.",
        "The bridge opened.",
    ]


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("name", ["a.pdf", "README", "a.txt.bak", "a.gz", "a.json.gz", "a.xml"])
def test_a_file_of_another_kind_is_told_with_the_kinds_we_read(name: str) -> None:
    """Named or in a folder, such a file is skipped, and the reason lists what can be read."""
    write(f"odd/{name}", "Rain fell.")
    reason = (
        "a file of another kind; we read .txt, .md, .markdown, .html, .jsonl, .jsonl.gz and newswire in .json"
    )
    assert skipped("odd") == skipped(f"odd/{name}") == {f"odd/{name}": reason}


PAGE = (
    "<html lang='en'><head><title>Bridge opens</title>"
    "<link rel='canonical' href='https://gull.example/bridge'></head><body><article><h1>Bridge opens</h1>"
    "<p>The bridge over the river opened on Friday, two years after the old one fell.</p>"
    "<p>The mayor cut a ribbon, and forty carts crossed it within the first hour of the day.</p>"
    "</article></body></html>"
)


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.XHTML"])
def test_a_saved_page_is_read(name: str) -> None:
    """Its article, its title and the address that it names, whatever letters it is written in."""
    write(f"pages/{name}", PAGE)
    declared = PAGE.replace("<head>", "<head><meta charset='windows-1252'>").replace("river", "rivi\xe8re")
    Path("pages/b.html").write_bytes(declared.encode("cp1252"))
    first, second = articles("pages")
    assert (first.title, first.url) == ("Bridge opens", "https://gull.example/bridge")
    assert "forty carts crossed it" in first.text
    assert "<p>" not in first.text
    assert "over the rivi\xe8re opened" in second.text
    assert count_articles("pages") == 2


@pytest.mark.usefixtures("base")
def test_newswire_is_read() -> None:
    """An article and a withdrawal of a .json file; what is no newswire is told in a line."""
    item = '{"uri": "urn:%s", "version": "1", "pubstatus": "%s", "headline": "Bridge", '
    text = '"body_text": "The bridge opened.", "versioncreated": "2025-01-11T12:00:00Z"}'
    write("wire/a.json", item % ("1", "usable") + text)
    write("wire/b.JSON", item % ("2", "canceled") + text)
    write("wire/c.json", "Rain fell.")
    found = list(read_input("wire", Path.cwd()))
    (article,) = [each for each in found if isinstance(each, Article)]
    assert (article.id, article.text) == ("urn:1", "The bridge opened.")
    assert [each.id for each in found if isinstance(each, Withdrawal)] == ["urn:2"]
    (reason,) = skipped("wire").values()
    assert "'Rain fell.'" in reason
    assert "\n" not in reason


@pytest.mark.usefixtures("base")
def test_a_list_of_feeds_in_a_folder_is_told() -> None:
    """It is no article; named by itself its feeds are read."""
    write("lists/feeds.opml", "<opml version='2.0'><body/></opml>")
    reason = "a list of feeds; name it by itself, and the feeds are read"
    assert skipped("lists") == {"lists/feeds.opml": reason}


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("corpus", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_questions_beside_a_corpus_are_not_articles(corpus: str) -> None:
    """The queries of a BEIR set are skipped, the articles are read."""
    line = (LINE % "x").encode()
    write("set/queries.jsonl", '{"_id": "q1", "text": "When did the bridge open?"}')
    Path("set", corpus).write_bytes(gzip.compress(line) if corpus.endswith("gz") else line)
    assert [article.id for article in articles("set")] == ["x"]
    assert skipped("set") == {"set/queries.jsonl": "questions of a BEIR set, not articles"}
    assert count_articles("set") == 1


@pytest.mark.usefixtures("base")
def test_queries_without_a_corpus_are_a_file_like_any_other() -> None:
    """Only beside a corpus does the name say that there are questions in it."""
    write("set/queries.jsonl", LINE % "x")
    assert [article.id for article in articles("set")] == ["x"]


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("given", ["nowhere", "news/a.txt/b", "", "  ", "a\x00b", "x" * 5_000])
def test_a_path_that_leads_nowhere_is_one_reason(given: str) -> None:
    """A name that no file can have is told, not raised."""
    (read,) = read_input(given, Path.cwd())
    assert isinstance(read, Skipped)
    assert read.reason.startswith(("no such file or folder", "cannot be opened or read: File name too long"))
    assert count_articles(given) == 0


@pytest.mark.usefixtures("base")
def test_what_cannot_be_read_in_a_folder_keeps_nothing_else_out() -> None:
    """Empty, undecodable, badly headed and dangling files are each told once, and the rest is read."""
    Path("news/empty.txt").touch()
    Path("news/latin.txt").write_bytes(b"caf\xe9 opened.")
    write("news/header.md", "---\ntitle: a: b\n---\nRain fell.")
    Path("news/dangling.txt").symlink_to("nowhere.txt")
    assert len(articles("news")) == 2
    reasons = skipped("news")
    assert reasons.pop("news/header.md").startswith("line 2: the front matter is no YAML (")
    assert reasons == {
        "news/empty.txt": "no text in it",
        "news/latin.txt": "byte 0xe9 at offset 3 is not UTF-8; save it as UTF-8",
        "news/dangling.txt": "no such file or folder; check the spelling",
    }


def test_what_may_not_be_opened_is_told_without_the_whole_path(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and folders without permission are skipped, and no path is shown that was not typed."""

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path.absolute()))

    write("news/c.jsonl", LINE % "x")
    monkeypatch.setattr(Path, "open", refuse)
    assert skipped("news") == dict.fromkeys(
        ("news/a.txt", "news/b/c.md", "news/c.jsonl"), "cannot be opened or read: Permission denied"
    )
    assert count_articles("news/c.jsonl") == 0
    monkeypatch.setattr(Path, "iterdir", refuse)
    (reason,) = skipped("news").values()
    assert str(base) not in reason


@pytest.mark.usefixtures("base")
def test_links_in_a_circle_come_to_an_end() -> None:
    """A folder that contains itself is read once, and a link to itself is told."""
    Path("news/b/up").symlink_to("..", target_is_directory=True)
    Path("news/b/self.txt").symlink_to("self.txt")
    assert [article.input for article in articles("news")] == ["news/a.txt", "news/b/c.md"]
    assert list(skipped("news")) == ["news/b/self.txt"]
    assert count_articles("news") == 2


@pytest.mark.usefixtures("base")
def test_a_linked_folder_is_read() -> None:
    """Articles may be linked to from elsewhere."""
    write("elsewhere/d.txt", "Snow fell.")
    Path("news/linked").symlink_to("../elsewhere", target_is_directory=True)
    assert [(a.id, a.input) for a in articles("news")][-1] == ("elsewhere/d.txt", "news/linked/d.txt")


@pytest.mark.usefixtures("base")
def test_a_pipe_or_device_never_blocks() -> None:
    """What is no file is told without being opened."""
    os.mkfifo("news/pipe.txt")
    Path("news/null.txt").symlink_to("/dev/zero")
    assert len(articles("news")) == 2
    assert list(skipped("news")) == ["news/null.txt", "news/pipe.txt"]
    assert all(reason.startswith("a pipe, socket or device") for reason in skipped("news").values())
    assert count_articles("news") == 2


@pytest.mark.usefixtures("base")
def test_a_file_of_more_than_50_mb_is_told_with_its_size() -> None:
    """Such a text is not opened; a corpus may be as long as it likes."""
    for name in ("long.txt", "long.jsonl"):
        with Path("news", name).open("wb") as file:
            file.truncate(61_200_000)
    reasons = skipped("news")
    assert reasons["news/long.txt"] == "61.2 MB, more than the 50 MB we read as one article; split it"
    assert reasons["news/long.jsonl"].startswith("line 1: longer than 20 MB")
    assert len(articles("news")) == 2


@pytest.mark.usefixtures("base")
def test_a_file_that_grew_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for what is read, not only for the size that was told before."""
    monkeypatch.setattr(inputs, "FILE_LIMIT", 10)
    monkeypatch.setattr(inputs, "_judge", lambda *_: None)
    assert skipped("news/a.txt")["news/a.txt"].endswith("we read as one article; split it")


@pytest.mark.usefixtures("base")
def test_a_word_about_an_article_comes_before_it() -> None:
    """An unusable date is noticed just before the article that has it."""
    write("news/a.txt", "title: Bridge\ndate: 13/13/2025\n\nThe bridge opened.")
    noticed, article = read_input("news/a.txt", Path.cwd())
    assert isinstance(noticed, Noticed)
    assert noticed.input == "news/a.txt"
    assert noticed.remark.startswith("date not understood: '13/13/2025'; kept as undated")
    assert isinstance(article, Article)


@pytest.mark.usefixtures("base")
def test_a_corpus_without_ids_is_known_by_its_path_and_lines() -> None:
    """The made ids do not depend on how the path was typed; the shown path has no line number."""
    write("set/corpus.jsonl", '{"text": "Rain fell."}\n')
    (article,) = articles("./set")
    assert (article.id, article.input) == ("set/corpus.jsonl#1", "set/corpus.jsonl")


@pytest.mark.usefixtures("base")
def test_names_that_would_drive_a_terminal_are_shown_without_controls() -> None:
    """Control characters and bytes that are no text do not come through in paths and ids."""
    write("odd/a\x1b[31m\nb.txt", "Rain fell.")
    Path(os.fsdecode(b"odd/caf\xe9.txt")).write_text("Rain fell.", encoding="utf-8")
    found = articles("odd")
    assert [article.input for article in found] == ["odd/a[31m b.txt", "odd/caf\ufffd.txt"]
    assert [article.id for article in found] == [article.input for article in found]


@pytest.mark.usefixtures("base")
def test_a_folder_that_is_empty_gives_nothing() -> None:
    """No file, no word."""
    Path("void").mkdir()
    assert list(read_input("void", Path.cwd())) == []
    assert count_articles("void") == 0


@pytest.mark.usefixtures("base")
def test_articles_are_counted_without_being_read() -> None:
    """A file counts as one, a corpus its lines that are not blank, another kind and a damaged .gz nothing."""
    write("news/c.jsonl", LINE % "x" + "\n" + LINE % "y" + "broken")
    write("news/d.jsonl.gz", "not packed")
    write("news/e.pdf", "Rain fell.")
    assert count_articles("news") == 5
    assert count_articles("news/a.txt") == 1
