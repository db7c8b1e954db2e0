"""Names that lead elsewhere, and markup in whatever a stranger may write: articles, questions, own names."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from attacks.standing import ANN, Bot, errors_in, standing
from bot_api import updates
from desks import ADMIN
from hypothesis import given
from hypothesis import strategies as st
from quoted import misquoted

from bot.documents import Documents, safe_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MARKUP = (
    "<b>",
    "</blockquote><a href='https://evil.example'>",
    "</a><tg-spoiler>",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "<a href='tg://user?id=1'>",
    "<!--",
    "<pre><code>",
    "{number}%s",
    "[x](tg://resolve?domain=evil)",
    "@evil_bot /remove harbour-1",
    "t.me/evil_bot?start=x",
    "\u202egnp.exe",
    "\u200b\u200c\u2060",
    "\x1b[2J",
)
NAMES = (
    "../../../etc/cron.d/news.txt",
    "..\\..\\windows\\news.txt",
    "/etc/passwd.txt",
    "C:\\news.txt",
    "~/news.txt",
    "./.env.txt",
    ".hidden.txt",
    "..txt",
    "a\x00.txt",
    "a\n.txt",
    "CON.txt",
    "news.txt/",
    "n" * 300 + ".txt",
    "ж" * 300 + ".txt",
    "\u202etxt.exe.txt",
    "-rf.txt",
    "$(reboot).txt",
    "`reboot`.txt",
    "a;b|c&d.txt",
    "%2e%2e%2fnews.txt",
    "\uff0e\uff0e\uff0fnews.txt",
    "news.txt\u2028",
    "\ud800.txt",
    " .txt",
    "<b>.txt",
)
BODY = b"date 2025-01-11\n\nA gale blew all night long, and the pilots stayed ashore until it was over."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """The whole bot, which has answered Ann; one for all tries."""
    async with standing(tmp_path_factory.mktemp("bot"), DATELINE_FOLLOWS=1000) as opened:
        yield opened


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_name_of_a_document(tmp_path: Path, name: str) -> None:
    """A document's name leads out of the folder, hides, or drives a shell: it is one plain file in it."""
    (tmp_path / "secret.txt").write_bytes(b"kept")
    kept = Documents(tmp_path / "received").put(name, BODY)
    assert [path.name for path in (tmp_path / "received").iterdir()] == [kept.path.name]
    assert kept.path.parent == tmp_path / "received"
    assert kept.path.name.isprintable()
    assert not set(kept.path.name) & set("/\\<>|&;$`%\u202e")
    assert not kept.path.name.startswith((".", " "))
    assert len(os.fsencode(kept.path.name)) <= 203
    assert sorted(path.name for path in tmp_path.iterdir()) == ["received", "secret.txt"]


@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_no_two_names_are_one(first: str, second: str) -> None:
    """Whoever seeks a name that replaces another document has to give the very same one."""
    assert (safe_name(first) == safe_name(second)) == (first == second)


@pytest.mark.parametrize("name", ["news.txt", ".news.txt.part"])
def test_link_in_the_folder(tmp_path: Path, name: str) -> None:
    """A link lies where a document is to be written: what it leads to is left alone."""
    secret, documents = tmp_path / "secret", Documents(tmp_path / "received")
    secret.write_bytes(b"kept")
    documents.folder.mkdir()
    (documents.folder / name).symlink_to(secret)
    kept = documents.put("news.txt", BODY)
    assert (secret.read_bytes(), kept.before) == (b"kept", None)
    assert not kept.path.is_symlink()
    assert kept.path.read_bytes() == BODY
    documents.take_back(kept)
    (documents.folder / "news.txt").symlink_to(secret)
    assert documents.drop((documents.folder / "news.txt").as_posix())
    assert secret.read_bytes() == b"kept"


@pytest.mark.parametrize(
    "given", ["../secret.txt", "/etc/passwd", "received/../secret.txt", "", ".", "..", "received"]
)
def test_article_that_says_to_come_from_elsewhere(tmp_path: Path, given: str) -> None:
    """An article names a file outside as the one it came from: removing it deletes no such file."""
    (tmp_path / "secret.txt").write_bytes(b"kept")
    documents = Documents(tmp_path / "received")
    documents.put("news.txt", BODY)
    for each in (given, str(tmp_path / given)):
        assert not documents.drop(each)
    assert (tmp_path / "secret.txt").exists()
    assert len(list(documents.folder.iterdir())) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_documents_name_in_what_is_said(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A document's name is markup: it is said as it is, and Telegram refuses nothing."""
    for name in ("</b><a href='x'>.txt", "&lt;i&gt;.exe", "a\nb.exe", f"{'<' * 200}.txt"):
        said = await bot.outcome(updates.document(name, b"", user_id=ADMIN))
        assert "<a href" not in said[0].text
    assert bot.api.refusals == ()
    assert errors_in(caplog) == []


@pytest.mark.parametrize("markup", MARKUP, ids=repr)
@pytest.mark.asyncio(loop_scope="module")
async def test_markup_in_articles(bot: Bot, tmp_path: Path, markup: str) -> None:
    """An article is markup in every field: it is quoted to the letter, and nothing is made of it."""
    told = {
        "_id": f"evil{markup}",
        "title": f"Gale {markup}",
        "text": f"A gale blew {markup} all night long. The {markup} pilots stayed ashore.",
        "metadata": {"source": f"Gull {markup}", "correction": markup, "authors": [markup], "url": markup}
        | {"date": "2025-01-11"},
    }
    (tmp_path / "evil.jsonl").write_text(json.dumps(told), encoding="utf-8")
    bot.desk.coverage.index([str(tmp_path / "evil.jsonl")])
    before = len(bot.api.sent)
    for text in ("What blew all night long?", "/latest", "/timeline gale", "/sources"):
        await bot.feed(updates.private_message(text, user_id=ANN))
    new = bot.api.sent[before:]
    for sent in new:
        kinds = {each["type"] for each in sent.message.get("entities", [])}
        assert kinds <= {"blockquote", "expandable_blockquote", "bold", "italic", "text_link", *_WRITTEN}
        assert "tg://" not in str(sent.message.get("entities", []))
        assert "evil.example" not in str(sent.message.get("entities", []))
    assert any("Gale" in sent.plain for sent in new)
    assert bot.api.refusals == ()
    assert misquoted(new, bot.desk) == []


# What Telegram makes of words by itself, in anybody's message.
_WRITTEN = {"bot_command", "mention", "url", "hashtag", "cashtag", "email", "phone_number"}


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "tg://resolve?domain=evil",
            "data:text/html,x",
            "file:///etc/passwd",
            "intent://x",
        ),
        *("https://gull.example@evil.example/", "https://gull.example\\@evil.example/", "//evil.example"),
        *(
            'https://gull.example/"><b>',
            "https://gull.example/\nx",
            "java\tscript:alert(1)",
            "https:evil.example",
        ),
        *(
            "https://gull.example/\u202egnp",
            "https://user:pass@gull.example/",
            "vbscript:x",
            "https://a/" + "a" * 9000,
        ),
    ],
    ids=lambda url: repr(url[:40]),
)
@pytest.mark.asyncio(loop_scope="module")
async def test_links_of_articles(bot: Bot, tmp_path: Path, url: str) -> None:
    """An article's address opens a script, a file or another site: it is no link in the chat."""
    told = {"_id": "evil", "title": "Gale", "text": "A gale blew all night long.", "metadata": {"url": url}}
    (tmp_path / "evil.jsonl").write_text(json.dumps(told), encoding="utf-8")
    bot.desk.coverage.index([str(tmp_path / "evil.jsonl")])
    (sent,) = await bot.feed(updates.private_message("What blew all night long?", user_id=ANN))
    links = [each["url"] for each in sent.message["entities"] if each["type"] == "text_link"]
    assert all(link.startswith("https://t.me/dateline_bot?start=c_") for link in links)


@pytest.mark.parametrize("markup", MARKUP, ids=repr)
@pytest.mark.asyncio(loop_scope="module")
async def test_markup_in_questions(bot: Bot, caplog: pytest.LogCaptureFixture, markup: str) -> None:
    """A question is markup, by every way that questions take: it is said again as it is, and does nothing."""
    for text in (
        markup,
        f"How many {markup} ships waited?",
        f"/timeline {markup}",
        f"/latest {markup}",
        f"/follow {markup} ships",
    ):
        await bot.feed(updates.private_message(text, user_id=ANN))
    await bot.feed(updates.inline_query(f"How many {markup} ships waited?", user_id=ANN))
    await bot.feed(updates.command("following", user_id=ANN))
    assert bot.api.refusals == ()
    assert errors_in(caplog) == []
    assert "tg://" not in str([sent.message.get("entities") for sent in bot.api.sent])


@pytest.mark.parametrize("markup", [*MARKUP, "a\nERROR b", "x" * 5000], ids=lambda markup: repr(markup[:20]))
@pytest.mark.asyncio(loop_scope="module")
async def test_markup_in_peoples_names(bot: Bot, caplog: pytest.LogCaptureFixture, markup: str) -> None:
    """A person, a group and a topic are named by markup: none of these names is ever said or logged."""
    who = {"first_name": markup, "last_name": markup, "username": markup, "language_code": markup}
    chat: dict[str, Any] = {"title": markup, "username": markup}
    before = len(bot.api.sent)
    for update in (
        updates.private_message("How many ships waited?"),
        updates.mention("How many ships waited?"),
        updates.group_command("settings"),
        updates.group_command("follow", "How many ships waited?"),
        updates.group_command("following"),
    ):
        await bot.feed(updates.altered(update, {"from": who, "chat": chat}))
    sent = bot.api.sent[before:]
    assert len(sent) == 5
    assert not any(markup in each.plain for each in sent)
    assert bot.api.refusals == ()
    assert errors_in(caplog) == []
    assert not any(markup in record.getMessage() for record in caplog.records)
