"""A page of messages to a picture, by headless Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phone.bubbles import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from phone.bubbles import Shown

CHROMIUM = "/usr/bin/chromium"
WIDTH = 390
# A folded quotation of no more lines than are shown has no arrow. Returns the labels that do not fit.
_FINISH = """() => {
  for (const each of document.querySelectorAll('blockquote.folded > div'))
    if (each.scrollHeight > each.clientHeight + 2) each.parentElement.classList.add('long')
  const buttons = [...document.querySelectorAll('button')]
  return buttons.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)
}"""


def picture(messages: Iterable[Shown], file: Path, *, dark: bool = False) -> list[str]:
    """Draw messages, oldest first, into a PNG of 390 points by two pixels; the labels that were cut."""
    # Only those who draw need a browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 200}, device_scale_factor=2)
        page.set_content(page_of(messages, dark=dark))
        cut: list[str] = page.evaluate(_FINISH)
        page.screenshot(path=file, full_page=True)
        browser.close()
    return cut
