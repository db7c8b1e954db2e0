"""What must hold for any bytes at all: each promise takes some, and raises only where it is broken.

The tests try them with Hypothesis; benchmarks/fuzz.py with a fuzzer that follows what the code does.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from articles import make_article, make_hit
from bot_api.markup import parse_html
from pydantic import ValidationError

from bot.conversation import Reply
from bot.documents import safe_name
from bot.links import link_to, text_directive
from bot.quoting import altered
from bot.replies import format_html, units_of
from bot.settings import Settings
from bot.telegram.deep_links import question_payload, read_payload
from bot.telegram.incoming import is_numbered, person_in, read_update
from bot.telegram.keyboards import read_press
from index.addresses import canonical_address
from index.answering.language import language_of
from index.answering.question import Moment, understand
from index.answering.topics import understand_topic
from index.errors import DatelineError, InputError, QuestionError
from index.passages import split
from index.reading.decoding import clean, decode
from index.reading.feed import read_feed
from index.reading.inputs import read_input
from index.reading.kind import kind_of
from index.reading.opml import read_opml
from index.reading.sitemap import read_sitemap
from index.records import Article
from index.seal import seal, unseal
from index.sentences import sentences
from index.web.addresses import check_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Promise = Callable[[bytes], None]

# Nothing of a hundred kilobytes may take longer, in seconds of this process's own time.
LONGEST = 5.0
LIMIT, PASSAGE = 4096, 2000
MOMENT = Moment(
    date(2025, 1, 15), ("Reuters", "The Gull", "АрміяInform", "AP"), date(2025, 1, 11), "Who froze?"
)
ENDINGS = (".txt", ".md", ".html", ".jsonl", ".jsonl.gz", ".json", ".opml", ".xml")
_SETTINGS = [(name, field.alias or name) for name, field in sorted(Settings.model_fields.items())]


class BrokenError(AssertionError):
    """A promise that does not hold."""


def _text(given: bytes) -> str:
    return given.decode("utf-8", "surrogateescape")


def _count_words(texts: Any) -> list[int]:
    return [len(text.split()) for text in texts]


def read_file(ending: str, folder: Path, given: bytes) -> None:
    """Whatever is in a file, it is articles, or a word on why not; each passage stands in its article."""
    file = folder / f"fuzz-{os.getpid()}{ending}"
    file.write_bytes(given)
    for each in read_input(str(file), folder):
        if isinstance(each, Article):
            _holds_together(each)
    file.unlink()


def _holds_together(article: Article) -> None:
    for passage in split(article, _count_words, 200):
        if article.text[passage.start : passage.end] != passage.text:
            raise BrokenError(f"a passage is not its article's words: {passage!r}")
        if not passage.text.strip() or len(passage.text) > PASSAGE:
            raise BrokenError(f"a passage of {len(passage.text)} characters")
    if article.text != clean(article.text):
        raise BrokenError("an article holds what a message cannot")


def read_listing(given: bytes) -> None:
    """A feed, a list of feeds or a sitemap, broken in any way, gives what can be read or an InputError."""
    address = "https://gull.example/feed"
    kind_of(given, "text/xml", address)
    with suppress(InputError):
        for entry in read_feed(given, address).entries:
            if clean(entry.title or "") != (entry.title or ""):
                raise BrokenError(f"a title holds what a message cannot: {entry.title!r}")
    with suppress(InputError):
        read_opml(given, "feeds.opml")
    with suppress(InputError):
        read_sitemap(given, address)


def take_question(given: bytes) -> None:
    """Any question is understood the same twice, or refused in words."""
    question = _text(given)
    with suppress(QuestionError):
        if understand(question, MOMENT) != understand(question, MOMENT):
            raise BrokenError("a question is understood in two ways")
    with suppress(QuestionError):
        understand_topic(question, MOMENT)
    with suppress(QuestionError):
        understand("When was that?", MOMENT, sources=[question[:200]])
    language_of(question[:LIMIT])


def write_reply(given: bytes) -> None:
    """Any article's words, title and source are quoted as they stand, in messages that Telegram takes."""
    parts = [clean(part).strip() for part in decode_or_skip(given).split("\x1f")]
    text = (parts[0] or "x")[:PASSAGE].strip() or "x"
    title, source, url = ([*parts[1:], "", "", ""])[:3]
    article = make_article(text, title=title[:500], source=source[:200] or None, url=url or None)
    half = len(text) // 2
    hit = make_hit(article, None, highlights=((0, half),) if half else ())
    messages = format_html(Reply((hit, hit), searched=title[:200]), LIMIT)
    for message in messages:
        shown, _ = parse_html(message)
        if units_of(shown) > LIMIT:
            raise BrokenError(f"a message of {units_of(shown)} units")
    if altered(messages, [hit, hit], {article.id: article.text}):
        raise BrokenError("a quotation differs from its article")


def decode_or_skip(given: bytes) -> str:
    """The text that reading would make of some bytes; nothing where it would refuse them."""
    with suppress(InputError):
        return decode(given, "a file")
    return ""


def make_link(given: bytes) -> None:
    """To any passage there is a link that a browser can be given, or none."""
    text = clean(decode_or_skip(given)) or "x"
    for start, end in ((0, len(text)), (len(text) // 3, len(text) // 2)):
        directive = text_directive(text, start, end, text[:40])
        if not directive.isascii() or any(letter.isspace() for letter in directive):
            raise BrokenError(f"a link with {directive!r}")
    link_to(make_hit(make_article(text, url=text[:300])))


def press(given: bytes) -> None:
    """Any data of a button, and any payload of a link, is read or is none of ours."""
    carried = given.decode("utf-8", "replace")
    found = read_press(carried)
    if found is not None and (found.place, found.turn.number) > (9, 9):
        raise BrokenError(f"pressed {found!r}")
    read_payload(carried)
    question = " ".join(carried.split())[:30]
    payload = question_payload(question) if question else None
    if payload is not None and read_payload(payload) != question:
        raise BrokenError("a question is another one after its link")


def take_setting(given: bytes) -> None:
    """Any value of any setting is taken, or refused by pydantic, and never shown."""
    if not given:
        return
    name, alias = _SETTINGS[given[0] % len(_SETTINGS)]
    value = given[1:].decode("utf-8", "replace").replace("\0", "")
    with suppress(ValidationError):
        named: dict[str, Any] = {alias: value}
        made = Settings(_env_file=None, **named)
        getattr(made, name)
        _ = (made.bot, made.admin_ids, made.chat_ids, made.zone, made.watched)


def take_update(given: bytes) -> None:
    """Any JSON that Telegram could send is read as an update, or passed over."""
    try:
        told = json.loads(given)
    except (ValueError, RecursionError):
        return
    if is_numbered(told):
        read_update(told)
        person_in(told)


def break_seal(given: bytes) -> None:
    """What was not sealed is refused; what was comes back."""
    with suppress(ValueError):
        unseal(given)
    fields = {"name": given.decode("latin-1"), "size": len(given)}
    if unseal(seal(fields)) != fields:
        raise BrokenError("a seal changes what it holds")


def cut_sentences(given: bytes) -> None:
    """Sentences are spans of their text, in order, apart from each other, in any language."""
    text, language = clean(decode_or_skip(given)), ("en", "uk", "zh", "ar", None)[len(given) % 5]
    end = 0
    for start, stop in sentences(text, language):
        if not end <= start < stop <= len(text):
            raise BrokenError(f"a sentence from {start} to {stop} after {end}")
        end = stop


def spell_address(given: bytes) -> None:
    """An address has one spelling, which spelt again is itself; what is fetched too."""
    address = _text(given).replace("\0", "")
    one = canonical_address(address)
    if canonical_address(one) != one:
        raise BrokenError(f"{address!r} is spelt {one!r} and then {canonical_address(one)!r}")
    with suppress(DatelineError):
        checked = check_address(address, private=False)
        if check_address(checked, private=False) != checked:
            raise BrokenError(f"{address!r} is fetched as {checked!r}")


def name_file(given: bytes) -> None:
    """Any name of a document becomes one of a file that lies where it should."""
    made = safe_name(_text(given))
    if Path(made).name != made or made.startswith(".") or len(made.encode()) > 255 or "\0" in made:
        raise BrokenError(f"a file is named {made!r}")


def promises(folder: Path) -> dict[str, Promise]:
    """Every promise by its name; files are written into the folder."""
    readers = {f"read{ending}": partial(read_file, ending, folder) for ending in ENDINGS[:-1]}
    others = (read_listing, take_question, write_reply, make_link, press, take_setting, take_update)
    more = (break_seal, cut_sentences, spell_address, name_file)
    return readers | {each.__name__: each for each in (*others, *more)}


def keep(promise: Promise, given: bytes) -> None:
    """Try a promise, which must come to its end soon.

    Raises:
        BrokenError: it does not hold, or takes too long.
    """
    began = time.process_time()
    promise(given)
    if time.process_time() - began > LONGEST:
        raise BrokenError(f"{len(given)} bytes took {time.process_time() - began:.1f} seconds")


def beginnings() -> Iterator[bytes]:
    """What a fuzzer may begin with: small documents of each kind, questions, addresses, updates."""
    yield from (each.encode() for each in _BEGINNINGS)


# ruff: noqa: E501, ISC004, RUF001 - documents as they come
_BEGINNINGS = (
    "title: Ice\ndate: 2025-01-11\nurl: https://gull.example/ice\n\nThe harbour froze. Forty ships waited.",
    "---\ntitle: Ice\ndate: 2025-01-11\ntags: [a, b]\n---\n# Ice\n\nThe *harbour* [froze](https://x.example).\n",
    '{"_id": "1", "title": "Ice", "text": "The harbour froze.", "metadata": {"date": "2025-01-11"}}\n',
    "<!doctype html><html lang=en><head><title>Ice</title><meta property='og:title' content='Ice'>"
    "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Ice\"}</script></head>"
    "<body><article><h1>Ice</h1><p>The harbour froze on Monday, and forty ships waited outside.</p></article>",
    '{"uri": "urn:1", "headline": "Ice", "body_text": "The harbour froze.", "versioncreated": "2025-01-11T10:00:00Z"}',
    "<rss version='2.0'><channel><title>Gull</title><item><title>Ice</title><link>https://gull.example/1</link>"
    "<description>&lt;p&gt;The harbour froze.&lt;/p&gt;</description><pubDate>Sat, 11 Jan 2025 10:00:00 GMT"
    "</pubDate></item></channel></rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Gull</title><entry><id>urn:1</id><title>Ice</title>"
    "<updated>2025-01-11T10:00:00Z</updated><content type='html'>Forty ships.</content></entry></feed>",
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://gull.example/1</loc>"
    "<lastmod>2025-01-11</lastmod></url></urlset>",
    "<opml version='2.0'><body><outline xmlUrl='https://gull.example/feed' text='Gull'/></body></opml>",
    "What did Reuters say about it in November 2024?",
    "А що сказали в ЄС минулого тижня?",
    "and what about NATO, between 3 and 12 January?",
    "p:AbCdEfGh12:r1", "c:AbCdEfGh12:d23", "+:AbCdEfGh12", "q_V2hvIHdvbj8", "c_AbCdEfGh12_3",
    "https://www.gull.example:443/a/../b/index.amp.html?utm_source=x&b=2&a=1#:~:text=ice",
    "http://xn--e1afmkfd.example/й?q=ї#!/path",
    '{"update_id": 7, "message": {"message_id": 1, "date": 1736589600, "chat": {"id": 7, "type": "private"}, '
    '"from": {"id": 7, "is_bot": false, "first_name": "Ann"}, "text": "Who won?"}}',
    '{"update_id": 8, "callback_query": {"id": "1", "from": {"id": 7, "is_bot": false, "first_name": "Ann"}, '
    '"chat_instance": "x", "data": "p:AbCdEfGh12:r1"}}',
    "../../etc/passwd\u202etxt.exe", "22:00-07:00", "12345,-1001234567890", "Europe/Kyiv", "30d",
    "«Лід», — сказав він. 11 Jan. No. 84. مرحبا. 船。等！", "x\x1fTitle <b>\x1fThe Gull\x1fhttps://gull.example/1",
)  # fmt: skip
