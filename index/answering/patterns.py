"""How words of a question are looked for."""

from __future__ import annotations

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """Any of the patterns as whole words, whatever the case of their letters."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
