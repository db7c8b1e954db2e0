"""Is what is about to be said really what the articles say? The last look before anything is sent."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.records import Hit


def altered(messages: Iterable[str], hits: Sequence[Hit], texts: Mapping[str, str]) -> list[Hit]:
    """Those of the hits that the messages, in Telegram's HTML, do not quote as the articles have them.

    `texts` are the articles' texts by id, as they are stored now; an article that is gone is not among
    them. Should there be more quotations than hits, or fewer, all are altered: nobody knows whose they are.
    """
    quoted = [quotation for message in messages for quotation in quotations(message)]
    if len(quoted) != len(hits):
        return list(hits)
    return [hit for said, hit in zip(quoted, hits, strict=True) if said != _stored(hit, texts)]


def quotations(message: str) -> list[str]:
    """The words within each block quotation of a message in Telegram's HTML, as a reader sees them."""
    reader = _Quotations()
    reader.feed(message)
    reader.close()
    return ["".join(parts) for parts in reader.found]


def _stored(hit: Hit, texts: Mapping[str, str]) -> str | None:
    text = texts.get(hit.article.id)
    return None if text is None else text[hit.passage.start : hit.passage.end]


class _Quotations(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[str]] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "blockquote":
            self.found.append([])
            self._within = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.found[-1].append(data)
