"""What a fetched body gives: articles, withdrawals, or a word on why there is none; never an error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.addresses import canonical_address
from index.reading.decoding import decode, shown
from index.reading.fields import Origin
from index.reading.kind import Kind, kind_of
from index.reading.ninjs import read_ninjs
from index.reading.page import read_page
from index.records import Skipped, Withdrawal
from index.watching.boundary import boundary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.indexing import Item
    from index.watching.leads import Lead
    from index.web.fetching import Fetched


def kind_at(fetched: Fetched) -> Kind:
    """What it is that an address answered with."""
    return kind_of(fetched.body, fetched.content_type, fetched.address)


def page_items(lead: Lead, fetched: Fetched) -> tuple[Item, ...]:
    """The article of a page, or its word that it was withdrawn, which it may take back."""
    if (kind := kind_at(fetched)) != Kind.PAGE:
        said = shown(fetched.content_type) if fetched.content_type else "no type given"
        return (Skipped(lead.address, f"not a page but {kind} ({said})"),)
    items = _items(lead, fetched.body, fetched.address, fetched.content_type)
    return tuple(replace(each, vanished=True) if isinstance(each, Withdrawal) else each for each in items)


def content_items(lead: Lead) -> tuple[Item, ...]:
    """The article that came along in the feed itself."""
    body = f"<html><body><article>{lead.content}</article></body></html>"
    return _items(lead, body.encode(errors="replace"), lead.address, "text/html; charset=utf-8")


def wire_items(lead: Lead, fetched: Fetched) -> tuple[Item, ...]:
    """The articles and withdrawals of newswire."""

    def read() -> Iterator[Item]:
        origin = Origin(lead.address, canonical_address(lead.address))
        yield from read_ninjs(decode(fetched.body, lead.address), origin)

    return _gathered(read(), lead.address)


def _items(lead: Lead, body: bytes, address: str, content_type: str) -> tuple[Item, ...]:
    origin = Origin(lead.address, canonical_address(address))
    read = read_page(body, origin, address=address, content_type=content_type, fallback=lead.said)
    return _gathered(read, lead.address)


def _gathered(items: Iterator[Item], name: str) -> tuple[Item, ...]:
    found: list[Item] = []
    with boundary(name) as told:
        found.extend(items)
    return (*found, Skipped(name, told.trouble)) if told.trouble else tuple(found)
