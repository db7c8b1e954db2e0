"""Damage done to files, as a disk or a careless hand does it between two runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def rewrite(file: Path, raw: bytes) -> None:
    """Put a file of these bytes in the place of another.

    In its place, not into it: tantivy maps its files into memory, and a mapped file that is cut short
    kills whoever still reads it, here the test itself.
    """
    other = file.with_name(f"{file.name}.rewritten")
    other.write_bytes(raw)
    other.replace(file)


def flip(file: Path) -> None:
    """Change a bit in the middle."""
    flip_bit(file, file.stat().st_size // 2)


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


PAGE = 4096


@dataclass(frozen=True, slots=True)
class Scene:
    """Where damage is done: the home, another one, the same home as it was earlier, and what chance says.

    All three have files of the same names, as far as chance allows.
    """

    home: Path
    foreign: Path
    older: Path
    random: Random

    def twin(self, file: Path, home: Path) -> Path:
        """The file of another home that is what a file of this one is here."""
        wanted = file.relative_to(self.home)
        if (home / wanted).is_file():
            return home / wanted
        # What tantivy writes has a name of its own in each home; the ending tells what it is.
        alike = sorted((home / wanted).parent.glob(f"*{file.suffix}")) if file.suffix else []
        return alike[0] if alike else home / "dateline.db"

    def neighbour(self, file: Path) -> Path:
        """Another file of the home, which is not empty."""
        others = [each for each in files_of(self.home) if each != file and each.stat().st_size]
        return self.random.choice(others)


def files_of(home: Path) -> list[Path]:
    """All files of a home, at whatever depth; evaluations aside."""
    found = (each for each in home.rglob("*") if each.is_file() and "evaluations" not in each.parts)
    return sorted(found)


def flip_bit(file: Path, place: int, bit: int = 4) -> None:
    """Change one bit of one byte; of an empty file there is none."""
    raw = bytearray(file.read_bytes())
    if raw:
        raw[place % len(raw)] ^= 1 << bit
        rewrite(file, bytes(raw))


def zero_page(file: Path, random: Random) -> None:
    """Let one page of the disk be all zeros."""
    raw = bytearray(file.read_bytes())
    start = random.randrange(max(1, len(raw) // PAGE)) * PAGE
    raw[start : start + PAGE] = bytes(len(raw[start : start + PAGE]))
    rewrite(file, bytes(raw))


def _swap(file: Path, scene: Scene) -> None:
    other = scene.neighbour(file)
    mine, theirs = file.read_bytes(), other.read_bytes()
    rewrite(file, theirs)
    rewrite(other, mine)


def _to_folder(file: Path, _scene: Scene) -> None:
    file.unlink()
    file.mkdir()


def _dangle(file: Path, _scene: Scene) -> None:
    file.unlink()
    file.symlink_to(file.with_name("nowhere"))


def _leave_half(file: Path, _scene: Scene) -> None:
    half = file.read_bytes()[: file.stat().st_size // 2]
    for ending in (".partial", ".tmp", "-journal", ".4242.lock"):
        file.with_name(f"{file.name}{ending}").write_bytes(half)
    file.with_suffix(".4242.partial").write_bytes(half)


def _random_bit(file: Path, scene: Scene) -> None:
    flip_bit(file, scene.random.randrange(1 << 30), scene.random.randrange(8))


KINDS: dict[str, Callable[[Path, Scene], None]] = {
    "missing": lambda file, _: delete(file),
    "empty": lambda file, _: empty(file),
    "first half": lambda file, _: cut(file),
    "last byte gone": lambda file, _: rewrite(file, file.read_bytes()[:-1]),
    "first bit": lambda file, _: flip_bit(file, 0),
    "bit at 20": lambda file, _: flip_bit(file, 20),
    "middle bit": lambda file, _: flip(file),
    "last bit": lambda file, _: flip_bit(file, -1),
    "random bit": _random_bit,
    "middle third": lambda file, _: garble(file),
    "page of zeros": lambda file, scene: zero_page(file, scene.random),
    "bytes appended": lambda file, _: rewrite(file, file.read_bytes() + b"\x5a" * 777),
    "swapped": _swap,
    "of another home": lambda file, scene: rewrite(file, scene.twin(file, scene.foreign).read_bytes()),
    "older": lambda file, scene: rewrite(file, scene.twin(file, scene.older).read_bytes()),
    "a folder": _to_folder,
    "a dangling link": _dangle,
    "nobody's to read": lambda file, _: file.chmod(0),
    "half-written beside": _leave_half,
}
