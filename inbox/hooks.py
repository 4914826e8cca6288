"""Platforms that call us instead of being asked: what they bring is stored before they hear that it arrived."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select

from config.logging import get
from connectors.abilities import Called, Challenged
from connectors.base import Batch, Connector, ConnectorError, Push, RawItem, WebhookRequest
from inbox import channels, intake
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Channel, FolderCursor
from inbox.secrets import Vault, new_token
from inbox.social.kinds import KINDS

# The largest call that is read, in bytes: mostly they are a few thousand, of WhatsApp up to 3 MB.
MAX_BYTES = 3_500_000
# What a call is answered with: taken, refused as false, not known here, not as agreed, to be repeated.
TAKEN, FALSE, UNKNOWN, WRONG, AGAIN = 200, 403, 404, 422, 503
# What `meta` says of an item: it is from the time before; it is another account's than the channel's.
QUIET, FOREIGN = "quiet", "foreign"
# What an error calls a call that is signed, and not written as agreed.
FORMAT = "format"
SECRET = "webhook_secret"  # noqa: S105 - a setting's name
MAX_NUMBER = 2**63 - 1
log = get("hooks")


@dataclass(frozen=True, slots=True)
class Desk:
    """What calls are taken in with, and switched on and off. `connector_for` goes by a channel's settings as they are
    now; `build` makes a connector of a kind from settings that need not be stored."""

    database: Database
    blobs: Blobs
    vault: Vault
    connector_for: Callable[[int], Connector]
    build: Callable[[str, dict[str, object]], Connector]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call hears: an HTTP status, and why where its sender can mend it."""

    status: int
    words: str = ""


def take(desk: Desk, kind: str, channel_id: int, request: WebhookRequest) -> Answer:
    """Check a call and store what it brings; what to answer. Nothing of a false call is kept.

    What came by another way already, or in an earlier call, is stored once.
    """
    try:
        if not _is_open(desk, kind, channel_id):
            return Answer(UNKNOWN)
        connector = desk.connector_for(channel_id)
        if not isinstance(connector, Push):
            return Answer(UNKNOWN)
        _keep_items(desk, channel_id, connector.pushed_folder, connector.accept(request))
    except ConnectorError as error:
        log.warning("call_refused", channel=channel_id, reason=error.reason)
        if error.code == FORMAT:
            return Answer(WRONG, error.reason)
        return Answer(FALSE if error.permanent else AGAIN)
    except Exception:
        log.exception("call_failed", channel=channel_id)
        return Answer(AGAIN)
    return Answer(TAKEN)


def challenge(desk: Desk, kind: str, channel_id: int, request: WebhookRequest) -> str | None:
    """What a platform that was told our address wants to hear back; None for anybody else."""
    try:
        connector = desk.connector_for(channel_id) if _is_open(desk, kind, channel_id) else None
        return connector.challenge(request) if isinstance(connector, Challenged) else None
    except ConnectorError as error:
        log.warning("challenge_refused", channel=channel_id, reason=error.reason)
    except Exception:
        log.exception("challenge_failed", channel=channel_id)
    return None


def address(public_url: str, kind: str, channel_id: int) -> str:
    """Where a channel is to be called. Raises ChannelError where nobody has said how the world reaches us."""
    if not public_url:
        raise channels.ChannelError("public_url: is needed for a webhook, it says by which address we can be called")
    return f"{public_url.rstrip('/')}/hooks/{kind}/{channel_id}"


def switch_on(desk: Desk, channel_id: int, public_url: str) -> str:
    """Have the channel call us from now on, with a new secret; gives the address. What waits there comes first.

    Raises ChannelError and ConnectorError; then all is as before.
    """
    channel = _channel(desk, channel_id)
    url, secret = address(public_url, channel.kind, channel_id), new_token()
    connector = _called(desk, channel, {SECRET: secret})
    # Kept before it is told, for its first call may come at once.
    _keep(desk, channel_id, secret)
    try:
        connector.set_webhook(url)
    except ConnectorError:
        _keep(desk, channel_id, str(desk.vault.open(channel.secrets).get(SECRET, "")))
        raise
    finally:
        _close(connector)
    return url


def switch_off(desk: Desk, channel_id: int) -> None:
    """Ask the channel again; what nobody has taken waits there.

    Raises ChannelError and ConnectorError; then all is as before.
    """
    connector = _called(desk, _channel(desk, channel_id), {})
    try:
        connector.remove_webhook()
    finally:
        _close(connector)
    _keep(desk, channel_id, "")


def _keep_items(desk: Desk, channel_id: int, folder: str, items: Sequence[RawItem]) -> None:
    """Store what a call brought, the live first; what is from before the channel was connected is told nobody."""
    whose: dict[tuple[bool, int], list[RawItem]] = {(False, channel_id): []}
    others = _accounts(desk, channel_id) if any(FOREIGN in one.meta for one in items) else {}
    for item in items:
        owner = others.get(item.meta.get(FOREIGN, ""), channel_id)
        if owner != channel_id:
            item = replace(item, meta={name: value for name, value in item.meta.items() if name != FOREIGN})
        whose.setdefault((QUIET in item.meta, owner), []).append(item)
    for (quiet, owner), some in sorted(whose.items(), key=lambda one: one[0]):
        intake.receive(
            desk.database, desk.blobs, owner, folder, Batch(some, ""), quiet=quiet, keep_cursor=True, heard=True
        )


def _accounts(desk: Desk, channel_id: int) -> dict[str, int]:
    """The channels of the same kind that are switched on, by what the platform calls them: it may have one address for
    all of a firm's."""
    with desk.database.reading() as session:
        kind = session.get_one(Channel, channel_id).kind
        account = KINDS[kind].account if kind in KINDS else ""
        rows = session.scalars(select(Channel).where(Channel.kind == kind, Channel.enabled))
        named = {str(one.settings.get(account, "")): one.id for one in rows}
    return {name: number for name, number in named.items() if name}


def _channel(desk: Desk, channel_id: int) -> Channel:
    with desk.database.reading() as session:
        return session.get_one(Channel, channel_id)


def _called(desk: Desk, channel: Channel, more: dict[str, object]) -> Called:
    """A connector of its own, with other settings than the stored ones."""
    settings = channels.all_settings(channel, desk.vault)
    if isinstance(desk.build(channel.kind, settings), Called):
        connector = desk.build(channel.kind, {**settings, **more})
        if isinstance(connector, Called):
            return connector
    raise channels.ChannelError(f"{channel.name}: a {channel.kind} channel has no webhook to switch on or off")


def _close(connector: object) -> None:
    close = getattr(connector, "close", None)
    if close is not None:
        close()


def _keep(desk: Desk, channel_id: int, secret: str) -> None:
    with desk.database.writing() as session:
        channels.set_secret(session.get_one(Channel, channel_id), desk.vault, SECRET, secret)
        # While it was called the numbers went on without a cursor: an old one might confirm what nobody has taken.
        session.execute(delete(FolderCursor).where(FolderCursor.channel_id == channel_id))


def _is_open(desk: Desk, kind: str, channel_id: int) -> bool:
    if channel_id > MAX_NUMBER:
        return False
    with desk.database.reading() as session:
        channel = session.get(Channel, channel_id)
    return channel is not None and channel.kind == kind and channel.enabled
