"""What growth and load look like: pictures of the figures that `million.py` and `many.py` have kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness import RESULTS
from matplotlib import rcParams
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

BLUE, ORANGE = "#1f5fa8", "#d9822b"


def read(name: str) -> dict[str, Any]:
    """The figures of a benchmark."""
    told: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return told


def draw_growth() -> Figure:
    """A question, a change and the memory as the coverage grows."""
    sizes = read("million")["sizes"]
    passages = [size["passages"] for size in sizes]
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    asking, changing, memory = figure.subplots(1, 3)
    asking.set_title("a question, ms")
    draw(asking, passages, sizes, {"question, median, ms": "median", "question, 95th percentile, ms": "95th"})
    changing.set_title("a change, ms")
    draw(
        changing,
        passages,
        sizes,
        {
            "1,000 passages added, median, ms": "1,000 passages added",
            "an article updated, median, ms": "an update",
        },
    )
    memory.set_title("memory beyond the model, MB")
    draw(memory, passages, sizes, {"memory beyond the model, MB": ""})
    for axes in (asking, changing, memory):
        axes.set_xlabel("passages")
    return figure


def draw(axes: Axes, passages: Sequence[int], sizes: Sequence[dict[str, Any]], named: dict[str, str]) -> None:
    """Some figures against the number of passages."""
    for (name, label), color in zip(named.items(), (BLUE, ORANGE), strict=False):
        axes.plot(passages, [size[name] for size in sizes], color=color, marker="o", label=label)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    finish(axes, legend=any(named.values()))


def draw_load() -> Figure:
    """How long questions wait that come at a steady rate."""
    rates = {int(name.split()[0]): told for name, told in read("many").items() if name.endswith(" a second")}
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    for name, color in (("median, ms", BLUE), ("99th percentile, ms", ORANGE)):
        axes.plot([*rates], [told[name] for told in rates.values()], color=color, marker="o", label=name)
    axes.set_yscale("log")
    axes.set_title("how long a question waits, ms")
    axes.set_xlabel("questions a second")
    finish(axes, legend=True)
    return figure


def finish(axes: Axes, *, legend: bool) -> None:
    """What all pictures have in common."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.25)
    if legend:
        axes.legend(frameon=False)


def main() -> None:
    """Draw all pictures beside the figures; the same figures give the same files."""
    rcParams["svg.hashsalt"] = "dateline"
    for name, figure in (("growth", draw_growth()), ("load", draw_load())):
        figure.savefig(RESULTS / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
