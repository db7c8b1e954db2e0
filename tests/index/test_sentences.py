# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sentences import sentences, trim

LANGUAGES = [None, "en", "uk", "de", "ru", "ja", "hi", "ar", "zz"]
WRITTEN = "aBzéŁґЇжя日本語하नक्षعربית0٣7😀👩‍🚒\u0301\u200b.?!…。।؟;:,-—'\"“”«»„()[]&%"


def texts(most: int = 200) -> st.SearchStrategy[str]:
    """Any characters that are no surrogates, controls or odd spaces, with spaces and line ends among them."""
    anything = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
    return st.text(st.one_of(st.sampled_from(WRITTEN), st.sampled_from(" \n"), anything), max_size=most)


def split(text: str, language: str | None) -> list[str]:
    """The text of each sentence."""
    return [text[start:end] for start, end in sentences(text, language)]


def assert_covers(text: str, spans: list[tuple[int, int]]) -> None:
    """The spans are in order, do not overlap, have no outer space, and between them is only space."""
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Mr. Hale left on 11 Jan. with No. 84 of the fleet.", "Dr. Ames stayed."]),
        ("en", ["The U.S. Navy came.", "Ice rose by 3.5 per cent."]),
        ("en", ["“We go. You stay,” he said.", "They stayed."]),
        ("en", ["Did it hold?", "It did!", "So they say…"]),
        ("uk", ["Він народився в м. Київ на вул. Садовій.", "Потім поїхав до с. Нове."]),
        ("uk", ["Проф. Мельник мовчав.", "Це сталося у 2024 р. у Львові."]),
        ("uk", ["Ціна — 5 тис. грн за тонну.", "Торік було 4 тис. грн."]),
        ("uk", ["«Ми прийдемо. Чекайте», — сказав він.", "Усі чекали."]),
        ("hi", ["यह एक है।", "यह दो है।"]),
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(language: str, expected: list[str]) -> None:
    """Abbreviations, numbers and quoted sentences stay whole, by the rules of the language."""
    assert split(" ".join(expected), language) == expected


def test_sentences_need_no_space_between_them() -> None:
    """Where a language writes none, its own full stops are enough."""
    assert split("今日は雨です。明日は晴れ。", "ja") == ["今日は雨です。", "明日は晴れ。"]


@pytest.mark.parametrize("language", [None, "zz", "", "english"])
def test_an_unknown_language_is_read_by_english_rules(language: str | None) -> None:
    """No language, or one that nobody knows, is no error."""
    assert split("Mr. Hale left. Dr. Ames stayed.", language) == ["Mr. Hale left.", "Dr. Ames stayed."]


def test_a_blank_line_ends_a_sentence_and_a_line_end_does_not() -> None:
    """A heading without a full stop is a sentence of its own; a wrapped line is not."""
    assert split("The harbour\n\nShips\nwaited there.", "en") == ["The harbour", "Ships\nwaited there."]


@pytest.mark.parametrize("text", ["", " ", "\n\n \n", "\t"])
def test_white_space_has_no_sentence(text: str) -> None:
    """Nothing to read gives no span."""
    assert sentences(text, "en") == []


@settings(deadline=None, max_examples=150)
@given(texts(), st.sampled_from(LANGUAGES))
def test_sentences_cover_the_text_in_order(text: str, language: str | None) -> None:
    """Every character that is no space stands in one sentence, whatever the alphabet."""
    assert_covers(text, sentences(text, language))


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("AZb1. ?\n\t\x85\u00a0\u1680\u2003\u2028\u202f\u3000"), max_size=12))
def test_spaces_of_all_kinds_stand_between_sentences(text: str) -> None:
    """No-break spaces and their kin do no harm wherever they stand."""
    assert_covers("A\u00a0." + text, sentences("A\u00a0." + text, "en"))


@settings(deadline=None, max_examples=20)
@given(
    texts(), st.integers(1, 400), st.sampled_from(["", " ", "\n", "\n\n", "Dr. "]), st.sampled_from(LANGUAGES)
)
def test_long_texts_are_covered_too(text: str, times: int, between: str, language: str | None) -> None:
    """Where a text is read piece by piece, nothing is lost between the pieces."""
    long = (text + between) * times
    assert_covers(long, sentences(long, language))


@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_no_sentence_is_cut_because_the_text_is_long(between: str) -> None:
    """In a text of a hundred thousand characters each sentence is the one that it is by itself."""
    each = [f"Dr. Ames counted {number} ships off Cape No. 9 before the ice came." for number in range(1500)]
    assert split(between.join(each), "en") == each


@pytest.mark.parametrize("language", ["ca", "da", "oc", "en", "it", "fr"])
@pytest.mark.parametrize("unit", ["a.", ".)", "“a", "«", "U.S.", "1. ", "(", "https://a.b/"])
def test_no_text_takes_long(language: str, unit: str) -> None:
    """A hundred thousand characters of nothing but signs are read within a second or so."""
    began = time.process_time()
    sentences("Text. " + unit * (100_000 // len(unit)), language)
    assert time.process_time() - began < 2


@given(st.text(max_size=30), st.data())
def test_trimming_takes_the_space_at_both_ends(text: str, data: st.DataObject) -> None:
    """The trimmed span is what `strip` leaves, in its place."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = trim(text, start, end)
    assert start <= first <= last <= end
    assert text[first:last] == text[start:end].strip()
