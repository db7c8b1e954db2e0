from __future__ import annotations

import pytest
from pressure import run_apart

from bot.arenas import FEW

# Threads that are there at once and each take small pieces of memory. glibc tells its stores as XML.
SCRIPT = """
import ctypes
import sys
import tempfile
import threading

from bot.arenas import use_few_arenas

libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    print("no glibc")
    sys.exit()
if sys.argv[1] == "few":
    assert use_few_arenas()
together = threading.Barrier(12)


def work():
    libc.malloc.restype = ctypes.c_void_p
    together.wait()
    libc.free(ctypes.c_void_p(libc.malloc(2_000)))
    together.wait()


threads = [threading.Thread(target=work) for _ in range(12)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(file.read().count(b"<heap nr"))
"""


@pytest.mark.parametrize("arenas", ["few", "many"])
def test_threads_share_few_stores_of_memory(arenas: str) -> None:
    """However many threads there are at once; without it each of the first has one of its own."""
    (found,) = run_apart(SCRIPT, arenas)
    assert found == "no glibc" or (int(found) <= FEW) == (arenas == "few")
