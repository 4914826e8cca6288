"""A mailbox being connected, in the words of its page: settings on trial, a look at older mails, a quiet import.

What came of each is kept as one JSON text in the settings table, written by the page and by the jobs of
`inbox.connecting`. Settings on trial replace the channel's own only when they have worked.
"""

import re
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox import channels, queue
from inbox.events import Actor, record
from inbox.models import Channel, Conversation, Delivery, Intake, Setting
from inbox.secrets import Vault
from inbox.threads import IN_SUBJECT

KIND = "mailbox"
DAYS = 30
RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"
Which = Literal["look", "taking"]
# Words that shared addresses are made of: with one of them, a dot does not stand between a name and a surname.
_SHARED = frozenset((
    "info", "sales", "vendite", "vendita", "commerciale", "ufficio", "tecnico", "tecnica", "servizio", "servizi",
    "assistenza", "supporto", "support", "amministrazione", "contabilita", "acquisti", "ordini", "order", "orders",
    "export", "italia", "italy", "team", "office", "customer", "customers", "service", "services", "clienti", "cliente",
    "marketing", "web", "shop", "store", "hello", "contatti", "contact", "contacts", "help", "desk", "preventivi",
    "offerte", "quote", "rd", "ricerca", "sviluppo", "qualita", "quality", "hr", "lavora", "jobs", "no", "reply",
    "noreply", "post", "mail", "pec", "estero",
))  # fmt: skip


class Way(BaseModel):
    """What came of trying one direction. `code` is a ConnectorError's; `said` what works, or what was said."""

    works: bool
    host: str = ""
    code: str = ""
    said: str = ""
    hint: str = ""


class Walk(BaseModel):
    """A walk through the last DAYS days, page by page. `counts`: how many mails of which kind (team, machine …)."""

    state: str = RUNNING
    folder: str = ""
    cursor: str = ""
    mails: int = 0
    new: int = 0
    counts: dict[str, int] = {}
    code: str = ""
    said: str = ""


class State(BaseModel):
    """All that is known of a mailbox being connected. `trial` holds settings not proved yet, encrypted."""

    trying: bool = False
    trial: str = ""
    reading: Way | None = None
    sending: Way | None = None
    look: Walk | None = None
    taking: Walk | None = None

    @property
    def busy(self) -> bool:
        """Whether a job of it runs or waits."""
        return self.trying or any(one is not None and one.state == RUNNING for one in (self.look, self.taking))


class Refused(channels.ChannelError):
    """Why this mailbox is not connected: `field` is that of the form."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def state(session: Session, channel_id: int, *, changing: bool = False) -> State:
    """What is known; `changing` keeps others from changing it until the transaction ends."""
    row = session.get(Setting, _key(channel_id), with_for_update=changing or None)
    return State.model_validate_json(row.value) if row else State()


def keep(session: Session, channel_id: int, known: State) -> None:
    """Store it, and let open pages know."""
    session.merge(Setting(key=_key(channel_id), value=known.model_dump_json()))
    record(session, "mailbox_changed", channel_id=channel_id)


def add(session: Session, vault: Vault, name: str, settings: dict[str, Any], actor: Actor) -> Channel:
    """A new mailbox, switched off until somebody starts it, with its settings on trial. Raises Refused."""
    address = str(settings["address"])
    taken = select(Channel.id).where(Channel.kind == "mail", func.lower(Channel.address) == address.lower())
    if session.scalar(taken) is not None:
        raise Refused("address", "this mailbox is connected already")
    try:
        channel = channels.create(session, vault, "mail", name, {"address": address}, actor=actor)
    except channels.ChannelError:
        raise Refused("name", "there is already a channel of this name") from None
    channel.enabled, channel.thread_mark = False, IN_SUBJECT
    attempt(session, vault, channel, settings)
    return channel


def rename(session: Session, channel: Channel, name: str) -> None:
    """Give it another name. Raises Refused."""
    try:
        channels.check_name(session, name, but=channel.id)
    except channels.ChannelError:
        raise Refused("name", "there is already a channel of this name") from None
    channel.name = name


def attempt(session: Session, vault: Vault, channel: Channel, settings: dict[str, Any]) -> None:
    """Put settings on trial; what was known of earlier ones is forgotten."""
    known = state(session, channel.id, changing=True)
    known.trial, known.trying, known.reading, known.sending = vault.seal(settings).decode(), True, None, None
    keep(session, channel.id, known)
    _enqueue(session, channel.id, "try")


def proved(session: Session, vault: Vault, channel: Channel, settings: dict[str, Any], known: State) -> None:
    """The settings on trial worked: they are the channel's from now on."""
    channels.set_settings(channel, vault, settings)
    channel.address, known.trial = str(settings["address"]), ""


def settings_of(channel: Channel, vault: Vault, known: State) -> dict[str, Any]:
    """The settings on trial where there are some, else the channel's; with secrets. Raises WrongKey."""
    return vault.open(known.trial.encode()) if known.trial else channels.all_settings(channel, vault)


def works(channel: Channel) -> bool:
    """Whether it has settings that were proved."""
    return "imap_host" in channel.settings


def begin_walk(session: Session, channel: Channel, which: Which) -> None:
    """Look at the last DAYS days, or take them in; nothing where that is under way already."""
    known = state(session, channel.id, changing=True)
    walk = getattr(known, which)
    if not works(channel) or (walk is not None and walk.state == RUNNING):
        return
    setattr(known, which, Walk())
    keep(session, channel.id, known)
    _enqueue(session, channel.id, which)


def stop_walk(session: Session, channel: Channel, which: Which) -> None:
    """Go no further; what was taken in stays."""
    known = state(session, channel.id, changing=True)
    walk = getattr(known, which)
    if walk is not None and walk.state == RUNNING:
        walk.state = STOPPED
        keep(session, channel.id, known)


def go_on(session: Session, channel_id: int, which: Which) -> None:
    """The next page of a walk."""
    _enqueue(session, channel_id, which)


def unused(session: Session, channel: Channel) -> bool:
    """Whether nothing was ever received or sent by it, so that it can be forgotten."""
    if channel.enabled:
        return False
    used = (model.channel_id == channel.id for model in (Intake, Conversation, Delivery))
    return not any(session.scalar(select(func.count()).where(one)) for one in used)


def remove(session: Session, channel: Channel, actor: Actor) -> bool:
    """Forget a mailbox that was never used; False where it was."""
    if not unused(session, channel):
        return False
    record(session, "channel_removed", actor, channel_id=channel.id, name=channel.name)
    kept = session.get(Setting, _key(channel.id))
    if kept is not None:
        session.delete(kept)
    session.delete(channel)
    return True


def looks_personal(address: str) -> bool:
    """Whether an address seems to be one person's own (name.surname@, n.surname@) rather than shared."""
    parts = re.split(r"[._]", address.rpartition("@")[0].lower())
    return len(parts) == 2 and all(part.isalpha() and part not in _SHARED for part in parts) and len(parts[1]) > 2


def _enqueue(session: Session, channel_id: int, task: str) -> None:
    queue.enqueue(session, KIND, channel_id, f"{KIND}:{channel_id}", payload={"do": task})


def _key(channel_id: int) -> str:
    return f"mailbox:{channel_id}"
