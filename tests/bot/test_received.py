from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import files, updates
from conversing import Chat
from desks import ADMIN, opened_desk, sharing
from news_site.site import NewsSite
from telegram import Update
from telegram.ext import CommandHandler, MessageHandler, filters
from watching import HURRIED, publish

from bot.telegram.questions import Questions
from bot.telegram.received import Received, address_of, documents_of, links_forwarded_by
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot_api.server import BotApi
    from bot_api.updates import Update as Made
    from fakes import FakeEncoder
    from telegram.ext import CallbackContext

ANN = 1001
TEXT = b"date 2025-01-11\n\nForty ships waited outside the harbour. The mayor spoke of a hard winter."


api = pytest.fixture(sharing, scope="module")


@pytest.fixture(scope="module")
def site() -> Iterator[NewsSite]:
    """A news site with two stories, and both in a feed."""
    with NewsSite() as opened:
        publish(opened, 0)
        publish(opened, 1)
        opened.feed("/feed")
        yield opened


@pytest.fixture
def coverage(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Coverage]:
    """An empty coverage that may ask loopback."""
    with Coverage.open(tmp_path / "home", encoder=encoder, manners=HURRIED) as opened:
        yield opened


class Bringing(Chat):
    """A chat in which things are brought, with the part that takes them in."""

    received: Received


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi, tmp_path: Path) -> AsyncIterator[Bringing]:
    """A chat with a bot that knows nothing yet."""
    async with opened_desk(coverage, api, DATELINE_HOME=str(tmp_path / "home")) as (application, desk):
        received, questions = Received(desk), Questions(desk)
        admins = desk.settings.admin_ids
        application.add_handler(CommandHandler("add", received.add))
        application.add_handler(MessageHandler(documents_of(admins), received.document))
        application.add_handler(MessageHandler(links_forwarded_by(admins), received.forwarded))
        application.add_handler(MessageHandler(filters.TEXT, questions.asked))
        application.add_handler(MessageHandler(filters.ALL, questions.not_a_question))
        await application.start()
        opened = Bringing(application, desk, api)
        opened.received = received
        yield opened
        await received.finish()
        await application.stop()


def articles(chat: Chat) -> int:
    """How many articles there are."""
    return chat.desk.coverage.extent().articles


def kept(tmp_path: Path) -> list[str]:
    """The names of the documents that are kept."""
    folder = tmp_path / "home" / "received"
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def link(update: Made, address: str, words: str) -> Made:
    """An update with a link put under some of its words."""
    message = update["message"]
    entity = {"type": "text_link", "offset": message["text"].index(words), "length": len(words)}
    entities = [*message.get("entities", []), entity | {"url": address}]
    return updates.altered(update, {"entities": entities})


async def test_an_address_is_indexed_on_the_spot(chat: Chat, site: NewsSite) -> None:
    """A feed that an admin adds is read, and its articles can be asked about."""
    (said,) = await chat.outcome(updates.command("add", site.url("/feed"), user_id=ADMIN))
    assert said.plain.startswith("2 articles added")
    assert articles(chat) == 2
    assert "typing" in [call.params.get("action") for call in chat.api.calls]


async def test_what_cannot_be_read_has_its_reason(chat: Chat, site: NewsSite) -> None:
    """Beside what was read stands what was not, and why."""
    missing = site.url("/nowhere")
    (said,) = await chat.outcome(updates.command("add", f"{missing} nothing", user_id=ADMIN))
    assert said.plain.startswith("That gave no article.")
    assert f"• {missing}: " in said.plain
    assert "• nothing: no address" in said.plain


async def test_words_that_carry_a_link_need_be_no_address(chat: Chat, site: NewsSite) -> None:
    """A command may have its address under a word."""
    (said,) = await chat.outcome(
        link(updates.command("add", "this", user_id=ADMIN), site.url("/feed"), "this")
    )
    assert said.plain == "2 articles added"


@pytest.mark.parametrize("argument", ["", "/etc/passwd", "../home", "news.txt/..", "file:///etc/passwd"])
async def test_no_file_of_ours_is_added(chat: Chat, argument: str, tmp_path: Path) -> None:
    """Only the web can be named from a chat, never a file where the bot runs."""
    (tmp_path / "secret.txt").write_bytes(TEXT)
    said = await chat.outcome(updates.command("add", argument, user_id=ADMIN))
    assert articles(chat) == 0
    assert said[0].plain.startswith(("Write which addresses to index", "That gave no article."))


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("https://gull.example/a", "https://gull.example/a"),
        ("HTTP://gull.example", "HTTP://gull.example"),
        ("gull.example/feed?x=1", "https://gull.example/feed?x=1"),
        ("gull.example:8080", "https://gull.example:8080"),
        ("новини.укр/стрічка", "https://новини.укр/стрічка"),
        ("/etc/passwd", None),
        ("./a.txt", None),
        ("~/a.txt", None),
        ("C:\\a.txt", None),
        ("ftp://gull.example/a", None),
        ("javascript:alert(1)", None),
        ("word", None),
        ("", None),
    ],
)
def test_what_is_an_address(word: str, address: str | None) -> None:
    """An address may lack its beginning; a path, another scheme and a mere word are none."""
    assert address_of(word) == address


async def test_a_reply_adds_what_is_linked_there(chat: Chat, site: NewsSite) -> None:
    """/add under a message takes the links of that message."""
    message = updates.private_message(f"Look: {site.url('/feed')}", user_id=ADMIN)["message"]
    (said,) = await chat.outcome(updates.private_message("/add", user_id=ADMIN, reply_to=message))
    assert said.plain.startswith("2 articles added")


async def test_a_forwarded_post_has_its_links_indexed(chat: Chat, site: NewsSite) -> None:
    """Links that are written out and links under words are both read, but not those into Telegram."""
    post = updates.forwarded(f"News {site.url('/feed')} and here. Subscribe", user_id=ADMIN)
    post = link(link(post, site.url("/feed"), "here"), "https://t.me/citynews", "Subscribe")
    (said,) = await chat.outcome(post)
    assert said.plain == "2 articles added"


async def test_a_forwarded_picture_has_the_links_of_its_caption_indexed(chat: Chat, site: NewsSite) -> None:
    """Channels put their links under pictures."""
    origin = updates.forwarded("x")["message"]["forward_origin"]
    post = updates.altered(updates.photo(site.url("/feed"), user_id=ADMIN), {"forward_origin": origin})
    (said,) = await chat.outcome(post)
    assert said.plain == "2 articles added"


async def test_what_is_no_post_with_links_is_a_question(chat: Chat, site: NewsSite) -> None:
    """An admin who types a link, or forwards words alone, and anybody else who forwards, asks as ever."""
    for update in (
        updates.private_message(f"What is {site.url('/feed')} about?", user_id=ADMIN),
        updates.forwarded("Who won?", user_id=ADMIN),
        updates.forwarded(site.url("/feed"), user_id=ANN),
    ):
        (said,) = await chat.feed(update)
        assert "There is no coverage yet." in said.plain or "no words" in said.plain
    assert articles(chat) == 0


async def test_a_document_is_kept_and_indexed(chat: Chat, tmp_path: Path) -> None:
    """A document that an admin sends can be asked about, and lies in the home's folder."""
    (said,) = await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    assert said.plain == "1 article added"
    assert kept(tmp_path) == ["harbour.txt"]
    answer = chat.desk.coverage.ask("How many ships waited outside the harbour?")
    assert answer.hits[0].article.id == "home/received/harbour.txt"


async def test_the_same_name_again_is_a_newer_version(chat: Chat, tmp_path: Path) -> None:
    """A document of the same name with other words updates its article; with the same ones nothing."""
    await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    (same,) = await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    assert same.plain == "1 article known already"
    (newer,) = await chat.outcome(updates.document("harbour.txt", TEXT + b" It thawed.", user_id=ADMIN))
    assert newer.plain == "1 article updated"
    assert articles(chat) == 1
    assert kept(tmp_path) == ["harbour.txt"]


async def test_another_name_is_another_document(chat: Chat, tmp_path: Path) -> None:
    """A name that comes to the same file after it is made safe replaces nothing."""
    await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    (said,) = await chat.outcome(updates.document("../harbour.txt", TEXT + b" It thawed.", user_id=ADMIN))
    assert said.plain == "1 article added"
    assert len(kept(tmp_path)) == 2
    assert (tmp_path / "home" / "received" / "harbour.txt").read_bytes() == TEXT
    assert not (tmp_path / "home" / "harbour.txt").exists()


async def test_every_line_of_a_set_is_an_article(chat: Chat) -> None:
    """A document with many articles gives them all, and a reason for each that is none."""
    lines = [
        json.dumps({"_id": f"a{n}", "title": "Gale", "text": f"Gale {n} blew.", "metadata": {}})
        for n in "123"
    ]
    content = "\n".join([*lines, "{"]).encode()
    (said,) = await chat.outcome(updates.document("gales.jsonl", content, user_id=ADMIN))
    first, _, reason = said.plain.splitlines()
    assert first == "3 articles added"
    assert reason.startswith("• gales.jsonl: line 4: ")


@pytest.mark.parametrize(
    ("name", "content"), [("virus.exe", b"MZ"), ("empty.txt", b""), ("bad.txt", b"\xff\xfe\x00")]
)
async def test_what_gives_no_article_is_not_kept(
    chat: Chat, tmp_path: Path, name: str, content: bytes
) -> None:
    """A document of another kind, or with nothing in it, is refused with a reason and deleted."""
    (said,) = await chat.outcome(updates.document(name, content, user_id=ADMIN))
    assert said.plain.startswith(f"That gave no article.\n\n• {name}: ")
    assert kept(tmp_path) == []


async def test_a_spoiled_version_leaves_the_good_one(chat: Chat, tmp_path: Path) -> None:
    """Where nothing can be read from a newer document, the earlier one stays as it was."""
    await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    await chat.outcome(updates.document("harbour.txt", b"", user_id=ADMIN))
    assert (tmp_path / "home" / "received" / "harbour.txt").read_bytes() == TEXT
    assert articles(chat) == 1


@pytest.mark.parametrize("size", [20_000_001, files.LARGEST_DOWNLOAD + 1])
async def test_too_big_a_document_is_refused(chat: Chat, size: int, tmp_path: Path) -> None:
    """Telegram hands out no more than 20 MB, and that is said."""
    (said,) = await chat.outcome(updates.document("big.txt", TEXT, size=size, user_id=ADMIN))
    assert said.plain.startswith("Telegram gives me documents of up to 20 MB.")
    assert kept(tmp_path) == []


async def test_a_document_that_hides_its_size_is_refused_too(chat: Chat) -> None:
    """Where the message does not tell the size, Telegram's refusal does."""
    update = updates.document("big.txt", TEXT, size=files.LARGEST_DOWNLOAD + 1, user_id=ADMIN)
    (said,) = await chat.outcome(updates.altered(update, {"document": {"file_size": None}}))
    assert said.plain.startswith("Telegram gives me documents of up to 20 MB.")


async def test_a_document_without_a_name_gets_one(chat: Chat, tmp_path: Path) -> None:
    """By its kind the ending is known, by which it is read."""
    update = updates.document("x.txt", TEXT, user_id=ADMIN)
    (said,) = await chat.outcome(updates.altered(update, {"document": {"file_name": None}}))
    assert said.plain == "1 article added"
    (name,) = kept(tmp_path)
    assert name.endswith(".txt")


async def test_a_document_of_others_gets_the_kind_line(chat: Chat, tmp_path: Path) -> None:
    """Who does not run the bot is told what it reads; nothing is kept."""
    (said,) = await chat.feed(updates.document("harbour.txt", TEXT, user_id=ANN))
    assert said.plain.startswith("I can read only text.")
    assert kept(tmp_path) == []


async def test_a_moving_picture_is_no_document(chat: Chat) -> None:
    """Telegram sends an animation as a document too, which it is not."""
    update = updates.document("cat.mp4", b"x", user_id=ADMIN)
    moving: dict[str, Any] = {**update["message"]["document"], "width": 9, "height": 9, "duration": 1}
    (said,) = await chat.feed(updates.altered(update, {"animation": moving}))
    assert said.plain.startswith("I can read only text.")


async def test_one_waits_for_the_other_and_is_told(chat: Bringing) -> None:
    """While something is indexed the next waits, and the chat goes on."""
    async with chat.received._turn:
        (waiting,) = await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
        assert waiting.plain == "Something else is being indexed. Yours comes after it."
        (asked,) = await chat.feed(updates.private_message("How many ships?", user_id=ADMIN))
        assert "There is no coverage yet." in asked.plain
        assert articles(chat) == 0
    await chat.received.finish()
    assert chat.api.sent[-1].plain == "1 article added"


async def test_an_album_is_not_told_for_each_of_it(chat: Bringing) -> None:
    """Documents that were sent by one tap wait in silence, and each has its result."""
    before = len(chat.api.sent)
    for name in ("a.txt", "b.txt", "c.txt"):
        update = updates.document(name, TEXT + name.encode(), user_id=ADMIN)
        await chat.feed(updates.altered(update, {"media_group_id": "7"}))
    await chat.received.finish()
    assert [sent.plain for sent in chat.api.sent[before:]] == ["1 article added"] * 3


async def test_what_keeps_the_coverage_from_indexing_is_told(
    chat: Chat, tmp_path: Path, encoder: FakeEncoder
) -> None:
    """An admin is told the reason in words, and the document is not kept."""
    await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    encoder.name = "other"
    (said,) = await chat.outcome(updates.document("second.txt", TEXT, user_id=ADMIN))
    assert said.plain.startswith("It could not be indexed: this coverage was made with the model 'fake'")
    assert kept(tmp_path) == ["harbour.txt"]


async def test_a_folder_that_cannot_be_written_is_told(chat: Chat, tmp_path: Path) -> None:
    """Where a document cannot be kept, its admin hears why."""
    (tmp_path / "home" / "received").write_bytes(b"in the way")
    (said,) = await chat.outcome(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    assert said.plain == "It could not be indexed: File exists"


async def test_others_add_nothing(chat: Chat, site: NewsSite) -> None:
    """In private they are told so; in a group nothing is said."""
    (said,) = await chat.feed(updates.command("add", site.url("/feed"), user_id=ANN))
    assert said.plain == "That is only for those who run this bot."
    assert await chat.feed(updates.group_command("add", site.url("/feed"), user_id=ANN)) == []
    assert articles(chat) == 0


async def test_what_comes_with_the_stop_is_indexed_before_the_end(chat: Bringing) -> None:
    """A document that is taken when the application runs no more is indexed all the same, and told."""
    await chat.application.stop()
    await chat.feed(updates.document("harbour.txt", TEXT, user_id=ADMIN))
    await chat.received.finish()
    assert chat.api.sent[-1].plain == "1 article added"
    assert articles(chat) == 1
    await chat.received.finish()
    await chat.application.start()


async def test_what_fails_beside_the_chat_goes_to_the_handlers_of_errors(
    chat: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is reported with the update that it came of."""
    caught: list[tuple[object, BaseException | None]] = []

    async def note(update: object, context: CallbackContext) -> None:  # type: ignore[type-arg]
        caught.append((update, context.error))

    def fail(_inputs: object) -> None:
        raise ZeroDivisionError

    chat.application.add_error_handler(note)
    monkeypatch.setattr(chat.desk.coverage, "index", fail)
    await chat.feed(updates.command("add", "https://gull.example/feed", user_id=ADMIN))
    await chat.received.finish()
    ((update, error),) = caught
    assert isinstance(update, Update)
    assert isinstance(error, ZeroDivisionError)
