"""What is news to somebody who follows, and by what it is known again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.memory.follows import Follow
from index.records import Hit, Query, digest_of

# Sentences of fewer words may be said of anything.
TELLING_WORDS = 6


@dataclass(frozen=True, slots=True)
class News:
    """The best new quotation for a follow, and the first passages of other stories that answer it too.

    `language` is the code of the language to tell it in, `query` what was searched for. The coverage was
    looked at up to the passage `last`.
    """

    follow: Follow
    hit: Hit
    others: tuple[Hit, ...]
    language: str | None
    query: Query
    last: int

    @property
    def stories(self) -> set[str]:
        """All by which the stories are known again that are told with it."""
        return names_of(self.hit).union(*map(names_of, self.others))


def names_of(hit: Hit) -> set[str]:
    """All by which what a hit tells is known again: its story, the articles that say it, its sentence.

    The story of an article that was changed is a new one, its id is not. A sentence may be taken over by
    an article of another story; that is no news either.
    """
    article = hit.article
    words = article.text[slice(*hit.highlights[0])].split() if hit.highlights else []
    if len(words) < TELLING_WORDS:
        words = hit.passage.text.split()
    said = digest_of(" ".join(words).casefold())
    return {article.story or article.id, article.id, said, *(each.id for each in hit.also)}
