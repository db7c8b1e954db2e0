"""What a body is: by what is in it, and by its header only where that does not tell."""

from __future__ import annotations

import re
from enum import StrEnum

from index.reading.xml import decode_xml, open_xml, unpack

_PEEK = 64_000
# A wire's JSON may have its keys after a long body.
_JSON_PEEK = 1_000_000
_ROOTS = {
    "rss": "feed",
    "rdf": "feed",
    "feed": "feed",
    "channel": "feed",
    "opml": "opml",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "html": "page",
}
# What browsers open as a page although nobody wrote <html>.
_PAGE_PARTS = re.compile(
    r"<!doctype\s+html\b|<(?:head|body|title|meta|link|script|style|div|main|article|section|header|nav|h[1-6]"
    r"|p|table|ul|ol|br|b|span|a|img|form|center)[\s/>]",
    re.IGNORECASE,
)
_FEED_OF_RDF = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/", "<channel", "<item")
_NINJS_NAME = re.compile(r'"(?:uri|altids|pubstatus|versioncreated|firstcreated|contentcreated)"\s*:')
_NINJS_TEXT = re.compile(
    r'"(?:body_(?:text|html|xhtml|\w{1,20})|bodies|headlines?|slugline|descriptions?)"\s*:'
)
_NAMES_ENOUGH = 2
_ADDRESS_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_PAGE_TYPE = re.compile(r"text/html|application/xhtml\+xml", re.IGNORECASE)
_NOT_TEXT = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"PK\x03\x04", b"ID3", b"\0\0\0")


class Kind(StrEnum):
    """What can be made of a body: which reader it is for."""

    PAGE = "page"
    FEED = "feed"
    OPML = "opml"
    SITEMAP = "sitemap"
    NINJS = "ninjs"
    UNKNOWN = "unknown"


def kind_of(raw: bytes, content_type: str = "", address: str = "") -> Kind:
    """The kind of a body; never raises, and looks at the beginning only.

    Args:
        raw: the body as it came; a gzip is known by what is in it.
        content_type: the header, believed only where the content does not tell, since servers call
            feeds text/html and pages text/xml.
        address: where it came from; the ending counts where neither content nor header tells.
    """
    raw = unpack(raw, _JSON_PEEK)[0]
    if raw.startswith(_NOT_TEXT):
        return Kind.UNKNOWN
    beginning = raw[:_PEEK]
    text = decode_xml(beginning, content_type).lstrip("\ufeff").strip()
    if not text or "\0" in text:
        return Kind.UNKNOWN
    if text.startswith(("{", "[")):
        return _of_json(decode_xml(raw, content_type))
    if _lists_addresses(text, whole=len(raw) <= _PEEK):
        return Kind.SITEMAP
    return _of_markup(beginning, text, content_type) or _as_said(text, content_type, address)


def _of_json(text: str) -> Kind:
    named = len({match[0] for match in _NINJS_NAME.finditer(text)})
    written = bool(_NINJS_TEXT.search(text))
    return Kind.NINJS if named >= _NAMES_ENOUGH or (named and written) else Kind.UNKNOWN


def _lists_addresses(text: str, *, whole: bool) -> bool:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    complete = lines if whole else lines[:-1]
    return bool(complete) and all(_ADDRESS_LINE.fullmatch(line) for line in complete)


def _of_markup(beginning: bytes, text: str, content_type: str) -> Kind | None:
    document = open_xml(beginning, content_type)
    if document.root == "rdf" and not any(sign in document.text for sign in _FEED_OF_RDF):
        return Kind.UNKNOWN
    if document.root in _ROOTS:
        return Kind(_ROOTS[document.root])
    if text.startswith("<?xml") and document.root and not _PAGE_PARTS.match(document.text.lstrip()):
        return Kind.UNKNOWN
    return Kind.PAGE if text.startswith("<") and _PAGE_PARTS.search(text) else None


def _as_said(text: str, content_type: str, address: str) -> Kind:
    """What header and address say of text that does not tell by itself."""
    if _PAGE_TYPE.match(content_type.strip()):
        return Kind.PAGE
    if text.startswith("<") and _FEED_TYPE.match(content_type.strip()):
        return Kind.FEED
    if not content_type and text.startswith("<") and address.lower().endswith((".html", ".htm", ".xhtml")):
        return Kind.PAGE
    return Kind.UNKNOWN
