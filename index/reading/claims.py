"""Which address a page claims for itself, and what it is called outside its JSON-LD."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from index.addresses import believed_address, is_address
from index.reading.linked_data import Itself, LinkedArticle, stands_above

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_ADDRESS_NAMES = ("@id", "url")
_LINKS = 5


def claims_of(tree: HtmlElement, said: list[str]) -> list[str]:
    """The addresses a page claims in its canonical links, then those `said` in its Open Graph."""
    links = (link for link in tree.iter("link") if "canonical" in link.get("rel", "").lower().split())
    return [*(link.get("href") or "" for link in islice(links, _LINKS)), *said]


def itself(titles: Iterable[str], claims: list[str], address: str | None) -> Itself:
    """What the page calls itself and where it stands, the address it was fetched from first."""
    whole = [each for claim in claims if (each := _joined(address, claim))]
    return Itself(addresses=tuple([address, *whole] if address else whole), titles=tuple(titles))


def address_of(claims: list[str], linked: LinkedArticle, address: str | None) -> str | None:
    """The first claim that may be believed, else where it was fetched from; a section is no piece."""
    claimed = [*claims, *linked.texts("url", "mainEntityOfPage", of=_ADDRESS_NAMES)]
    believed = (whole for each in claimed if (whole := believed_address(each, address)))
    return next((whole for whole in believed if not (address and stands_above(whole, address))), address)


def _joined(address: str | None, claim: str) -> str:
    try:
        whole = urljoin(address or "", claim.strip())
    except ValueError:
        return ""
    return whole if is_address(whole) else ""
