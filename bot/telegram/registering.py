"""Which handler takes which update. The first that fits takes it, so the order matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.telegram.admin import Admin
from bot.telegram.browsing import Browsing
from bot.telegram.buttons import Buttons
from bot.telegram.follows import Follows
from bot.telegram.inline import Inline
from bot.telegram.personal import Personal
from bot.telegram.questions import Questions
from bot.telegram.received import Received, documents_of, links_forwarded_by
from bot.telegram.removing import Removing

if TYPE_CHECKING:
    from typing import Any

    from telegram.ext import Application

    from bot.telegram.desk import Desk

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

NEW = filters.UpdateType.MESSAGE
# What somebody else has commanded, or another bot has put into a message, is no order of whoever sends it.
OWN = NEW & ~filters.FORWARDED & ~filters.VIA_BOT
PRIVATE = filters.ChatType.PRIVATE
# Nobody asks anything by these: what Telegram itself tells, and what was put here through inline mode.
WORDLESS = filters.StatusUpdate.ALL | filters.VIA_BOT | filters.UpdateType.EDITED


def register(application: AnyApplication, desk: Desk) -> None:
    """Register every handler."""
    questions, follows, personal = Questions(desk), Follows(desk), Personal(desk)
    browsing, received, removing = Browsing(desk), Received(desk), Removing(desk)
    commands = {
        "start": questions.started,
        "help": questions.helped,
        "latest": browsing.latest,
        "timeline": browsing.timeline,
        "sources": browsing.sources,
        "follow": follows.follow,
        "following": follows.following,
        "settings": personal.settings,
        "privacy": personal.privacy,
        "forget": personal.forget,
        "add": received.add,
        "remove": removing.remove,
        "stats": Admin(desk).stats,
    }

    async def finish(_application: AnyApplication) -> None:
        # What admins have brought is indexed to its end before the bot stops.
        await received.finish()

    application.post_stop = finish
    admins = desk.settings.admin_ids
    for name, command in commands.items():
        application.add_handler(CommandHandler(name, command, OWN))
    application.add_handlers(
        [
            CallbackQueryHandler(personal.pressed, pattern="^s:"),
            CallbackQueryHandler(removing.pressed, pattern="^a:"),
            CallbackQueryHandler(follows.pressed, pattern="^u:"),
            CallbackQueryHandler(Buttons(desk, follows).pressed),
            InlineQueryHandler(Inline(desk).asked),
            ChatMemberHandler(follows.standing_changed, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(NEW & filters.StatusUpdate.MIGRATE, follows.moved),
            MessageHandler(NEW & documents_of(admins), received.document),
            MessageHandler(NEW & links_forwarded_by(admins), received.forwarded),
            MessageHandler(NEW & filters.TEXT & ~filters.COMMAND, questions.asked),
            MessageHandler(
                filters.UpdateType.EDITED_MESSAGE & filters.TEXT & ~filters.COMMAND, questions.changed
            ),
            MessageHandler(OWN & PRIVATE & filters.COMMAND, questions.unknown),
            MessageHandler(NEW & PRIVATE & ~WORDLESS, questions.not_a_question),
        ]
    )
