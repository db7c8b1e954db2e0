from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.admin_reports import brief, report_words, stats_words
from bot.languages.words import ENGLISH
from bot.memory.figures import Figures
from index.coverage import Status
from index.indexing import Report
from index.journal import InputState
from index.reading.fields import Noticed
from index.records import Extent, Skipped, Withdrawal

NOW = datetime(2025, 1, 21, 12, tzinfo=UTC)
# The widest that a character can be to Telegram, which counts halves of surrogate pairs.
WIDE = "\U0001f9ca" * 500


def make_figures(**fields: Any) -> Figures:
    """Figures of a week."""
    values: dict[str, Any] = {
        "asked": 12,
        "answered": 8,
        "refused": 3,
        "unread": 1,
        "good": 5,
        "bad": 2,
        "people": 4,
        "follows": 6,
        "unanswered": (),
    }
    return Figures(**(values | fields))


def make_status(newest: date | None = date(2025, 1, 11), *inputs: InputState) -> Status:
    """A coverage of ten articles."""
    return Status("home", Extent(10, 40, newest), newest, 2, 1, "fake", 1, 1, 1, inputs)


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def test_a_report_tells_what_there_is() -> None:
    """Only what happened is told, each thing in its number."""
    report = Report(added=1, updated=2, unchanged=1_000)
    said = report_words(report, ENGLISH)
    assert said == "1 article added · 2 articles updated · 1,000 articles known already"


def test_a_report_of_nothing_says_so() -> None:
    """Where no article came of an input, that is said, and why."""
    barren = Skipped("https://a.example", "holds no article")
    assert report_words(Report(barren=[barren]), ENGLISH) == (
        "That gave no article.\n\n• https://a.example: holds no article"
    )


def test_each_thing_not_read_has_its_reason_once() -> None:
    """What was skipped, withdrawn or doubted stands under the counts; what the folder is does not."""
    skipped = Skipped("/srv/home/received/a.txt", "/srv/home/received/a.txt is too short")
    report = Report(
        added=1,
        skipped=[skipped],
        barren=[skipped],
        withdrawals=[Withdrawal("wire-7", "w.json", "killed by its agency")],
        noticed=[Noticed("b.txt", "'soon' is no date; kept as undated")],
    )
    assert report_words(report, ENGLISH, "/srv/home/received/").splitlines() == [
        "1 article added · 1 article withdrawn",
        "",
        "• a.txt: a.txt is too short",
        "• wire-7: killed by its agency",
        "• b.txt: 'soon' is no date; kept as undated",
    ]


def test_a_long_report_is_cut() -> None:
    """However much was skipped, and whatever the reasons hold, it is one message."""
    report = Report(added=1, skipped=[Skipped(f"{number}", WIDE) for number in range(500)])
    said = report_words(report, ENGLISH)
    assert said.splitlines()[-1] == "and 490 more"
    assert units(said) <= 4096


def test_stats_tell_how_the_bot_is_used() -> None:
    """The counts of the time, and how old the coverage is."""
    said = stats_words(make_figures(), 7, make_status(), ENGLISH, NOW, [])
    assert said == (
        "In the last 7 days:\nQuestions: 12, people: 4\n"
        "Answered: 8, refused: 3, in a language the model cannot read: 1\n👍 5, 👎 2\nFollowed now: 6\n\n"
        "Articles: 10, passages: 40\nThe newest article is of 11 January 2025, 10 days ago."
    )


def test_a_new_article_has_no_age() -> None:
    """Today's newest article, or tomorrow's by the publisher's clock, is not told in days ago."""
    for newest in (NOW.date(), NOW.date() + timedelta(days=1)):
        said = stats_words(make_figures(), 1, make_status(newest), ENGLISH, NOW, [])
        assert "ago" not in said
    assert "newest" not in stats_words(make_figures(), 1, make_status(None), ENGLISH, NOW, [])


def test_stats_tell_which_inputs_are_in_trouble() -> None:
    """An input that fails, and one that is silent, are named; of those that are well nothing is said."""
    arrivals = tuple(NOW - timedelta(days=9) + timedelta(hours=hour) for hour in range(5))
    well = InputState("https://well.example", arrivals=(NOW,))
    failing = InputState("https://down.example", failures=3, trouble="HTTP 500")
    silent = InputState("https://still.example", arrivals=arrivals)
    said = stats_words(
        make_figures(), 7, make_status(date(2025, 1, 11), well, failing, silent), ENGLISH, NOW, []
    )
    troubles = said.partition("Watched, but in trouble:\n")[2].splitlines()
    assert troubles[0] == "• https://down.example has failed 3 times in a row: HTTP 500"
    assert troubles[1].startswith("• https://still.example has brought nothing new since 12 Jan 2025")
    assert "well.example" not in said
    all_well = stats_words(make_figures(), 7, make_status(date(2025, 1, 11), well), ENGLISH, NOW, [])
    assert all_well.endswith("All that is watched answers.")


def test_stats_tell_the_biggest_themes() -> None:
    """Five themes at most, each with its number and two of its questions."""
    themes = [[f"Why {theme}-{number}?" for number in range(9 - theme)] for theme in range(7)]
    said = stats_words(make_figures(), 7, make_status(), ENGLISH, NOW, themes)
    lines = said.partition("Not answered, by theme:\n")[2].splitlines()
    assert lines[0] == "9 questions, such as: “Why 0-0?” · “Why 0-1?”"
    assert len(lines) == 6
    assert lines[-1] == "and 2 more"
    alone = stats_words(make_figures(), 7, make_status(), ENGLISH, NOW, [["Why?"]])
    assert alone.endswith("1 question: “Why?”")


def test_stats_are_one_message() -> None:
    """The longest inputs and questions that there are do not make two of it."""
    inputs = [InputState(WIDE, failures=9, trouble=WIDE) for _ in range(9)]
    themes = [[WIDE, WIDE]] * 9
    said = stats_words(make_figures(), 7, make_status(date(2025, 1, 11), *inputs), ENGLISH, NOW, themes)
    assert units(said) <= 4096


def test_brief_can_be_sent() -> None:
    """A brief text is one line, at most so long, and holds nothing that no message can."""
    assert brief("a\n b\ud800") == "a b?"
    assert brief("x" * 200, 10) == "x" * 9 + "…"
