"""The picture of a timeline: how many reports there were when, to be read on a phone."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    from bot.languages.words import Words

Period = Literal["day", "week", "month", "year"]

# In pixels. A phone shows the picture at less than half of its width.
WIDTH, HEIGHT = 1000, 600
MARGIN, AXIS, FOOT = 40, 70, 110
TITLE, SMALL = 42, 30
# A panel that stands out from a white chat and from a black one, and what is written on it.
PANEL, INK, FAINT, BAR = "#26374d", "#f5f7fa", "#b9c6d4", "#6cc0ff"
# From so many days on, a bar is a week, a month, a year: there are at most about fifty.
WEEKS_FROM, MONTHS_FROM, YEARS_FROM = 46, 366, 5 * 366
# So many bars bear their number; more have lines behind them instead.
NUMBERED = 12
LABELS, LINES = 5, 4
# Between names of months there are so many; the longest time that is drawn by month has sixty.
ROUND_MONTHS = (1, 2, 3, 6, 12)
# As few bars as there may be, none is wider than one of so many.
FEWEST = 7
# A bar is never thinner than this part of the width.
THINNEST = 1 / 200
# What is longer does not stand in two lines anyway.
TITLE_CHARACTERS = 200

_DAYS_OF_WEEK, _MONTHS = 7, 12
# Matplotlib draws in one thread at a time: its fonts are shared.
_drawing = threading.Lock()


class _Bars(NamedTuple):
    """How many reports each period has, by its number from the first; and the first's own number."""

    period: Period
    first: int
    counts: dict[int, int]

    @property
    def last(self) -> int:
        return max(self.counts)

    @property
    def top(self) -> int:
        return max(self.counts.values())


def period_of(days: Sequence[date]) -> Period:
    """What a bar stands for, where the reports are of these days."""
    span = (max(days) - min(days)).days
    if span < WEEKS_FROM:
        return "day"
    return "week" if span < MONTHS_FROM else "month" if span < YEARS_FROM else "year"


def what_is_drawn(period: Period, words: Words) -> str:
    """What the bars are, as a reader is told."""
    return {
        "day": words.say("Reports per day"),
        "week": words.say("Reports per week"),
        "month": words.say("Reports per month"),
        "year": words.say("Reports per year"),
    }[period]


def draw_reports(days: Sequence[date], title: str, words: Words) -> bytes:
    """A PNG of 1000 by 600 pixels: a bar for each period, as high as there are days given in it.

    Of the title, what has no letter in the font is left out, and what two lines do not hold.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bars = _count(days)
    with _drawing:
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=PANEL)
        FigureCanvasAgg(figure)
        top = _write_title(figure, title, what_is_drawn(bars.period, words))
        left = MARGIN if len(bars.counts) <= NUMBERED else MARGIN + AXIS
        axes = figure.add_axes(
            (left / WIDTH, FOOT / HEIGHT, 1 - (left + MARGIN) / WIDTH, (top - FOOT) / HEIGHT),
            facecolor=PANEL,
        )
        _draw_bars(axes, bars, words)
        _name_periods(axes, bars, words)
        picture = BytesIO()
        figure.savefig(picture, format="png", dpi=100, facecolor=PANEL)
    return picture.getvalue()


def _count(days: Sequence[date]) -> _Bars:
    period = period_of(days)
    numbers = [_number(day, period) for day in days]
    first = min(numbers)
    return _Bars(period, first, Counter(number - first for number in numbers))


def _number(day: date, period: Period) -> int:
    return {
        "day": day.toordinal(),
        # The first day of all was a Monday.
        "week": (day.toordinal() - 1) // _DAYS_OF_WEEK,
        "month": day.year * _MONTHS + day.month - 1,
        "year": day.year,
    }[period]


def _first_day(number: int, period: Period) -> date:
    if period == "day":
        return date.fromordinal(number)
    if period == "week":
        return date.fromordinal(number * _DAYS_OF_WEEK + 1)
    if period == "month":
        return date(number // _MONTHS, number % _MONTHS + 1, 1)
    return date(number, 1, 1)


def _draw_bars(axes: Axes, bars: _Bars, words: Words) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
    spare = max(0.0, (FEWEST - 1 - bars.last) / 2)
    axes.set_xlim(-0.6 - spare, bars.last + 0.6 + spare)
    axes.set_ylim(0, bars.top * 1.12)
    width = max(0.8, (bars.last + 1) * THINNEST)
    axes.bar(list(bars.counts), list(bars.counts.values()), width=width, color=BAR, zorder=2)
    axes.set_yticks([])
    if len(bars.counts) > NUMBERED:
        _draw_lines(axes, bars.top, words)
        return
    for place, count in bars.counts.items():
        axes.annotate(
            words.number(count),
            (place, count),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontproperties=_font(SMALL),
        )


def _draw_lines(axes: Axes, top: int, words: Words) -> None:
    step = next(
        unit * 10**power for power in range(12) for unit in (1, 2, 5) if top <= LINES * unit * 10**power
    )
    places = list(range(step, top + 1, step))
    axes.set_yticks(places, [words.number(place) for place in places])
    axes.grid(axis="y", color=FAINT, alpha=0.35, linewidth=1.5)
    axes.tick_params(axis="y", length=0, pad=8, labelcolor=INK)
    for label in axes.get_yticklabels():
        label.set_fontproperties(_font(SMALL))


def _name_periods(axes: Axes, bars: _Bars, words: Words) -> None:
    """Name a few periods under their bars, the year where it is another than the one before."""
    step = max(1, -(-bars.last // (LABELS - 1)))
    if bars.period == "month":
        step = next(each for each in ROUND_MONTHS if LABELS * each >= bars.last)
    places = range(0, bars.last + 1, step)
    days = [_first_day(bars.first + place, bars.period) for place in places]
    labels, year = [], 0
    for day in days:
        labels.append(_day_label(day, bars.period, words, with_year=day.year != year))
        year = day.year
    axes.set_xticks(list(places), labels)
    axes.tick_params(axis="x", length=6, width=1.5, color=FAINT, pad=8, labelcolor=INK)
    for label in axes.get_xticklabels():
        label.set_fontproperties(_font(SMALL))


def _day_label(day: date, period: Period, words: Words, *, with_year: bool) -> str:
    from babel.dates import format_skeleton

    if period == "year":
        return str(day.year)
    label = format_skeleton("MMM" if period == "month" else "MMMd", day, locale=words.locale)
    return f"{label}\n{day.year}" if with_year else str(label)


def _write_title(figure: Figure, title: str, subtitle: str) -> int:
    """Write the title and what is drawn; the height, in pixels from below, that is free under them."""
    font = _font(TITLE, "bold")
    lines = _lines(_writable(title, font), figure, font)
    at = HEIGHT - MARGIN
    for line in lines:
        _write(figure, at, line, font, INK)
        at -= round(TITLE * 1.2)
    small = _font(SMALL) if lines else font
    _write(figure, at - round(SMALL * 0.3), subtitle, small, FAINT if lines else INK)
    return at - SMALL - MARGIN


def _write(figure: Figure, at: int, text: str, font: FontProperties, colour: str) -> None:
    # What somebody typed is no formula, whatever its dollar signs say.
    figure.text(
        MARGIN / WIDTH, at / HEIGHT, text, va="top", color=colour, fontproperties=font, parse_math=False
    )


def _writable(text: str, font: FontProperties) -> str:
    """What the font has letters for, in one line."""
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont(font)).get_charmap()
    plain = "".join(each if each.isprintable() else " " * each.isspace() for each in text)
    return " ".join("".join(each for each in plain if ord(each) in known).split())[:TITLE_CHARACTERS]


def _lines(text: str, figure: Figure, font: FontProperties) -> list[str]:
    """The text in at most two lines that fit, cut where it is longer; none without a letter or a digit."""
    if not any(each.isalnum() for each in text):
        return []
    first = _line(text, figure, font)
    rest = text[len(first) :].strip()
    if not rest:
        return [first]
    second = _line(rest, figure, font)
    return [first, second if second == rest else f"{_line(rest, figure, font, '…')}…"]


def _line(text: str, figure: Figure, font: FontProperties, tail: str = "") -> str:
    """As much of a text as one line holds, with a tail to it; in whole words, if one fits."""
    drawn = figure.text(0, 0, "", fontproperties=font, parse_math=False)

    def too_long(length: int) -> bool:
        drawn.set_text(text[:length] + tail)
        return bool(drawn.get_window_extent().width > WIDTH - 2 * MARGIN)

    length = bisect_left(range(len(text) + 1), True, key=too_long) - 1
    drawn.remove()
    fitting = text[:length]
    if length < len(text) and text[length] != " " and " " in fitting:
        fitting = fitting.rpartition(" ")[0]
    return fitting.strip()


def _font(pixels: int, weight: str = "normal") -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family="DejaVu Sans", weight=weight, size=pixels * 72 / 100)
