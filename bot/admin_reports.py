"""What those who run the bot are told: what became of what they brought, and how the bot is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from bot.languages.words import Words
    from bot.memory.figures import Figures
    from index.coverage import Status
    from index.indexing import Report
    from index.journal import InputState

# A list ends after so many lines, and a line after so many characters: even where each character counts
# as two, what is told fits one message.
LINES, LINE_CHARACTERS = 10, 160
TROUBLES = 5
THEMES, EXAMPLES, EXAMPLE_CHARACTERS = 5, 2, 80


def report_words(report: Report, words: Words, folder: str = "") -> str:
    """What became of inputs, with a line for each thing that was not read, or was read with a doubt.

    `folder` is where documents are kept; their names are told without it.
    """
    counted = [
        (report.added, words.count("{number} article added", "{number} articles added", report.added)),
        (
            report.updated,
            words.count("{number} article updated", "{number} articles updated", report.updated),
        ),
        (
            report.withdrawn,
            words.count("{number} article withdrawn", "{number} articles withdrawn", report.withdrawn),
        ),
        (
            report.unchanged,
            words.count(
                "{number} article known already", "{number} articles known already", report.unchanged
            ),
        ),
        (
            report.repeated,
            words.count("{number} article given twice", "{number} articles given twice", report.repeated),
        ),
    ]
    said = " · ".join(line for number, line in counted if number)
    remarks = [each.replace(folder, "") if folder else each for each in _remarks(report)]
    return _paragraphs([said or words.say("That gave no article.")], _listed(remarks, LINES, words))


def stats_words(
    figures: Figures,
    days: int,
    status: Status,
    words: Words,
    now: datetime,
    themes: Sequence[Sequence[str]] | None,
) -> str:
    """How the bot has been used in the last `days`, how its coverage is, and what it could not answer.

    `themes` are the unanswered questions in groups, the largest first. None is for those who are to see
    only figures: neither what people ask nor which addresses are watched.
    """
    asked = [
        words.count("In the last {number} day:", "In the last {number} days:", days),
        words.say("Questions: {asked}, people: {people}", asked=figures.asked, people=figures.people),
        words.say(
            "Answered: {answered}, refused: {refused}, in a language the model cannot read: {unread}",
            answered=figures.answered,
            refused=figures.refused,
            unread=figures.unread,
        ),
        words.say("👍 {good}, 👎 {bad}", good=figures.good, bad=figures.bad),
        words.say("Followed now: {follows}", follows=figures.follows),
    ]
    return _paragraphs(
        asked,
        _coverage(status, words, now),
        _troubles(status, words, now, named=themes is not None),
        _themes(themes or [], words),
    )


def brief(text: str, limit: int = LINE_CHARACTERS) -> str:
    """A text on one line, cut where it is long.

    Half a surrogate pair, which cannot be sent, becomes a question mark.
    """
    line = " ".join(text.split()).encode("utf-8", "replace").decode()
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _coverage(status: Status, words: Words, now: datetime) -> Iterator[str]:
    extent = status.extent
    yield words.say(
        "Articles: {articles}, passages: {passages}", articles=extent.articles, passages=extent.passages
    )
    if extent.newest:
        yield _age(extent.newest, now, words)


def _age(newest: date, now: datetime, words: Words) -> str:
    days = (now.date() - newest).days
    if days <= 0:
        return words.say("The newest article is of {day}.", day=words.day(newest))
    return words.count(
        "The newest article is of {day}, {number} day ago.",
        "The newest article is of {day}, {number} days ago.",
        days,
        day=words.day(newest),
    )


def _troubles(status: Status, words: Words, now: datetime, *, named: bool) -> list[str]:
    """The inputs that failed at their last visit, or are silent for longer than usual."""
    lines = [line for each in status.inputs if (line := _trouble(each, words, now))]
    if not lines:
        return [words.say("All that is watched answers.")] if status.inputs else []
    if not named:
        return [words.say("Watched, but in trouble: {number}", number=len(lines))]
    return [words.say("Watched, but in trouble:"), *_listed(lines, TROUBLES, words)]


def _trouble(state: InputState, words: Words, now: datetime) -> str | None:
    if state.failures:
        return words.count(
            "{input} has failed {number} time: {trouble}",
            "{input} has failed {number} times in a row: {trouble}",
            state.failures,
            input=state.address,
            trouble=state.trouble,
        )
    if state.brought and state.is_silent(now):
        return words.say(
            "{input} has brought nothing new since {moment}, longer than usual",
            input=state.address,
            moment=words.moment(state.brought),
        )
    return None


def _themes(themes: Sequence[Sequence[str]], words: Words) -> Iterator[str]:
    if themes:
        yield words.say("Not answered, by theme:")
    for each in themes[:THEMES]:
        yield words.count(
            "{number} question: {examples}",
            "{number} questions, such as: {examples}",
            len(each),
            examples=" · ".join(f"“{brief(question, EXAMPLE_CHARACTERS)}”" for question in each[:EXAMPLES]),
        )
    if len(themes) > THEMES:
        yield words.more(len(themes) - THEMES)


def _remarks(report: Report) -> Iterator[str]:
    told = {each.input for each in report.skipped}
    for each in [*report.skipped, *(barren for barren in report.barren if barren.input not in told)]:
        yield f"{each.input}: {each.reason}"
    for withdrawal in report.withdrawals:
        yield f"{withdrawal.id}: {withdrawal.reason}"
    for noticed in report.noticed:
        yield f"{noticed.input}: {noticed.remark}"


def _listed(lines: Sequence[str], most: int, words: Words) -> list[str]:
    """The lines as a list, cut where it is long."""
    rest = [words.more(len(lines) - most)] if len(lines) > most else []
    return [*(f"• {brief(line)}" for line in lines[:most]), *rest]


def _paragraphs(*parts: Sequence[str] | Iterator[str]) -> str:
    return "\n\n".join(filter(None, ("\n".join(part) for part in parts)))
