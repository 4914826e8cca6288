"""What the forms and chats of the firm's site have in common: each is a channel known by a random key in its address,
with a mailbox by which its answers go, and its owner's word on which sites may use it. No setting ever comes from a
request.

Settings of all: mailbox (a channel's number), origins ([] is any site), language, privacy, max_a_minute, unwanted
(senders and words).
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import channels, sites, unwanted
from inbox.blobs import Blobs
from inbox.channels import ChannelError
from inbox.db import Database
from inbox.events import Actor
from inbox.models import Channel
from inbox.secrets import Vault, new_token

LANGUAGES = ("it", "en", "de", "fr")
SIGNING = "signing"
KEY = re.compile(r"[\w-]{22}", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """What visitors' posts are taken in with."""

    database: Database
    blobs: Blobs
    vault: Vault


@dataclass(frozen=True, slots=True)
class SiteChannel:
    """A form or chat as it is at this moment, apart from the database. `write_to` is its mailbox's address, "" without
    one."""

    channel_id: int
    key: str
    name: str
    settings: Mapping[str, object]
    write_to: str

    @property
    def origins(self) -> list[str]:
        """The sites that may use it; none is any."""
        return self.texts("origins")

    @property
    def unwanted(self) -> list[str]:
        """Senders and words that the company does not want."""
        return self.texts("unwanted")

    def text(self, name: str) -> str:
        """A setting that is a text."""
        return str(self.settings[name])

    def number(self, name: str) -> int:
        """A setting that is a number."""
        return int(self.text(name))

    def texts(self, name: str) -> list[str]:
        """A setting that is a list of texts."""
        found = self.settings[name]
        return list(found) if isinstance(found, list) else []


def by_key(session: Session, kind: str, key: str) -> Channel | None:
    """The channel of a kind with this key, if it is switched on."""
    if not KEY.fullmatch(key):
        return None
    query = select(Channel).where(Channel.kind == kind, Channel.address == key, Channel.enabled)
    found: Channel | None = session.scalar(query.limit(1))
    return found


def make(session: Session, vault: Vault, kind: str, name: str, settings: Mapping[str, Any], actor: Actor) -> Channel:
    """A new channel with checked settings, a key and a secret of its own. Raises ChannelError."""
    sealed = {**settings, SIGNING: new_token()}
    return channels.create(session, vault, kind, name, sealed, address=secrets.token_urlsafe(16), actor=actor)


def signing(vault: Vault, channel: Channel) -> str:
    """The channel's secret, by which what it signs is known again. Raises WrongKey."""
    return str(vault.open(channel.secrets).get(SIGNING, ""))


def mailbox_of(session: Session, channel: Channel) -> Channel | None:
    """The mailbox by which answers go; None when it is there no more."""
    number = channel.settings.get("mailbox")
    found = session.get(Channel, number) if isinstance(number, int) else None
    return found if found is not None and found.kind == "mail" else None


def checked(session: Session, settings: dict[str, Any], known: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The settings with those that all kinds share as they are kept; `known`: all names, `what`: the kind in words.
    Raises ChannelError."""
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise ChannelError(f"{unknown[0]}: is no setting of a {what}")
    box = session.get(Channel, settings["mailbox"]) if isinstance(settings["mailbox"], int) else None
    if box is None or box.kind != "mail":
        raise ChannelError(f"mailbox: a {what} needs a mailbox of ours, by which its answers go")
    one_of("language", settings["language"], LANGUAGES)
    origins = [said("origins", sites.checked_origin, str(one)) for one in settings["origins"]]
    return {
        **settings,
        "origins": list(dict.fromkeys(origins)),
        "privacy": said("privacy", sites.checked_url, str(settings["privacy"])),
        "unwanted": said("unwanted", unwanted.checked, settings["unwanted"]),
    }


def within(name: str, value: object, least: int, most: int) -> None:
    """Raises ChannelError for what is no number from least to most."""
    if not isinstance(value, int) or not least <= value <= most:
        raise ChannelError(f"{name}: must be a number from {least} to {most} (got {value!r})")


def short(name: str, value: object, most: int) -> str:
    """A text on one line. Raises ChannelError where it is longer than `most` characters."""
    text = " ".join(str(value).split())
    if len(text) > most:
        raise ChannelError(f"{name}: must be at most {most} characters (got {len(text)})")
    return text


def one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Raises ChannelError for a value that is none of these."""
    if value not in known:
        raise ChannelError(f"{name}: must be one of {', '.join(known)} (got {value!r})")


def said(name: str, check: Callable[[Any], T], value: object) -> T:
    """A setting as its check keeps it. Raises ChannelError."""
    try:
        return check(value)
    except ValueError as error:
        raise ChannelError(f"{name}: {error}") from None
