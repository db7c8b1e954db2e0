from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.corrections import correction_in, day_in, wire_correction
from index.reading.notices import is_kill, is_withdrawal, withdraws

GOES_ON = "Critics called it censorship, and a minister asked for an explanation."
KILLS = (
    "MANDATORY KILL. Please kill BC-Harbour.",
    "MANDATORY KILL. Editors: please kill the story slugged HARBOUR. The ice did not freeze.",
    "MANDATORY KILL: replaces nothing, an earlier story was wrong",
    "KILL. The ice did not freeze.",
    "This story has been withdrawn. A replacement will follow.",
    "This story has been withdrawn; replaced by a corrected version",
    "Story withdrawn. Will be replaced by corrected version.",
    "Eds: This story is withdrawn pending updates.",
    "EDITORS: Kill BC-Harbour, sent earlier. The story is wrong.",
    "The above story is withdrawn.",
    "The story above is withdrawn",
    "Story slugged HARBOUR-ICE has been withdrawn",
    "Please note this story has been withdrawn.",
    "Please note that the story is withdrawn, as its source lied.",
    "ATTENTION EDITORS - Reuters has withdrawn the story headlined Ice holds.",
    "We are withdrawing the story HARBOUR-ICE. No replacement story will be issued.",
    "URGENT: DO NOT USE. Story incorrect",
    "With photos. Please kill the item about the ice.",
    "Bitte verwenden Sie diese Meldung nicht",
)
NO_KILLS = (
    "Stories on the people killed in the floods will follow.",
    "Report includes graphic video of soldiers killed in the raid.",
    "STORY CONTAINS DETAILS OF CHILDREN KILLED SOME READERS MAY FIND DISTRESSING",
    "Series on women killed by partners. Part 2 of 4.",
    "Story is embargoed until Monday; troops withdrawn from the city",
    "Story on the attack that killed 12; photos available",
    "Item slugged BORDER-KILLED",
    "Kill count in the story is from officials",
    "Story on a bill that was withdrawn from parliament",
    "This story was withdrawn from the contest",
    "Withdrawn troops arrive; story to follow",
    "The report was withdrawn after protests, adds quotes",
    "Please disregard the earlier version of this story; it had a wrong name",
    "The earlier story has been withdrawn; use this one",
)


@pytest.mark.parametrize(
    "line",
    [
        "KILL",
        "KILL.",
        "MANDATORY KILL",
        "Mandatory kill: Bridge opens",
        "KILL KILL KILL",
        "KILL: Mayor opens bridge",
        "STORY KILL - Mayor opens bridge",
        "BC-EU--Bridge Opens-KILL",
        "Bridge opening, MANDATORY KILL",
        "ELIMINATION",
        "BC-Harbour-Ice-ELIMINATION",
        "WITHDRAWN",
        "WITHDRAWN: Mayor opens bridge",
        "STORY WITHDRAWN",
        "Story withdrawn",
        "RETRACTED - Mayor opens bridge",
        "NOTICE OF WITHDRAWAL",
        "NOTICE: Mayor opens bridge is withdrawn",
        "EDITORS: story withdrawn",
        "Editors: Please disregard the story slugged Bridge-Opens",
        "ATTENTION EDITORS - STORY WITHDRAWN",
        "EDITORS' NOTE: This story has been withdrawn.",
        "Eds: Kill the story about the bridge. It was not opened.",
        "Please disregard",
        "Please disregard.",
        "Please kill the story Bridge-Opens, V1234. It was not opened.",
        "The bridge was not opened. A kill is mandatory.",
        "This story has been retracted by its publisher.",
        "The AP has withdrawn its story about the bridge",
        "Do not use this story.",
        "АНУЛЬОВАНО: міст відкрито",
        "Новину відкликано",
        "Материал снят",
        "Просимо не використовувати цей матеріал",
    ],
)
def test_a_kill_note_is_known_by_its_shape(line: str) -> None:
    """Capitals, a colon after them, or words about the story itself make a note."""
    assert withdraws(line)


@pytest.mark.parametrize(
    "line",
    [
        "Police kill two in raid",
        "POLICE KILL TWO IN RAID",
        "Troops withdrawn from Kherson",
        "TROOPS WITHDRAWN FROM KHERSON",
        "Kill Bill returns to cinemas",
        "KILL BILL RETURNS TO CINEMAS",
        "Kill switch ordered for new cars",
        "Licence to kill: how the permits were given",
        "Storms kill twelve on the coast",
        "Shoot to kill",
        "Mandatory kill of poultry ordered after bird flu",
        "Charges withdrawn against mayor",
        "Bill to kill tax withdrawn in Senate",
        "Team faces elimination",
        "Elimination game set for Friday",
        "ELIMINATION GAME SET FOR FRIDAY",
        "Elimination of malaria is near",
        "Journal retracts paper on cold fusion",
        "Retraction of glaciers quickens",
        "Withdrawal from the north, a year on",
        "WITHDRAWAL OF TROOPS BEGINS",
        "Editors withdraw from award",
        "Ignore the noise, mayor tells council",
        "Residents told to disregard evacuation alert",
        "Report on torture withdrawn by ministry",
        "The story of a village that was killed by a dam",
        "Removed: the statue that divided a town",
        "Notice: the buses that were withdrawn",
        "Please disregard previous version; corrects the name",
        "Updates with police saying the killing was an accident",
        "Скасовано рейси через туман",
        "Міністр відкликано з посади",
        "Отозвано обвинение против мэра",
        "",
    ],
)
def test_a_story_about_a_killing_is_no_kill_note(line: str) -> None:
    """The same words in a headline are news."""
    assert not withdraws(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kill", True),
        ("Story withdrawn at the source's request", True),
        ("Withdrawn by the desk", True),
        ("Kill this item. A new one follows.", True),
        ("Updates with the story of a survivor; police kill two", False),
        ("Adds that the story was withdrawn from sale", False),
        ("Replaces earlier story, which was withdrawn", False),
        ("With photos", False),
        ("Police kill two. Story will be updated", False),
        *[(line, True) for line in KILLS],
        *[(line, False) for line in NO_KILLS],
    ],
)
def test_a_note_to_editors_needs_no_capitals(line: str, *, expected: bool) -> None:
    """Where an agency writes to editors, plain words do, unless a new text replaces an old one."""
    assert withdraws(line, to_editors=True) is expected


@pytest.mark.parametrize(
    "text",
    [
        "This article has been removed.",
        "This article has been removed at the request of its author. We regret the error.",
        "This story was retracted on 3 December 2024 because its source could not be verified.",
        "Editor's note: This article has since been withdrawn.",
        "The Daily has withdrawn this article.",
        "We have taken down this post while we check it.",
        "Article removed",
        "Цю статтю було видалено на прохання редакції.",
        "Материал удалён по решению редакции.",
        "Sorry, this article has been deleted.",
        "The article you requested has been removed.",
        "This article has been removed from our website.",
        "This content has been taken down following a legal complaint.",
        "We have retracted this article.",
        "Этот материал удален по решению редакции.",
        "Статтю видалено з технічних причин.",
    ],
)
def test_a_page_can_be_nothing_but_a_withdrawal(text: str) -> None:
    """A short text that says that the article is gone is a note of that."""
    assert is_withdrawal(text)


@pytest.mark.parametrize(
    "text",
    [
        "This article is about a statue that has been removed. " + "It stood in the square for years. " * 20,
        "The statue has been removed from the square.",
        "The mayor has removed the head of police.",
        "This article is for subscribers.",
        "The report was removed.",
        f"Meta has removed a post by the prime minister about the ice. {GOES_ON}",
        f"The Gull Times has deleted an article about the king after a court order. {GOES_ON}",
        f"The newspaper has retracted a story that claimed the mayor took bribes. {GOES_ON}",
        "An article on immunity was removed from the bill on Tuesday.",
        "This report was removed from the agenda of the council.",
        "This article was removed from the bill.",
        "The post of deputy governor was eliminated in a reform passed on Monday.",
        "Story killed by editors: how a scoop died.",
        "Материал снят на камеру наблюдения около моста: видно, как лодка тонет.",
        "Этот материал снят на камеру около моста.",
        "Статтю видалено з кодексу.",
        "",
    ],
)
def test_a_text_about_a_removal_is_no_withdrawal(text: str) -> None:
    """Long texts and texts about other things that were removed are articles."""
    assert not is_withdrawal(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("KILL: Mayor opens bridge", True),
        ("BC-EU--Bridge Opens-KILL", True),
        ("STORY WITHDRAWN", True),
        ("WITHDRAWAL", False),
        ("US-WITHDRAWAL/", False),
        ("Troops-Withdrawal", False),
        ("Report withdrawn", False),
        ("Series pulled", False),
    ],
)
def test_capitals_alone_kill_a_story_of_any_length(line: str, *, expected: bool) -> None:
    """Plain words in a headline, and the word withdrawal, may be news."""
    assert is_kill(line) is expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Correction: The bridge is 90 metres long.", None),
        ("Correction (3 December): The bridge is 90 metres long.", date(2024, 12, 3)),
        ("Correction, Dec. 3, 2024: The bridge is 90 metres long.", date(2024, 12, 3)),
        ("Clarification: the mayor spoke on Monday.", None),
        ("CORRECTION: The bridge is 90 metres long.", None),
        ("• This article was amended on 3 December 2024 to give the length.", date(2024, 12, 3)),
        ("This story has been corrected to say the bridge is 90 metres long.", None),
        ("This article was updated to correct the length of the bridge.", None),
        ("An earlier version of this article misstated the length.", None),
        ("Editor's note: This story was corrected on 2024-12-03.", date(2024, 12, 3)),
        ("Виправлення: міст має 90 метрів.", None),
        ("Уточнення (3 грудня 2024): міст має 90 метрів.", date(2024, 12, 3)),
        ("Исправление от 03.12.2024: длина моста 90 метров.", date(2024, 12, 3)),
        ("(This Dec. 3 story has been corrected to fix the length)", None),
        ("(Corrects Dec 3 story to fix the length)", None),
        ("This article originally misstated the length.", None),
        ("This article previously incorrectly said the bridge was long.", None),
        ("In an earlier version of this article, the name was misspelled.", None),
        ("Correction: An earlier version said the treaty was signed on 3 March 1995.", None),
        ("Correction to this article: the bridge is 90 metres long.", None),
        ("Correction - 3 December: the bridge is 90 metres long.", date(2024, 12, 3)),
        ("У попередній версії цієї статті була помилка.", None),  # noqa: RUF001
        ("В предыдущей версии материала была ошибка.", None),  # noqa: RUF001
    ],
)
def test_a_paragraph_tells_of_a_correction_and_its_day(text: str, day: date | None) -> None:
    """The note's words are kept as they are; a day without a year is the last one up to the change."""
    found = correction_in(["The bridge opened.", text], near=date(2024, 12, 5))
    assert found is not None
    assert (found.words, found.day) == (text, day)


@pytest.mark.parametrize(
    "text",
    [
        "Correction in shares deepens as banks fall.",
        "Corrections officers voted to strike.",
        "This article was updated on 3 December with new figures.",
        "The bridge was corrected in the plans: it is shorter.",
        "He asked for a correction: none came.",
        "Уточнення меж громади триває.",
        "В предыдущей версии законопроекта штраф составлял пять тысяч.",  # noqa: RUF001
        "У попередній версії бюджету було закладено три мільярди.",  # noqa: RUF001
        "Поправка до бюджету передбачає три речі: дороги, школи, мости.",
        "The report was amended on Tuesday to include the deaths of two men.",
        "The report has been corrected for inflation, the bank said.",
        "Corrections Commissioner Ann Lee said: “Nobody fled.”",
        "Correction officers at the jail said this: nobody fled.",
        "Corrected for inflation, wages fell: a first.",
        "Clarification of the rules is simple: no boats.",
        "Уточнення до переліку міст: Одеса, Херсон.",
        "The series was amended in 2010.",
    ],
)
def test_a_text_about_corrections_is_none(text: str) -> None:
    """Only a paragraph that begins as such a note does is one."""
    assert correction_in([text]) is None


def test_a_long_correction_is_cut_between_words() -> None:
    """A note is shown with at most 300 characters, on one line."""
    found = correction_in(["Correction: the\nlength. " + "word " * 100])
    assert found is not None
    assert len(found.words) <= 300
    assert found.words.startswith("Correction: the length. word")
    assert found.words.endswith("word…")


@pytest.mark.parametrize(
    ("headline", "note", "words"),
    [
        ("Bridge opens", "CORRECTS the length of the bridge", "CORRECTS the length of the bridge"),
        ("Bridge opens", "Corrects name in third graf.", "Corrects name in third graf."),
        ("Bridge opens", "Eds: CORRECTS: the length", "Eds: CORRECTS: the length"),
        ("Bridge opens", "Updates with quotes; corrects name", "Updates with quotes; corrects name"),
        ("Bridge opens", "Correction: the length", "Correction: the length"),
        ("CORRECTION: Bridge opens", "", "CORRECTION: Bridge opens"),
        ("CORRECTED-UPDATE 1-Bridge opens", "With photo.", "CORRECTED-UPDATE 1-Bridge opens"),
        ("Correction: Bridge story", "", "Correction: Bridge story"),
        ("Bridge opens", "Updates with quotes from the mayor", None),
        ("Bridge opens", "Adds that the mayor corrects nobody", None),
        ("Correction in shares deepens", "", None),
        ("CORRECTION OFFICER SHOT", "", None),
        ("Corrections officers strike", "", None),
        ("Mayor corrects record", "", None),
    ],
)
def test_a_wire_story_says_what_it_corrects(headline: str, note: str, words: str | None) -> None:
    """The note to editors says it, else the headline; an update alone is no correction."""
    found = wire_correction(headline, note)
    assert (found.words if found else None) == words


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("on 31 February 2024", None),
        ("on 29 February 2024", date(2024, 2, 29)),
        ("on December 3rd, 2024", date(2024, 12, 3)),
        ("on 30 December", date(2023, 12, 30)),
        ("on 12 May", date(2024, 5, 12)),
        ("chapter 12 verse 3", None),
        ("on 03/12/2024", None),
        ("on 3 December 9999", None),
    ],
)
def test_a_day_is_read_only_where_it_cannot_be_another(line: str, day: date | None) -> None:
    """Days that do not exist, could be two, or are far off, are none."""
    assert day_in(line, near=date(2024, 6, 1)) == day


def test_a_day_without_a_year_or_a_hint_is_unknown() -> None:
    """Without the day of the change there is no telling the year."""
    assert day_in("on 12 May") is None


@given(st.text())
def test_no_text_breaks_the_reading_of_notes(text: str) -> None:
    """Whatever stands there, it is a note or none."""
    assert withdraws(text) in {True, False}
    assert is_withdrawal(text) in {True, False}
    found = correction_in([text]) or wire_correction(text, text)
    assert found is None or len(found.words) <= 300
