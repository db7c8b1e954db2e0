from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import Documents, safe_name

NAMES = st.text(max_size=400) | st.text(alphabet="./\\~ a\x00\u202e\ud800.jsonlgz", max_size=60)


@pytest.mark.parametrize(
    "name", ["report.txt", "Звіт за січень (2).html", "2025-01.jsonl.gz", "no ending", "a+b_c-d.md"]
)
def test_a_plain_name_stays(name: str) -> None:
    """A name with nothing strange in it is the file's name."""
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "beginning", "ending"),
    [
        ("../../etc/passwd", "passwd-", ""),
        ("..", "document-", ""),
        ("", "document-", ""),
        (".hidden.txt", "hidden-", ".txt"),
        ("C:\\news\\a.jsonl.gz", "a-", ".jsonl.gz"),
        ("a\x00b.txt", "a_b-", ".txt"),
        ("e\u0301.txt", "\u00e9-", ".txt"),
        ("ї" * 300 + ".md", "ї" * 90 + "-", ".md"),
    ],
)
def test_a_strange_name_is_made_plain(name: str, beginning: str, ending: str) -> None:
    """What could do harm, or is too long, goes; the ending, by which a file is read, stays."""
    plain = safe_name(name)
    assert plain.startswith(beginning)
    assert plain.endswith(ending)
    assert len(plain) == len(beginning) + 8 + len(ending)


@given(NAMES)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    """Whatever a document is called, its file is visible, in the folder, and has a name that disks take."""
    plain = safe_name(name)
    assert not set(plain) & set("/\\\0\n")
    assert plain[0] != "."
    assert plain not in {".", ".."}
    assert 0 < len(plain.encode()) <= 203


@given(NAMES, NAMES)
def test_two_names_stay_two(one: str, other: str) -> None:
    """Documents of different names are never kept as one file."""
    assert (safe_name(one) == safe_name(other)) == (one == other)


def test_the_same_name_is_a_new_version(tmp_path: Path) -> None:
    """A document replaces the one of its own name, and no other."""
    documents = Documents(tmp_path / "received")
    first = documents.put("a.txt", b"one")
    other = documents.put("folder/a.txt", b"other")
    second = documents.put("a.txt", b"two")
    assert (first.before, second.before) == (None, b"one")
    assert first.path == second.path
    assert first.path.read_bytes() == b"two"
    assert other.path.read_bytes() == b"other"
    assert sorted(documents.folder.iterdir()) == sorted([first.path, other.path])


def test_what_is_taken_back_was_never_there(tmp_path: Path) -> None:
    """A new document that is taken back is gone, and a new version leaves the earlier one."""
    documents = Documents(tmp_path / "received")
    documents.take_back(documents.put("new.txt", b"x"))
    earlier = documents.put("old.txt", b"one")
    documents.take_back(documents.put("old.txt", b"two"))
    assert list(documents.folder.iterdir()) == [earlier.path]
    assert earlier.path.read_bytes() == b"one"


def test_a_document_goes_by_the_input_of_its_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is deleted once, whether the folder is told as it was given or in full, and no other is."""
    monkeypatch.chdir(tmp_path)
    documents = Documents(Path("home") / "received")
    assert not documents.drop("home/received/a.txt")
    for name in ("a.txt", "b  c.txt", "d.txt"):
        documents.put(name, b"words")
    assert documents.drop("home/received/a.txt")
    assert not documents.drop("home/received/a.txt")
    assert documents.drop(f"{tmp_path.resolve()}/home/received/b  c.txt")
    assert [path.name for path in documents.folder.iterdir()] == ["d.txt"]


@pytest.mark.parametrize(
    "given",
    [
        *("", ".", "..", "a.txt", "/a.txt", "received/a.txt", "home/received", "home/received/"),
        *("home/received/../outside.txt", "home/received/folder", "home/received/folder/a.txt"),
        *("home/received/./a.txt", "home//received/a.txt", "home/received/a.txt\0", "home/received/*"),
        *("./home/received/a.txt", "home/received/A.TXT", "home/outside.txt"),
    ],
)
def test_nothing_else_is_ever_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """What is not exactly the input of a document leaves every file in its place."""
    monkeypatch.chdir(tmp_path)
    documents = Documents(Path("home") / "received")
    documents.put("a.txt", b"words")
    (documents.folder / "folder").mkdir()
    for path in (
        documents.folder / "folder" / "a.txt",
        tmp_path / "home" / "outside.txt",
        tmp_path / "a.txt",
    ):
        path.write_text("words")
    before = sorted(tmp_path.rglob("*"))
    assert not documents.drop(given)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_is_deleted_and_not_what_it_leads_to(tmp_path: Path) -> None:
    """A link that somebody has put into the folder goes alone."""
    documents = Documents(tmp_path / "received")
    documents.put("a.txt", b"words")
    outside = tmp_path / "outside.txt"
    outside.write_text("words")
    (documents.folder / "link.txt").symlink_to(outside)
    assert documents.drop(f"{documents.folder}/link.txt")
    assert outside.exists()
    assert [path.name for path in documents.folder.iterdir()] == ["a.txt"]
