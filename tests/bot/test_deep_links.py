from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.deep_links import Opened, question_payload, quotation_payload, read_payload


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_question_comes_back(question: str) -> None:
    """A question that fits a link is asked as it was; one that does not has no link."""
    payload = question_payload(question)
    if payload is None:
        assert len(question.encode()) > 46
    elif not question:
        assert read_payload(payload) is None
    else:
        assert len(payload) <= 64
        assert payload.replace("-", "").replace("_", "").isascii()
        assert read_payload(payload) == question


@given(st.from_regex(r"[A-Za-z0-9_-]{10}", fullmatch=True), st.integers(0, 8))
def test_a_quotation_is_opened(key: str, place: int) -> None:
    """The link to a quotation names the answer and the passage in it."""
    assert read_payload(quotation_payload(key, place)) == Opened(key, place)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "inline",
        "q_?",
        "q_/w==",
        "q_gg==",
        "q_gw",
        "c_short_1",
        "c_0123456789_",
        "c_0123456789_100",
        "q_a",
    ],
)
def test_anything_else_is_nothing(payload: str) -> None:
    """What somebody put behind the link by hand asks for nothing."""
    assert read_payload(payload) is None


@given(st.text())
def test_no_payload_does_harm(payload: str) -> None:
    """Whatever comes, it is a question, a quotation or nothing."""
    assert read_payload(payload) is None or isinstance(read_payload(payload), (str, Opened))
