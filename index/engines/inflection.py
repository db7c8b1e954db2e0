"""Ukrainian and Russian words to one form, whatever their case, number, gender or tense.

A question is too short to tell its language, so a word is judged by its letters, and by where it is more
common: a form always gives the same, in a question and in a passage, in either language.
"""

from __future__ import annotations

import re

# The form's letters that only one of the two languages has.
UKRAINIAN = re.compile("[іїєґ\u02bc]")
RUSSIAN = re.compile("[ыэъ]")

INFINITIVE = re.compile("ти(ся)?$")

# The two spell one sound in different letters. Folded, "Зеленський" is "Зеленский", and the endings of
# both are those that a Russian stemmer knows.
FOLDED = str.maketrans("іїыєэґ", "иииеег", "ьъ\u02bc'")


def base_form(word: str) -> str:
    """The dictionary form of a word in lower case, in folded letters; an unknown word is only folded."""
    for language in _languages(word):
        if base := _dictionary_form(word, language):
            # "заявити" is "заявить": folded, it must end as the Russian infinitive does.
            return INFINITIVE.sub(r"т\1", base).translate(FOLDED)
    return word.translate(FOLDED)


def _languages(word: str) -> tuple[str, str]:
    """Ukrainian and Russian, the one that the word is likelier of first."""
    from wordfreq import zipf_frequency

    if UKRAINIAN.search(word):
        return "uk", "ru"
    if RUSSIAN.search(word):
        return "ru", "uk"
    ukrainian, russian = (zipf_frequency(word, each, wordlist="small") for each in ("uk", "ru"))
    return ("uk", "ru") if ukrainian > russian else ("ru", "uk")


def _dictionary_form(word: str, language: str) -> str | None:
    """The form that the dictionary has for the word; None where it has none to be trusted."""
    import simplemma

    spelt = word.replace("\u02bc", "'")
    # Its rules for unknown words make "зеленскто" of "Зеленского".
    if not simplemma.is_known(spelt, language):
        return None
    base = simplemma.lemmatize(spelt, language).lower()
    # Its dictionary was counted from texts, and has "огонь" for "артиллерийский" and "хто" for "Кім".
    return base if base[:1] == word[:1] else None
