"""Configured channels: settings in the open, secrets sealed, health beside them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import ConnectorError
from inbox.events import SYSTEM, Actor, record
from inbox.models import Channel, now
from inbox.secrets import Vault

# Kinds that are a bot of Telegram's: what it is told can be read once only, so that a bot is one channel's.
COLLEAGUES_BOT = "telegram"
BOTS = frozenset({COLLEAGUES_BOT, "telegram_customers"})
SECRET_FIELDS = frozenset({"password", "smtp_password", "token", "token_secret", "secret", "webhook_secret", "signing"})
ITS_COLLEAGUES = "token: this bot is already the colleagues’: make another one for customers"
ITS_CUSTOMERS = "token: this bot is already the customers’: make another one"


class ChannelError(ValueError):
    """What is wrong with a channel's settings."""


def create(
    session: Session,
    vault: Vault,
    kind: str,
    name: str,
    settings: dict[str, Any],
    *,
    address: str = "",
    actor: Actor = SYSTEM,
) -> Channel:
    """A new channel; secret settings are sealed. Raises ChannelError.

    `address` is how the outside knows it where the settings do not say so (a bot's @name).
    """
    name = name.strip()
    check_name(session, name)
    check_bot(session, vault, kind, settings)
    channel = Channel(kind=kind, name=name, address=address or str(settings.get("address", "")))
    set_settings(channel, vault, settings)
    session.add(channel)
    session.flush()
    record(session, "channel_added", actor, channel_id=channel.id)
    return channel


def check_name(session: Session, name: str, but: int = 0) -> None:
    """Raises ChannelError for an empty name, or one that another channel than `but` has."""
    if not name:
        raise ChannelError("name: a channel needs a name")
    if session.scalar(select(Channel.id).where(Channel.name == name, Channel.id != but)) is not None:
        raise ChannelError(f"name: there is already a channel {name!r}")


def check_bot(session: Session, vault: Vault, kind: str, settings: dict[str, Any], but: Channel | None = None) -> None:
    """Raises ChannelError where the token's bot is another channel's than `but`, or `but` has another bot; raises
    WrongKey."""
    number = _bot_of(settings)
    if kind not in BOTS or not number:
        return
    if but is not None and _bot_of(vault.open(but.secrets)) not in ("", number):
        raise ChannelError("token: it is another bot’s, which needs a channel of its own")
    # That colleagues' bots differ from each other is left to whoever adds them by command.
    kinds = BOTS - {kind} if kind == COLLEAGUES_BOT else BOTS
    others = session.scalars(select(Channel).where(Channel.kind.in_(kinds), Channel.id != (but.id if but else 0)))
    for one in others:
        if _bot_of(vault.open(one.secrets)) == number:
            raise ChannelError(ITS_COLLEAGUES if one.kind == COLLEAGUES_BOT else ITS_CUSTOMERS)


def set_settings(channel: Channel, vault: Vault, settings: dict[str, Any]) -> None:
    """Replace the settings; secrets that are not given stay as they were."""
    secrets = vault.open(channel.secrets) | {key: settings[key] for key in SECRET_FIELDS if settings.get(key)}
    channel.secrets = vault.seal(secrets) if secrets else None
    channel.settings = {key: value for key, value in settings.items() if key not in SECRET_FIELDS and value is not None}


def set_secret(channel: Channel, vault: Vault, key: str, value: str) -> None:
    """Replace one secret; "" forgets it. Raises WrongKey."""
    kept = {name: one for name, one in vault.open(channel.secrets).items() if name != key}
    secrets = kept | ({key: value} if value else {})
    channel.secrets = vault.seal(secrets) if secrets else None


def switch(session: Session, channel: Channel, actor: Actor, *, on: bool) -> None:
    """Use the channel, or no more."""
    if channel.enabled != on:
        channel.enabled = on
        record(session, "channel_enabled" if on else "channel_disabled", actor, channel_id=channel.id)


def mark(channel: Channel) -> str:
    """Tells settings from changed ones: it is another as soon as anything in them is."""
    return f"{channel.settings}{channel.secrets!r}"


def all_settings(channel: Channel, vault: Vault) -> dict[str, Any]:
    """Settings and secrets together, for building the connector. Raises WrongKey."""
    return {**channel.settings, **vault.open(channel.secrets)}


def by_name(session: Session, name: str) -> Channel:
    """Raises ChannelError, naming the channels there are."""
    channel = session.scalar(select(Channel).where(Channel.name == name))
    if channel is None:
        names = ", ".join(session.scalars(select(Channel.name))) or "none yet"
        raise ChannelError(f"there is no channel {name!r} ({names})")
    return channel


def sentence(error: Exception) -> str:
    """What went wrong with a channel, the same words on the page, in `check` and in the log."""
    return error.reason if isinstance(error, ConnectorError) else f"{type(error).__name__}: {error}"


def set_health(session: Session, channel_id: int, error: str) -> None:
    """Note the last error, or "" that all is well again; an event only when it changes."""
    channel = session.get(Channel, channel_id)
    if channel is None or channel.error == error:
        return
    channel.error, channel.error_at = error, now() if error else None
    record(session, "channel_failed" if error else "channel_recovered", channel_id=channel_id, error=error)


def _bot_of(settings: dict[str, Any]) -> str:
    """The number of the bot that a token is of: it stays when the token is made anew."""
    return str(settings.get("token", "")).partition(":")[0]
