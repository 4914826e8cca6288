"""The operator's settings: centralino.toml in the data folder, CENTRALINO_* variables, and *_FILE secrets.

What people of the company configure (channels, teams, rules) lives in the database instead.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "CENTRALINO_"
FILE_NAME = "centralino.toml"


class SettingsError(ValueError):
    """What is wrong with the settings: one `file:line: field: what is wrong (got …)` per line."""


class Settings(BaseSettings):
    """All settings with their defaults; sizes in bytes, times in seconds unless the name says minutes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    data: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_port: int | None = Field(None, ge=0, le=65535)
    public_url: str = ""
    language: Literal["it", "en"] = "it"
    timezone: str = "Europe/Rome"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_form: Literal["auto", "text", "json"] = "auto"
    max_message_bytes: int = Field(50_000_000, ge=10_000)
    poll_seconds: float = Field(30.0, ge=0.1, le=3600)
    lease_seconds: float = Field(10.0, ge=1, le=600)
    telegram_api: str = "https://api.telegram.org"
    graph_api: str = "https://graph.facebook.com"
    x_api: str = "https://api.twitter.com"
    hubspot_api: str = "https://api.hubapi.com"
    chat_patience_minutes: int = Field(10, ge=1, le=1440)
    microsoft_login: str = "https://login.microsoftonline.com"
    key_file: Path | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone, for example Europe/Rome") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def database(self) -> str:
        """The database address, by default a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'centralino.db'}"

    @property
    def key_path(self) -> Path:
        """Where the key that encrypts secrets lies."""
        return self.key_file or self.data / "key"


def load(data: Path | None = None, **given: Any) -> Settings:
    """Read the settings: `given` beats the environment, which beats the file. Raises SettingsError."""
    folder = data or Path(os.environ.get(PREFIX + "DATA", "var"))
    path = folder / FILE_NAME
    from_file = _read_file(path)
    from_environment = _read_environment()
    values = {**from_file, **from_environment, **{k: v for k, v in given.items() if v is not None}, "data": folder}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(
            "\n".join(_sentence(one, path, from_file, from_environment) for one in error.errors())
        ) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise SettingsError(f"{path}:{found[1] if found else 1}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None


def _read_environment() -> dict[str, str]:
    values: dict[str, str] = {}
    for field in Settings.model_fields:
        name = PREFIX + field.upper()
        if name in os.environ:
            values[field] = os.environ[name]
        elif name + "_FILE" in os.environ:
            try:
                values[field] = Path(os.environ[name + "_FILE"]).read_text("utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE: {field}: cannot be read ({error.strerror})") from None
    return values


def _sentence(error: Any, path: Path, from_file: dict[str, Any], from_environment: dict[str, str]) -> str:
    field = str(error["loc"][0]) if error["loc"] else "settings"
    if field in from_environment:
        where = PREFIX + field.upper()
    elif field in from_file:
        where = f"{path}:{_line_of(path, field)}"
    else:
        where = "command line"
    what = "is not a known setting" if error["type"] == "extra_forbidden" else _plain(error["msg"])
    # The password in a database address is nobody's business.
    got = re.sub(r"(://[^:/@\s]*):[^/\s]*@", r"\1:…@", repr(error.get("input")))
    return f"{where}: {field}: {what} (got {got})"


def _line_of(path: Path, field: str) -> int:
    pattern = re.compile(rf"\s*\[?\s*[\"']?{re.escape(field)}[\"']?\s*(=|\.|\])")
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if pattern.match(line):
            return number
    return 1


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "must be")
