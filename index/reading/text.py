"""Plain text, with or without a header that says what it is.

Three headers are known: YAML front matter between `---` lines, `key: value` lines up to the first
blank line, and a text that opens with `date 2025-01-11`. All else is the article.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.reading.dates import parse_day
from index.reading.decoding import clean, shown
from index.reading.fields import SPELLINGS, Noticed, Origin, compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.records import Article

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
# PyYAML reads some 50 kB a second; what is longer than this was not written as a header.
_FRONT_MATTER_LIMIT = 64_000
_OPENING_DATE = re.compile(r"date(?::[ \t]*|[ \t]+)(?=\d{4}-\d\d-\d\d)", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\S*)?", re.ASCII)
_DAY_AND_MORE = re.compile(rf"({_DAY.pattern})[ \t]+(?=\S)", re.ASCII)
_KEY_LINE = re.compile(r"([A-Za-z]+)[ \t]*:[ \t]*(.*)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# A longer "value" is a paragraph that begins with a word and a colon.
_VALUE_LIMIT = 300
_CURE = "quote values that hold a colon, or take the --- lines away"


def read_text(text: str, origin: Origin) -> Iterator[Article | Noticed]:
    """What is to be said about the header, then the article.

    Args:
        text: the decoded file.
        origin: where it came from.

    Raises:
        InputError: the front matter is no YAML, or there is no text.
    """
    fields, body = split_header(text, origin.input)
    yield from compose(fields, body, origin)


def split_header(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The metadata on top of a text, and the clean rest; `name` is what a message calls the file.

    Raises:
        InputError: the front matter is no YAML; the message names the line.
    """
    article = clean(text)
    blank_lines = text[: len(text) - len(text.lstrip())].count("\n")
    return (
        _front_matter(article, name, blank_lines)
        or _key_lines(article)
        or _opening_date(article)
        or ({}, article)
    )


def _front_matter(text: str, name: str, blank_lines: int) -> tuple[dict[str, Any], str] | None:
    match = _FRONT_MATTER.match(text, 0, _FRONT_MATTER_LIMIT)
    if not match:
        return None
    fields = _parse_yaml(match[1], name, blank_lines + 2)
    if fields is not None and not isinstance(fields, dict):
        return None
    # Without its types, YAML's way to write nothing is only a word.
    given = {key: value for key, value in (fields or {}).items() if value not in ("null", "~")}
    return given, text[match.end() :].strip()


def _parse_yaml(block: str, name: str, first_line: int) -> Any:
    """Every scalar as it is written: typed YAML takes the language `no` for false and `010` for 8."""
    import yaml

    try:
        return yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - makes strings, lists and mappings only
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        where, why = f"line {line}", shown(error.problem or error.context)
    except yaml.reader.ReaderError as error:
        where, why = f"line {first_line + block[: error.position].count(chr(10))}", error.reason
    except RecursionError:
        where, why = f"line {first_line}", "nested too deeply"
    raise InputError(f"{name}: {where}: the front matter is no YAML ({why}); {_CURE}")


def _key_lines(text: str) -> tuple[dict[str, Any], str] | None:
    header, *body = _BLANK_LINE.split(text, maxsplit=1)
    fields: dict[str, Any] = {}
    for line in header.split("\n"):
        match = _KEY_LINE.fullmatch(line.rstrip())
        if not match or match[1].lower() not in SPELLINGS or not _is_value(match[2]):
            return None
        fields.setdefault(match[1].lower(), match[2])
    return fields, "".join(body).strip()


def _is_value(text: str) -> bool:
    """Whether it may be all there is to say under a key, not an article that begins like one."""
    return len(text) <= _VALUE_LIMIT and (not _DAY_AND_MORE.match(text) or parse_day(text) is not None)


def _opening_date(text: str) -> tuple[dict[str, Any], str] | None:
    opening = _OPENING_DATE.match(text)
    if not opening:
        return None
    line, _, rest = text[opening.end() :].partition("\n")
    if _DAY.fullmatch(line.strip()) or parse_day(line):
        return {"date": line}, rest.strip()
    day = _DAY_AND_MORE.match(line)
    return ({"date": day[1]}, text[opening.end() + day.end() :].strip()) if day else None
