from __future__ import annotations

import html
import re

from bot_api.entities import tidy
from bot_api.markup import parse_html
from hypothesis import given
from hypothesis import strategies as st

from phone.bubbles import formatted, page_of

_BREAKS = {ord("\n"): None, 0x200B: None}


def _shown(source: str) -> str:
    text, entities = tidy(*parse_html(source))
    return formatted(text, [each.to_dict() for each in entities])


def test_offsets_are_utf16_units() -> None:
    """Signs of two code units before an entity do not move it."""
    assert _shown("👩‍👩‍👧 <b>ice</b> 🇺🇦<i>x</i>") == "👩‍👩‍👧 <b>ice</b> 🇺🇦<i>x</i>"


def test_entities_stand_within_others() -> None:
    """Bold words stand within their quotation, and a folded one is told from an open one."""
    open_one = _shown("<blockquote>a <b>b</b></blockquote>")
    assert open_one == "<blockquote><div>a <b>b</b></div></blockquote>"
    assert "class=folded" in _shown("<blockquote expandable>a</blockquote>")


def test_a_quotation_ends_its_line() -> None:
    """The line breaks beside a block are the block's own; further ones are seen."""
    assert _shown("a\n<blockquote>b</blockquote>\nc") == "a<blockquote><div>b</div></blockquote>c"
    assert _shown("<blockquote>b</blockquote>\n\nc").endswith("</blockquote>\nc")
    assert _shown("a\n\n<blockquote>b</blockquote>").startswith("a\n\u200b<blockquote>")


def test_buttons_and_own_words_are_escaped() -> None:
    """What people and buttons say is no markup."""
    keyboard = {"inline_keyboard": [[{"text": "<1>", "callback_data": "x"}]]}
    page = page_of(["a < b", {"text": "<c>", "reply_markup": keyboard}], dark=True)
    assert "a &lt; b" in page
    assert "<button>&lt;1&gt;</button>" in page
    assert "<div class=words>&lt;c&gt;</div>" in page
    assert "class=dark" in page


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "blockquote", "u"]), st.text("a👍é\n&<ע", max_size=6))))
def test_every_word_is_shown(parts: list[tuple[str, str]]) -> None:
    """Without its tags the HTML is the text, but for line breaks that blocks make."""
    text, entities = tidy(
        *parse_html("".join(f"<{tag}>{html.escape(words)}</{tag}>" for tag, words in parts))
    )
    shown = re.sub("<[^>]*>", "", formatted(text, [each.to_dict() for each in entities]))
    assert html.unescape(shown).translate(_BREAKS) == text.translate(_BREAKS)
