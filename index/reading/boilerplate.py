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
_PAYWALL = re.compile(
    r"(?:subscribe|log\s?in|sign\s+in|register|create\s+(?:a|an)\s+(?:free\s+)?account)\s+(?:now\s+)?to\s+(?:continue|keep|read|unlock|view|access)\b"
    r"|to\s+(?:continue|keep)\s+reading\b|already\s+a(?:\s+\w+)?\s+(?:subscriber|member)\b|(?:for|to|available\s+to)\s+subscribers\s+only\b"
    r"|exclusive(?:ly)?\s+(?:to|for)\s+(?:our\s+)?subscribers\b|this\s+(?:article|content|story)\s+is\s+(?:reserved\s+)?for\s+(?:our\s+)?(?:subscribers|members)\b"
    r"|доступн[оаий]+\s+(?:лише|тільки|только)\s+(?:для\s+)?(?:перед|під|под)плат?ник|оформіть\s+передплату|оформите\s+подписку",
    re.IGNORECASE,
)


def is_boilerplate(paragraph: str) -> bool:
    """Whether a paragraph is nothing but "Read more: …", "Advertisement", "Follow us…" or their like."""
    return bool(_BOILERPLATE.match(paragraph))


def is_paywalled(text: str) -> bool:
    """Whether a page asks its reader to log in or subscribe to read on."""
    return bool(_PAYWALL.search(text))
