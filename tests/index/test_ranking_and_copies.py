from __future__ import annotations

from dataclasses import replace
from datetime import date

from articles import make_article

from index.answering.coefficients import coefficients
from index.answering.copies import merge_copies
from index.answering.evidence import Asked, Evidence
from index.answering.search import Candidate, rank
from index.engines.analysis import analyze
from index.records import Passage

STORY = "The harbour froze on Friday night and forty ships waited outside until the icebreaker came."
DAY = date(2025, 1, 11)


def candidate(name: str, text: str, score: float = 0.0) -> Candidate:
    """A passage that is the whole of an article of this name."""
    article = make_article(text, id=name)
    passage = Passage(name, 0, len(text), text)
    evidence = Asked("ships", DAY, analyze).weigh(passage, article, cosine=0, meaning=0, words=0)
    return Candidate(passage, article, evidence, score)


def test_a_copy_stands_behind_the_first() -> None:
    """The same story under another name, a little shorter, is shown once; another story by itself."""
    first, other = (
        candidate("a", STORY),
        candidate("c", "The mayor spoke of a hard winter and closed two schools."),
    )
    copy = candidate("b", STORY.replace("on Friday night ", ""))
    merged = merge_copies([first, copy, other], 5)
    assert [(best.article.id, [each.article.id for each in copies]) for best, copies in merged] == [
        ("a", ["b"]),
        ("c", []),
    ]


def test_an_article_is_no_copy_of_itself() -> None:
    """Two passages of one article stay two, and so do a long one and a few of its words."""
    twice = [candidate("a", STORY), candidate("a", STORY), candidate("b", "Forty ships waited.")]
    assert [len(copies) for _, copies in merge_copies(twice, 5)] == [0, 0, 0]


def test_copies_of_what_is_shown_are_found_beyond_the_last() -> None:
    """Only so many passages are kept, but each has all its copies."""
    merged = merge_copies(
        [candidate("a", STORY), candidate("b", "Ice. Snow. Wind."), candidate("c", STORY)], 1
    )
    assert [(best.article.id, len(copies)) for best, copies in merged] == [("a", 1)]


def test_what_speaks_for_a_passage_puts_it_first() -> None:
    """Every signal of the ranking counts for a passage, and equals keep their order."""
    plain = Evidence(0, 0, 0, 0, 0, 0, 0, 0)
    passage, article = candidate("a", STORY).passage, make_article(STORY)
    for name in coefficients("ranking"):
        better = replace(plain, **{name: 1.0})  # type: ignore[arg-type]
        assert rank([(passage, article, plain), (passage, article, better)])[0].evidence == better
    assert [each.evidence for each in rank([(passage, article, plain)] * 2)] == [plain, plain]
