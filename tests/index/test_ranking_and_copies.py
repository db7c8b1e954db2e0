from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from articles import make_article
from news_site.stories import story

from index.answering.coefficients import coefficients
from index.answering.copies import also_in, merge_copies
from index.answering.evidence import Asked, Evidence
from index.answering.search import Candidate, rank
from index.engines.analysis import analyze
from index.indexing import Indexing
from index.records import Passage

if TYPE_CHECKING:
    from index.coverage import Coverage
    from index.records import Article

STORY = "The harbour froze on Friday night and forty ships waited outside until the icebreaker came."
DAY = date(2025, 1, 11)


def candidate(name: str, text: str, score: float = 0.0, **fields: Any) -> Candidate:
    """A passage that is the whole of an article of this name."""
    article = make_article(text, id=name, **fields)
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


def named(merged: list[tuple[Candidate, list[Candidate]]]) -> list[tuple[str, list[str]]]:
    """The ids of what is shown, each with those of its copies."""
    return [(shown.article.id, [each.article.id for each in copies]) for shown, copies in merged]


def test_of_copies_of_a_story_the_original_is_shown() -> None:
    """The earliest day, in the place of the best; an undated copy is no original."""
    days = {"best": date(2025, 1, 12), "undated": None, "original": date(2025, 1, 10), "late": DAY}
    ranked = [candidate(name, STORY, story="s", published=day) for name, day in days.items()]
    other = candidate("other", "The mayor closed two schools.", published=date(2025, 1, 1))
    assert named(merge_copies([ranked[0], other, *ranked[1:]], 5)) == [
        ("original", ["best", "undated", "late"]),
        ("other", []),
    ]


def test_of_one_day_the_best_is_shown() -> None:
    """Where no copy is earlier the ranking decides, and so it does where no day is known."""
    for day in (DAY, None):
        ranked = [candidate(name, STORY, story="s", published=day) for name in "ab"]
        assert named(merge_copies(ranked, 5)) == [("a", ["b"])]


def test_an_original_that_says_less_is_not_shown() -> None:
    """What answers is worth more than what came first: the words asked for stay on the screen."""
    best = candidate("best", STORY, story="s", published=DAY)
    brief = "The harbour froze on Friday night; a brief."
    original = candidate("original", brief, story="s", published=date(2025, 1, 1))
    assert named(merge_copies([best, original], 5)) == [("best", ["original"])]


def test_a_passage_cut_elsewhere_is_a_copy_within_a_story() -> None:
    """Half its words are enough there, and too few between articles that are not known as copies."""
    cut = "forty ships waited outside until the icebreaker came. Two schools were closed by the mayor."
    for name, expected in (("s", [("a", ["b"])]), (None, [("a", []), ("b", [])])):
        ranked = [candidate("a", STORY, story=name), candidate("b", cut, story=name)]
        assert named(merge_copies(ranked, 5)) == expected


def test_different_stories_stay_two() -> None:
    """Passages that say different things do, in one story or in two."""
    other = "The mayor spoke of a hard winter and closed two schools."
    for one, two in (("s", "t"), ("s", "s"), (None, None)):
        ranked = [candidate("a", STORY, story=one), candidate("b", other, story=two)]
        assert named(merge_copies(ranked, 5)) == [("a", []), ("b", [])]


def test_the_same_words_of_another_story_are_a_copy_but_no_original() -> None:
    """A quotation that an earlier article has in common stands behind what is best."""
    best = candidate("best", STORY, story="s", published=DAY)
    earlier = candidate("earlier", STORY, story="t", published=date(2025, 1, 1))
    assert named(merge_copies([best, earlier], 5)) == [("best", ["earlier"])]


def test_only_articles_that_carry_the_words_are_named() -> None:
    """Of the story's copies those that say what is shown, and beside them other articles' passages."""
    shown = candidate("shown", STORY, story="s")
    whole = make_article(f"It is cold. {STORY} More follows.", id="whole", story="s")
    cut = make_article("It is cold. More follows.", id="cut", story="s")
    changed = make_article(
        STORY.replace("forty", "40").replace("Friday", "Monday 13"), id="changed", story="s"
    )
    apart = make_article(STORY, id="apart", story="t")
    copies = [candidate("copy", STORY, story="t"), candidate("cut", "It is cold.", story="s")]
    stories: list[Article] = [cut, whole, shown.article, changed, apart]
    assert [each.id for each in also_in(shown, STORY, copies, stories)] == ["whole", "copy"]
    assert also_in(shown, STORY, [], []) == ()


def test_an_article_is_named_once() -> None:
    """However many of its passages say the same."""
    shown = candidate("shown", STORY)
    twice = [candidate("copy", STORY), candidate("copy", STORY)]
    assert [each.id for each in also_in(shown, STORY, twice, [])] == ["copy"]


def test_an_answer_shows_the_original_and_names_the_others(coverage: Coverage) -> None:
    """A story that four outlets print, one cut before the answer, is one quotation; the other story too."""
    first, second = story(1), story(2)
    cut = first.text.rpartition("\n\n")[0]
    printed = [
        ("late", first.text, date(2025, 1, 12)),
        ("original", first.text, date(2025, 1, 10)),
        ("cut", cut, date(2025, 1, 9)),
        ("undated", first.text, None),
        ("other", second.text, DAY),
    ]
    articles = [
        make_article(text, id=name, title=first.title, source=name, url=None, published=day, language="en")
        for name, text, day in printed
    ]
    Indexing(coverage._store, coverage._groups, coverage._encoder).run("feed", articles)
    found = coverage._groups.copies({each.story for each in coverage._store.articles() if each.story})
    assert len({each.story for each in found}) == 2
    last = first.paragraphs[-1]
    hits = {
        hit.article.id: hit for hit in coverage.ask(last, count=20).hits if last[-60:] in hit.passage.text
    }
    assert hits.keys() == {"original"}
    assert [each.id for each in hits["original"].also] == ["late", "undated"]


def test_what_speaks_for_a_passage_puts_it_first() -> None:
    """Every signal of the ranking counts for a passage, and equals keep their order."""
    plain = Evidence(0, 0, 0, 0, 0, 0, 0, 0)
    passage, article = candidate("a", STORY).passage, make_article(STORY)
    for name in coefficients("ranking"):
        better = replace(plain, **{name: 1.0})  # type: ignore[arg-type]
        assert rank([(passage, article, plain), (passage, article, better)])[0].evidence == better
    assert [each.evidence for each in rank([(passage, article, plain)] * 2)] == [plain, plain]
