"""A loopback Telegram Bot API for tests, that refuses what Telegram refuses."""
