"""Editing what stands in chats: a card or a preview shows how things are. The handler of their jobs.

An edit may be repeated, so nothing is fenced: what is shown is compared with what should be, and one edit does for all
jobs about the same message.
"""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import Chat
from connectors.base import Address, Connector, ConnectorError, Outbound
from inbox import chatcards, queue
from inbox.db import Database
from inbox.models import ChatCard, Delivery, Draft, User
from inbox.models.delivery import SENT
from routing.chat import cardtext, previews
from routing.chat.shown import Shown

KINDS = (chatcards.CARD, chatcards.PREVIEW, chatcards.WORD)
log = get("chat")


def work(
    database: Database, connector_for: Callable[[int], Connector], jobs: Sequence[queue.Claim], public_url: str
) -> None:
    """Edit the messages of some jobs, each once; a chat that must wait holds up no other."""
    groups: dict[tuple[str, int], list[queue.Claim]] = {}
    for job in jobs:
        groups.setdefault((job.kind, job.subject_id), []).append(job)
    for (kind, number), some in groups.items():
        try:
            _edit(database, connector_for, kind, number, public_url)
        except ConnectorError as error:
            _failed(database, some, error)
            continue
        with database.writing() as session:
            queue.acknowledge(session, *some)


def _edit(
    database: Database, connector_for: Callable[[int], Connector], kind: str, number: int, public_url: str
) -> None:
    with database.reading() as session:
        found = _found(session, kind, number, public_url)
        if found is None:
            return
        delivery, shown, before = found
        digest = shown.digest()
        if delivery.state != SENT or not delivery.provider_id or digest == before:
            return
        channel_id, provider_id, address = delivery.channel_id, delivery.provider_id, delivery.recipient
    connector = connector_for(channel_id)
    if isinstance(connector, Chat):
        connector.edit(
            provider_id,
            Outbound(to=[Address(address)], text=shown.text, styles=shown.styles, buttons=shown.buttons),
        )
    if kind == chatcards.CARD:
        with database.writing() as session:
            card = session.get(ChatCard, number)
            if card is not None:
                card.shown = digest


def _found(session: Session, kind: str, number: int, public_url: str) -> tuple[Delivery, Shown, str] | None:
    """Which message shows it, what it should show, and the digest of what it does, where that is known."""
    if kind == chatcards.CARD:
        return _card(session, number, public_url)
    return _preview(session, number) if kind == chatcards.PREVIEW else _word(session, number)


def _card(session: Session, number: int, public_url: str) -> tuple[Delivery, Shown, str] | None:
    card = session.get(ChatCard, number)
    return None if card is None else (card.delivery, cardtext.card(session, card, public_url), card.shown)


def _preview(session: Session, number: int) -> tuple[Delivery, Shown, str] | None:
    draft = session.get(Draft, number)
    delivery = session.get(Delivery, draft.delivery_id) if draft is not None and draft.delivery_id else None
    if draft is None or delivery is None:
        return None
    return delivery, previews.preview(session, draft, draft.user.language), ""


def _word(session: Session, number: int) -> tuple[Delivery, Shown, str] | None:
    """What the approver was asked, once the word is given: it can be given no more."""
    delivery = session.get_one(Delivery, number)
    draft, user = session.get(Draft, delivery.envelope["about"]), session.get(User, delivery.user_id)
    if draft is None or user is None or draft.ended_at is None:
        return None
    return delivery, previews.preview(session, draft, user.language), ""


def _failed(database: Database, jobs: Sequence[queue.Claim], error: ConnectorError) -> None:
    """Try again later, unless nothing can help: then the message stays as it is."""
    log.info("edit_failed", kind=jobs[0].kind, subject=jobs[0].subject_id, reason=error.reason)
    with database.writing() as session:
        if error.permanent:
            queue.acknowledge(session, *jobs)
            return
        first, *others = jobs
        queue.put_back(session, first, error.reason, after_seconds=error.retry_after or None)
        for job in others:
            queue.acknowledge(session, job)
