"""Accounts being connected: what the platform said of one, and a message to oneself. Asking is a job of its own.

What is known stands in a setting beside the channel; the page shows it as soon as it changes.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import Recalls, Subscribes
from connectors.base import Address, Batch, Connector, Outbound
from inbox import channels, hooks, intake, queue, webhooks
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.events import Actor, record
from inbox.models import Channel, Setting
from inbox.secrets import Vault, new_token
from inbox.social.kinds import KINDS, TEMPLATES

KIND = "ask_platform"
LOOK, GREET = "look", "greet"
log = get("trials")


class State(BaseModel):
    """What came of asking: `works` in sentences, or `error` with its `code`; `greeted` is how the message to oneself
    went: "", sent, or why not. `asking` and `greeting` while a job runs."""

    asking: bool = False
    works: list[str] = []
    error: str = ""
    code: str = ""
    greeting: bool = False
    greeted: str = ""


def state(session: Session, channel_id: int) -> State:
    """What is known."""
    row = session.get(Setting, _key(channel_id))
    return State.model_validate_json(row.value) if row else State()


def add(session: Session, vault: Vault, kind: str, name: str, settings: dict[str, Any], actor: Actor) -> Channel:
    """A new channel, with a word of its own by which the platform makes sure of our address; it is asked at once.
    One that costs is off until somebody switches it on.

    Raises ChannelError.
    """
    made = channels.create(session, vault, kind, name, prepared(kind, settings), actor=actor)
    made.enabled = not KINDS[kind].costs
    look(session, made)
    return made


def prepared(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a new channel, with those that are not asked for."""
    made = {"word": new_token, "key": webhooks.new_secret}.get(KINDS[kind].makes)
    return settings | ({hooks.SECRET: made()} if made else {})


def change(session: Session, vault: Vault, channel: Channel, name: str, settings: dict[str, Any]) -> None:
    """Other settings; secrets that are not given stay, and so do the approved texts. Raises ChannelError."""
    channels.check_name(session, name, but=channel.id)
    channels.check_bot(session, vault, channel.kind, settings, channel)
    channel.name = name
    kept = {TEMPLATES: channel.settings[TEMPLATES]} if TEMPLATES in channel.settings else {}
    channels.set_settings(channel, vault, {**kept, **settings})
    look(session, channel)


def look(session: Session, channel: Channel, since: datetime | None = None) -> None:
    """Ask whether the account answers, and for what came since a moment (UTC), where its platform tells."""
    _keep(session, channel.id, State(asking=True))
    _enqueue(session, channel.id, LOOK, **({"since": since.isoformat()} if since is not None else {}))


def greet(session: Session, channel: Channel, to: str, words: str) -> None:
    """Send somebody of the firm a message, to see that it works."""
    known = state(session, channel.id)
    _keep(session, channel.id, known.model_copy(update={"greeting": True, "greeted": ""}))
    _enqueue(session, channel.id, GREET, to=to, words=words)


def work(
    database: Database, blobs: Blobs, connector_for: Callable[[int], Connector], jobs: Sequence[queue.Claim]
) -> None:
    """The handler of these jobs. Nothing is tried twice: a person is looking, and may press once more."""
    for job in jobs:
        said, address, failure = _asked(connector_for, job)
        if failure is None and job.payload.get("since"):
            failure = _recall(database, blobs, connector_for, job)
        error = channels.sentence(failure) if failure else ""
        with database.writing() as session:
            known = state(session, job.subject_id)
            if job.payload["do"] == GREET:
                known = known.model_copy(update={"greeting": False, "greeted": error or "sent"})
            else:
                known = State(works=said, error=error, code=getattr(failure, "code", ""), greeted=known.greeted)
                channel = session.get_one(Channel, job.subject_id)
                channel.address = address or channel.address
                channels.set_health(session, channel.id, error)
            _keep(session, job.subject_id, known)
            queue.acknowledge(session, job)


def _asked(connector_for: Callable[[int], Connector], job: queue.Claim) -> tuple[list[str], str, Exception | None]:
    """What works, the account's address, and what went wrong."""
    try:
        connector: Any = connector_for(job.subject_id)
        if job.payload["do"] == LOOK:
            works = list(connector.check())
            if isinstance(connector, Subscribes):
                works.append(connector.subscribe())
            return works, connector.address(), None
        connector.send(Outbound([Address(job.payload["to"])], job.payload["words"]), lambda: None)
    except Exception as error:
        log.warning("platform_refused", channel=job.subject_id, reason=channels.sentence(error))
        return [], "", error
    return [], "", None


def _recall(
    database: Database, blobs: Blobs, connector_for: Callable[[int], Connector], job: queue.Claim
) -> Exception | None:
    """Store what the platform kept while nobody took its calls; what went wrong."""
    try:
        connector: Any = connector_for(job.subject_id)
        folder = getattr(connector, "pushed_folder", "")
        if isinstance(connector, Recalls):
            found = Batch(connector.recall(datetime.fromisoformat(job.payload["since"])), "")
            intake.receive(database, blobs, job.subject_id, folder, found, keep_cursor=True)
    except Exception as error:
        log.warning("not_recalled", channel=job.subject_id, reason=channels.sentence(error))
        return error
    return None


def _enqueue(session: Session, channel_id: int, what: str, **more: str) -> None:
    queue.enqueue(session, KIND, channel_id, f"{KIND}:{channel_id}", payload={"do": what, **more})


def _keep(session: Session, channel_id: int, known: State) -> None:
    session.merge(Setting(key=_key(channel_id), value=known.model_dump_json()))
    record(session, "number_looked_at", channel_id=channel_id)


def _key(channel_id: int) -> str:
    return f"number:{channel_id}"
