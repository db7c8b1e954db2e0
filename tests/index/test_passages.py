from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from articles import make_article
from fakes import FakeEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoder import SentenceEncoder
from index.passages import CHARACTERS, context_title, split
from index.reading.inputs import read_input
from index.records import Article, Passage, in_context
from index.sentences import sentences

if TYPE_CHECKING:
    from index.encoder import Encoder

SEEDS = Path(__file__).parents[2] / "seeds"
WORDS = ["ice", "harbour", "Łódź", "Їжак", "日本語", "नमस्ते", "السلام", "👩‍🚒", "e\u0301", "3.5", "Mr.", "-"]
ENDS = [" ", " ", " ", ". ", "? ", "!\n", "。", ".\n\n", "\n", "\t", "\u00a0", "\u2028"]


def texts() -> st.SearchStrategy[str]:
    """Text as it may come: sentences of many alphabets, single characters, huge words, blank lines."""
    word = st.one_of(
        st.sampled_from(WORDS),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.builds(
            str.__mul__, st.sampled_from(["x", "語", "😀", "\n", "ab ", "a.", "é-"]), st.integers(1, 3000)
        ),
    )
    pieces = st.lists(st.builds(str.__add__, word, st.sampled_from(ENDS)), max_size=40)
    return st.builds("".join, pieces)


def ordinary_texts() -> st.SearchStrategy[str]:
    """Some 300 to 2,000 words in sentences of 5 to 25."""
    lengths = st.lists(st.integers(5, 25), min_size=60, max_size=80)
    return lengths.map(lambda each: " ".join("Ships" + " wait" * (length - 1) + "." for length in each))


def assert_sound(article: Article, passages: list[Passage], encoder: Encoder) -> None:
    """All that holds of the passages of any article, with any encoder."""
    last = 0
    for passage in passages:
        assert passage.article_id == article.id
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.text == passage.text.strip() != ""
        assert last <= passage.start
        assert not article.text[last : passage.start].strip()
        assert len(passage.text) <= CHARACTERS
        last = passage.end
    assert not article.text[last:].strip()
    title = context_title(article.title, encoder.count_tokens, encoder.window)
    contexts = [in_context(title, passage.text) for passage in passages]
    assert all(count <= encoder.window for count in encoder.count_tokens(contexts))


def assert_whole_sentences(article: Article, passages: list[Passage], encoder: Encoder) -> None:
    """Each sentence that fits stands in one passage."""
    title = context_title(article.title, encoder.count_tokens, encoder.window)
    for start, end in sentences(article.text, article.language):
        (tokens,) = encoder.count_tokens([in_context(title, article.text[start:end])])
        if tokens <= encoder.window and end - start <= CHARACTERS:
            assert any(each.start <= start and end <= each.end for each in passages)


@settings(deadline=None, max_examples=150)
@given(texts(), texts(), st.sampled_from([None, "en", "uk", "ja"]), st.sampled_from([8, 20, 200]))
def test_passages_are_spans_that_cover_the_text_and_fit(
    text: str, title: str, language: str | None, window: int
) -> None:
    """In order, without overlap, nothing left out, none too long for the window, no fitting sentence cut."""
    encoder = FakeEncoder(window=window)
    article = make_article(text, title=title, language=language)
    passages = split(article, encoder.count_tokens, window)
    assert_sound(article, passages, encoder)
    assert_whole_sentences(article, passages, encoder)


@settings(deadline=None, max_examples=30)
@given(ordinary_texts())
def test_ordinary_passages_have_about_100_words(text: str) -> None:
    """However the sentences fall, each passage has 60 to 150 words, and there are no more than needed."""
    passages = split(make_article(text), FakeEncoder().count_tokens, 200)
    words = [len(passage.text.split()) for passage in passages]
    assert all(60 <= count <= 150 for count in words)
    assert len(passages) == round(sum(words) / 100)


@pytest.mark.parametrize(("words", "passages"), [(1, 1), (100, 1), (149, 1), (151, 2), (249, 2), (251, 3)])
def test_passages_of_an_article_are_of_like_size(words: int, passages: int) -> None:
    """There are as many as there are hundreds of words, and no short rest at the end."""
    text = " ".join(["Ice."] * words)
    found = split(make_article(text), FakeEncoder().count_tokens, 200)
    counts = [len(passage.text.split()) for passage in found]
    assert len(counts) == passages
    assert max(counts) - min(counts) <= 1


def test_a_long_sentence_is_cut_between_words() -> None:
    """Halves of halves, each cut at white space, and the sentences beside it stay whole."""
    long = "word " * 299 + "end."
    found = split(make_article(f"Ice held. {long} Ships left."), FakeEncoder(window=100).count_tokens, 100)
    assert [len(each.text.split()) for each in found] == [2, 75, 75, 75, 75, 2]
    assert (found[0].text, found[-1].text) == ("Ice held.", "Ships left.")


def test_a_word_that_never_ends_is_cut_at_2000_characters() -> None:
    """One token of any length is still not one passage."""
    found = split(make_article("x" * 5000), FakeEncoder().count_tokens, 200)
    assert [(each.start, each.end) for each in found] == [(0, 1250), (1250, 2500), (2500, 3750), (3750, 5000)]


@pytest.mark.parametrize("text", ["", " \n\n ", "\n" * 3000])
def test_an_article_without_words_has_no_passages(text: str) -> None:
    """White space is no passage."""
    assert split(make_article(text), FakeEncoder().count_tokens, 200) == []


@settings(deadline=None)
@given(texts().map(str.strip), st.integers(8, 200))
def test_a_long_title_gives_its_beginning_to_the_context(title: str, window: int) -> None:
    """At most a quarter of the window, from the first character on."""
    count = FakeEncoder().count_tokens
    short = context_title(title, count, window)
    assert title.startswith(short)
    assert count([short])[0] <= window / 4
    assert short == title or count([title])[0] > window / 4


def test_the_article_that_ships_is_split_at_its_sentences() -> None:
    """Its passages are of 60 to 150 words, and "No. 84" stands within one."""
    (article,) = (read for read in read_input(str(SEEDS), SEEDS.parent) if isinstance(read, Article))
    encoder = FakeEncoder()
    passages = split(article, encoder.count_tokens, encoder.window)
    assert_sound(article, passages, encoder)
    assert_whole_sentences(article, passages, encoder)
    assert all(60 <= len(passage.text.split()) <= 150 for passage in passages)
    assert sum("No. 84" in passage.text for passage in passages) == 1


@pytest.fixture(scope="module")
def shipped_encoder() -> SentenceEncoder:
    """The encoder that ships; it is only asked to count."""
    return SentenceEncoder()


@settings(deadline=None, max_examples=15)
@given(text=texts(), title=texts())
def test_what_the_shipped_encoder_reads_is_never_cut(
    shipped_encoder: SentenceEncoder, text: str, title: str
) -> None:
    """Title and passage together fit the model's window, in its own tokens."""
    article = make_article(text, title=title)
    passages = split(article, shipped_encoder.count_tokens, shipped_encoder.window)
    assert_sound(article, passages, shipped_encoder)
    assert_whole_sentences(article, passages, shipped_encoder)
