"""Lines of a page that are no part of its article, though they stand within it; by an explicit list."""

from __future__ import annotations

import re

# What follows the label is a link's text, or nothing: a sentence that begins with the word is prose.
_LABEL_END = r"(?:\s*[:\u2013—-]\s*\S.*|\s*[:.…>»]*)$"
_BOILERPLATE = re.compile(
    r"(?:read\s+(?:more|also|next|on)|related(?:\s+(?:articles?|stories|story|coverage|content|news|reading))?|see\s+also"
    r"|more\s+(?:on\s+this(?:\s+story)?|from\b.{0,40}|stories|coverage)|recommended(?:\s+\w+)?|you\s+(?:may|might)\s+also\s+like"
    r"|don['\u2019]t\s+miss|watch(?:\s+(?:now|also|more))?|listen(?:\s+now)?|most\s+read|trending(?:\s+now)?|editor['\u2019]?s\s+picks?"
    r"|читайте\s+(?:також|ще|далі|также|ещ[её]|далее)|дивіться\s+також|смотрите\s+также|також\s+читайте|також\s+за\s+темою"
    r"|по\s+теме|за\s+темою|матеріали\s+по\s+темі|раніше\s+по\s+темі)" + _LABEL_END + "|"
    r"(?:advertisement|advertising|sponsored(?:\s+content)?|promoted(?:\s+content)?|story\s+continues(?:\s+below)?(?:\s+(?:this\s+)?(?:advertisement|ad))?"
    r"|article\s+continues\s+(?:below|after)\b.{0,40}|skip\s+(?:past|to|advert)\b.{0,60}|scroll\s+(?:down\s+)?(?:to|for)\b.{0,40}|реклама|оголошення|на\s+правах\s+реклами"
    r"|на\s+правах\s+рекламы|share(?:\s+(?:this(?:\s+\w+)?|on\s+\w+|via\s+\w+))?|tweet|print|comments?|loading|close|back\s+to\s+top"
    r"|поділитися|поділитись|поделиться|роздрукувати|коментарі|комментарии|copy\s+link|getty\s+images|image\s+source\b.{0,60}"
    r"|image\s+caption\b.{0,200}|(?:photo|image|picture|фото|foto)(?:\s+credit)?\s*:.{0,120}|\d+\s+min(?:ute)?s?\s+read)\W*$|"
    r"(?:follow\s+(?:us|our)\b|sign\s+up\s+(?:for|to|here)\b.{0,60}\b(?:newsletters?|emails?|briefing|inbox|updates)\b"
    r"|subscribe\s+to\s+(?:our|the)\b|get\s+(?:our|the)\b.{0,60}\b(?:newsletter|inbox|app)\b"
    r"|download\s+(?:our|the)\b.{0,30}\bapp\b|join\s+(?:our|us\s+on)\b.{0,40}\b(?:telegram|whatsapp|facebook|channel)\b"
    r"|click\s+here\s+(?:to|for)\b|we\s+use\s+cookies\b|this\s+(?:site|website)\s+uses\s+cookies\b|all\s+rights\s+reserved\b|©"
    r"|підписуйтес[ья]\b|підпишіться\s+на\b|подписывайтесь\b|подпишитесь\s+на\b|стежте\s+за\s+(?:нами|нашими)\b"
    r"|следите\s+за\s+нашими\b|приєднуйтес[ья]\s+до\s+наш|присоединяйтесь\s+к\s+наш|якщо\s+ви\s+(?:помітили|знайшли)\s+помилку"
    r"|если\s+вы\s+(?:заметили|нашли)\s+ошибку).{0,200}$",
    re.IGNORECASE,
)
_READ_ON = (
    r"(?:(?:continue|keep)(?:\s+(?:reading|this|the|with)\b|[.!]*$)"
    r"|read\s+(?:on\b|more\b|(?:this|the|our)\s+(?:full|rest|whole|entire|article|story|piece))"
    r"|(?:unlock|view|access)\s+(?:this|the|our|full|all)\s+(?:full\s+)?(?:article|story|content|text|piece|access|articles)\b)"
)
_PAYWALL = re.compile(
    rf"(?:subscribe|log\s?in|sign\s+in|register|create\s+(?:a|an)\s+(?:free\s+)?account)\s+(?:now\s+)?to\s+{_READ_ON}"
    r"|to\s+(?:continue|keep)\s+reading\b|(?:for|to|available\s+to)\s+subscribers\s+only\b"
    r"|exclusive(?:ly)?\s+(?:to|for)\s+(?:our\s+)?subscribers\b|this\s+(?:article|content|story)\s+is\s+(?:reserved\s+)?for\s+(?:our\s+)?(?:subscribers|members)\b"
    r"|доступн[оаий]+\s+(?:лише|тільки|только)\s+(?:для\s+)?(?:перед|під|под)плат?ник|оформіть\s+передплату|оформите\s+подписку",
    re.IGNORECASE,
)
_MEMBERS = re.compile(r"already\s+a(?:\s+\w+)?\s+(?:subscriber|member)\b", re.IGNORECASE)
_GATE_WORDS = 25
_COOKIES = re.compile(r"\bcookies?\b|\bconsent\b", re.IGNORECASE)
_ASKS_CONSENT = re.compile(
    r"\b(?:we(?:\s+and\s+our\s+(?:\w+\s+)?partners)?\s+(?:use|store)|accept(?:\s+all)?|you\s+(?:agree|consent))\b",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:(?:we(?:['\u2019]re|\s+are)\s+)?sorry[\s,.!:]+(?:but\s+)?)?(?:(?:this|the|that)\s+(?:article|page|story|content|post)\b[^.;:]{0,60}?"
    r"\s(?:is|are)\s+(?:no\s+longer|not(?:\s+currently)?)\s+available|(?:this|the|that)\s+(?:article|page|story)\b[^.;:]{0,60}?\s"
    r"(?:can\s?not|could\s+not|can['\u2019]t|couldn['\u2019]t)\s+be\s+found|(?:this|the)\s+page\s+(?:you\s+[\w\s]{3,40}\s)?does\s+not\s+exist"
    r"|(?:error\s+404|404|page\s+not\s+found)\b|we\s+(?:can\s?not|could\s+not|can['\u2019]t|couldn['\u2019]t)\s+find\s+(?:the|that|this)\s+page"
    r"|(?:сторінку|страница|статтю)\s+не\s+(?:знайдено|найдена))",
    re.IGNORECASE,
)


def is_boilerplate(paragraph: str) -> bool:
    """Whether a paragraph is nothing but "Read more: …", "Advertisement", "Follow us…" or their like."""
    return bool(_BOILERPLATE.match(paragraph))


def is_paywalled(paragraph: str, *, within: bool = True) -> bool:
    """Whether a paragraph of its own asks its reader to log in or subscribe to read on.

    Args:
        paragraph: its words; a long one is prose.
        within: it stands where the article does; a question to members may else be a menu's.
    """
    if len(paragraph.split()) > _GATE_WORDS:
        return False
    return bool(_PAYWALL.search(paragraph) or (within and _MEMBERS.match(paragraph)))


def is_consent(paragraphs: list[str]) -> bool:
    """Whether paragraphs only ask for leave to set cookies."""
    told = [text for text in paragraphs if _COOKIES.search(text)]
    return len(told) * 2 >= len(paragraphs) > 0 and any(map(_ASKS_CONSENT.search, told))


def is_missing(paragraph: str) -> bool:
    """Whether a paragraph says that what was asked for is not there."""
    return bool(_MISSING.match(paragraph))
