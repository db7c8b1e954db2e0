# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""The sources that a question names as those who reported, among the sources that the coverage has."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A name is so many words at most.
_LONGEST = 6
# From here on wordfreq's scale a word is in everybody's mouth: "time", "week", "people", "independent".
_COMMON = 4.0

_WORD = re.compile(r"[\w&]+(?:['’.\-][\w&]+)*")
_HOST = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/.*)?", re.IGNORECASE)
# What stands before a country's own domain: bbc.co.uk, pravda.com.ua.
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "ac", "edu"}
# What stands before the domain and is nobody's name: news.yahoo.com, abcnews.go.com.
_GENERAL = {
    "www",
    "news",
    "edition",
    "m",
    "amp",
    "en",
    "uk",
    "us",
    "eu",
    "go",
    "blog",
    "blogs",
    "live",
    "world",
}
# Of others "say" tells what they did: "What did Apple say?"
_PRESS = re.compile(
    r"news|times|post|press|herald|tribune|journal|guardian|telegraph|independent|gazette|radio|reuters|interfax"
    r"|ukrinform|bloomberg|politico|axios|pravda|week|today|bbc|cnn|npr|afp|правда|новини|новости|газета|укрінформ|раді?о",
    re.IGNORECASE,
)
_OWNED = re.compile(r"['’]s?$")
_ENDING = re.compile(r"(?:ого|ому|ими|ій|ої|ою|ий|ая|ой|ый|ое|ую|ях|ам|ах|ом|ем|[иауеіяюоьйы])$")

_REPORTS = r"report|reported|reports|write|wrote|written|publish|published|cover|covered|reveal|revealed"
# A company reports its own figures.
_OWN = (
    r"(?!\s+(?:to|an?|its|their|on\s+its|record|loss\w*|profits?|revenues?|earnings"
    r"|in\s+(?:revenue|profit|earnings|sales))\b)"
)
_PIECES = r"reports?|reporting|coverage|articles?|stor(?:y|ies)|news|headlines?|journalists?|interview"
_PRINTED = "reported|published|covered|written|carried|aired|quoted"
_CYRILLIC = (
    r"за\s+(?:даними|інформацією|повідомленням)|по\s+(?:данным|информации|сообщению)|зі\s+слів|(?:як|как)\s+\w+"
    r"|(?:повідом|пиш|напис|опублік|сообщ|опублик)\w+"
    r"|(?:стат|новин|новост|матеріал|материал)\w+\s+(?:в|у|на|від|из|от|з)"
)
# A name stands between what matches before it and what matches behind it.
_CONTEXTS = [
    (re.compile(rf"{before}$", re.IGNORECASE), re.compile(behind, re.IGNORECASE))
    for before, behind in (
        (r"\baccording\s+to\s+", r"(?:['’]s?\s|\s*[,.?!:;]|\s*\Z|\s)"),
        (
            rf"\b(?:{_PIECES}|{_PRINTED})\s+(?:by|in|on|from|at|of)\s+",
            r"\b",
        ),
        (
            r"\b(?:did|does|do|has|have|had|is|was)\s+",
            rf"\s+(?:\w+ly\s+)?(?:{_REPORTS}|reporting|covering)\b{_OWN}",
        ),
        (r"(?:\b(?:what|how|which)\b.*\s|\A|[,;]\s*)", rf"\s+(?:{_REPORTS})\b{_OWN}"),
        (r"", rf"(?:['’]s?)\s+(?:\w+\s+)?(?:{_PIECES})\b"),
        (r"", r"\s+(?:coverage|reporting|articles?)\b"),
        (
            rf"\b(?:{_CYRILLIC})\s+",
            r"(?!\w)",
        ),
        (
            r"\b(?:що|як|что|как|про\s+що|о\s+чем|о\s+чём)\s+",
            r"\s+(?:повідом|пиш|напис|опублік|сообщ|опублик|розпов|рассказ)\w+",
        ),
    )
]
_SAYS = (
    re.compile(r"\b(?:did|does|do|has|have|had)\s+$", re.IGNORECASE),
    re.compile(r"\s+(?:say|said)\s+(?:about|on|of)\b", re.IGNORECASE),
)

_FROM = re.compile(r"(?:\A|(?<!ed)\s+|[,(]\s*)(?:from|від|за даними|от|по данным)\s+$", re.IGNORECASE)


def named_sources(question: str, known: Sequence[str]) -> tuple[str, ...]:
    """The known sources that the question asks to have reported, in the order of `known`.

    A host is known by its own name ("cnn.com" is CNN, "www.bbc.co.uk" the BBC), any name in any case and
    with or without "the"; one that is an everyday word ("The Week") only with a capital. A source that
    the question is about is none: "Who did CNN fire?", "Which Fox News host left?".
    """
    names = _names(tuple(known))
    found: set[str] = set()
    for start, end, sources in _named(question, names):
        press = any(map(_PRESS.search, sources))
        contexts = [*_CONTEXTS, _SAYS] if press else _CONTEXTS
        if any(
            before.search(question, 0, start) and behind.match(question, end) for before, behind in contexts
        ):
            found.update(sources)
    return tuple(source for source in known if source in found)


def reporting_sources(topic: str, known: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A topic without its "from Reuters", and the known sources that this names.

    A topic has no verb of reporting, but nobody is "fired from" a source that is to report it.
    """
    found = [
        (before.start(), end, sources)
        for start, end, sources in _named(topic, _names(tuple(known)))
        if (before := _FROM.search(topic, 0, start))
    ]
    if not found:
        return topic, ()
    start, end, sources = max(found, key=lambda each: each[1] - each[0])
    return f"{topic[:start]} {topic[end:]}", tuple(source for source in known if source in sources)


@lru_cache(maxsize=8)
def _names(known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Each way that a source may be named, as `_key` has it, with the sources of that name."""
    names: dict[str, tuple[str, ...]] = {}
    for source in dict.fromkeys(known):
        for name in {_key(source), *map(_key, _host_names(source))} - {""}:
            names[name] = (*names.get(name, ()), source)
    return names


def _host_names(source: str) -> list[str]:
    """A host without "www", and what of it is a name: "bbc.co.uk" and "bbc" of "www.bbc.co.uk"."""
    if not _HOST.fullmatch(source.strip()):
        return []
    host = re.sub(r"^https?://|/.*$", "", source.strip().casefold()).removeprefix("www.")
    labels = host.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return [host, *(label for label in labels if label not in _GENERAL)]


def _key(name: str) -> str:
    """Letters and digits alone, lower case, without "the" and without Ukrainian and Russian endings."""
    return _letters(name).removeprefix("the")


def _letters(words: str) -> str:
    return "".join(_stem(word) for word in re.findall(r"\w+", words.casefold()))


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 4 and not word.isascii() else word  # noqa: PLR2004


def _named(question: str, names: dict[str, tuple[str, ...]]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The spans of the question that are a source's name, "the" included, with the sources."""
    words = [match.span() for match in _WORD.finditer(question)]
    keys = [_letters(question[start:end]) for start, end in words]
    for first, (start, _) in enumerate(words):
        before = ""
        for last in range(first, min(first + _LONGEST, len(words))):
            whole = question[start : words[last][1]]
            for name in dict.fromkeys((_OWNED.sub("", whole), whole)):
                own = keys[last] if name == whole else _letters(name[words[last][0] - start :])
                sources = names.get((before + own).removeprefix("the"))
                if sources and (not _everyday(name) or _capital(name)):
                    yield start, start + len(name), sources
                    break
            before += keys[last]


def _capital(name: str) -> bool:
    return name.removeprefix("the ").removeprefix("The ")[:1].isupper()


def _everyday(name: str) -> bool:
    from wordfreq import zipf_frequency

    word = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    return word.isalpha() and zipf_frequency(word, "en", wordlist="small") >= _COMMON
