# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from itertools import groupby

import numpy as np
import pytest
from PIL import Image

from bot.languages.words import ENGLISH, LANGUAGES, words_for
from bot.pictures import BAR, FAINT, HEIGHT, INK, PANEL, WIDTH, draw_reports, period_of

DAY = date(2025, 1, 11)
# A white chat, and the blacker of the dark ones.
CHATS = ("#ffffff", "#0e1621")
TITLES = (
    "Harbour strike",
    "Страйк у гавані",
    "Ab" * 400,
    "talks on the grain corridor that four sides held in one long night " * 9,
    "$100 and $x_1^{2}$ \\frac{1}{2} <b>&amp;</b>",
    "ice 🙂 船 on the 👩‍👩‍👧 river",
    "船が港の外で待つ🙂",
    "سفن خارج الميناء ships",
    "\u202e\u200b\ufeff\ud800\x00\n\n",
    "?!",
    "",
)


def colour(code: str) -> tuple[int, int, int]:
    """Red, green and blue, each in 0..255."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, in 1..21: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio ."""

    def luminance(code: str) -> float:
        parts = [each / 255 for each in colour(code)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def drawn(days: list[date], title: str = "Ice", language: str = "en") -> Image.Image:
    """The picture as it arrives, opened."""
    return Image.open(BytesIO(draw_reports(days, title, words_for(language)))).convert("RGB")


def bars(picture: Image.Image) -> list[int]:
    """The height of each bar, in pixels, from left to right."""
    lit = (np.asarray(picture) == colour(BAR)).all(axis=2).sum(axis=0).tolist()
    runs = [(high, len(list(run))) for high, run in groupby(lit)]
    return [high for high, wide in runs if high and wide > 1]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_title_can_be_drawn(title: str, language: str) -> None:
    """Without a warning of letters that the font lacks, without a formula, and within the margins."""
    picture = drawn([DAY, DAY + timedelta(days=3)], title, language)
    assert picture.size == (WIDTH, HEIGHT)
    for edge in ((0, 0, WIDTH, 8), (0, 0, 8, HEIGHT), (WIDTH - 8, 0, WIDTH, HEIGHT)):
        assert picture.crop(edge).getcolors() == [
            (picture.crop(edge).width * picture.crop(edge).height, colour(PANEL))
        ]


def test_a_bar_is_as_high_as_there_are_reports() -> None:
    """One for each day that has any, in order."""
    days = [DAY] * 4 + [DAY + timedelta(days=1)] * 2 + [DAY + timedelta(days=4)] * 8
    high = bars(drawn(days))
    assert len(high) == 3
    assert [round(8 * each / high[-1]) for each in high] == [4, 2, 8]


@pytest.mark.parametrize(
    ("span", "period", "number"),
    [
        (0, "day", 1),
        (4, "day", 5),
        (45, "day", 46),
        (46, "week", 8),
        (91, "week", 14),
        (4 * 365, "month", 49),
    ],
)
def test_the_longer_the_time_the_longer_the_period(span: int, period: str, number: int) -> None:
    """Days, weeks or months, so that there are never too many bars, and none is lost."""
    days = [DAY + timedelta(days=each) for each in range(span + 1)]
    assert period_of(days) == period
    assert len(bars(drawn(days))) == number


def test_reports_of_many_years_are_counted_by_year() -> None:
    """Even of all the years there are."""
    days = [date.min, date(2025, 1, 1), date.max]
    assert period_of(days) == "year"
    assert len(bars(drawn(days))) == 3


def test_months_are_named_at_any_length() -> None:
    """From a year to five of them: there is always a step between the names."""
    for span in range(366, 5 * 366, 61):
        assert drawn([DAY, DAY + timedelta(days=span)]).size == (WIDTH, HEIGHT)


def test_five_hundred_reports_are_drawn() -> None:
    """So many are found at most."""
    days = [DAY + timedelta(days=number * number % 1400) for number in range(500)]
    assert sum(bars(drawn(days))) > 0


def test_one_picture_reads_in_dark_and_in_light() -> None:
    """What is written stands out from the panel, and the panel from the chat around it."""
    assert contrast(INK, PANEL) >= 7
    assert contrast(FAINT, PANEL) >= 4.5
    assert contrast(BAR, PANEL) >= 4.5
    assert all(contrast(PANEL, chat) >= 1.4 for chat in CHATS)


def test_threads_may_draw_at_once() -> None:
    """Each gets its own picture."""
    titles = [f"Topic {number % 4}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        pictures = list(pool.map(lambda title: draw_reports([DAY], title, ENGLISH), titles))
    assert pictures == pictures[:4] * 3
    assert len(set(pictures)) == 4
