"""Which method of the Bot API is which of ours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot_api.chat_facts import ChatFacts
    from bot_api.media import Media
    from bot_api.methods import Writing
    from bot_api.profile import Profile
    from bot_api.queries import Queries
    from bot_api.wire import Params

Methods = dict[str, "Callable[[Params], Any]"]

_WORDS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}


def methods_by_name(
    writing: Writing, media: Media, queries: Queries, facts: ChatFacts, profile: Profile
) -> Methods:
    """The methods that take parameters and answer at once; getUpdates is not among them."""
    return {
        **_own(profile),
        "sendMessage": writing.send_message,
        "editMessageText": writing.edit_message_text,
        "editMessageCaption": writing.edit_message_caption,
        "editMessageReplyMarkup": writing.edit_message_reply_markup,
        "deleteMessage": writing.delete_message,
        "sendChatAction": writing.send_chat_action,
        "sendMessageDraft": writing.send_message_draft,
        "sendPhoto": media.send_photo,
        "sendDocument": media.send_document,
        "editMessageMedia": media.edit_message_media,
        "getFile": media.get_file,
        "answerCallbackQuery": queries.answer_callback_query,
        "answerInlineQuery": queries.answer_inline_query,
        "getChat": facts.get_chat,
        "getChatMember": facts.get_chat_member,
        "leaveChat": facts.leave_chat,
        "setMessageReaction": facts.set_message_reaction,
    }


def _own(profile: Profile) -> Methods:
    return {
        **{f"setMy{one}": partial(profile.set_words, name) for one, name in _WORDS.items()},
        **{f"getMy{one}": partial(profile.get_words, name) for one, name in _WORDS.items()},
        "getMe": profile.get_me,
        "setMyCommands": profile.set_my_commands,
        "getMyCommands": profile.get_my_commands,
        "deleteMyCommands": profile.delete_my_commands,
        "setWebhook": profile.set_webhook,
        "deleteWebhook": profile.delete_webhook,
        "getWebhookInfo": profile.get_webhook_info,
    }
