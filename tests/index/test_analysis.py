# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.engines.analysis import CYRILLIC, STOP_WORDS, analyze, unify, words_of

# Each line is one word in several of its forms.
FORMS = """
північнокорейські північнокорейських північнокорейському | військовий військові військових військовим
солдат солдати солдатів солдатами солдату | Зеленський Зеленського Зеленському Зеленським
Київ Києва Києві | Харків Харкова Харкові | Україна України Україні Україною | область області областей
війна війни війні війну | ракета ракети ракет ракетами | рік року років | день дня днями
місто міста місті | угода угоди угоду угодою | об'єкт об’єкта обʼєкти ОБ'ЄКТІВ | загинув загинула загинули
Корея Кореї Корею | лікар лікаря лікарів | новий нового новому нових | мешканець мешканця мешканців
солдат солдаты солдатами солдатам | северокорейский северокорейские северокорейских
Зеленский Зеленского Зеленскому | Курская Курской Курскую | область области областей областях
Киев Киева Киеве | Харьков Харькова | война войны войне войну | год года году | день дня дней днями
город города городах | соглашение соглашения соглашений | заявил заявила заявили | погиб погибли погибла
Корея Кореи Корею | врач врача врачей | новый нового новому новых | житель жителя жителей жители
берёза березы берёзы | отчёт отчета отчёты | за́мок замки
""".replace("\n", "|")
WORDS = [line.split() for line in FORMS.split("|") if line.strip()]
APART = """
військо високо | місто місце | область обличчя | президент презент | уряд ряд | вибори вибух | ракета ракурс
солдат солод | Харків хліб | Львів лев | Москва мова | рік рука | день дно | суд судно | газ газета
економіка екологія | школа шкода | лікар лікоть | війна вино | удар удача | Корея корінь | кордон корона
переговори перегони | голова голос | парламент парк | мільйон мільярд | план планета | порт портрет
город огород | город гордый | армия арена | оружие орудие | война волна | выборы выбросы | мост место
больница большой | победа обед | соглашение согласие | граница грань | новый новость | река рука
театр терапия
миллион миллиард | министр министерство | люди лёд | слово словарь | кот кит | ночь нос
рада радар
""".replace("\n", "|")
PAIRS = [line.split() for line in APART.split("|") if line.strip()]


@pytest.mark.parametrize("forms", WORDS, ids=lambda forms: forms[0])
def test_the_forms_of_a_word_are_one_term(forms: list[str]) -> None:
    """Case, number, gender and tense do not matter, nor do the signs a word may be written with."""
    terms = {tuple(analyze(form)) for form in forms}
    assert len(terms) == 1
    assert len(next(iter(terms))) == 1


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_other_words_are_other_terms(pair: list[str]) -> None:
    """Words that only begin alike, or look alike, are told apart."""
    first, second = map(analyze, pair)
    assert first != second


@pytest.mark.parametrize(
    ("ukrainian", "russian"), [("Зеленський", "Зеленский"), ("Трампа", "Трамп"), ("новими", "новый")]
)
def test_what_two_languages_share_is_one_term(ukrainian: str, russian: str) -> None:
    """A name that each spells in its own letters is found across the two."""
    assert analyze(ukrainian) == analyze(russian)


def test_the_analyzer_keeps_what_is_told_by_a_word() -> None:
    """Lower case, no stop words, English stems; other alphabets as they are; nothing of 60 bytes or more."""
    assert analyze("The Mayor's ships, No. 84") == ["mayor", "s", "ship", "84"]
    assert analyze("Häfen Überfälle λόγος 日本") == ["häfen", "überfäll", "λόγος", "日本"]
    assert analyze("x" * 59 + " " + "y" * 60) == ["x" * 59]
    assert analyze("") == []


def test_words_of_both_alphabets_may_stand_together() -> None:
    """Each is analysed by its own letters."""
    assert analyze("NATO й ships біля Су-27") == ["nato", "ship", *analyze("біля"), "су", "27"]


@pytest.mark.parametrize("word", STOP_WORDS.split())
def test_stop_words_are_left_out(word: str) -> None:
    """In any case, alone or beside another."""
    assert analyze(word) == analyze(word.upper()) == []
    assert analyze(f"{word} солдат") == analyze("солдат")


def english() -> TextAnalyzer:
    """The analysis that English has always had here."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(60))
    builder = builder.filter(Filter.lowercase()).filter(Filter.stopword("english"))
    return builder.filter(Filter.stemmer("english")).build()


@given(st.text().filter(lambda text: not CYRILLIC.search(text)))
def test_a_text_without_cyrillic_is_untouched(text: str) -> None:
    """Whatever it holds, its words are those of the English rule alone."""
    text = text.encode("utf-8", "ignore").decode()
    assert unify(text) == text
    assert analyze(text) == english().analyze(text)


words = st.sampled_from(
    ["Who", "said", "the", "Ministers'", "dying", "GOING", "3,000", "Ünal", "naïve", "x" * 61]
)
signs = st.sampled_from([*" .,'\u2019\u201c\u2014\u2026\u20ac\u00a0\u00b2\u2070\u2028\u200d_-\x7f\x00"])


@given(st.lists(st.tuples(words, signs)))
def test_signs_of_print_end_a_word(parts: list[tuple[str, str]]) -> None:
    """Words of news with whatever stands between them come to what the English rule makes of them."""
    text = "".join(f"{word}{sign}" for word, sign in parts)
    assert analyze(text) == english().analyze(text)


letters = st.sampled_from("абвгґеєиіїйклмнопрстуьюяыэъё'’ʼ\u0301 -x")


@given(st.text(letters), st.text(letters))
def test_terms_are_whole_and_the_same_everywhere(first: str, second: str) -> None:
    """A term is never empty and has no space, and a word's company does not change it."""
    terms = analyze(f"{first} . {second}")
    assert all(term and term == "".join(term.split()) for term in terms)
    assert terms == analyze(first) + analyze(second)


def test_a_text_reads_the_same_in_any_composition() -> None:
    """Letters in one piece or two, any apostrophe, stressed or not."""
    for text in ("Її об'єкти й краї", "за\u0301мок Европы"):
        parts = unicodedata.normalize("NFD", text)
        spellings = [text, parts, text.replace("'", "’"), text.replace("\u0301", "")]
        assert all(analyze(one) == analyze(other) for one, other in combinations(spellings, 2))


@given(st.text())
def test_what_is_remembered_of_a_text_is_what_it_comes_to(text: str) -> None:
    """The first time and the next, in an order that nobody can change."""
    text = text.encode("utf-8", "ignore").decode()
    assert words_of(text) == words_of(text) == tuple(analyze(text))
