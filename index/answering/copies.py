"""One thing said once: passages that say the same in other articles stand behind one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.stories import carries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.answering.search import Candidate
    from index.records import Article

# Two passages say the same where the shorter one's words are, but for so many, in the longer one, and they
# are of like length: a few plain words stand in any longer text.
SHARED, LIKE = 0.8, 0.5
# Copies of one story are cut into passages at other places.
SHARED_IN_STORY = 0.5


def merge_copies(ranked: Iterable[Candidate], count: int) -> list[tuple[Candidate, list[Candidate]]]:
    """The first `count` passages that differ, best first, each with its copies further down.

    Of copies of one story the original's passage is shown, if it says the same.
    """
    kept: list[list[Candidate]] = []
    for each in ranked:
        alike = next((group for group in kept if _alike(group[0], each)), None)
        if alike is not None:
            alike.append(each)
        elif len(kept) < count:
            kept.append([each])
    return [_original_first(group) for group in kept]


def also_in(
    shown: Candidate, words: str, copies: Sequence[Candidate], stories: Sequence[Article]
) -> tuple[Article, ...]:
    """The other articles that say what is shown: its copies, and those of its story that carry its words.

    `words` are those of the sentence that answers: an outlet may have cut what stands around it.
    `stories` are articles of this and other stories, in the order to name them.
    """
    own = shown.article
    same = (each for each in stories if _of_one_story(each, own) and each.id != own.id)
    carrying = [each for each in same if carries(each.text, words)]
    others = [each.article for each in copies if not _of_one_story(each.article, own)]
    return tuple({each.id: each for each in (*carrying, *others)}.values())


def _original_first(group: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """The passage of a group to show, and the others: the earliest of those that say what the best does."""
    best = group[0]
    same = [
        each for each in group if _of_one_story(each.article, best.article) and _says_the_same(best, each)
    ]
    shown = min((best, *same), key=_age)
    return shown, [each for each in group if each is not shown]


def _alike(one: Candidate, other: Candidate) -> bool:
    # An article that says a thing twice is no copy of itself.
    if one.article.id == other.article.id:
        return False
    if _of_one_story(one.article, other.article):
        return _overlap(one, other) >= SHARED_IN_STORY
    return _says_the_same(one, other)


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    mine, theirs = len(one.evidence.held), len(other.evidence.held)
    # Most passages are told apart by this alone, and every answer compares hundreds.
    if mine < LIKE * theirs or theirs < LIKE * mine:
        return False
    return _overlap(one, other) >= SHARED


def _overlap(one: Candidate, other: Candidate) -> float:
    """The share of the shorter passage's words that the longer one holds."""
    mine, theirs = one.evidence.held, other.evidence.held
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _of_one_story(one: Article, other: Article) -> bool:
    return one.story is not None and one.story == other.story


def _age(candidate: Candidate) -> tuple[bool, int]:
    """What sorts by the day of publication, those without one last, and leaves the rest as it is."""
    published = candidate.article.published
    return published is None, published.toordinal() if published else 0
