"""The files on this Telegram: those that people sent, and those that the bot did."""

from __future__ import annotations

import itertools
import mimetypes
from dataclasses import dataclass
from typing import Any, Final

LARGEST_DOWNLOAD: Final = 20 * 1024 * 1024
"""Bytes; a bot is not given more of a person's file."""

_numbers = itertools.count(1)
# Of the process, not of a server: an update is made before anybody knows where it is pushed to.
_stored: dict[str, StoredFile] = {}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file by its id; `size` may be said to be more than there are bytes of it."""

    file_id: str
    path: str
    name: str
    content: bytes
    size: int

    def to_dict(self) -> dict[str, Any]:
        """What every kind of file has in the Bot API's JSON."""
        return {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", "file_size": self.size}

    def document(self) -> dict[str, Any]:
        """The file as a Document."""
        kind = mimetypes.guess_type(self.name)[0]
        named = {"file_name": self.name} | ({"mime_type": kind} if kind else {})
        return self.to_dict() | named


def store(name: str, content: bytes, *, folder: str = "documents", size: int | None = None) -> StoredFile:
    """Keep a file, under an id of its own; `size` is what it claims to have, in bytes."""
    number = next(_numbers)
    _, dot, ending = name.rpartition(".")
    path = f"{folder}/file_{number}" + (f".{ending}" if dot and ending.isalnum() else "")
    stored = StoredFile(
        f"{folder[:3]}-{number:06}-file", path, name, content, len(content) if size is None else size
    )
    _stored[stored.file_id] = stored
    return stored


def find(file_id: str) -> StoredFile | None:
    """The file with this id, if there is one."""
    return _stored.get(file_id)


def find_at(path: str) -> StoredFile | None:
    """The file at this path, if there is one."""
    return next((stored for stored in list(_stored.values()) if stored.path == path), None)
