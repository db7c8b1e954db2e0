"""What the environment and `.env` say. The token is hidden from every print."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.watching import parse_period
from index.errors import DatelineError


class SettingsError(DatelineError):
    """A setting that cannot be used."""


class Settings(BaseSettings):
    """Every setting of Dateline; the aliases are the names in the environment."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    token: SecretStr | None = Field(None, alias="TELEGRAM_BOT_TOKEN")
    api_base: str = Field("https://api.telegram.org", alias="TELEGRAM_API_BASE")
    home: Path = Field(Path(".dateline"), alias="DATELINE_HOME")
    database_url: SecretStr | None = Field(None, alias="DATELINE_DATABASE_URL")
    model: str | None = Field(None, alias="DATELINE_MODEL")
    reranker: str | None = Field(None, alias="DATELINE_RERANKER")
    threshold: float | None = Field(None, alias="DATELINE_CONFIDENCE", ge=0, le=1)
    watch: str = Field("", alias="DATELINE_WATCH")
    every: timedelta = Field(timedelta(minutes=15), alias="DATELINE_EVERY")
    admins: str = Field("", alias="DATELINE_ADMINS")
    pause: float = Field(1.0, alias="DATELINE_PAUSE", ge=0, le=3600)
    private_addresses: bool = Field(default=False, alias="DATELINE_PRIVATE_ADDRESSES")

    @property
    def watched(self) -> list[str]:
        """The inputs to watch while the bot runs."""
        return self.watch.split()

    @property
    def admin_ids(self) -> list[int]:
        """The Telegram ids of those who run the bot."""
        return [int(each) for each in self.admins.replace(",", " ").split()]

    @field_validator("every", mode="before")
    @classmethod
    def _every_as_written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return parse_period(value) if value.strip() else timedelta(minutes=15)

    @field_validator("admins", mode="after")
    @classmethod
    def _ids_are_numbers(cls, value: str) -> str:
        strange = [
            each for each in value.replace(",", " ").split() if not each.isascii() or not each.isdigit()
        ]
        if strange:
            raise ValueError(
                "write Telegram's numbers of people, with commas between; @userinfobot tells yours"
            )
        return value

    @field_validator("private_addresses", mode="before")
    @classmethod
    def _blank_is_no(cls, value: object) -> object:
        return False if isinstance(value, str) and not value.strip() else value

    @field_validator("token", "database_url", "model", "reranker", "threshold", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("home", mode="after")
    @classmethod
    def _home_of_user(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("api_base", mode="after")
    @classmethod
    def _base_without_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return value.rstrip("/")


def read_settings() -> Settings:
    """The settings of this environment and of `.env` in the working directory.

    Raises:
        SettingsError: a value cannot be used; the message names the setting, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsError(f"the setting {first['loc'][0]} cannot be used: {first['msg']}") from None
    except UnicodeDecodeError as error:
        raise SettingsError("the file .env is not UTF-8; save it as UTF-8") from error
