from __future__ import annotations

from datetime import timedelta
from pathlib import Path

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
]


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
    ],
)
def test_what_cannot_be_meant_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The setting is named in one line."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^the setting {name} cannot be used: ") as caught:
        read_settings()
    assert "\n" not in str(caught.value)


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
    """Neither the token nor a database's password shows in the settings' representation."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "42:secret")
    monkeypatch.setenv("DATELINE_DATABASE_URL", "postgresql://me:secret@db/news")
    settings = read_settings()
    assert "secret" not in f"{settings!r} {settings}"
    assert settings.token is not None
    assert settings.token.get_secret_value() == "42:secret"


def test_blank_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing counts as not set."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " ")
    monkeypatch.setenv("DATELINE_MODEL", "")
    monkeypatch.setenv("DATELINE_RERANKER", "  ")
    for name in ("WATCH", "EVERY", "ADMINS", "PRIVATE_ADDRESSES", "CONFIDENCE"):
        monkeypatch.setenv(f"DATELINE_{name}", " ")
    settings = read_settings()
    assert (settings.watched, settings.every, settings.admin_ids) == ([], timedelta(minutes=15), [])
    assert settings.private_addresses is False
    assert settings.token is None
    assert settings.model is None
    assert settings.reranker is None
    assert settings.threshold is None


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
