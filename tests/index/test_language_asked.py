# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.answering.language import language_name, language_of

ENGLISH = """
Who won?|What happened?|when was that|why|Kursk losses|NATO|Trump tariffs|Zelensky statement|Who is Borrell?
what happend yestrday|wat did trump sya|North Korean troops Kursk|how many soliders capturd|Emmanuel Macron
Angela Merkel Olaf Scholz|Volodymyr Zelenskyy Kursk Oblast|San Francisco fire|Los Angeles Dodgers|more
Real Madrid vs Barcelona|Der Spiegel report|El Nino effects|Ursula von der Leyen|Rio de Janeiro carnival
Luiz Inacio Lula da Silva|Las Vegas residency Adele|Marine Le Pen verdict|Cristiano Ronaldo salary
SBU prisoners|and NATO?|And what about Russia?|details please
latest news|weather kyiv|gdp q3|fifa world cup final
covid cases ny|who r the houthis|pls tell me abt gaza|la liga winner|le mans winner 2023|la fires|mars rover
opec oil output|de niro trial|tesla robotaxi unveil|ai chip export ban|sinn fein election result
carabinieri arrest mafia boss|bundesliga champions leverkusen|tour de france winner|loi travail protests paris
kim jong un|hamas hostages deal|viktor orban veto eu aid|ecb rate cut|taylor swift eras tour|Syrskyi 38000
pope francis hospital|What does "Слава Україні" mean?|7|?
""".strip().replace("\n", "|")


@pytest.mark.parametrize("question", ENGLISH.split("|"))
def test_english_is_never_taken_for_another_language(question: str) -> None:
    """Not with typing errors, without a verb, with names from everywhere, or in a word or two."""
    assert language_of(question) in {"en", None}


@pytest.mark.parametrize(
    "question",
    ["Who won the election?", "How many soldiers did Ukraine capture?", "What did he say about it?"],
)
def test_a_plain_english_question_is_english(question: str) -> None:
    """Its words are common ones."""
    assert language_of(question) == "en"


@pytest.mark.parametrize(
    ("language", "questions"),
    [
        ("uk", "Що сказав Боррель?|Хто це сказав|Коли був наступ|Скільки втрат|Де полонені|Що каже CNN?"),
        ("ru", "Что сказал Боррель?|Кто это сказал|Когда было наступление|Сколько потерь|где пленные"),
        ("be", "Што сказаў Зяленскі?"),
        ("bg", "Какво каза той за войната"),
        ("sr", "Шта је рекао председник?"),
        ("de", "Wer hat die Wahl gewonnen?|Wie viele Soldaten wurden gefangen genommen?"),
        ("fr", "Qui a gagné les élections?|combien de soldats ont été capturés"),
        ("es", "¿Quién ganó las elecciones?|cuantos soldados murieron"),
        ("it", "Chi ha vinto le elezioni?|quanti soldati sono morti"),
        ("pl", "Kto wygrał wybory?|kto wygral wybory"),
        ("pt", "Quem ganhou as eleições?"),
        ("tr", "Seçimi kim kazandı?"),
        ("zh", "谁赢得了选举？"),
        ("ja", "選挙に勝ったのは誰ですか|誰が勝った？"),
        ("ko", "누가 선거에서 이겼나요?"),
        ("ar", "من فاز في الانتخابات؟"),
        ("fa", "چه کسی در انتخابات پیروز شد؟"),
        ("el", "Ποιος κέρδισε τις εκλογές;"),
        ("he", "מי ניצח בבחירות?"),
        ("hi", "चुनाव किसने जीता?"),
    ],
)
def test_another_language_is_told(language: str, questions: str) -> None:
    """By its script and its own letters, else by its words."""
    assert {language_of(question) for question in questions.split("|")} == {language}


def test_a_language_has_an_english_name() -> None:
    """One that is not in the table is called by its code."""
    assert [language_name(code) for code in ("uk", "de", "xx")] == ["Ukrainian", "German", "xx"]


@pytest.mark.parametrize(
    "question",
    ["nvidia tsmc asml sk 하이닉스", "bitcoin xrp doge 한국 은행 뉴스", "zzz qqq 市長は vvv www kkk"],
)
def test_names_in_a_script_of_their_own_tell_nothing(question: str) -> None:
    """Most of these letters are Latin; wordfreq has no words of Korean without a program beside it."""
    assert language_of(question) is None


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_in_some_language_or_in_none(text: str) -> None:
    """Whatever is typed, there is a code of two or three letters or nothing."""
    found = language_of(text)
    assert found is None or (found.isalpha() and len(found) in {2, 3})
