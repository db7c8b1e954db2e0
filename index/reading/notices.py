"""Notes to readers and editors that a text is withdrawn. A text about such things is no note.

What is a note                                      what is none
"KILL", "KILL: Bridge opens", "Bridge opens-KILL"   "Police kill two in raid", "KILL BILL RETURNS"
"EDITORS: story withdrawn", "Please disregard."     "Troops withdrawn from Kherson"
"This article has been removed."                    "The paper has removed an article about the king"
"""

from __future__ import annotations

import re

from index.reading.decoding import one_line

_WORDS_LIMIT = 300
_SHORT = 40
_STORY = r"(?:story|stories|item|article|dispatch|report|series|alert|piece)"
_DONE = r"(?:withdrawn|killed|retracted|eliminated|removed|pulled|deleted|taken\s+down|unpublished)"
# What is withdrawn from sale or removed from a bill is news; from a site, it is gone.
_NOT_FROM = (
    r"\b(?!\s+from\s+(?!(?:our|this|the)\s+(?:web\s?)?(?:sites?|pages?|archives?|wire|publication)\b))"
)
_IS = r"(?:has|have)\s+(?:since\s+|now\s+)?been|(?:was|were|is|are)(?:\s+being|\s+now|\s+hereby)?"
TO_EDITORS = (
    r"(?:(?:attention|attn|urgent|note\s+to)[\s:,.\u2013—-]+)?"
    r"(?:editors?(?:['\u2019]s?)?(?:\s+note)?|eds|ed\.?\s*note)"
)
_KILLS = (
    "MANDATORY KILL|STORY KILL|KILL STORY|KILL NOTICE|KILL ADVISORY|KILL|STORY WITHDRAWN|WITHDRAWN|RETRACTED"
    "|RETRACTION|ELIMINATION|MANDATORY ELIMINATION|NOTICE OF WITHDRAWAL|ANNULATION|АНУЛЬОВАНО|АННУЛИРОВАНО"
    "|ВІДКЛИКАНО|ОТОЗВАНО"  # noqa: RUF001 - Russian
)
# Agencies write these in capitals, and that is what tells them from words of a headline.
_IN_CAPITALS = re.compile(
    rf"(?:{_KILLS})[.!]*$|(?:{_KILLS})(?:\s*:|\s+[\u2013—-]|[\u2013—])\s*\S|KILL(?:[\s,]+KILL)+\b"
    r"|(?:(?:MANDATORY |STORY )?KILL|(?:STORY )?WITHDRAWN)[.!]+\s"
    rf"|(?=.*[a-z]|(?:BC|AM|PM|AP)-).*[-\u2013—/,:]\s*(?:{_KILLS})[.!]*$"
    r"|NOTICE:.*\b(?i:(?:is|was|has been) withdrawn)\b"
)
_MANDATORY = (
    r"(?:mandatory\s+kill|kill\s+(?:notice|advisory)|notice\s+of\s+withdrawal)"
    r"(?:[.!]*$|\s*[:\u2013—-]\s|[.!]+\s)"
)
# "The previous story" and "the earlier version" are what a new text takes the place of.
_NAMED = r"(?:(?!\b(?:previous|earlier|prior|first|old|version)\b)[^,;:.]){0,40}"
_AGENCY = (
    r"(?:we|(?:the\s+)?(?:agency|desk|AP|associated\s+press|reuters|AFP|dpa|ANSA|EFE|Ukrinform|Interfax))"
)
_ASKS = (
    rf"(?:please\s+)?(?:kill|disregard|withdraw|delete|do\s+not\s+use)\s+(?:the|this|our|that)\b{_NAMED}\b{_STORY}\b"
    rf"|please\s+disregard[.!]*$|please\s+(?:kill|do\s+not\s+use)\s+{_STORY}\b"
)
_OUTRIGHT = re.compile(
    rf"{_MANDATORY}|{_STORY}\s+(?:kill|{_DONE})[.!]*$|please\s+disregard[.!]*$|please\s+(?=kill|disregard|withdraw|de|do)(?:{_ASKS})"
    rf"|do\s+not\s+use\s+(?:this|the|our)\s+{_STORY}\b|this\s+{_STORY}\s+(?:{_IS})\s+{_DONE}{_NOT_FROM}"
    rf"|(?:story|item|article)\s+(?:{_IS})\s+{_DONE}[.!]*$"
    rf"|{_AGENCY}\s+(?:has|have)\s+{_DONE}\s+(?:its|the|a|this|our)\s+{_STORY}\b"
    r"|.*\b(?:a\s+)?kill\s+is\s+mandatory\b"
    r"|(?:(?:новину|повідомлення|матеріал)\s+(?:відкликано|анульовано|скасовано|видалено)"
    r"|(?:новость|сообщение|материал)\s+(?:отозван|отозвано|отозвана|аннулирован|аннулировано|аннулирована|снят|снято|снята))[.!]*$"
    r"|про(?:симо|сим)\s+не\s+(?:використовувати|использовать)\b",
    re.IGNORECASE,
)
# In a note to editors, the words need no capitals; the note is about a story already.
_FOR_EDITORS = re.compile(
    rf"(?:kill|disregard|withdrawn|retracted|do\s+not\s+use)[.!]*$|(?:withdrawn|retracted)\s+(?:by|at|pending|because|due)\b|{_ASKS}"
    r"|(?:please\s+)?(?:kill|disregard|withdraw)\s+(?-i:[A-Z]{2,}[\w/]*-\S|(?<=lease kill )[A-Z][A-Z0-9]{2,})"
    rf"|(?:this|the|our)\s+(?:above\s+|following\s+|entire\s+)?(?:story|item|dispatch)\s+(?:{_IS})\s+{_DONE}{_NOT_FROM}"
    rf"|(?:this|our|the\s+above|the\s+following)\s+{_STORY}\s+(?:{_IS})\s+{_DONE}{_NOT_FROM}"
    rf"|(?:this|the|our)?\s*{_STORY}\s+(?:above|below|(?:slugged|headlined|titled)\s[^;:.]{{1,80}}?),?\s+(?:{_IS})\s+{_DONE}{_NOT_FROM}"
    r"|(?:(?:the|this|above)\s+)?(?:story|item|dispatch)\s+(?:is\s+)?(?:withdrawn|retracted|killed)\b(?!\s+from\b)"
    rf"|{_AGENCY}\s+(?:is|are|has|have|hereby)?\s*(?:withdrawing|killing|retracting|withdraws|kills|retracts|{_DONE})"
    rf"\s+(?:its|the|a|this|our)\s+{_STORY}\b"
    r"|bitte\s+(?:verwenden|benutzen)\s+sie\s+(?:die|diese)\s+meldung\s+nicht"
    r"|\w+\s+zieht\s+(?:die|diese|ihre)\s+meldung\b.{0,60}\bzurück",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(rf"{TO_EDITORS}\s*[:\u2013—,-]+\s*", re.IGNORECASE)
_NOTE_THAT = re.compile(
    r"(?:please\s+note|note)(?:\s+that)?[\s:,-]+|(?:sorry|urgent)[\s,.!:]+", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_PAGE = r"(?:story|article|post|page|content|piece|publication)"
_REMOVED = r"(?:removed|withdrawn|retracted|pulled|deleted|taken\s+down|unpublished)"
_WHY = r"(?=[.!]*$|[.!;,]\s|\s+(?:at|by|because|due|pending|following|as)\b)"
_WHY_UK = (
    r"(?=[.!]*$|[.!;,]\s|\s+(?:на\s+(?:прохання|вимогу)|за\s+рішенням|редакцією|через"
    r"|з\s+(?:технічних|юридичних)\s+причин))"
)
_WHY_RU = (
    r"(?=[.!]*$|[.!;,]\s|\s+(?:по\s+(?:решению|просьбе|требованию|техническим\s+причинам)|редакцией"
    r"|с\s+публикации|из-за|в\s+связи))"  # noqa: RUF001 - Russian
)
_GONE = re.compile(
    rf"(?:editor['\u2019]?s?['\u2019]?\s+note\s*[:.\u2013—-]\s*|(?:we(?:['\u2019]re|\s+are)\s+)?sorry[\s,.!:]+(?:but\s+)?)?"
    rf"(?:(?:this\s+{_PAGE}|the\s+{_PAGE}\s+(?:that\s+)?you\s+(?:requested|are\s+looking\s+for|were\s+looking\s+for|tried\s+to))\b"
    rf"(?:(?!\b(?:that|which|who|is|was)\b)[^.;:]){{0,80}}?"
    rf"\b(?:{_IS})\s+(?:\w+ly\s+)?{_REMOVED}{_NOT_FROM}"
    rf"|(?:story|article|post)\s+{_REMOVED}\b{_WHY}"
    rf"|we\s+(?:have\s+)?{_REMOVED}\s+(?:this|an|the|a|our)\s+{_PAGE}\b"
    rf"|[\w .'\u2019-]{{2,60}}?\s+(?:have|has)\s+{_REMOVED}\s+this\s+{_PAGE}{_NOT_FROM}"
    rf"|(?:(?:цю|цей|дану|даний)\s+)?(?:статтю|матеріал|новину|публікацію)\s+(?:було\s+)?(?:видалено|знято|відкликано)\b{_WHY_UK}"
    rf"|(?:(?:эта|этот|это|данный|данная)\s+)?(?:статья|материал|новость|публикация)\s+(?:(?:был|была|было)\s+)?"
    rf"(?:удал[её]н\w*|снят\w*|отозван\w*)\b{_WHY_RU})",
    re.IGNORECASE,
)


def is_kill(line: str) -> bool:
    """Whether a headline or slugline is a kill note whatever stands below it, as its capitals tell."""
    return bool(_IN_CAPITALS.match(_told(line)))


def withdraws(line: str, *, to_editors: bool = False) -> bool:
    """Whether a note or a short text's line is a kill note: the story it stands in is not to be used.

    Args:
        line: the words; each sentence of them may tell it.
        to_editors: they stand where an agency writes to editors, so that capitals are not needed.
    """
    if is_kill(line):
        return True
    loose = to_editors or bool(_ADDRESSED.match(one_line(line)))
    parts = _SENTENCE.split(_told(line))
    told = [_NOTE_THAT.sub("", _told(part), count=1) for part in parts]
    return any(_OUTRIGHT.match(part) or (loose and _FOR_EDITORS.match(part)) for part in told)


def is_withdrawal(text: str) -> bool:
    """Whether a whole text is a short note that what stood there was withdrawn."""
    text = one_line(text)
    return len(text.split()) <= _SHORT and bool(_GONE.match(text) or withdraws(text))


def _told(line: str) -> str:
    """The words without those that only call editors."""
    line = one_line(line)
    addressed = _ADDRESSED.match(line)
    return line[addressed.end() :] if addressed else line


def shortened(line: str) -> str:
    """The line, cut between words where it is longer than a note is shown."""
    if len(line) <= _WORDS_LIMIT:
        return line
    return (line[: _WORDS_LIMIT - 1].rpartition(" ")[0] or line[: _WORDS_LIMIT - 1]) + "…"
