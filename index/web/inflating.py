"""The body of an answer unpacked piece by piece, so that no answer takes more room than it may."""

from __future__ import annotations

import zlib

_GZIP, _ZLIB, _RAW = 31, 15, -15
_GZIP_MARK = b"\x1f"
_PACKED = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}
_PLAIN = ("", "identity")
# Each part of a gzip costs time, even if it is empty.
_MEMBERS = 10_000
# What packing may add: one byte in so many, and headers.
_OVERHEAD, _HEADERS = 16, 65_536


class TooLarge(Exception):  # noqa: N818 - it is caught one room further and told as a FetchError
    """The body is longer than it may be."""


class Damaged(Exception):  # noqa: N818 - the same
    """The body is not packed as the answer says; the text says how."""


class Body:
    """A body that is filled piece by piece as it arrives, up to a number of bytes after unpacking.

    Args:
        encoding: the answer's Content-Encoding; "" where there is none.
        limit: how many bytes it may have.

    Raises:
        Damaged: the encoding is not one that was asked for.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in _PACKED and encoding not in _PLAIN:
            raise Damaged(f"is packed as '{encoding}', which was not asked for")
        self.content = bytearray()
        self._bits = _PACKED.get(encoding)
        self._limit = limit
        self._unpacking = None if self._bits is None else zlib.decompressobj(self._bits)
        self._began = False
        self._members = self._received = 0

    def add(self, piece: bytes) -> None:
        """Unpack the next piece; what fits is kept even where the rest does not.

        Raises:
            TooLarge: the body is longer than it may be.
            Damaged: it cannot be unpacked.
        """
        if self._unpacking is None:
            self._keep(piece)
            return
        try:
            self._unpack(piece)
        except zlib.error as error:
            raise Damaged(f"cannot be unpacked ({error})") from None
        # Nothing is longer for being packed, but for a little: what gives nothing counts, too.
        self._received += len(piece)
        if self._received > self._limit + self._limit // _OVERHEAD + _HEADERS:
            raise TooLarge

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            Damaged: it ends too early.
        """
        if self._unpacking is not None and self._began and not self._unpacking.eof:
            raise Damaged("ends too early")
        return bytes(self.content)

    def _unpack(self, piece: bytes) -> None:
        while piece:
            unpacking = self._next(piece)
            if unpacking is None:
                return
            # One byte more than fits is enough to know, however much a bomb would give.
            self._keep(unpacking.decompress(piece, self._limit - len(self.content) + 1))
            piece = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail

    def _next(self, piece: bytes) -> zlib._Decompress | None:
        """What unpacks this piece; None where all that is packed is over and only padding is left."""
        if not self._began and self._bits == _ZLIB and not _is_zlib(piece):
            # Many servers send deflate without the wrapping that the standard asks for.
            self._unpacking = zlib.decompressobj(_RAW)
        elif self._unpacking is not None and self._unpacking.eof:
            if self._bits != _GZIP or not piece.startswith(_GZIP_MARK):
                return None
            self._members += 1
            if self._members >= _MEMBERS:
                raise Damaged(f"is packed in more than {_MEMBERS:,} parts")
            self._unpacking = zlib.decompressobj(_GZIP)
        self._began = True
        return self._unpacking

    def _keep(self, piece: bytes) -> None:
        room = self._limit - len(self.content)
        self.content += piece[:room]
        if len(piece) > room:
            raise TooLarge


def _is_zlib(piece: bytes) -> bool:
    """Whether zlib's wrapping may begin so: its method is 8, and its two bytes are a multiple of 31."""
    if piece[0] & 0x0F != zlib.DEFLATED:
        return False
    return len(piece) == 1 or int.from_bytes(piece[:2], "big") % 31 == 0
