# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""Which language a question is in, where that is clear."""

from __future__ import annotations

import re
from functools import cache
from statistics import fmean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container

# Scripts that one language of the news has for itself, and the one that is meant where several share it.
_SCRIPTS = {
    "uk": r"\u0400-\u052f",
    "el": r"\u0370-\u03ff\u1f00-\u1fff",
    "hy": r"\u0530-\u058f",
    "he": r"\u0590-\u05ff",
    "ar": r"\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "hi": r"\u0900-\u097f",
    "bn": r"\u0980-\u09ff",
    "pa": r"\u0a00-\u0a7f",
    "gu": r"\u0a80-\u0aff",
    "or": r"\u0b00-\u0b7f",
    "ta": r"\u0b80-\u0bff",
    "te": r"\u0c00-\u0c7f",
    "kn": r"\u0c80-\u0cff",
    "ml": r"\u0d00-\u0d7f",
    "si": r"\u0d80-\u0dff",
    "th": r"\u0e00-\u0e7f",
    "lo": r"\u0e80-\u0eff",
    "my": r"\u1000-\u109f",
    "ka": r"\u10a0-\u10ff\u1c90-\u1cbf",
    "am": r"\u1200-\u137f",
    "km": r"\u1780-\u17ff",
    "ja": r"\u3040-\u30ff",
    "ko": r"\u1100-\u11ff\uac00-\ud7af",
    "zh": r"\u3400-\u4dbf\u4e00-\u9fff",
}
_LETTER = re.compile(r"[^\W\d_]")
_IN_SCRIPT = {language: re.compile(f"[{ranges}]") for language, ranges in _SCRIPTS.items()}
# Of the languages that share a script, the one that alone has one of these letters; the first wins.
_SIGNS = {
    "uk": (("be", "ў"), ("uk", "їєґ"), ("mk", "ѓќѕ"), ("sr", "ђћљњџј"), ("ru", "ыэё"), ("uk", "і")),
    "ar": (("ur", "ٹڈڑںے"), ("fa", "پچژگ")),
}
_CYRILLIC = ("uk", "ru", "bg", "mk")
# A word or two in another script are a name within the question.
_MOST = 0.5
# The mean of an English question's words on wordfreq's scale; of other languages' in English it is 1 to 3.
_ENGLISH = 4.5
# With fewer words than this any language may come out.
_WORDS = 3
_LONG = 3
_LIKELY = 0.5
# By how much the words must be commoner in the other language than in English: ten times.
_COMMONER = 1.0
# What wordfreq calls them.
_WORDFREQ = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh", "tl": "fil"}

_NAMES = {
    "am": "Amharic", "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "ms": "Malay",
    "my": "Burmese", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian", "or": "Odia", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak",
    "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "th": "Thai", "tl": "Filipino", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_of(question: str) -> str | None:
    """The ISO 639-1 code of the question's language; None where that is not clear.

    A script that one language has for itself tells it at once. In Latin script only what is clearly not
    English is said to be another language: names, typing errors and a few words never are.
    """
    letters = len(_LETTER.findall(question))
    for script, pattern in _IN_SCRIPT.items():
        if len(pattern.findall(question)) > letters * _MOST:
            return _within_script(script, question.casefold())
    japanese = len(_IN_SCRIPT["ja"].findall(question))
    if japanese and japanese + len(_IN_SCRIPT["zh"].findall(question)) > letters * _MOST:
        return "ja"
    return _latin(question)


def unread_language(text: str, read: Container[str] | None) -> str | None:
    """The language of a text if it is none of those that are read; None where nobody has said which are."""
    language = language_of(text) if read else None
    return None if language is None or not read or language in read else language


def language_name(code: str) -> str:
    """A language's name in English; the code itself for one that few news are in."""
    return _NAMES.get(code, code)


def _within_script(script: str, question: str) -> str:
    for language, signs in _SIGNS.get(script, ()):
        if any(sign in question for sign in signs):
            return language
    if script == "zh" and _IN_SCRIPT["ja"].search(question):
        return "ja"
    if script != "uk":
        return script
    words = re.findall(r"\w+", question)
    return max(_CYRILLIC, key=lambda language: _commonness(words, language))


def _latin(question: str) -> str | None:
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", question.casefold())
    if not words:
        return None
    english = _commonness(words, "en")
    if english >= _ENGLISH:
        return "en"
    # Names are the same in every language, and with a capital.
    plain = [word for word in re.findall(r"[^\W\d_]+", question) if word.islower()]
    if len(words) < _WORDS or len(plain) < _WORDS - 1:
        return None
    language, likelihood = _identify(question)
    if language == "en":
        return "en"
    return language if likelihood >= _LIKELY and _holds(language, words, plain, english) else None


def _holds(language: str, words: list[str], plain: list[str], english: float) -> bool:
    """Whether the words are commoner in that language than in English, and no plain one is English."""
    from wordfreq import available_languages

    if language in _SCRIPTS:
        # Most letters are Latin, so it is only a name. Of Korean words wordfreq would ask a dictionary, too,
        # that is not installed.
        return False
    known = _WORDFREQ.get(language, language)
    if known not in available_languages("small") or _commonness(words, known) - english < _COMMONER:
        return False
    commoner = {word: _commonness([word], known) - _commonness([word], "en") for word in plain}
    # "de" and "la" stand in the names of places everywhere.
    telling = [by for word, by in commoner.items() if len(word) >= _LONG]
    return min(commoner.values()) > -_COMMONER and max(telling, default=0.0) >= _COMMONER


def _commonness(words: list[str], language: str) -> float:
    """The mean of the words' frequencies in a language: 3 is one in a million, 6 one in a thousand."""
    from wordfreq import zipf_frequency

    return fmean(zipf_frequency(word, language, wordlist="small") for word in words) if words else 0.0


def _identify(text: str) -> tuple[str, float]:
    """The likeliest of some 100 languages, and how likely it is, in 0..1."""
    language, likelihood = _identifier().classify(text)
    return str(language), float(likelihood)


@cache
def _identifier() -> Any:
    # It takes a second to load, so it is loaded for what is not plainly English.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
