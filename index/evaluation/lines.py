"""Files with a JSON object a line, where a line that is broken is an error that names it."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import IO, TYPE_CHECKING, Any, cast

from index.errors import InputError
from index.reading.decoding import decode, one_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a .jsonl or .jsonl.gz file, each with the place that a message names; blank lines aside.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object; the message names file and line.
    """
    for place, line in read_lines(path):
        yield place, _parse(line, place)


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a text file, each with the place that a message names; blank lines aside.

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8; the message names file and line.
    """
    name, number = one_line(str(path)), 0
    try:
        with cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, raw in enumerate(stream, start=1):
                place = f"{name}, line {number}"
                if raw.strip():
                    yield place, decode(raw, place).rstrip("\r\n")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{name}: cannot be read after line {number} ({reason}); check that it is there and whole"
        ) from error


def _parse(line: str, place: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError(f"{place}: not a JSON object: {shown(line)}; write one object on each line")
    return found
