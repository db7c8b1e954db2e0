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
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LINE_LIMIT = 20_000_000
_CHUNK = 1_000_000
# So many lines that are no articles are told of one by one, and so many in a row end the reading; so many
# blank ones, too.
TOLD = 1_000
BLANK = 100_000
# Articles are packed to a tenth of their size or so; what gives so many times its own is a bomb.
_TIMES, _AT_LEAST = 100, 1_000_000
# What a damaged .gz raises: no gzip header or a wrong checksum, a broken stream, an early end.
_DAMAGE = (gzip.BadGzipFile, zlib.error, EOFError)


class _Endless(Exception):  # noqa: N818 - it is caught in here and told as a Skipped
    """There is so much in a file that is no article that it is read no further; the text says what."""


def read_beir(path: Path, origin: Origin) -> Iterator[Article | Skipped | Noticed]:
    """The articles of a .jsonl or .jsonl.gz file, and what was not read and why.

    A few bytes can be packed that unpack to years of work: what has nothing but strange lines for long, or
    unpacks to far more than articles do, is read no further.

    Args:
        path: the file.
        origin: how a person would call it, and the id that lines without one build theirs on.

    Raises:
        OSError: the file cannot be opened or read; damage within a .gz does not raise.
    """
    number, strange = 0, _Strange()
    try:
        for number, line in _lines(path):
            yield from strange.passed(_read_line(line, number, origin))
    except _DAMAGE as error:
        reach = f"damaged after line {number}" if number else "not a whole .gz file"
        yield Skipped(origin.input, f"{reach} ({shown(error)}); fetch or pack it again")
    except _Endless as error:
        yield Skipped(origin.input, f"read only up to line {number}: {error}; is it a file of articles?")
    else:
        if not number:
            yield Skipped(origin.input, "empty: no line in it")
    if strange.untold:
        yield Skipped(origin.input, f"{strange.untold:,} further lines are no articles either")


def count_lines(path: Path) -> int:
    """How many lines are not blank, as far as the file can be read.

    Raises:
        OSError: the file cannot be opened or read; damage within a .gz does not raise.
    """
    lines = 0
    with contextlib.suppress(*_DAMAGE, _Endless):
        for _, line in _lines(path):
            lines += line is None or bool(line.strip())
    return lines


class _Strange:
    """Counts the lines that are no articles, and lets the first of them pass."""

    def __init__(self) -> None:
        self._told = self._in_a_row = self.untold = 0

    def passed(self, read: Iterable[Article | Skipped | Noticed]) -> Iterator[Article | Skipped | Noticed]:
        """What is read of a line.

        Raises:
            _Endless: there are too many in a row.
        """
        for each in read:
            if not isinstance(each, Skipped):
                self._in_a_row = 0
                yield each
                continue
            self._in_a_row += 1
            if self._told < TOLD:
                self._told += 1
                yield each
            else:
                self.untold += 1
        if self._in_a_row > TOLD:
            raise _Endless(f"more than {TOLD:,} lines in a row are no articles")


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None in place of a line that is longer than the limit."""
    if not path.name.lower().endswith(".gz"):
        with path.open("rb") as stream:
            yield from _numbered(stream)
        return
    most = _AT_LEAST + _TIMES * path.stat().st_size
    with cast("IO[bytes]", gzip.open(path)) as stream:
        yield from _numbered(stream, most)


def _numbered(stream: IO[bytes], most: int | None = None) -> Iterator[tuple[int, bytes | None]]:
    blank = 0
    for number in count(1):
        line = stream.readline(LINE_LIMIT + 1)
        if not line:
            return
        blank = blank + 1 if line.isspace() else 0
        if blank > BLANK:
            raise _Endless(f"more than {BLANK:,} lines in a row are blank")
        long = len(line) > LINE_LIMIT and not line.endswith(b"\n")
        _check(stream, most)
        yield number, None if long else line
        while long and line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
            _check(stream, most)


def _check(stream: IO[bytes], most: int | None) -> None:
    if most is not None and stream.tell() > most:
        raise _Endless(f"it unpacks to more than {_TIMES} times its size")


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
