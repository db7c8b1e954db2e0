"""A BEIR corpus: a line an article, read one line at a time however long the file."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from itertools import count
from typing import IO, TYPE_CHECKING, Any, cast

from index.errors import InputError
from index.reading.decoding import decode, shown
from index.reading.fields import Noticed, Origin, canonical, compose
from index.records import Article, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE_LIMIT = 20_000_000
_CHUNK = 1_000_000
# What a damaged .gz raises: no gzip header or a wrong checksum, a broken stream, an early end.
_DAMAGE = (gzip.BadGzipFile, zlib.error, EOFError)


def read_beir(path: Path, origin: Origin) -> Iterator[Article | Skipped | Noticed]:
    """The articles of a .jsonl or .jsonl.gz file, and what was not read and why.

    Args:
        path: the file.
        origin: how a person would call it, and the id that lines without one build theirs on.

    Raises:
        OSError: the file cannot be opened or read; damage within a .gz does not raise.
    """
    number = 0
    try:
        for number, line in _lines(path):
            yield from _read_line(line, number, origin)
    except _DAMAGE as error:
        reach = f"damaged after line {number}" if number else "not a whole .gz file"
        yield Skipped(origin.input, f"{reach} ({shown(error)}); fetch or pack it again")
    else:
        if not number:
            yield Skipped(origin.input, "empty: no line in it")


def count_lines(path: Path) -> int:
    """How many lines are not blank, as far as the file can be read.

    Raises:
        OSError: the file cannot be opened or read; damage within a .gz does not raise.
    """
    lines = 0
    with contextlib.suppress(*_DAMAGE):
        for _, line in _lines(path):
            lines += line is None or bool(line.strip())
    return lines


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None in place of a line that is longer than the limit."""
    packed = path.name.lower().endswith(".gz")
    with cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb") as stream:
        yield from _numbered(stream)


def _numbered(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    for number in count(1):
        line = stream.readline(LINE_LIMIT + 1)
        if not line:
            return
        if len(line) <= LINE_LIMIT or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield number, None


def _read_line(line: bytes | None, number: int, origin: Origin) -> Iterator[Article | Skipped | Noticed]:
    if line is not None and not line.strip():
        return
    try:
        yield from _read_record(
            _parse(line, origin.input), Origin(origin.input, f"{origin.id}#{number}"), number
        )
    except InputError as error:
        yield Skipped(origin.input, f"line {number}: {str(error).removeprefix(f'{origin.input}: ')}")


def _read_record(record: dict[str, Any], origin: Origin, number: int) -> Iterator[Article | Noticed]:
    metadata = record.get("metadata")
    given = {**canonical(metadata if isinstance(metadata, dict) else {}), **canonical(record)}
    text = record.get("text")
    if text is not None and not isinstance(text, str):
        raise InputError(f"{origin.input}: the text is no string but {shown(text)}")
    for read in compose(given, text or "", origin):
        yield read if isinstance(read, Article) else Noticed(read.input, f"{read.remark} (line {number})")


def _parse(line: bytes | None, name: str) -> dict[str, Any]:
    if line is None:
        raise InputError(f"{name}: longer than {LINE_LIMIT / 1e6:.0f} MB; no article is")
    text = decode(line, name)
    try:
        record = json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        why = f"{error.msg} at column {error.pos + 1}"
    except ValueError:
        why = "a number too long to read"
    except RecursionError:
        why = "nested too deeply"
    else:
        if isinstance(record, dict):
            return record
        why = "not an object"
    raise InputError(f"{name}: not an article ({why}): {shown(text)}; a line holds one JSON object")
