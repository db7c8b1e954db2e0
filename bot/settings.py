"""What the environment and `.env` say. The token and the webhook's secret are hidden from every print."""

from __future__ import annotations

from datetime import time, timedelta, tzinfo
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import written
from bot.watching import parse_period
from bot.written import Address
from index.errors import DatelineError

# Where the server listens for what comes to a webhook, if nothing else is said: a proxy stands before it.
LISTEN = Address("127.0.0.1", 8080)


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
    webhook: str = Field("", alias="DATELINE_WEBHOOK")
    # Checked even where they are not set: both depend on the webhook.
    webhook_secret: SecretStr | None = Field(None, alias="DATELINE_WEBHOOK_SECRET", validate_default=True)
    listen: Annotated[Address | None, NoDecode] = Field(None, alias="DATELINE_LISTEN", validate_default=True)
    chats: str = Field("", alias="DATELINE_CHATS")
    person_limit: int = Field(100, alias="DATELINE_PERSON_LIMIT", ge=1, le=1_000_000)
    chat_limit: int = Field(300, alias="DATELINE_CHAT_LIMIT", ge=1, le=1_000_000)
    follows: int = Field(20, alias="DATELINE_FOLLOWS", ge=0, le=1_000_000)
    quiet: Annotated[tuple[time, time] | None, NoDecode] = Field(None, alias="DATELINE_QUIET")
    zone_name: str = Field("UTC", alias="DATELINE_ZONE")
    keep: timedelta = Field(timedelta(days=30), alias="DATELINE_KEEP")
    answer_within: timedelta = Field(timedelta(hours=6), alias="DATELINE_ANSWER_WITHIN")

    @property
    def bot(self) -> int:
        """The bot's own number, with which its token begins; 0 for a token that begins with none."""
        number = self.token.get_secret_value().partition(":")[0] if self.token else ""
        return int(number) if number.isascii() and number.isdigit() and len(number) < len(str(1 << 53)) else 0

    @property
    def database(self) -> str | None:
        """The SQLAlchemy URL of a database elsewhere, its password in it; None for the one in the home."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def watched(self) -> list[str]:
        """The inputs to watch while the bot runs."""
        return self.watch.split()

    @property
    def admin_ids(self) -> list[int]:
        """The Telegram ids of those who run the bot."""
        return [int(each) for each in self.admins.replace(",", " ").split()]

    @property
    def chat_ids(self) -> frozenset[int] | None:
        """The people and groups that may ask; None where everybody may."""
        return None if self.chats in {"", "all"} else written.read_ids(self.chats)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the quiet hours, and of the moments that are told."""
        return written.read_zone(self.zone_name)

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

    @field_validator(
        "token", "database_url", "model", "reranker", "threshold", "webhook_secret", mode="before"
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("token", mode="after")
    @classmethod
    def _token_is_one_word(cls, value: SecretStr | None) -> SecretStr | None:
        # A line end of another system's file would make addresses of it that nobody can reach.
        token = value.get_secret_value().strip() if value else ""
        if not token.isprintable() or " " in token:
            raise ValueError("it is one word without spaces; copy it anew from @BotFather")
        return SecretStr(token) if token else None

    @field_validator("home", mode="after")
    @classmethod
    def _home_of_user(cls, value: Path) -> Path:
        try:
            return value.expanduser()
        except RuntimeError:
            raise ValueError("nobody here has that home; write the folder's whole path") from None

    @field_validator("api_base", mode="after")
    @classmethod
    def _base_without_slash(cls, value: str) -> str:
        value = value.strip() or str(cls.model_fields["api_base"].default)
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("person_limit", "chat_limit", "follows", "zone_name", mode="before")
    @classmethod
    def _blank_is_default(cls, value: object, given: ValidationInfo) -> object:
        if isinstance(value, str) and not value.strip():
            return cls.model_fields[given.field_name or ""].default
        return value

    @field_validator("keep", "answer_within", mode="before")
    @classmethod
    def _kept_as_written(cls, value: object, given: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        default = cls.model_fields[given.field_name or ""].default
        return written.read_kept(value) if value.strip() else default

    @field_validator("quiet", mode="before")
    @classmethod
    def _hours_as_written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return written.read_hours(value) if value.strip() else None

    @field_validator("zone_name", mode="after")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        written.read_zone(value.strip())
        return value.strip()

    @field_validator("chats", mode="after")
    @classmethod
    def _chats_are_numbers(cls, value: str) -> str:
        value = value.strip()
        if value.lower() in {"", "all"}:
            return value.lower()
        if not written.read_ids(value):
            raise ValueError("it names nobody; write 'all' for everybody")
        return value

    @field_validator("webhook", mode="after")
    @classmethod
    def _telegram_can_post_there(cls, value: str) -> str:
        return written.check_webhook(value.strip()) if value.strip() else ""

    @field_validator("webhook_secret", mode="after")
    @classmethod
    def _webhook_has_a_secret(cls, value: SecretStr | None, given: ValidationInfo) -> SecretStr | None:
        secret = value.get_secret_value() if value else ""
        if not secret and given.data.get("webhook"):
            raise ValueError(
                "a webhook needs one, so that nobody else can pose as Telegram; choose 16 to 256 letters, "
                "digits, _ and -"
            )
        if secret and not written.SECRET.fullmatch(secret):
            raise ValueError("it must have 16 to 256 characters, each one of A-Z a-z 0-9 _ -")
        return value

    @field_validator("listen", mode="before")
    @classmethod
    def _listens_as_written(cls, value: object, given: ValidationInfo) -> object:
        if isinstance(value, str):
            value = written.read_listen(value) if value.strip() else None
        return value or (LISTEN if given.data.get("webhook") else None)


def read_settings() -> Settings:
    """The settings of this environment and of `.env` in the working directory.

    Raises:
        SettingsError: a value cannot be used; the message names the setting, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # A default that is found wrong is told by its field.
        field = Settings.model_fields.get(str(first["loc"][0]))
        name = field.alias if field else first["loc"][0]
        raise SettingsError(
            f"the setting {name} cannot be used: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError("the file .env is not UTF-8; save it as UTF-8") from error
