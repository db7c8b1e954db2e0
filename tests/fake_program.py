"""The real command line, with a small encoder in the place of the model: it starts in about a second.

`python fake_program.py run` does what `dateline run` does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.coverage import Coverage


def main() -> int:
    """Run one command; its exit status."""
    from bot import __main__ as command_line

    command_line._coverage = _coverage
    return command_line.main(sys.argv[1:])


def _coverage(settings: Settings) -> Coverage:
    from fakes import FakeEncoder

    from index.coverage import Coverage
    from index.manners import Manners

    manners = Manners(settings.private_addresses, settings.pause)
    return Coverage.open(settings.home, encoder=FakeEncoder(), threshold=settings.threshold, manners=manners)


if __name__ == "__main__":
    # Before whatever is installed under the same names.
    sys.path.insert(0, str(Path(__file__).parent.parent))
    sys.exit(main())
