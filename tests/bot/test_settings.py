from __future__ import annotations

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
    settings = read_settings()
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
