"""What is stored against what comes: an article on its way, or a publisher's word that one is withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from index.database import select_in
from index.tables import articles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection, Row

    from index.records import Article, Withdrawal

    Effect = Literal["takes it away", "counts from later on", "says nothing new"]

# Before all that was ever issued.
EVER = datetime.min.replace(tzinfo=UTC)


def standing(connection: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Of those of these articles that are stored: when each came, was issued and withdrawn, if it was."""
    a = articles.c
    columns = sa.select(a.id, a.arrived, a.issued, a.withdrawn, a.vanished)
    return {row.id: row for row in select_in(connection, columns, a.id, set(ids))}


def is_outdated(article: Article, stored: Row[Any] | None) -> bool:
    """Whether something newer than an article has been stored while it was on its way."""
    if stored is None or article.issued is None:
        return False
    called_back = stored.withdrawn if stored.withdrawn and not stored.vanished else EVER
    return bool(called_back >= article.issued or (stored.issued or EVER) > article.issued)


def effect_of(withdrawal: Withdrawal, when: datetime, stored: Row[Any] | None) -> Effect:
    """What a withdrawal of that moment does to what is stored, or is not.

    It says nothing of a version issued later. Of several the latest counts, and being called back counts
    for more than vanishing.
    """
    if stored is None:
        return "takes it away"
    if stored.withdrawn:
        counts = not withdrawal.vanished and (stored.vanished or when > stored.withdrawn)
        return "counts from later on" if counts else "says nothing new"
    return "says nothing new" if (stored.issued or EVER) > when else "takes it away"
