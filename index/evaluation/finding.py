"""Does an answer stand in what a person is shown first?

Counted in passages, and in words, which is fair to systems whose passages are of another length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PASSAGES = (1, 3, 10)
WORDS = (100, 300, 1000)


def find_answer(answers: Iterable[str], texts: Sequence[str]) -> dict[str, bool]:
    """For each depth whether one of the answers stands there, letter case and kinds of white space aside.

    Args:
        answers: strings, any of which answers the question.
        texts: the passages, best first.
    """
    wanted = [_flat(answer.split()) for answer in answers]
    passages = [_flat(text.split()) for text in texts]
    words = [word for text in texts for word in text.split()]
    in_passages = {
        f"answer@{count}": any(each in passage for each in wanted for passage in passages[:count])
        for count in PASSAGES
    }
    in_words = {f"answer@{count}w": any(each in _flat(words[:count]) for each in wanted) for count in WORDS}
    return in_passages | in_words


def _flat(words: Iterable[str]) -> str:
    return " ".join(words).casefold()
