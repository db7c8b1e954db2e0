"""What a feed or a sitemap says of a page before it is read, and when a page is to be read (again)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.journal import PageState
    from index.reading.feed import Entry
    from index.reading.sitemap import Listed

# News is corrected in its first days; a page is asked for again at growing intervals, until it is so old.
RECHECKED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Lead:
    """A page that is worth a look; what is `said` of it beforehand; its text as HTML, if that came along.

    `fingerprint` changes when what is said of it does, though not when only its dates do.
    """

    address: str
    fingerprint: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    content: str | None = None


def lead_of_entry(entry: Entry) -> Lead | None:
    """The lead that a feed's entry is; None where it has no address."""
    if entry.address is None:
        return None
    said = {
        "title": entry.title,
        "date": _iso(entry.published),
        "updated": _iso(entry.updated),
        "authors": list(entry.authors),
    }
    return Lead(entry.address, entry.fingerprint, said, entry.content)


def lead_of_listed(listed: Listed) -> Lead:
    """The lead that a line of a sitemap is: its date is all that tells whether it has changed."""
    said = {"title": listed.title, "date": _iso(listed.published), "source": listed.source}
    return Lead(listed.address, _iso(listed.modified) or _iso(listed.published), said)


def newest_first(listed: Sequence[Listed]) -> list[Listed]:
    """What sitemaps list, by date, the undated last."""

    def age(each: Listed) -> float:
        moment = each.published or each.modified
        return -moment.timestamp() if moment else math.inf

    return sorted(listed, key=age)


def is_news(state: PageState | None, lead: Lead, given: str) -> bool:
    """Whether a page is new, or something new is said of it by the input that said something before.

    Two inputs that list one page say different things of it all the time.
    """
    return state is None or (state.input == given and lead.fingerprint != state.fingerprint)


def is_due(state: PageState, now: datetime, every: timedelta) -> bool:
    """Whether a page is to be looked at again although nothing new is said of it.

    The older a page, the longer the wait: half its age. An article of an hour is looked at again after
    half an hour, one of ten days after five. So is one that its publisher took back: it may be there again.
    """
    age = now - state.seen
    # The clock was ahead when it was looked at: until then nobody would look again.
    if state.checked > now:
        return True
    return age < RECHECKED and now - state.checked >= max(every, age / 2)


def first_of_each(leads: Sequence[Lead]) -> list[Lead]:
    """The leads in order, each address once."""
    first: dict[str, Lead] = {}
    for lead in leads:
        first.setdefault(lead.address, lead)
    return list(first.values())


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
