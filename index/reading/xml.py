"""XML from anywhere, made safe to parse: unpacked, decoded, mended, with nothing before its root."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from dataclasses import dataclass
from html.entities import html5
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from index.reading.decoding import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_GZIP = b"\x1f\x8b"
# zlib's number for a stream with a gzip header.
_WITH_HEADER = 31
# It unpacks to some 4 MB at most, by which a limit may be passed.
_CHUNK = 4_096
# Gzips one after the other are one; a million empty ones take a minute and give nothing.
_MEMBERS = 10_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHAPES = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_SERVED = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
# The only other codecs that text from outside may choose: some of Python's are slow, or no charsets.
_CHARSET = re.compile(r"cp\d|iso8859|koi8|mac|gb|hz|big5|euc|shift_jis|iso2022|johab|tis|kz")
# As every browser reads them: what is declared Latin-1 was mostly written on Windows.
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
_STATEFUL = re.compile(r"iso-2022|hz-gb", re.IGNORECASE)
_GOOD_TO_BAD = 10
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SMALL_IN_KOI8 = re.compile(rb"[\xc0-\xdf]")
_SAMPLE = 200_000

_INVALID = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_AMPERSAND = re.compile(r"&(?:(#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z]\w{1,31});)?", re.ASCII)
_LAST = 0x10FFFF
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})

_PROLOG = re.compile(
    r"""(?:[\s\ufeff]++
    |<\?.*?(?:\?>|\Z)
    |<!--.*?(?:-->|\Z)
    |<!DOCTYPE(?:[^\[<>"']|"[^"]*"|'[^']*')*+(?:\[(?:[^\]"'<]|"[^"]*"|'[^']*'|<!--.*?(?:-->|\Z)|<)*+\]\s*)?>
    )*+""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_ELEMENT = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})")
_ROOTS = re.compile(
    r"<(?:[\w.-]{1,60}:)?(rss|rdf|feed|opml|urlset|sitemapindex|html)(?=[\s/>])", re.IGNORECASE
)
_KNOWN = frozenset({"rss", "rdf", "feed", "channel", "opml", "urlset", "sitemapindex", "html"})


@dataclass(frozen=True, slots=True)
class Document:
    """XML from its root element on; no DOCTYPE is left that could declare an entity.

    `root` is the root's name in lower case without prefix, "" where nothing looks like an element. What
    stood before it is in `text` only as line ends, so that lines keep their numbers.
    """

    root: str
    text: str


def unpack(raw: bytes, limit: int) -> tuple[bytes, bool]:
    """The bytes in a gzip, or else the bytes themselves; and whether they are whole.

    Args:
        raw: what was read.
        limit: bytes after which no more is unpacked; damage or padding ends it too.
    """
    if not raw.startswith(_GZIP):
        return raw[:limit], len(raw) <= limit
    unpacked, member, members, at = bytearray(), zlib.decompressobj(_WITH_HEADER), 1, 0
    try:
        while at < len(raw) and len(unpacked) <= limit:
            if member.eof and not (raw.startswith(_GZIP, at) and members < _MEMBERS):
                break
            if member.eof:
                member, members = zlib.decompressobj(_WITH_HEADER), members + 1
            piece = raw[at : at + _CHUNK]
            unpacked += member.decompress(piece)
            at += len(piece) - len(member.unused_data)
    except zlib.error:
        return bytes(unpacked[:limit]), False
    return bytes(unpacked[:limit]), member.eof and len(unpacked) <= limit


def decode_xml(raw: bytes, content_type: str = "") -> str:
    """The text, by what the bytes are, then by what the file and its header (`content_type`) say they are.

    Bytes that are UTF-8, or nearly, are read as that, since servers and templates declare anything; what
    no declaration fits is read as windows-1251, KOI8-R or windows-1252, by how the high bytes lie.
    """
    mark, encoding = next((found for found in _MARKS if raw.startswith(found[0])), (b"", ""))
    if encoding := encoding or _SHAPES.get(raw[:2], ""):
        return raw[len(mark) :].decode(encoding, "replace")
    declared = _DECLARED.search(raw[:1_000])
    served = _SERVED.search(content_type)
    named = [declared[1].decode("ascii", "replace") if declared else "", served[1] if served else ""]
    if _STATEFUL.match(named[0]):
        return _strictly(raw, named[0]) or raw.decode("utf-8", "replace")
    text = _utf_8(raw)
    if text is not None:
        return text
    return next(filter(None, (_strictly(raw, name) for name in named)), None) or raw.decode(
        _guess(raw[:_SAMPLE]), "replace"
    )


def open_xml(raw: bytes, content_type: str = "") -> Document:
    """The decoded text from its root element on, with what commonly breaks a parser mended.

    HTML's entities become their characters, bare ampersands and characters that XML forbids are put
    right; entities that the file declares itself stay unknown.
    """
    text = _INVALID.sub("", decode_xml(raw, content_type))
    start = _PROLOG.match(text).end()  # type: ignore[union-attr] # it matches nothing, too
    root = _ELEMENT.match(text, start)
    if not root or root[1].lower() not in _KNOWN:
        root = _ROOTS.search(text, start) or root
    if not root:
        return Document("", text[start:])
    lines = "\n" * text.count("\n", 0, root.start())
    return Document(root[1].lower(), lines + _mend(text[root.start() :]))


def elements(document: Document, *names: str, event: str = "end") -> Iterator[_Element | str]:
    """Each element of these local names, in the file's order; then, where the XML is broken, what is wrong.

    Args:
        document: what is read, as far as it goes.
        names: without prefix; whatever the prefix, the element counts.
        event: "end" gives each element whole and lets it go when the next is asked for, so that the
            tree is never held; "start" gives it with its attributes alone, before what is inside it.
    """
    from lxml import etree

    read = etree.iterparse(
        io.BytesIO(document.text.encode()),
        events=(event,),
        tag=[f"{{*}}{name}" for name in names],
        recover=True,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in read:
            yield element
            if event == "end":
                _let_go(element)
    except etree.XMLSyntaxError as error:
        yield not_well_formed(error.lineno, error.msg)
        return
    if read.error_log:
        first = read.error_log[0]
        yield not_well_formed(first.line, first.message)


def not_well_formed(line: int | None, why: str | None) -> str:
    """The remark on XML that a parser could not read to its end."""
    where = f" at line {line}" if line else ""
    return f"not well-formed XML, read as far as it goes: {shown(why or 'no element in it')}{where}"


def absolute(address: str | None, base: str = "") -> str | None:
    """The address, completed by `base`, if it is one of the web (http or https); None for any other."""
    given = one_line(address or "").replace(" ", "%20")
    try:
        joined = urljoin(base, given) if given else ""
        parts = urlsplit(joined)
        sane = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return joined if sane and joined.isprintable() and not set(joined) & set('<>"') else None


def _let_go(element: _Element) -> None:
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _utf_8(raw: bytes) -> str | None:
    """The bytes as UTF-8, cut short perhaps, or with few that are wrong; None if they are something else."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(raw) - len(text.encode("ascii", "ignore")) - bad
    return text if good > _GOOD_TO_BAD * bad else None


def _strictly(raw: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        codec = _READ_AS.get(codec, codec)
        return raw.decode(codec) if _CHARSET.match(codec) else None
    except (LookupError, ValueError):
        return None


def _guess(raw: bytes) -> str:
    """Cyrillic words are runs of high bytes, small letters mostly; Latin ones have one here and there."""
    runs = b"".join(_HIGH_RUN.findall(raw))
    if 2 * len(runs) < len(_HIGH.findall(raw)):
        return "cp1252"
    return "koi8-r" if 2 * len(_SMALL_IN_KOI8.findall(runs)) > len(runs) else "cp1251"


def _mend(text: str) -> str:
    parts = _CDATA.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = _AMPERSAND.sub(_reference, parts[at])
    return "".join(parts)


def _reference(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
        return match[0] if code <= _LAST and not _INVALID.match(chr(code)) else "\ufffd"
    if name in _OF_XML:
        return match[0]
    meant = html5.get(f"{name};")
    return f"&amp;{name};" if meant is None else "".join(f"&#{ord(char)};" for char in meant)
