"""Where whatever goes wrong with one page or one input ends, and the others go on."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import FetchError, InputError, StoreError
from index.reading.decoding import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Found:
    """What went wrong, in a line; None where all went well."""

    trouble: str | None = None


@contextmanager
def boundary(name: str) -> Iterator[Found]:
    """What goes wrong within is told in a line about `name`; what nobody foresaw is logged whole.

    Raises:
        StoreError: the database refuses, which is no fault of this one page.
    """
    found = Found()
    try:
        yield found
    except (FetchError, InputError) as error:
        found.trouble = without_name(str(error), name)
    except StoreError:
        raise
    except MemoryError:
        found.trouble = "cannot be read: there is not enough memory; it is tried again at the next visit"
    except Exception as error:
        # A page may hold what no library is ready for, and must not end the watch of two hundred others.
        log.exception("%s could not be read", shown(name))
        found.trouble = f"cannot be read: {type(error).__name__}, a fault of ours; please report it"


def without_name(message: str, name: str) -> str:
    """An error's words without the name in front that stands beside them anyway."""
    return message.removeprefix(f"{name}: ").removeprefix(f"{shown(name)} ")
