"""Bodies that are small to send and ruinous to read."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20
_BLOCKS_AT_ONCE = 64
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_LAST_BLOCK = b"\x03\x00"
_ONES = 0xFFFFFFFF
_HTML_DEPTH = 100_000


def gzip_zeros(size: int) -> Iterator[bytes]:
    """A gzip file of so many zero bytes, some 1,030 times smaller, in pieces that take no memory.

    It is one sound member with the right checksum: nothing but its size is wrong with it.

    Args:
        size: in bytes; rounded up to whole mebibytes.
    """
    blocks = max(-(-size // BLOCK), 1)
    yield _GZIP_HEAD
    for start in range(0, blocks, _BLOCKS_AT_ONCE):
        yield _zero_block() * min(_BLOCKS_AT_ONCE, blocks - start)
    yield _LAST_BLOCK + struct.pack("<II", _checksum(blocks), blocks * BLOCK & _ONES)


def gzip_zeros_length(size: int) -> int:
    """How many bytes `gzip_zeros` comes to."""
    blocks = max(-(-size // BLOCK), 1)
    return len(_GZIP_HEAD) + blocks * len(_zero_block()) + len(_LAST_BLOCK) + 8


def entity_bomb(levels: int = 10) -> bytes:
    """An RSS feed whose title is ten entities of ten entities of ten…: a "billion laughs"."""
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">\n' for level in range(1, levels))
    return _feed(f'<!ENTITY l0 "laugh">\n{entities}', f"&l{levels - 1};")


def external_entities(*addresses: str) -> bytes:
    """An RSS feed whose title is whatever stands at these addresses."""
    entities = "".join(f'<!ENTITY x{number} SYSTEM "{each}">\n' for number, each in enumerate(addresses))
    return _feed(entities, "".join(f"&x{number};" for number in range(len(addresses))))


def deep_html(depth: int = _HTML_DEPTH) -> bytes:
    """A page with its one paragraph so many elements deep."""
    opened, closed = b"<div>" * depth, b"</div>" * depth
    return b"<!DOCTYPE html><html><body>%s<p>At the bottom.</p>%s</body></html>" % (opened, closed)


def _feed(declarations: str, title: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE rss [\n{declarations}]>\n'
        f'<rss version="2.0"><channel><title>{title}</title><link>http://bomb.example/</link>'
        f"<description>{title}</description><item><title>{title}</title>"
        f"<link>http://bomb.example/item</link><description>{title}</description></item></channel></rss>\n"
    ).encode()


@cache
def _zero_block() -> bytes:
    """A block of zeros, compressed so that it may be repeated: it looks back at nothing before it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(bytes(BLOCK)) + packer.flush(zlib.Z_FULL_FLUSH)


@cache
def _checksum(blocks: int) -> int:
    """The CRC-32 of so many blocks of zeros, by squaring the step over one instead of reading them all."""
    zeros = bytes(BLOCK)
    step = [zlib.crc32(zeros, 1 << bit ^ _ONES) ^ _ONES for bit in range(32)]
    register = _ONES
    while blocks:
        if blocks & 1:
            register = _stepped(step, register)
        step = [_stepped(step, column) for column in step]
        blocks >>= 1
    return register ^ _ONES


def _stepped(step: list[int], register: int) -> int:
    result = 0
    for bit, column in enumerate(step):
        if register >> bit & 1:
            result ^= column
    return result
