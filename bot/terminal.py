"""The conversation in a terminal, or a question a line from a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.text import Text

from bot.replies import format_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from bot.conversation import Conversation


def chat(conversation: Conversation, console: Console) -> None:
    """Ask and answer until the input ends; in a terminal an empty line is no question."""
    if sys.stdin.isatty():
        _chat_with_person(conversation, console)
    else:
        _answer_lines(conversation, console)


def show(console: Console, what: RenderableType) -> None:
    """Print for reading: wrapped to a terminal's width, but in a pipe a line stays a line."""
    console.print(what, soft_wrap=not console.is_terminal)


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
        show(console, Text(f"? {seen}", style="bold"))
        _answer(conversation, line, console)


def _answer(conversation: Conversation, question: str, console: Console) -> None:
    console.print()
    show(console, format_text(conversation.reply(question)))
    console.print(Rule(style="dim"))
