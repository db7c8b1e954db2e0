"""Messages as a phone would show them: a tool to look at the chat, never part of the product."""
