"""The conversation: asks the coverage, speaks Telegram and terminal."""
