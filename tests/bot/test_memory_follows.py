from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from remembered import GROUP, NOON, at_once, make_follow

from bot.memory.answers import new_key
from bot.memory.follows import Follow
from bot.memory.memory import Memory
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.memory.follows import Follows

MINUTE = timedelta(minutes=1)
HARD_TEXTS = ["\ud83d", "\0", "", " ", "'\"\\;--", "Де кораблі?", "🏳️\u200d🌈", "word " * 800, "ї" * 4_096]

ids = st.integers(-(2**52), 2**52)
texts = st.text(max_size=30) | st.sampled_from(HARD_TEXTS)
zones = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
follow_records = st.builds(
    Follow,
    key=st.builds(new_key),
    person=ids,
    chat=ids,
    thread=st.none() | ids,
    question=texts,
    language=st.none() | texts,
    after=st.integers(0, 2**52),
    begun=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones),  # noqa: DTZ001 - the zone is drawn
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Follows]:
    """Follows that fill up with whatever is drawn."""
    with closing(Database.open(tmp_path_factory.mktemp("kept") / "a.db")) as database:
        yield Memory(database).follows


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "a.db"


@pytest.fixture
def follows(place: Path) -> Iterator[Follows]:
    """No follows yet."""
    with closing(Database.open(place)) as database:
        yield Memory(database).follows


@pytest.fixture
def several(follows: Follows, place: Path) -> Iterator[cycle[Follows]]:
    """The same follows through three databases in turn, as three processes have them."""
    with ExitStack() as closings:
        others = [closings.enter_context(closing(Database.open(place))) for _ in range(2)]
        yield cycle([follows, *(Memory(database).follows for database in others)])


@settings(deadline=None, max_examples=100)
@given(follow=follow_records)
def test_a_follow_comes_back_as_it_was(kept: Follows, follow: Follow) -> None:
    """Every field of it, whatever people typed."""
    for older in kept.of(follow.person):
        kept.remove(older.key, follow.person)
    assert kept.add(follow, 1) == "added"
    assert kept.get(follow.key) == follow
    assert kept.of(follow.person) == [follow]
    assert follow in kept.all()


@pytest.mark.parametrize(
    "again",
    [
        "How many ships waited?",
        "how many SHIPS waited?",
        "  How  many\nships\u00a0waited? ",
    ],
)
def test_the_same_question_is_followed_once(follows: Follows, again: str) -> None:
    """In other case or spaces it is known, even to who may follow no more, and in another chat too."""
    first = make_follow("How many ships waited?")
    assert follows.add(first, 1) == "added"
    assert follows.add(make_follow(again), 1) == "known"
    assert follows.add(make_follow(again, chat=7), 5) == "known"
    assert follows.add(make_follow(again, person=8), 1) == "added"
    assert follows.of(7) == [first]


@pytest.mark.parametrize(
    ("first", "again"), [("Де Їжак?", "де їжак?"), ("Caf\u00e9?", "CAFE\u0301?"), ("Straße", "STRASSE")]
)
def test_case_is_known_in_other_scripts(follows: Follows, first: str, again: str) -> None:
    """So is a letter that is written as one sign or as two."""
    follows.add(make_follow(first), 5)
    assert follows.add(make_follow(again), 5) == "known"


def test_a_person_follows_no_more_than_the_limit(follows: Follows) -> None:
    """Each person's follows are counted by themselves, and one that ends makes room."""
    first, second, third = (make_follow(f"What of {number}?") for number in range(3))
    assert [follows.add(each, 2) for each in (first, second, third)] == ["added", "added", "full"]
    assert follows.add(make_follow(person=8), 2) == "added"
    follows.remove(first.key, 7)
    assert follows.add(third, 2) == "added"
    assert follows.add(first, 0) == "full"


def test_the_limit_holds_when_many_follow_at_once(several: cycle[Follows]) -> None:
    """Of twenty questions followed at the same moment, through three processes, as many as may be are."""
    calls = [partial(next(several).add, make_follow(f"What of {number}?"), 3) for number in range(20)]
    outcomes = at_once(calls)
    assert sorted(outcomes) == ["added"] * 3 + ["full"] * 17
    assert len(next(several).of(7)) == 3


def test_a_question_followed_many_times_at_once_is_followed_once(several: cycle[Follows]) -> None:
    """A button pressed twenty times at the same moment makes one follow."""
    for number in range(3):
        calls = [partial(next(several).add, make_follow(f"What of {number}?"), 50) for _ in range(20)]
        outcomes = at_once(calls)
        assert sorted(outcomes) == ["added"] + ["known"] * 19
    assert len(next(several).of(7)) == 3


def test_follows_are_listed_oldest_first(follows: Follows) -> None:
    """One's own, and everybody's, by when they began."""
    late, early = make_follow("Late?", begun=NOON + MINUTE), make_follow("Early?", begun=NOON)
    other = make_follow(person=8, begun=NOON - MINUTE)
    for each in (late, early, other):
        follows.add(each, 5)
    assert follows.of(7) == [early, late]
    assert follows.all() == [other, early, late]
    assert follows.of(9) == []


def test_only_ones_own_follow_can_be_ended(follows: Follows) -> None:
    """Another person's button does nothing; one's own works once and says what has ended."""
    follow, other = make_follow(), make_follow("Who spoke?")
    follows.add(follow, 5)
    follows.add(other, 5)
    assert follows.remove(follow.key, 8) is None
    assert follows.get(follow.key) == follow
    assert follows.remove(follow.key, 7) == follow
    assert follows.remove(follow.key, 7) is None
    assert follows.get(follow.key) is None
    assert follows.all() == [other]


def test_a_follow_never_goes_back(follows: Follows) -> None:
    """Where two have looked, the one that saw more is right, whoever says so last."""
    follow, other = make_follow(after=40), make_follow("Who spoke?", after=40)
    follows.add(follow, 5)
    follows.add(other, 5)
    for after in (60, 50):
        follows.advance(follow.key, after)
        assert follows.get(follow.key) == replace(follow, after=60)
    assert follows.get(other.key) == other
    follows.advance("gone", 70)


def test_stories_are_told_once_and_all_together(follows: Follows) -> None:
    """Where one of several was told before, none is to be told and none is noted."""
    follow, other = make_follow(), make_follow("Who spoke?")
    follows.add(follow, 5)
    follows.add(other, 5)
    assert follows.tell(follow.key, ["a", "b", "a"])
    assert not follows.tell(follow.key, {"b", "c"})
    assert follows.told(follow.key) == {"a", "b"}
    assert follows.tell(follow.key, {"c"})
    assert follows.told(follow.key) == {"a", "b", "c"}
    assert follows.tell(other.key, {"a"})
    assert follows.told(other.key) == {"a"}


def test_there_is_nothing_to_tell_without_a_story_or_a_follow(follows: Follows) -> None:
    """No stories, or a follow that has ended in the meantime: nobody is told, nothing is noted."""
    follow = make_follow()
    follows.add(follow, 5)
    assert not follows.tell(follow.key, [])
    follows.tell(follow.key, ["a"])
    follows.remove(follow.key, 7)
    assert not follows.tell(follow.key, ["b"])
    assert follows.told(follow.key) == set()


@pytest.mark.parametrize("story", ["\ud83d", "\0", "", "Де?"])
def test_a_story_may_be_any_text(follows: Follows, story: str) -> None:
    """Publishers name their stories as they like."""
    follow = make_follow()
    follows.add(follow, 5)
    assert follows.tell(follow.key, [story])
    assert not follows.tell(follow.key, [story, "a"])
    assert follows.told(follow.key) == {story}


def test_of_many_that_tell_at_once_one_does(several: cycle[Follows]) -> None:
    """Twenty in three processes come upon the same story, each beside others: one tells it."""
    for number in range(3):
        follow = make_follow(f"What of {number}?")
        next(several).add(follow, 5)
        calls = [partial(next(several).tell, follow.key, {"a", f"only {each}"}) for each in range(20)]
        told = at_once(calls)
        assert sum(told) == 1
        assert next(several).told(follow.key) == {"a", f"only {told.index(True)}"}


def test_a_chat_that_threw_us_out_is_told_nothing(follows: Follows) -> None:
    """All follows of the chat end, whosever they are, and those of other chats go on."""
    there, too = make_follow(), make_follow(person=8)
    elsewhere = make_follow("Who spoke?", chat=7)
    for each in (there, too, elsewhere):
        follows.add(each, 5)
    assert follows.drop_chat(GROUP) == 2
    assert follows.all() == [elsewhere]
    assert follows.drop_chat(GROUP) == 0


def test_follows_move_with_their_group(follows: Follows) -> None:
    """A group that became a supergroup is told under its new number; told stories stay told."""
    follow, elsewhere = make_follow(chat=-50), make_follow("Who spoke?", chat=7)
    follows.add(follow, 5)
    follows.add(elsewhere, 5)
    follows.tell(follow.key, ["a"])
    for _ in range(2):
        follows.move_chat(-50, GROUP)
        assert follows.get(follow.key) == replace(follow, chat=GROUP)
        assert follows.get(elsewhere.key) == elsewhere
    assert not follows.tell(follow.key, ["a"])


def test_follows_are_counted(follows: Follows) -> None:
    """The number is of all that stand, whoever follows."""
    assert follows.count() == 0
    one, other = make_follow("One?"), make_follow("Other?", person=8)
    follows.add(one, 5)
    follows.add(other, 5)
    assert follows.count() == 2
    follows.remove(one.key, one.person)
    assert follows.count() == 1


def test_claim_is_given_to_one_who_asks(follows: Follows) -> None:
    """Of several that claim the same news one gets them, and the follow has looked at what tells them."""
    follow = make_follow(after=40)
    follows.add(follow, 5)
    claims = at_once([partial(follows.claim, follow.key, {"harbour"}, 60)] * 6)
    assert sorted(claims) == [False] * 5 + [True]
    assert follows.told(follow.key) == {"harbour"}
    assert follows.all() == [replace(follow, after=60)]


def test_what_had_not_arrived_is_news_again(follows: Follows) -> None:
    """What a program claimed and had not sent when it died is given back; what was told before stays told."""
    follow = make_follow(after=40)
    follows.add(follow, 5)
    follows.tell(follow.key, {"old"})
    follows.claim(follow.key, {"harbour", "ships"}, 60)
    assert follows.give_back() == 1
    assert follows.told(follow.key) == {"old"}
    assert follows.all() == [follow]
    assert follows.give_back() == 0


def test_what_has_arrived_is_not_given_back(follows: Follows) -> None:
    """News that were sent stay told, and so does only what came after them."""
    follow = make_follow(after=40)
    follows.add(follow, 5)
    follows.claim(follow.key, {"harbour"}, 60)
    follows.arrived(follow.key)
    follows.claim(follow.key, {"ships"}, 70)
    assert follows.give_back() == 1
    assert follows.told(follow.key) == {"harbour"}
    assert follows.all() == [replace(follow, after=60)]


def test_follow_that_ended_claims_nothing(follows: Follows) -> None:
    """What is followed no longer is not told, and nothing of it is given back."""
    follow = make_follow()
    follows.add(follow, 5)
    follows.claim(follow.key, {"harbour"}, 60)
    follows.remove(follow.key, follow.person)
    assert follows.claim(follow.key, {"ships"}, 70) is False
    assert follows.give_back() == 0
