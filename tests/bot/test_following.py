from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes import FakeEncoder
from filelock import FileLock
from newsroom import FORTY, NINETY, QUESTION, WINTER, publish
from remembered import at_once, make_follow

from bot.following import FEW, Begun, Follower, Place, begin
from bot.memory.memory import Memory
from index.coverage import Coverage
from index.errors import QuestionError
from index.tables import articles

if TYPE_CHECKING:
    from pathlib import Path

    from bot.memory.follows import Follow
    from bot.news import News

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
WIRE = (
    "Forty ships waited outside the harbour of Northport on Monday after a storm broke the long pier. "
    "Pilots guided the first tankers in at dawn while crews pumped water from two damaged barges. "
    "The port authority expects normal traffic within a week, and insurers have begun to count the cost. "
    "Fishermen complained that nobody had warned them before the gale reached the coast that night."
)


class House:
    """A coverage that grows, and somebody who looks for news in it."""

    def __init__(self, coverage: Coverage, folder: Path) -> None:
        self.coverage, self.folder = coverage, folder
        self.memory = Memory(coverage.database)
        self.follower = self.another()

    def another(self, **fields: Any) -> Follower:
        """A follower of the same things, as in another process; what is not given is left out."""
        given: dict[str, Any] = {"zone": UTC, "quiet": None, "pause": 0.0, "apart": timedelta(0)} | fields
        return Follower(self.coverage, Memory(self.coverage.database), **given)

    def publish(self, name: str, text: str, *, title: str = "", **metadata: str) -> None:
        """Index an article, or another version of it."""
        publish(self.coverage, self.folder, name, text, title=title, **metadata)

    def follow(self, question: str = QUESTION, **fields: Any) -> Follow:
        """Somebody who follows a question from now on."""
        follow = make_follow(question, **({"after": self.coverage.last_passage()} | fields))
        assert self.memory.follows.add(follow, 100) == "added"
        return follow

    def begin(self, question: str = QUESTION, limit: int = 5, **options: bool) -> Begun:
        """Somebody who begins to follow, as by the command."""
        ask = partial(self.coverage.ask, question, count=9)
        return begin(self.coverage, self.memory, ask, Place(7, 7, None, "en"), limit, **options)

    def news(self, now: datetime = NOON) -> list[News]:
        """The news of a round, none of them claimed."""
        return list(self.follower.news(now))

    def told(self, now: datetime = NOON) -> list[str]:
        """The news of a round, each claimed: what they quote."""
        return [each.hit.passage.text for each in self.news(now) if self.follower.claim(each)]


@pytest.fixture
def house(coverage: Coverage, tmp_path: Path) -> House:
    """A house in whose coverage there is something, but nothing of ships."""
    made = House(coverage, tmp_path / "news")
    made.publish("winter", WINTER)
    return made


def test_new_coverage_that_answers_is_news_once(house: House) -> None:
    """It is found with the passage that answers, in the language of whoever follows, and not again."""
    follow = house.follow(language="uk")
    assert house.news() == []
    house.publish("forty", FORTY)
    (news,) = house.news()
    assert (news.follow.key, news.hit.passage.text, news.others) == (follow.key, FORTY, ())
    assert news.language == "uk"
    assert house.follower.claim(news)
    assert house.news() == []


def test_what_does_not_answer_is_looked_at_once(house: House) -> None:
    """Other new coverage is no news, and afterwards nothing is left to look at."""
    follow = house.follow()
    house.publish("spring", "Gardeners look forward to tulips in the parks of the town.")
    assert house.news() == []
    looked = house.memory.follows.get(follow.key)
    assert looked is not None
    assert looked.after == house.coverage.last_passage()
    assert not house.follower.waiting


def test_without_anything_new_nothing_is_asked(tmp_path: Path) -> None:
    """Where nothing has come in, a round costs no question, however many follow."""

    class Counting(FakeEncoder):
        questions = 0

        def encode_question(self, text: str) -> Any:
            self.questions += 1
            return super().encode_question(text)

    encoder = Counting()
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        house = House(coverage, tmp_path / "news")
        house.publish("forty", FORTY)
        for number in range(20):
            house.follow(f"{QUESTION} {number}", person=number)
        before = encoder.questions
        assert house.news() == []
        assert encoder.questions == before


def test_what_answered_already_is_no_news(house: House) -> None:
    """Neither is another version of it, nor what another house copies of it."""
    house.publish("forty", FORTY)
    assert house.begin().outcome == "added"
    house.publish("forty", f"{FORTY} They will wait longer.")
    house.publish("tern", FORTY, source="The Tern")
    assert house.told() == []
    house.publish("ninety", NINETY)
    assert house.told() == [NINETY]


def test_a_wire_story_is_told_once(house: House) -> None:
    """Of the copies of one story, whether they come together or one by one, one is told."""
    house.follow()
    house.publish("one", WIRE, source="The Gull")
    house.publish("two", f"NORTHPORT (Wire) - {WIRE}", source="The Tern")
    (news,) = house.news()
    assert news.others == ()
    assert house.follower.claim(news)
    three = WIRE.replace(
        "Forty ships waited outside the harbour", "At least forty ships waited outside, off the harbour"
    )
    house.publish("three", three, source="The Skua")
    assert house.coverage.ask(QUESTION, after=news.last).answered
    assert house.news() == []


def test_a_sentence_taken_over_is_no_news(house: House) -> None:
    """A report of its own that repeats the sentence told before, word for word, says nothing new."""
    house.follow()
    house.publish("forty", FORTY)
    assert house.told() == [FORTY]
    house.publish("later", f"{FORTY} Bakers in the old town meanwhile ran out of flour, eggs and patience.")
    assert house.told() == []


def test_of_several_stories_the_best_is_told_and_the_others_come_with_it(house: House) -> None:
    """One round quotes one passage for a follow; no story is passed over in silence, and none comes again."""
    house.follow()
    house.publish("forty", FORTY)
    house.publish("ninety", NINETY)
    (news,) = house.news()
    assert {news.hit.article.id, *(each.article.id for each in news.others)} == {"forty", "ninety"}
    assert len(news.others) == 1
    assert house.follower.claim(news)
    told = house.memory.follows.get(news.follow.key)
    assert told is not None
    assert told.after == house.coverage.last_passage()
    for name, text in (("forty", FORTY), ("ninety", NINETY)):
        house.publish(name, f"{text} Nobody knows for how long they will.")
    assert house.coverage.ask(QUESTION, after=told.after).answered
    assert house.news() == []


def test_many_passages_of_a_told_story_hide_no_other(house: House) -> None:
    """A long piece is one story, and when it comes in anew it keeps no different report from being found."""
    follow = house.follow()
    long = "\n\n".join(f"{FORTY} So it went on day {number}.{' It was cold.' * 25}" for number in range(14))
    house.publish("long", long, title=QUESTION)
    (news,) = house.news()
    assert (news.hit.article.id, news.others) == ("long", ())
    assert house.follower.claim(news)
    house.publish("long", f"{long} It ended.", title=QUESTION)
    house.publish("ninety", f"{NINETY} {'Snow fell. ' * 60}")
    found = house.coverage.ask(QUESTION, count=FEW, after=follow.after).hits
    assert {hit.article.id for hit in found} == {"long"}
    assert [each.hit.article.id for each in house.news()] == ["ninety"]


def test_what_is_not_claimed_is_found_again(house: House) -> None:
    """Who finds news and dies before claiming them leaves them to the next round, of whatever process."""
    house.follow()
    house.publish("forty", FORTY)
    assert len(house.news()) == len(house.news()) == 1
    assert house.follower.waiting
    assert len(list(house.another().news(NOON))) == 1


def test_of_many_that_find_the_same_one_may_tell_it(house: House) -> None:
    """Twenty rounds at the same moment, through as many memories, give one claim."""
    house.follow()
    house.publish("forty", FORTY)
    found = [(follower, next(follower.news(NOON))) for follower in (house.another() for _ in range(20))]
    claims = at_once([partial(follower.claim, news) for follower, news in found])
    assert sum(claims) == 1


def test_who_has_stopped_following_is_told_nothing(house: House) -> None:
    """News found before the follow ended cannot be claimed after that."""
    follow = house.follow()
    house.publish("forty", FORTY)
    (news,) = house.news()
    house.memory.follows.remove(follow.key, 7)
    assert not house.follower.claim(news)


def test_a_person_is_not_flooded(house: House) -> None:
    """After news there are none for a while; what has come meanwhile is found when that is over."""
    house.follower = house.another(apart=timedelta(minutes=30))
    house.follow()
    house.publish("forty", FORTY)
    assert house.told() == [FORTY]
    house.publish("ninety", NINETY)
    assert house.news() == []
    assert house.follower.waiting
    house.follower._told_at = {key: at - 1801 for key, at in house.follower._told_at.items()}
    assert house.told() == [NINETY]


@pytest.mark.parametrize(
    ("quiet", "at", "sleeps"),
    [
        (None, time(3), False),
        ((time(22), time(7)), time(21, 59), False),
        ((time(22), time(7)), time(22), True),
        ((time(22), time(7)), time(3), True),
        ((time(22), time(7)), time(7), False),
        ((time(1), time(5)), time(0, 59), False),
        ((time(1), time(5)), time(4, 59), True),
        ((time(1), time(5)), time(5), False),
    ],
)
def test_quiet_hours(house: House, quiet: tuple[time, time] | None, at: time, sleeps: bool) -> None:  # noqa: FBT001 - a table
    """They begin with their first minute and end with their last, over midnight too, in their own zone."""
    zone = ZoneInfo("Europe/Kyiv")
    follower = house.another(zone=zone, quiet=quiet)
    now = datetime.combine(date(2025, 7, 1), at, zone).astimezone(UTC)
    assert follower.sleeps(7, now) is sleeps
    house.memory.people.change(7, nights=True)
    assert not follower.sleeps(7, now)


def test_what_comes_at_night_is_told_in_the_morning(house: House) -> None:
    """At night nothing is looked at for a person who sleeps, so it is found afterwards; others get it."""
    house.follower = house.another(quiet=(time(22), time(7)))
    house.follow()
    house.follow(person=8)
    house.memory.people.change(8, nights=True)
    house.publish("forty", FORTY)
    night = NOON.replace(hour=23)
    assert [each.follow.person for each in house.news(night)] == [8]
    assert house.follower.waiting
    morning = NOON.replace(hour=7) + timedelta(days=1)
    assert 7 in [each.follow.person for each in house.news(morning)]


def test_the_language_that_a_person_chose_goes_first(house: House) -> None:
    """News are told in the language set since, else in that of the Telegram from which it was followed."""
    house.follow(language="en")
    house.memory.people.change(7, language="uk")
    house.publish("forty", FORTY)
    assert [each.language for each in house.news()] == ["uk"]


def test_today_is_the_day_of_the_question(house: House) -> None:
    """A question that says "today" is asked anew each day, in the zone of the house."""
    house.follow("What did the pilots say today about the harbour and the ships?")
    house.publish("forty", FORTY, date="2025-03-02")
    follower = house.another(zone=ZoneInfo("Asia/Tokyo"))
    (news,) = follower.news(datetime(2025, 3, 1, 20, tzinfo=UTC))
    assert (news.query.since, news.query.widened) == (date(2025, 3, 1), False)


def test_a_round_ends_when_the_bot_stops(house: House) -> None:
    """Between two follows it is looked whether to go on; what was not looked at stays as it was."""
    for number in range(3):
        house.follow(f"{QUESTION} {number}", begun=NOON + timedelta(minutes=number))
    house.publish("forty", FORTY)
    stop = threading.Event()
    news = house.follower.news(NOON, stop)
    next(news)
    stop.set()
    assert list(news) == []
    assert house.follower.waiting


def test_everybody_gets_a_turn(house: House) -> None:
    """A round that was broken off is taken up behind the follow that it came to."""
    keys = [
        house.follow(f"{QUESTION} {number}", begun=NOON + timedelta(minutes=number)).key
        for number in range(3)
    ]
    house.publish("forty", FORTY)
    assert next(house.follower.news(NOON)).follow.key == keys[0]
    assert [each.follow.key for each in house.news()] == [keys[1], keys[2], keys[0]]


def test_who_may_not_hear_is_not_looked_at(house: House) -> None:
    """A chat that the bot no longer serves is told nothing, and misses nothing should it be let in again."""
    house.follow()
    house.publish("forty", FORTY)
    assert list(house.another(hears=lambda _follow: False).news(NOON)) == []
    assert len(house.news()) == 1


def test_a_question_that_cannot_be_asked_stops_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A follow that only an older version could have taken is passed over, with a line in the log."""
    house.follow("?!", begun=NOON - timedelta(days=1))
    house.follow()
    house.publish("forty", FORTY)
    assert house.told() == [FORTY]
    assert "cannot be asked" in caplog.text


def test_what_nobody_has_sorted_yet_waits_for_a_round(house: House) -> None:
    """An article of which it is not known yet what it is a copy of is told with the next round."""
    house.follow()
    house.publish("forty", FORTY)
    with house.coverage.database.transaction() as connection:
        connection.execute(sa.update(articles).values(story=None))
    assert house.news() == []
    assert house.follower.waiting
    assert house.told() == [FORTY]


def test_a_round_waits_for_whoever_writes_the_indexes(house: House, tmp_path: Path) -> None:
    """Until the index files hold all that is new nothing is asked: it might be missed, and for good."""
    house.follow()
    house.publish("forty", FORTY)
    found: list[News] = []
    looking = threading.Thread(target=lambda: found.extend(house.news()))
    with FileLock(tmp_path / "home" / "indexes.lock"):
        looking.start()
        looking.join(0.3)
        assert looking.is_alive()
    looking.join(30)
    assert len(found) == 1


def test_following_begins_with_the_question_as_it_was_understood(house: House) -> None:
    """What is kept is the question made whole, where it was followed, from this passage on."""
    begun = house.begin("How  many ships\nwaited outside the harbour?")
    (follow,) = house.memory.follows.of(7)
    assert begun == (begun.outcome, begun.answer, follow.key)
    assert (follow.question, follow.chat, follow.after) == (QUESTION, 7, house.coverage.last_passage())


def test_following_twice_or_too_much_is_told(house: House) -> None:
    """The same question is known, and more than the limit is refused."""
    assert house.begin().outcome == "added"
    assert house.begin(QUESTION.upper()).outcome == "known"
    assert house.begin("Who closed the harbour?", limit=1).outcome == "full"
    assert len(house.memory.follows.of(7)) == 1


def test_a_language_that_nobody_reads_is_not_followed(house: House, encoder: FakeEncoder) -> None:
    """It would be in vain: neither the model nor the coverage has it."""
    encoder.languages = frozenset({"en"})
    begun = house.begin("Скільки кораблів чекали біля гавані?")
    assert (begun.outcome, begun.answer.unread) == ("unread", "uk")
    assert house.memory.follows.all() == []


def test_what_is_answered_by_now_need_not_be_followed(house: House) -> None:
    """Whoever wanted to know when it is answered had better read the answer."""
    house.publish("forty", FORTY)
    assert house.begin(unless_answered=True).outcome == "answered"
    assert house.memory.follows.all() == []
    assert house.begin("Who sang at the opera about penguins?", unless_answered=True).outcome == "added"


def test_what_cannot_be_asked_cannot_be_followed(house: House) -> None:
    """The reason is the same as for asking."""
    with pytest.raises(QuestionError, match="no words"):
        house.begin("?!")


def test_a_refusal_followed_is_news_when_its_article_comes_to_answer(house: House) -> None:
    """A report that said nothing of it, and is changed so that it does, is news."""
    house.publish("pilots", "The pilots went home on Monday.")
    house.begin()
    house.publish("pilots", f"The pilots went home on Monday. {FORTY}")
    assert [news.hit.article.id for news in house.news()] == ["pilots"]


@pytest.mark.parametrize("changed", ["shown", "behind"])
def test_an_article_that_was_told_is_not_told_again_when_it_changes(house: House, changed: str) -> None:
    """Neither the one that was quoted, nor one that was named as saying the same."""
    house.follow()
    house.publish("one", FORTY, source="The Gull")
    house.publish("two", FORTY, source="The Tern")
    (news,) = house.news()
    (behind,) = news.hit.also
    assert house.follower.claim(news)
    house.publish(news.hit.article.id if changed == "shown" else behind.id, NINETY)
    assert house.coverage.ask(QUESTION, after=news.last).answered
    assert house.news() == []
