# ruff: noqa: RUF001, RUF002 - letters that look alike are what other alphabets have
"""A text to its words as they are indexed: one rule for passages and questions."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from index.engines.inflection import base_form

if TYPE_CHECKING:
    import tantivy

WORD_CHARACTERS = 60
# Forms whose stem is remembered: 30,000 news passages hold some 100,000.
REMEMBERED = 1 << 17
# Passages, titles and sentences whose words are remembered: some 12 MB where all are whole passages.
REMEMBERED_TEXTS = 1 << 13

CYRILLIC = re.compile(r"[\u0400-\u052f]")
# Characters that may be a part of a word, and are no ASCII letters: all but ASCII and the signs of print.
OTHER = re.compile("[^\x00-\x7f\u2000-\u206f\u00a0\u00a3\u00ab\u00bb\u20ac]")
# Each ASCII letter or digit in lower case, a space for all else.
LETTERS = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(128)) + bytes(128)
# Only between Cyrillic letters: an English word ends at its apostrophe, a Ukrainian one goes on.
APOSTROPHE = re.compile(r"(?<=[\u0400-\u052f])['`\u2018\u2019](?=[\u0400-\u052f])")
STRESS = re.compile(r"(?<=[\u0400-\u052f])\u0301")
YO = str.maketrans("Ёё", "Ее")

# tantivy has a list of Russian stop words, some missing, and none of Ukrainian ones.
STOP_WORDS = """
а або адже б без би бо був була були було бути буде будуть в вам вами вас ваш вже ви від він вона вони воно
все всі всього всіх всім всіма вся де для до дуже є ж за з зі із і й його йому коли кого кому крізь крім
куди лише між мій мене мені мною моя моє мої на над нам нами нас наш наша наше наші не нею неї ним них ній
ні ніж нього ньому ну о об однак от ось по під після поки при про саме себе собі собою свій своє свого свої
своїм своїх своєї свою скільки так така таке такий такі також там та те теж ти тим тих ті тільки то того
тоді той тому тут тебе тобі тобою у усе усі усіх хай хто хоча це цей цього цьому цим цих ці ця цю цією цієї
чи чим чого чому через що щоб щодо ще як яка яке який які якої якого якому якою якій яку яким яких якими
якщо я їй їм їх її їхній їхні бодай навіть звідки
это который которая которое которые которого которой которому которым которых которую которыми также сколько
почему какие какого каких среди против свой свои своих своего своей кого кому кем чей чьи откуда
"""


def analyze(text: str) -> list[str]:
    """The words of a text as they are indexed: lower case, without stop words, stemmed.

    Words are told apart by their letters, not by the text's language, which a short question does not
    show: Cyrillic ones are taken for Ukrainian or Russian, all others for English.
    """
    if text.isascii() or not OTHER.search(text):
        # The same in less than half the time, which is most of what weighing a passage takes.
        words = text.encode("ascii", "replace").translate(LETTERS).split()
        return list(filter(None, map(_plain.__getitem__, words)))
    found: list[str] = _analyzer().analyze(unify(text))
    if not CYRILLIC.search(text):
        return found
    return [stem for word in found if (stem := _stem(word) if CYRILLIC.search(word) else word)]


class _PlainStems(dict[bytes, str]):
    """Of ASCII words in lower case the stems, as the analyzer makes them; empty for what is not indexed."""

    def __missing__(self, word: bytes) -> str:
        if len(word) > WORD_CHARACTERS:
            return ""
        if len(self) >= REMEMBERED:
            self.clear()
        found = _analyzer().analyze(word.decode())
        stem = self[word] = sys.intern(found[0]) if found else ""
        return stem


_plain = _PlainStems()


@lru_cache(REMEMBERED_TEXTS)
def words_of(text: str) -> tuple[str, ...]:
    """What `analyze` makes of a text, remembered: the news of the day is found again and again."""
    return tuple(map(sys.intern, analyze(text)))


def unify(text: str) -> str:
    """A text with Cyrillic words, in one spelling for what reads the same; any other as it is.

    Letters are composed; Cyrillic words have one apostrophe (a letter, U+02BC), no stress, and е for ё.
    """
    if not CYRILLIC.search(text):
        return text
    composed = STRESS.sub("", unicodedata.normalize("NFC", text))
    return APOSTROPHE.sub("\u02bc", composed).translate(YO)


@lru_cache(REMEMBERED)
def _stem(word: str) -> str:
    return "".join(_russian().analyze(base_form(word)))


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    filters = [
        Filter.remove_long(WORD_CHARACTERS),
        Filter.lowercase(),
        Filter.stopword("english"),
        Filter.stopword("russian"),
        Filter.custom_stopword(STOP_WORDS.split()),
        Filter.stemmer("english"),
    ]
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


@cache
def _russian() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer("russian")).build()
