# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""Whether a question asks of what was reported at some time, or of the newest that there is.

A date keeps articles out only where the question asks for news, for what somebody said, or for what
happened. Elsewhere it may be that of an event which articles of any day tell: on the quiz questions of the
development set, the days since Monday for "this week" hold no judged article of one question in five.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index.answering.date_shapes import moved
from index.answering.date_words import WEEKDAYS, one_of
from index.answering.dates import find_dates
from index.answering.patterns import any_of
from index.sentences import sentences

if TYPE_CHECKING:
    import re

    from index.answering.dates import DateMention

# It is still yesterday where some papers are printed.
EARLIER = timedelta(days=1)
# What happened on a Friday may be told on Monday.
LATER = timedelta(days=3)
# What is longer ago is told again, with its date, by articles of any later day.
RECENT = timedelta(days=31)
_YEAR = timedelta(days=360)


# Lower case, and not before another noun: no "Fox News", "news host" or "reports of illness".
_NEWS = any_of(
    r"(?:what|which|any|me|show|find|list|give|all|in\s+the|latest|today['’]s|there)\s+(?:\w+\s+){0,2}?"
    r"(?-i:news|headlines|coverage|reports|articles|stories)(?!\s+(?:host|anchor|network|agency|channel|of\s+\w+s\b))",
    r"(?-i:\A(?:[Nn]ews|[Hh]eadlines|[Cc]overage|[Rr]eports|[Aa]rticles|[Ss]tories))",
    r"what(?:['’]s|\s+is|\s+was)\s+new",
    r"новин[иа]?|що\s+нового|статт[іья]|статей|повідомлення",
    r"новост[иейь]+|что\s+нового|статьи|сообщения|сводк[аи]",
)
_SAYING = (
    r"say|said|tell|told|announced?|report(?:ed)?|claim(?:ed)?|declared?|warn(?:ed)?|write|written|wrote|comment(?:ed)?"
    r"|promised?|pledged?|publish(?:ed)?|confirm(?:ed)?|den(?:y|ied)|reveal(?:ed)?|respond(?:ed)?|react(?:ed)?"
)
_SAID = any_of(
    rf"(?:what|who|why|how|where)\s+(?:did|has|have|had|was|were)(?!\w)[^?]*?(?<!\w)(?:{_SAYING})",
    r"who\s+said|(?:что|кто)\s[^?]*?(?:сказал|заявил|сообщил|объявил|написал|рассказал|предупредил|пообещал|опубликовал|говорил)\w*",
    r"(?:що|хто)\s[^?]*?(?:сказа|каза|заяви|повідоми|оголоси|написа|розпові|попереди|пообіця|опублікува|говори)\w*",
)
_HAPPENED = any_of(
    r"what(?:['’]s|\s+has|\s+have|\s+was|\s+is)?\s+(?:happen(?:ed|ing)|occurred|going\s+on|went\s+on|changed)",
    r"що\s[^?]*?(?:сталося|сталось|трапилося|трапилось|відбулося|відбулось|відбувалося|відбувається|змінилося)",
    r"что\s[^?]*?(?:случилось|произошло|происходило|происходит|изменилось)",
)
# These ask for a time, or of one to come, or compare with one.
_UNFIT = any_of(
    r"when|(?:what|which)\s+(?:year|month|date|day|week)|how\s+long|since\s+when",
    r"will|going\s+to|gonna|upcoming|expected\s+to|scheduled|plans?\s+to|next",
    r"(?:first|last|highest|lowest|biggest|largest|most|worst|best)\s[^?]*?since",
    r"коли|(?:якого|якому)\s+(?:року|році|місяця|числа)|будуть|буде",
    r"когда|(?:какого|каком)\s+(?:года|году|месяца|числа)|будут|будет",
)
# A time behind these may be that of what was spoken about.
_OF_SOMETHING = any_of(
    r"the|a|an|his|her|its|their|who|which|that|whose|after|following|when",
    r"яке|який|яка|які|якого|що|після|про\s+\w+\s+\w+",
    r"которы\w+|котор\w+|после|о[б]?\s+\w+\s+\w+",
)
_NEWEST = any_of(
    r"latest|newest|now|current|currently|recent|recently|lately|so\s+far|these\s+days|at\s+the\s+moment|right\s+now",
    r"up\s+to\s+date|to\s+date|today|tonight|yesterday|this\s+(?:week|month|morning|weekend)|breaking",
    r"(?:the\s+)?(?:last|past)\s+(?:few\s+|couple\s+of\s+|\w+\s+)?(?:hours|days|weeks)|(?:what(?:['’]s|\s+is)\s+)new",
    r"останн(?:ій|я|є|і|іх|іми|ього|ьої|ю)|зараз|тепер|нині|наразі|нещодавно|щойно|досі|сьогодні|вчора|учора|найновіш\w+|свіж\w+|що\s+нового",
    r"(?:цього|на\s+цьому)\s+(?:тижн[яі]|місяця)",
    r"последн(?:ий|яя|ее|ие|их|ими|его|ей|юю)|сейчас|теперь|ныне|недавно|только\s+что|сегодня|вчера|новейш\w+|свеж\w+|что\s+нового",
    r"на\s+этой\s+неделе|в\s+этом\s+месяце",
    one_of(word for word in WEEKDAYS if word.isascii()),
)


def reported_within(question: str, now: date, newest: date | None = None) -> DateMention | None:
    """The time within which an article must be published to answer, if the question asks of one.

    It begins a day before the time that is named. It ends three days after it, or is open: where that
    was more than a month ago, and where the time may belong to what was spoken about ("say about the
    attack on 9 November"). None where no date, more than one, or a date of another kind is named.

    Args:
        question: as it was typed.
        now: the day it is asked.
        newest: the day of the coverage's newest article. "In November" is the last one before it, while
            "last week" is the one before `now` whatever there is.
    """
    start = _asked(question)
    found = find_dates(question, now)
    if newest and newest < now and not any(each.relative for each in found):
        now = newest
        found = find_dates(question, now)
    meant = [each for each in found if each.adverbial and each.start >= start]
    if len(meant) != 1 or _UNFIT.search(question, start):
        return None
    mention = meant[0]
    news = _cue(_NEWS, question, start, mention)
    cue = news or _cue(_SAID, question, start, mention) or _cue(_HAPPENED, question, start, mention)
    if not cue or not _fits(mention, now, news=bool(news)):
        return None
    spoken_of = bool(_OF_SOMETHING.search(question, cue.end(), mention.start))
    return _widened(mention, now, news=bool(news), spoken_of=spoken_of)


def prefers_newest(question: str) -> bool:
    """Whether the question asks of the present or the last few days, in any of the three languages."""
    return bool(_NEWEST.search(question))


def _asked(question: str) -> int:
    """Where the last sentence begins; those before it only tell what it is about."""
    spans = sentences(question, None)
    return spans[-1][0] if spans else 0


def _cue(pattern: re.Pattern[str], question: str, start: int, mention: DateMention) -> re.Match[str] | None:
    """The words that ask for a report, unless the time stands within them: "the man elected in May said"."""
    cue = pattern.search(question, start)
    if cue is None or cue.end() <= mention.start or mention.start == start:
        return cue
    inside = question[cue.start() : mention.start]
    # Ukrainian and Russian put the time before the verb.
    return None if "," in inside or cue[0].isascii() else cue


def _fits(mention: DateMention, now: date, *, news: bool) -> bool:
    """Whether the time can be that of a report; a whole year, or one that only ends, hardly is."""
    if mention.since is None:
        return news
    whole_year = mention.until is not None and mention.until - mention.since >= _YEAR
    return mention.since <= now and (news or mention.relative or not whole_year)


def _widened(mention: DateMention, now: date, *, news: bool, spoken_of: bool) -> DateMention:
    since, until = mention.since, mention.until
    if until and since and (spoken_of or not (news or now - until <= RECENT)):
        until = None
    return replace(
        mention,
        since=moved(since, -EARLIER) if since else None,
        until=moved(until, LATER) if until else None,
    )
