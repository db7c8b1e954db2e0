"""What a path serves: rendered when its state has changed, with validators that follow its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from news_site.wire import Reply

# A date of change must differ from the one before by a second or more and never lie ahead, so the
# first one lies so far back that a test may change a thing many times within one second.
_HEADROOM = timedelta(minutes=10)
_TICK = timedelta(seconds=1)


@dataclass(slots=True)
class Stamp:
    """The validators of a path, for as long as the site lives: new with other bytes, and only then."""

    etag: str = ""
    modified: datetime | None = None

    def follow(self, body: bytes) -> dict[str, str]:
        """The two headers for these bytes."""
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if etag != self.etag or self.modified is None:
            earliest = datetime.now(tz=UTC).replace(microsecond=0) - _HEADROOM
            self.modified = max(earliest, self.modified + _TICK) if self.modified else earliest
            self.etag = etag
        return {"ETag": self.etag, "Last-Modified": format_datetime(self.modified, usegmt=True)}


@dataclass(slots=True)
class Document:
    """A document under a path; `state` tells, by not being equal, when it must be rendered anew."""

    render: Callable[[], tuple[bytes, str]]
    state: Callable[[], object]
    stamp: Stamp
    _seen: object = None
    _reply: Reply | None = field(default=None)

    def reply(self) -> Reply:
        """The whole answer, as to somebody who has nothing yet."""
        state = self.state()
        if self._reply is None or state != self._seen:
            body, content_type = self.render()
            self._reply = Reply(200, {"Content-Type": content_type, **self.stamp.follow(body)}, body)
            self._seen = state
        return self._reply


@dataclass(frozen=True, slots=True)
class Fixed:
    """An answer that is always the same: a redirect, an error, bytes as they were given."""

    answer: Reply

    def reply(self) -> Reply:
        """The answer."""
        return self.answer
