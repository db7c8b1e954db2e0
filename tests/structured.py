"""What must hold for documents, questions and quotations that are put together from pieces.

Each takes what a strategy has made, and raises only where a promise is broken. The tests try them with
Hypothesis, and a fuzzer that follows the code can choose the bytes from which the strategies make things.
"""

from __future__ import annotations

import atexit
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import made_articles
import made_questions
import made_updates
from bot_api.entities import tidy
from bot_api.markup import parse_html
from housed import House, housed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_documents import DOCUMENTS, broken
from made_pieces import ADDRESS
from quoted import misquoted

from bot.conversation import Reply, complain, format_query
from bot.excerpts import from_lit, to_sentence
from bot.languages.words import words_for
from bot.links import CHARACTERS, link_to
from bot.quoting import altered
from bot.replies import format_html, units_of
from bot.timeline import Timeline, caption, quoted_of, write_timeline
from index.answering.dates import find_dates
from index.answering.kinds import kind_asked, offers
from index.answering.language import language_of
from index.answering.question import Moment, clean, understand
from index.answering.sources import named_sources
from index.answering.topics import understand_topic
from index.errors import InputError, QuestionError
from index.passages import CHARACTERS as PASSAGE
from index.passages import split
from index.reading import decoding
from index.reading.beir import read_beir
from index.reading.feed import read_feed
from index.reading.fields import Origin
from index.reading.kind import kind_of
from index.reading.markdown import read_markdown
from index.reading.ninjs import read_ninjs
from index.reading.opml import read_opml
from index.reading.page import read_page
from index.reading.sitemap import read_sitemap
from index.reading.text import read_text
from index.records import Article
from index.watching.contents import content_items
from index.watching.leads import lead_of_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from bot_api.updates import Update

    from index.records import Hit

# In seconds of the process's own time; what is made here has some ten kilobytes at most.
LONGEST = 3.0
LIMIT, CAPTION = 4096, 1024
QUOTATIONS = {"blockquote", "expandable_blockquote"}
ORIGIN = Origin("saved/ice", "saved/ice")


def _read_twice(read: Callable[[], Iterable[Any]]) -> None:
    """What is read is the same each time, whole, and fit to be kept and shown; else a line says why not."""
    told: list[Any] = []
    for _ in range(2):
        try:
            told.append(list(read()))
        except InputError as error:
            told.append(str(error))
    assert told[0] == told[1]
    if isinstance(told[0], str):
        assert "\n" not in told[0]
        told[0].encode()
        return
    for each in told[0]:
        f"{each}".encode()
        if isinstance(each, Article):
            _holds_together(each)


def _holds_together(article: Article) -> None:
    assert article.text == decoding.clean(article.text)
    assert article.title == decoding.one_line(article.title)
    assert article.digest != article.content
    for passage in split(article, made_articles.count_words, 200):
        assert article.text[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= PASSAGE


def read_a_page(raw: bytes) -> None:
    """A page gives its article or a line on why not, wherever it comes from."""
    kind_of(raw)
    for address in (ADDRESS, None):
        _read_twice(partial(read_page, raw, ORIGIN, address=address))


def read_a_feed(raw: bytes) -> None:
    """A feed gives its entries, and what comes along in one is read as a page is."""
    kind_of(raw)
    with suppress(InputError):
        found = read_feed(raw, ADDRESS)
        assert read_feed(raw, ADDRESS) == found
        repr(found).encode()
        leads = filter(None, map(lead_of_entry, found.entries))
        read = [each for lead in leads if lead.content for each in content_items(lead)]
        assert "a fault of ours" not in f"{read}"


def read_a_list(read: Callable[[bytes, str], Any], raw: bytes) -> None:
    """A list of addresses gives the same each time."""
    kind_of(raw)
    with suppress(InputError):
        found = read(raw, ADDRESS)
        assert read(raw, ADDRESS) == found
        repr(found).encode()


def read_a_wire(raw: bytes) -> None:
    """Newswire gives articles, withdrawals, and a word on the rest."""
    kind_of(raw)
    _read_twice(lambda: read_ninjs(decoding.decode(raw, "a wire"), ORIGIN))


def read_a_note(raw: bytes) -> None:
    """A text with a header of any kind is read, as plain text and as Markdown."""
    for read in (read_text, read_markdown):
        _read_twice(partial(_decoded, read, raw))


def _decoded(read: Callable[[str, Origin], Iterator[Any]], raw: bytes) -> Iterator[Any]:
    return read(decoding.decode(raw, "a note"), ORIGIN)


def read_a_record(folder: Path, raw: bytes) -> None:
    """A file of lines gives an article for each that holds one, and a word on each other."""
    file = folder / "made.jsonl"
    file.write_bytes(raw)
    _read_twice(partial(read_beir, file, ORIGIN))


def ask(question: str, topic: str, now: date, newest: date | None) -> None:
    """A question is understood in one way on any day, in any coverage, or refused in words."""
    text, moment = clean(question), Moment(now, made_questions.SOURCES, newest, clean(topic))
    assert clean(text) == text
    end = 0
    for found in find_dates(text, now):
        assert end <= found.start < found.end <= len(text)
        assert found.since or found.until
        assert not (found.since and found.until) or found.since <= found.until
        end = found.end
    assert set(named_sources(text, moment.sources)) <= set(moment.sources)
    language_of(text)
    offers(kind_asked(text), clean(topic), text)
    for understood in (understand, understand_topic, partial(understand, sources=[topic])):
        try:
            query = understood(question, moment)
            assert understood(question, moment) == query
            format_query(query, newest, words_for("uk")).encode()
        except QuestionError as error:
            f"{complain(error, words_for('uk')).notice}".encode()


def quote(hits: list[Hit], first: int, searched: str, language: str, answering: bool) -> None:  # noqa: FBT001
    """Whatever articles say, each quotation reads word for word in messages that Telegram takes."""
    # Whoever looks the texts up does so by the ids.
    some = list({hit.article.id: replace(hit, rank=rank) for rank, hit in enumerate(hits, 1)}.values())
    words = words_for(language)
    for given_hits in (some, [to_sentence(hit) for hit in some], [from_lit(hit, 110) for hit in some]):
        shown, reply = tuple(given_hits), Reply(searched=searched or None, first=first)
        reply = replace(reply, quotes=shown) if answering else replace(reply, nearest=shown)
        _reads_word_for_word(format_html(reply, LIMIT, words), given_hits)
        for hit in given_hits:
            link = link_to(hit)
            assert link is None or len(link) <= CHARACTERS
            assert (link or "").partition(":~:")[2].isascii()
    _tell_timeline(some, searched, language)


def _tell_timeline(hits: Sequence[Hit], topic: str, language: str) -> None:
    dated = sorted(
        (hit for hit in hits if hit.article.published), key=lambda hit: hit.article.published or date.min
    )
    timeline, words = Timeline(topic[:100] or "x", tuple(dated), len(hits) - len(dated)), words_for(language)
    if dated:
        quoted = quoted_of(timeline)
        for captioned in (True, False):
            _reads_word_for_word(write_timeline(timeline, quoted, LIMIT, words, captioned=captioned), quoted)
        assert units_of(parse_html(caption(timeline, words))[0]) <= CAPTION


def _reads_word_for_word(messages: Sequence[str], hits: Sequence[Hit]) -> None:
    seen: list[str] = []
    for message in messages:
        plain, entities = parse_html(message)
        assert units_of(plain) <= LIMIT
        # Telegram drops and turns to spaces some characters, and so must not find any.
        plain, kept = tidy(plain, entities)
        units = plain.encode("utf-16-le")
        seen += [
            units[2 * each.offset : 2 * each.end].decode("utf-16-le")
            for each in kept
            if each.type in QUOTATIONS
        ]
    assert seen == [hit.passage.text for hit in hits]
    assert not altered(messages, hits, {hit.article.id: hit.article.text for hit in hits})


def _worker(folder: Path) -> Callable[[Update], None]:
    """What works on updates, in a house that stands as long as this process."""

    @cache
    def house() -> House:
        opened = ExitStack()
        atexit.register(opened.close)
        return opened.enter_context(housed(folder))

    def work(update: Update) -> None:
        raised = house().feed(update)
        assert not misquoted(house().api.sent[-2:], house().desk)
        if raised:
            raise raised[0]

    return work


_ANY_DAY = st.sampled_from([date(2025, 1, 15), date.min, date.max, date(2024, 2, 29)]) | st.dates()


def _tried(folder: Path) -> dict[str, tuple[Callable[..., None], dict[str, st.SearchStrategy[Any]]]]:
    readers: dict[str, Callable[[bytes], None]] = {
        "page": read_a_page,
        "feed": read_a_feed,
        "sitemap": partial(read_a_list, read_sitemap),
        "opml": partial(read_a_list, read_opml),
        "wire": read_a_wire,
        "note": read_a_note,
        "record": partial(read_a_record, folder),
    }
    documents = {kind: (read, {"raw": broken(DOCUMENTS[kind])}) for kind, read in readers.items()}
    question = made_questions.question
    asked = {"question": question, "topic": question, "now": _ANY_DAY, "newest": st.none() | _ANY_DAY}
    said = {
        "hits": st.lists(made_articles.hits(), min_size=1, max_size=4),
        "first": st.integers(1, 30),
        "searched": made_articles.long_line,
        "language": st.sampled_from(("en", "uk")),
        "answering": st.booleans(),
    }
    work = {"update": made_updates.odd()}
    return {**documents, "ask": (ask, asked), "quote": (quote, said), "update": (_worker(folder), work)}


def structured(folder: Path, examples: int = 100) -> dict[str, Any]:
    """Every promise by its name, as a Hypothesis test of so many examples; files are written into the folder.

    A fuzzer drives one by its `hypothesis.fuzz_one_input`.
    """
    return {
        f"made.{name}": _test(promise, made, examples) for name, (promise, made) in _tried(folder).items()
    }


def _test(promise: Callable[..., None], made: dict[str, st.SearchStrategy[Any]], examples: int) -> Any:
    def holds(**given_values: Any) -> None:
        began = time.process_time()
        promise(**given_values)
        assert time.process_time() - began <= LONGEST

    quick = settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    return quick(given(**made)(holds))
