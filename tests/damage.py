"""Damage done to files, as a disk or a careless hand does it between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def rewrite(file: Path, raw: bytes) -> None:
    """Put a file of these bytes in the place of another.

    In its place, not into it: tantivy maps its files into memory, and a mapped file that is cut short
    kills whoever still reads it, here the test itself.
    """
    other = file.with_name(f"{file.name}.rewritten")
    other.write_bytes(raw)
    other.replace(file)


def flip(file: Path) -> None:
    """Change a byte in the middle."""
    raw = file.read_bytes()
    middle = len(raw) // 2
    rewrite(file, raw[:middle] + bytes([raw[middle] ^ 0x10]) + raw[middle + 1 :])


def cut(file: Path) -> None:
    """Keep the first half."""
    rewrite(file, file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    """Keep nothing."""
    rewrite(file, b"")


def delete(file: Path) -> None:
    """Take the file away."""
    file.unlink()


def garble(file: Path) -> None:
    """Overwrite the middle third."""
    raw = file.read_bytes()
    third = len(raw) // 3
    rewrite(file, raw[:third] + bytes(byte ^ 0xA5 for byte in raw[third : 2 * third]) + raw[2 * third :])
