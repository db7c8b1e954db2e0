"""A small coverage of a harbour in ice: reports that each answer the same question with another number.

By relevance the oldest comes first, by date the newest.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "How many ships waited outside the harbour?"


def write_articles(folder: Path, count: int = 5) -> Path:
    """So many articles, of one day each in January 2025; the folder itself."""
    folder.mkdir(exist_ok=True)
    for number in range(1, count + 1):
        told = {
            "_id": f"harbour-{number}",
            "title": f"Harbour report {number}",
            # The older ones hold more of the question's words, the newer ones more words beside them.
            "text": f"Forty{number} ships waited outside the harbour. "
            + f"So said pilot {number}. " * (60 + number),
            "metadata": {"date": f"2025-01-{number:02}", "source": "The Gull"},
        }
        (folder / f"{number}.jsonl").write_text(json.dumps(told), encoding="utf-8")
    return folder
