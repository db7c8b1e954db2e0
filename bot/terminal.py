"""The conversation in a terminal, or a question a line from a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from bot.replies import format_text

if TYPE_CHECKING:
    from rich.console import Console

    from bot.conversation import Conversation, Reply

INDENT = 2


def chat(conversation: Conversation, console: Console) -> None:
    """Ask and answer until the input ends; in a terminal an empty line is no question."""
    if sys.stdin.isatty():
        _chat_with_person(conversation, console)
    else:
        _answer_lines(conversation, console)


def show_reply(console: Console, reply: Reply) -> None:
    """Print a reply: in a terminal wrapped to its width, in a pipe a line for a line."""
    if console.is_terminal:
        console.print(format_text(reply, indent=INDENT))
    else:
        console.print(format_text(reply), soft_wrap=True)


def _chat_with_person(conversation: Conversation, console: Console) -> None:
    import readline  # noqa: F401  Importing it gives input() a history and editing keys.

    console.print("Ask about the news. Ctrl-D ends.", style="dim")
    while True:
        try:
            question = input("\n? ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if question.strip():
            _answer(conversation, question, console)


def _answer_lines(conversation: Conversation, console: Console) -> None:
    for line in sys.stdin:
        # A question may hold what drives a terminal.
        seen = "".join(character for character in line.strip() if character.isprintable())
        console.print(Text(f"? {seen}", style="bold"), soft_wrap=True)
        _answer(conversation, line, console)


def _answer(conversation: Conversation, question: str, console: Console) -> None:
    console.print()
    if console.is_terminal:
        with console.status("looking"):
            reply = conversation.reply(question)
    else:
        reply = conversation.reply(question)
    show_reply(console, reply)
    console.print(Rule(style="dim"))
