"""How fast are passages encoded: by the usual recipe, by the library at its best here, and compiled?

All in one run, taking turns, on passages of the set as they are stored; beside them what the processor
multiplies at most, and how near the embeddings are to those of the recipe.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from harness import write_result
from sentence_transformers import SentenceTransformer

from index.encoder import COMPILED, SentenceEncoder, default_model
from index.evaluation import read_set
from index.loading import best_format
from index.passages import split
from index.reading.inputs import read_input
from index.records import Article, in_context
from index.uncompiled import Uncompiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.encoder import Embeddings

# The recipe: the library as it comes, in float32, by 32.
RECIPE_BATCH = 32
SIZE = 2048


def passages_of(corpus: Path, count: int, encoder: SentenceEncoder) -> list[str]:
    """So many passages of the corpus, from articles all over it, each with its title."""
    articles = [each for each in read_input(str(corpus), corpus.parent) if isinstance(each, Article)]
    step = max(len(articles) * 16 // count, 1)
    some = islice(articles, 0, None, step)
    found = [
        in_context(each.title, passage.text)
        for each in some
        for passage in split(each, encoder.count_tokens, encoder.window)
    ]
    return found[:count]


def matrix_rate(dtype: torch.dtype) -> float:
    """What the processor does at most when it multiplies large matrices, in GFLOPS."""
    one, other = torch.randn(SIZE, SIZE).to(dtype), torch.randn(SIZE, SIZE).to(dtype)
    best = float("inf")
    for _ in range(10):
        began = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - began)
    return 2 * SIZE**3 / best / 1e9


def operations(model: Any, tokens: Sequence[int]) -> float:
    """Additions and multiplications that a BERT of this shape needs for texts of so many tokens each.

    A layer's four square and two wide matrices, twelve squares of its width in all, take every token;
    attention compares every token with every other, and adds up as much again.
    """
    config = model[0].auto_model.config
    width, layers = config.hidden_size, config.num_hidden_layers
    wide = config.intermediate_size
    linear = 2 * layers * (4 * width * width + 2 * width * wide)
    return float(sum(linear * each + 4 * layers * width * each * each for each in tokens))


def main() -> None:
    """Encode, take turns, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, help="a BEIR-form folder")
    parser.add_argument("--passages", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        encoder = SentenceEncoder(None, Path(folder, COMPILED))
        texts = passages_of(read_set(given.set).corpus, given.passages, encoder)
        tokens = [each + 2 for each in encoder.count_tokens(texts)]
        model, given_format = str(default_model()[0]), {"dtype": best_format()}
        recipe = SentenceTransformer(model, device="cpu")
        best = SentenceTransformer(model, device="cpu", model_kwargs=given_format)
        needed = operations(recipe, tokens)
        uncompiled = Uncompiled(best)
        figures = measure(
            {
                "recipe": lambda: np.asarray(
                    recipe.encode(texts, batch_size=RECIPE_BATCH, show_progress_bar=False)
                ),
                "library": lambda: uncompiled.passages(texts),
                "compiled": lambda: encoder.encode_passages(texts),
            },
            given.rounds,
            needed,
        )
    write_result(
        "encoding",
        {
            "passages": len(texts),
            "tokens each": round(sum(tokens) / len(tokens), 1),
            "format": encoder.precision,
            **figures,
        },
    )


def measure(ways: dict[str, Callable[[], Embeddings]], rounds: int, needed: float) -> dict[str, Any]:
    """Rates of each way, their ratio to the first, and the cosines to what that gives."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    rates: list[float] = []
    found: dict[str, Embeddings] = {}
    for _ in range(rounds):
        rates.append(matrix_rate(torch.bfloat16))
        for name, way in ways.items():
            began = time.perf_counter()
            found[name] = way()
            seconds[name].append(time.perf_counter() - began)
    count, first = len(next(iter(found.values()))), next(iter(ways))
    rate = statistics.median(rates)
    told: dict[str, Any] = {"bfloat16 matrix rate, GFLOPS": round(rate)}
    for name in ways:
        median = statistics.median(seconds[name])
        ratios = [one / other for one, other in zip(seconds[first], seconds[name], strict=True)]
        told[name] = {
            "passages a second": round(count / median, 1),
            "times the recipe": round(statistics.median(ratios), 2),
            "GFLOPS": round(needed / median / 1e9),
            "of the matrix rate": round(needed / median / 1e9 / rate, 3),
            "lowest cosine to the recipe": round(float(cosines(found[name], found[first]).min()), 5),
        }
    return told


def cosines(one: Embeddings, other: Embeddings) -> Embeddings:
    """Of each row of one with the same of the other."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / lengths)


if __name__ == "__main__":
    main()
