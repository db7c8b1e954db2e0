"""Small notes that stand in derived files or beside them, sealed so that a changed byte is noticed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

SEAL = "seal"


def seal(fields: dict[str, Any]) -> bytes:
    """The fields as JSON, with a checksum of them."""
    return json.dumps({**fields, SEAL: _checksum(fields)}).encode()


def unseal(raw: bytes) -> dict[str, Any]:
    """The fields that were sealed, exactly.

    Raises:
        ValueError: this is not what `seal` gave.
    """
    fields = json.loads(raw)
    if not isinstance(fields, dict) or fields.pop(SEAL, None) != _checksum(fields):
        raise ValueError("its note is not as it was written")
    return fields


def check_origin(told: dict[str, Any], origin: str, newest: int) -> None:
    """See whether what a note tells is of this database, and not ahead of its `newest` generation.

    Raises:
        ValueError: it is not.
    """
    if told["origin"] != origin:
        raise ValueError("of another database")
    if told["generation"] > newest:
        raise ValueError(
            f"at generation {told['generation']}, ahead of the database at {newest}, which has lost its last "
            "changes or is from a backup"
        )


def _checksum(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
