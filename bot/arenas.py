"""How much memory that is free again the C library keeps."""

from __future__ import annotations

import ctypes
import logging

log = logging.getLogger(__name__)

# Of glibc's malloc.h.
_ARENA_MAX = -8
FEW = 2


def use_few_arenas() -> bool:
    """Let all threads share two stores of free memory, where the C library is glibc; whether it is.

    To be called before threads begin. Each change of the coverage is written to the index of words by new
    threads. Left to itself glibc opens stores for them, eight for each processor, and whatever is once freed
    in one of these stays there: two hundred changes cost a hundred megabytes.
    """
    try:
        limit = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        log.debug("the C library has no mallopt, so memory is left to it")
        return False
    return bool(limit(_ARENA_MAX, FEW) == 1)
