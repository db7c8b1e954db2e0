from __future__ import annotations

from datetime import UTC, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.settings import SettingsError, read_settings

NAMES = [
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_API_BASE",
    "DATELINE_HOME",
    "DATELINE_DATABASE_URL",
    "DATELINE_MODEL",
    "DATELINE_RERANKER",
    "DATELINE_CONFIDENCE",
    "DATELINE_WATCH",
    "DATELINE_EVERY",
    "DATELINE_ADMINS",
    "DATELINE_PAUSE",
    "DATELINE_PRIVATE_ADDRESSES",
    "DATELINE_WEBHOOK",
    "DATELINE_WEBHOOK_SECRET",
    "DATELINE_LISTEN",
    "DATELINE_CHATS",
    "DATELINE_PERSON_LIMIT",
    "DATELINE_CHAT_LIMIT",
    "DATELINE_FOLLOWS",
    "DATELINE_QUIET",
    "DATELINE_ZONE",
    "DATELINE_KEEP",
]
SECRET = "sixteen-letters_"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test begins without settings, in an empty folder."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_serve() -> None:
    """Nothing needs to be set."""
    settings = read_settings()
    assert settings.token is None
    assert settings.api_base == "https://api.telegram.org"
    assert settings.home == Path(".dateline")
    assert settings.database_url is None
    assert settings.model is None
    assert settings.reranker is None
    assert settings.threshold is None
    assert (settings.watched, settings.every, settings.admin_ids) == ([], timedelta(minutes=15), [])
    assert (settings.pause, settings.private_addresses) == (1.0, False)
    assert (settings.webhook, settings.webhook_secret, settings.listen) == ("", None, None)
    assert (settings.chats, settings.chat_ids) == ("", None)
    assert (settings.person_limit, settings.chat_limit, settings.follows) == (100, 300, 20)
    assert (settings.quiet, settings.zone, settings.keep) == (None, UTC, timedelta(days=30))


def test_webhook_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address and a secret; the server then listens where a proxy finds it, or where it is told to."""
    monkeypatch.setenv("DATELINE_WEBHOOK", "https://bot.example:8443/telegram/updates ")
    monkeypatch.setenv("DATELINE_WEBHOOK_SECRET", SECRET)
    settings = read_settings()
    assert settings.webhook == "https://bot.example:8443/telegram/updates"
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == SECRET
    assert settings.listen == ("127.0.0.1", 8080)
    monkeypatch.setenv("DATELINE_LISTEN", "[::1]:9000")
    assert read_settings().listen == ("::1", 9000)


def test_server_without_a_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    """With long polling a server listens only where it is told to."""
    monkeypatch.setenv("DATELINE_LISTEN", "localhost:8080")
    assert read_settings().listen == ("localhost", 8080)
    monkeypatch.setenv("DATELINE_LISTEN", " ")
    assert read_settings().listen is None


def test_who_may_ask_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of people and groups; or everybody, said so or not."""
    monkeypatch.setenv("DATELINE_CHATS", "42, -1001000000000 7")
    assert read_settings().chat_ids == frozenset({42, -1_001_000_000_000, 7})
    monkeypatch.setenv("DATELINE_CHATS", " All ")
    settings = read_settings()
    assert (settings.chats, settings.chat_ids) == ("all", None)


def test_limits_and_hours_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers, hours that may go over midnight, a time zone by its name, and days."""
    monkeypatch.setenv("DATELINE_PERSON_LIMIT", "5")
    monkeypatch.setenv("DATELINE_CHAT_LIMIT", "50")
    monkeypatch.setenv("DATELINE_FOLLOWS", "0")
    monkeypatch.setenv("DATELINE_QUIET", "22:30-7:00")
    monkeypatch.setenv("DATELINE_ZONE", "Europe/Kyiv")
    monkeypatch.setenv("DATELINE_KEEP", "90d")
    settings = read_settings()
    assert (settings.person_limit, settings.chat_limit, settings.follows) == (5, 50, 0)
    assert settings.quiet == (time(22, 30), time(7))
    assert settings.zone == ZoneInfo("Europe/Kyiv")
    assert settings.keep == timedelta(days=90)


def test_what_is_watched_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs with spaces between, a time as people write it, and people's numbers with commas between."""
    monkeypatch.setenv("DATELINE_WATCH", " https://gull.example/feed  news\tfeeds.opml ")
    monkeypatch.setenv("DATELINE_EVERY", "2h")
    monkeypatch.setenv("DATELINE_ADMINS", "42, 7,,1001 ")
    monkeypatch.setenv("DATELINE_PAUSE", "0.5")
    monkeypatch.setenv("DATELINE_PRIVATE_ADDRESSES", "yes")
    settings = read_settings()
    assert settings.watched == ["https://gull.example/feed", "news", "feeds.opml"]
    assert settings.every == timedelta(hours=2)
    assert settings.admin_ids == [42, 7, 1001]
    assert (settings.pause, settings.private_addresses) == (0.5, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATELINE_EVERY", "soon"),
        ("DATELINE_EVERY", "0s"),
        ("DATELINE_EVERY", "31d"),
        ("DATELINE_ADMINS", "@ann"),
        ("DATELINE_ADMINS", "42;7"),
        ("DATELINE_ADMINS", "\u0664\u0662"),
        ("DATELINE_PAUSE", "-1"),
        ("DATELINE_PAUSE", "often"),
        ("DATELINE_PAUSE", ""),
        ("DATELINE_PRIVATE_ADDRESSES", "perhaps"),
        ("DATELINE_WEBHOOK", "http://bot.example/updates"),
        ("DATELINE_WEBHOOK", "https://"),
        ("DATELINE_WEBHOOK", "https://bot.example:8080/updates"),
        ("DATELINE_WEBHOOK", "https://bot.example:port/updates"),
        ("DATELINE_WEBHOOK", "https://bot.example/health"),
        ("DATELINE_WEBHOOK", "https://bot.example/updates?key=1"),
        ("DATELINE_WEBHOOK", "https://bot.example/{path}"),
        ("DATELINE_WEBHOOK_SECRET", "fifteen-letters"),
        ("DATELINE_WEBHOOK_SECRET", "sixteen letters!"),
        ("DATELINE_WEBHOOK_SECRET", "x" * 257),
        ("DATELINE_LISTEN", "8080"),
        ("DATELINE_LISTEN", "127.0.0.1:0"),
        ("DATELINE_LISTEN", "127.0.0.1:65536"),
        ("DATELINE_LISTEN", "http://127.0.0.1:8080"),
        ("DATELINE_LISTEN", "::1:8080"),
        ("DATELINE_CHATS", "@newsroom"),
        ("DATELINE_CHATS", "42;7"),
        ("DATELINE_CHATS", ","),
        ("DATELINE_PERSON_LIMIT", "0"),
        ("DATELINE_CHAT_LIMIT", "many"),
        ("DATELINE_FOLLOWS", "-1"),
        ("DATELINE_QUIET", "22-7"),
        ("DATELINE_QUIET", "22:00-24:00"),
        ("DATELINE_QUIET", "22:00-22:00"),
        ("DATELINE_ZONE", "Europe"),
        ("DATELINE_ZONE", "Middle/Earth"),
        ("DATELINE_ZONE", "../../etc/passwd"),
        ("DATELINE_KEEP", "30"),
        ("DATELINE_KEEP", "0d"),
        ("DATELINE_KEEP", "9999d"),
    ],
)
def test_what_cannot_be_meant_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The setting is named in one line."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^the setting {name} cannot be used: ") as caught:
        read_settings()
    assert "\n" not in str(caught.value)


def test_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one anybody could pose as Telegram."""
    monkeypatch.setenv("DATELINE_WEBHOOK", "https://bot.example/updates")
    for secret in ("", " "):
        monkeypatch.setenv("DATELINE_WEBHOOK_SECRET", secret)
        with pytest.raises(SettingsError, match=r"^the setting DATELINE_WEBHOOK_SECRET cannot be used: "):
            read_settings()


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A setting is read from `.env`, and from the environment first; other variables there do no harm."""
    (tmp_path / ".env").write_text("DATELINE_HOME=from-file\nDATELINE_MODEL=a-model\nOTHER=1\n")
    monkeypatch.setenv("DATELINE_RERANKER", "./reranker")
    monkeypatch.setenv("DATELINE_CONFIDENCE", "0.5")
    monkeypatch.setenv("DATELINE_HOME", "from-environment")
    settings = read_settings()
    assert (settings.home, settings.model) == (Path("from-environment"), "a-model")
    assert settings.reranker == "./reranker"
    assert settings.threshold == 0.5


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token, the webhook's secret and a database's password show in no representation."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "42:secret")
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://me:secret@db/news")
    monkeypatch.setenv("DATELINE_WEBHOOK_SECRET", "a-webhook-secret")
    settings = read_settings()
    assert "secret" not in f"{settings!r} {settings}".replace("webhook_secret", "")
    assert settings.token is not None
    assert settings.token.get_secret_value() == "42:secret"


def test_blank_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing counts as not set."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " ")
    monkeypatch.setenv("DATELINE_MODEL", "")
    monkeypatch.setenv("DATELINE_RERANKER", "  ")
    blank = "WATCH EVERY ADMINS PRIVATE_ADDRESSES CONFIDENCE WEBHOOK WEBHOOK_SECRET LISTEN CHATS PERSON_LIMIT"
    for name in f"{blank} CHAT_LIMIT FOLLOWS QUIET ZONE KEEP".split():
        monkeypatch.setenv(f"DATELINE_{name}", " ")
    settings = read_settings()
    assert (settings.watched, settings.every, settings.admin_ids) == ([], timedelta(minutes=15), [])
    assert settings.private_addresses is False
    assert settings.token is None
    assert settings.model is None
    assert settings.reranker is None
    assert settings.threshold is None
    assert (settings.webhook, settings.webhook_secret, settings.listen) == ("", None, None)
    assert (settings.person_limit, settings.chat_limit, settings.follows) == (100, 300, 20)
    assert (settings.quiet, settings.zone, settings.keep) == (None, UTC, timedelta(days=30))
    assert settings.chat_ids is None


def test_api_base_loses_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of a Bot API may be written with or without a slash at its end."""
    monkeypatch.setenv("TELEGRAM_API_BASE", "http://127.0.0.1:8081/")
    assert read_settings().api_base == "http://127.0.0.1:8081"


def test_unusable_value_is_named_by_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error names the setting and never its value."""
    monkeypatch.setenv("TELEGRAM_API_BASE", "gopher://secret")
    with pytest.raises(SettingsError, match=r"^the setting TELEGRAM_API_BASE cannot be used: ") as caught:
        read_settings()
    assert "secret" not in str(caught.value)


def test_garbled_file_is_an_error(tmp_path: Path) -> None:
    """A `.env` that is not UTF-8 is an error with its cure."""
    (tmp_path / ".env").write_bytes(b"DATELINE_HOME=caf\xe9")
    with pytest.raises(SettingsError, match=r"\.env is not UTF-8; save it as UTF-8"):
        read_settings()


def test_a_missing_secret_is_told_by_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing beside another setting is named as it is written in the environment."""
    monkeypatch.setenv("DATELINE_WEBHOOK", "https://bot.example/telegram")
    with pytest.raises(SettingsError, match=r"^the setting DATELINE_WEBHOOK_SECRET cannot be used: a "):
        read_settings()


def test_a_token_of_another_systems_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line end behind the token is none of it; one in the middle is a mistake that is told without it."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "42:made-up\r")
    token = read_settings().token
    assert token is not None
    assert token.get_secret_value() == "42:made-up"
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "42:made up")
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN") as caught:
        read_settings()
    assert "made up" not in str(caught.value)


def test_a_blank_address_of_the_api_is_telegrams_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with every other setting, blank is as good as unset."""
    monkeypatch.setenv("TELEGRAM_API_BASE", " ")
    assert read_settings().api_base == "https://api.telegram.org"
