"""What a browser found of a text fragment, as one sees it on the screen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from fragment_pages import units
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

    Rectangle = dict[str, float]
    Painted = np.ndarray[Any, np.dtype[np.bool_]]

Outcome = Literal["right", "right, not all or more", "elsewhere", "missed"]
"""The quoted words and no others; from within them on; something else; nothing."""

WIDTH, HEIGHT = 900, 1400
# A letter is painted a little higher and lower than it reaches; pixels.
MARGIN = 7
# At least so much of a letter's rectangle is painted, of all letters so many, and so little beside them.
LETTER, WHOLE, BESIDE = 0.5, 0.97, 0.02
# The colour that the pages give to what is found; others come near it nowhere.
_BRIGHT, _DIM = 200, 80

# The rectangles of the letters of a stretch of the article, counted as `data-at` is.
_RECTANGLES = """([start, end]) => {
  const found = []
  for (const block of document.querySelectorAll('[data-at]')) {
    let at = Number(block.dataset.at)
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest('.reader')) continue
      for (let i = 0; i < node.length; i++) {
        if (node.data[i] === '\\u00ad') continue
        if (start <= at && at < end && node.data[i].trim()) {
          const range = document.createRange()
          range.setStart(node, i); range.setEnd(node, i + 1)
          for (const r of range.getClientRects())
            if (r.width) found.push({x: r.x, y: r.y, width: r.width, height: r.height})
        }
        at++
      }
    }
  }
  return found
}"""
_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def follow(page: Page, link: str, span: tuple[int, int], text: str) -> Outcome:
    """Open a link, and see whether the browser found that span of the article's text."""
    page.goto(link)
    page.evaluate(_TWO_FRAMES)
    letters = page.evaluate(_RECTANGLES, [units(text[: span[0]]), units(text[: span[1]])])
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    red, green, blue = pixels[:, :, 0], pixels[:, :, 1], pixels[:, :, 2]
    return judge((red > _BRIGHT) & (green < _DIM) & (blue > _BRIGHT), letters)


def judge(painted: Painted, letters: Sequence[Rectangle]) -> Outcome:
    """What was found, by the pixels that are painted and where each letter of the quoted words stands."""
    if not painted.any():
        return "missed"
    allowed = np.zeros_like(painted)
    covered = []
    for each in letters:
        left, top = max(0, round(each["x"])), max(0, round(each["y"]))
        right, bottom = round(each["x"] + each["width"]), round(each["y"] + each["height"])
        if bottom <= 0 or top >= HEIGHT:
            continue
        allowed[max(0, top - MARGIN) : bottom + MARGIN, max(0, left - MARGIN) : right + MARGIN] = True
        within = painted[top:bottom, left:right]
        covered.append(bool(within.size and within.mean() > LETTER))
    beside = painted & ~allowed
    # A reader is brought to where the paint begins.
    begins = int(painted.any(axis=1).argmax())
    if not any(covered) or beside[begins : begins + MARGIN].any():
        return "elsewhere"
    whole = np.mean(covered) > WHOLE and beside.sum() <= BESIDE * painted.sum()
    return "right" if whole else "right, not all or more"
