"""Whatever a person names on the command line, read into articles: a file, or a folder of files."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from index.reading.beir import count_lines, read_beir
from index.reading.decoding import decode, one_line
from index.reading.fields import Noticed, Origin
from index.reading.markdown import read_markdown
from index.reading.ninjs import read_ninjs
from index.reading.page import read_page
from index.reading.text import read_text
from index.records import Article, Skipped, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_LIMIT = 50_000_000
_TEXT = ".txt"
_MARKDOWN = (".md", ".markdown")
_BEIR = (".jsonl", ".jsonl.gz")
_PAGE = (".html", ".htm", ".xhtml")
_WIRE = ".json"
_OPML = ".opml"
_KINDS = "we read .txt, .md, .markdown, .html, .jsonl, .jsonl.gz and newswire in .json"


def read_input(given: str, base: Path) -> Iterator[Article | Withdrawal | Skipped | Noticed]:
    """Every article of a file or folder, and a word on all that is not read as one; content never raises.

    Args:
        given: the path as typed; a folder is walked in sorted order, without its hidden files.
        base: the id of a file below this folder, if it tells none, is its path from there, else its
            whole path.
    """
    for path in _walk(given):
        if isinstance(path, Skipped):
            yield path
            continue
        origin = Origin(_shown_path(path), _identity(path, base))
        try:
            yield from _read_file(path, origin)
        except InputError as error:
            yield Skipped(origin.input, str(error).removeprefix(f"{origin.input}: "))
        except OSError as error:
            yield Skipped(origin.input, _why(error))


def count_articles(given: str) -> int:
    """About how many articles `read_input` will find; what cannot be read counts as none."""
    return sum(_count(path) for path in _walk(given) if isinstance(path, Path))


def _walk(given: str) -> Iterator[Path | Skipped]:
    """The files of kinds we read, in order; each folder once, so that links in a circle come to an end."""
    if not given.strip():
        yield Skipped(given, "no such file or folder: the name is empty")
        return
    waiting, entered = [Path(given)], set[tuple[int, int]]()
    while waiting:
        path = waiting.pop()
        try:
            found = _look(path, entered)
        except (OSError, ValueError) as error:
            found = Skipped(_shown_path(path), _why(error))
        if isinstance(found, list):
            waiting += found
        else:
            yield found


def _look(path: Path, entered: set[tuple[int, int]]) -> list[Path] | Path | Skipped:
    """What a folder holds, if it was not entered before; a file that we read; or why we do not."""
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        return _judge(path, status) or path
    folder = (status.st_dev, status.st_ino)
    if folder in entered:
        return []
    entered.add(folder)
    return _children(path)


def _children(folder: Path) -> list[Path]:
    """What is in a folder and not hidden, last name first."""
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(visible, key=lambda path: path.name, reverse=True)


def _judge(path: Path, status: os.stat_result) -> Skipped | None:
    """Why a file is not worth opening, if it is not."""
    name = path.name.lower()
    reason = None
    if not stat.S_ISREG(status.st_mode):
        reason = "a pipe, socket or device, not a file; copy what it gives into a file"
    elif name.endswith(_OPML):
        reason = "a list of feeds; name it by itself, and the feeds are read"
    elif not name.endswith((_TEXT, _WIRE, *_MARKDOWN, *_PAGE, *_BEIR)):
        reason = f"a file of another kind; {_KINDS}"
    elif name.startswith("queries.jsonl") and _beside_corpus(path):
        reason = "questions of a BEIR set, not articles"
    elif status.st_size > FILE_LIMIT and not name.endswith(_BEIR):
        reason = _too_long(status.st_size)
    return Skipped(_shown_path(path), reason) if reason else None


def _beside_corpus(path: Path) -> bool:
    return any(path.with_name(f"corpus{suffix}").exists() for suffix in _BEIR)


def _too_long(size: int) -> str:
    return f"{size / 1e6:.1f} MB, more than the {FILE_LIMIT / 1e6:.0f} MB we read as one article; split it"


def _read_file(path: Path, origin: Origin) -> Iterator[Article | Withdrawal | Skipped | Noticed]:
    name = path.name.lower()
    if name.endswith(_BEIR):
        yield from read_beir(path, origin)
        return
    with path.open("rb") as file:
        # A file may still grow after it was looked at.
        raw = file.read(FILE_LIMIT + 1)
    if len(raw) > FILE_LIMIT:
        raise InputError(f"{origin.input}: {_too_long(len(raw))}")
    if name.endswith(_PAGE):
        # A page says itself in which letters it is written, and which address it has.
        yield from read_page(raw, origin)
        return
    readers = {_TEXT: read_text, _WIRE: read_ninjs}
    read = readers.get(path.suffix.lower(), read_markdown)
    yield from read(decode(raw, origin.input), origin)


def _count(path: Path) -> int:
    if not path.name.lower().endswith(_BEIR):
        return 1
    try:
        return count_lines(path)
    except OSError:
        return 0


def _identity(path: Path, base: Path) -> str:
    whole = path.resolve()
    below = whole.is_relative_to(base.resolve())
    return one_line((whole.relative_to(base.resolve()) if below else whole).as_posix())


def _shown_path(path: Path) -> str:
    return one_line(Path(os.path.normpath(path)).as_posix())


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return "no such file or folder; check the spelling"
    return f"cannot be opened or read: {getattr(error, 'strerror', None) or type(error).__name__}"
