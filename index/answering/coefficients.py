"""The coefficients that are fitted, not chosen. `benchmarks/fitting.py` writes the file they stand in."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "coefficients.json"


@cache
def coefficients(of: str) -> Mapping[str, float]:
    """The named weights of the "ranking" or of the "confidence"."""
    told = json.loads(resources.files("index.answering").joinpath(FILE).read_text(encoding="utf-8"))
    return {name: float(weight) for name, weight in told[of].items()}
