"""The folder of documents that were sent to the bot, each under a name that can do no harm."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

# File systems take 255 bytes, of which an ending and a digest need some.
STEM_BYTES = 180
_STRANGE = re.compile(r"[^\w.()+ -]")
_ENDING = re.compile(r"(?:\.jsonl)?\.[A-Za-z0-9]{1,10}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as a file, and what the file held before under the same name."""

    path: Path
    before: bytes | None


# Below the home; where its articles are said to come from.
FOLDER = "received"


class Documents:
    """Keeps documents in one folder, which is made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.normpath(folder))

    def put(self, name: str, content: bytes) -> Kept:
        """Keep a document; another of the very same name is its earlier version, and is replaced.

        Raises:
            OSError: the folder or the file cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / safe_name(name)
        # A link might lead to a file that is none of ours: it is replaced, and what it leads to left alone.
        before = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        _write(path, content)
        return Kept(path, before)

    def take_back(self, kept: Kept) -> None:
        """Make it as if a document had never come.

        Raises:
            OSError: the file cannot be written or deleted.
        """
        if kept.before is None:
            kept.path.unlink(missing_ok=True)
        else:
            _write(kept.path, kept.before)

    def drop(self, given: str) -> bool:
        """Delete the document that an article came from, by the article's input; whether there was one.

        Only a file that lies directly in the folder, as the input says, is ever deleted.

        Raises:
            OSError: it cannot be deleted.
        """
        files = list(self.folder.iterdir()) if self.folder.is_dir() else []
        found = [path for path in files if not path.is_dir() and given in self._names(path)]
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)

    def _names(self, path: Path) -> tuple[str, str]:
        """What the coverage may call a file of ours: with the folder as we were given it, or in full."""
        return path.as_posix(), (self.folder.resolve() / path.name).as_posix()


def safe_name(name: str) -> str:
    """The name for a file: the last part of the given one, not hidden, at most 203 bytes long.

    A name that is not taken as it is gets a digest of the whole, so that two names stay two.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = _STRANGE.sub("_", last).strip(" .")
    found = _ENDING.search(plain)
    ending = found[0] if found else ""
    stem = plain.removesuffix(ending) if found else plain
    short = stem.encode()[:STEM_BYTES].decode(errors="ignore")
    if f"{short}{ending}" == name and short:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{short or 'document'}-{digest}{ending}"


def _write(path: Path, content: bytes) -> None:
    # Whoever reads it meanwhile reads the old or the new, never half of it.
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    # Made anew, for what lies there under this name may be a link that somebody has put there.
    with part.open("xb") as file:
        file.write(content)
    part.replace(path)
