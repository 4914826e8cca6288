"""Carrying out what colleagues press and write in their chats. The `by_chat` handler.

Who pressed is checked at each press, by the sender, whatever the button says; a press in a group too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from config.i18n import translator
from config.logging import get
from connectors.abilities import Chat
from connectors.base import Connector, ConnectorError
from inbox import linking, queue
from inbox.blobs import Blobs, writing_with
from inbox.colleague_chat import Said, said
from inbox.db import Database
from inbox.drafts import Kept
from inbox.models import Channel
from routing.chat import commands, files, presses, writing
from routing.chat.files import File
from routing.chat.refused import Refused
from routing.chat.talk import Talk

log = get("chat")
ConnectorFor = Callable[[int], Connector]


@dataclass(slots=True)
class _Outcome:
    """What is said to whoever pressed."""

    text: str = ""
    alert: bool = False


def act(
    database: Database, blobs: Blobs, connector_for: ConnectorFor, jobs: Sequence[queue.Claim], public_url: str
) -> None:
    """Carry out what was said, each in a transaction of its own, and end the waiting sign of what was pressed."""
    for job in jobs:
        try:
            _one(database, blobs, connector_for, job, public_url)
        except queue.LostLease:
            log.warning("lease_lost", job=job.id)
        except Exception as error:
            _failed(database, job, error)


def _one(database: Database, blobs: Blobs, connector_for: ConnectorFor, job: queue.Claim, public_url: str) -> None:
    told = said(job.payload)
    got = files.fetch(told, connector_for)
    outcome = _Outcome()
    contents = [got.content] if isinstance(got, File) and got.content else []
    with writing_with(database, blobs, contents) as session:
        channel = session.get_one(Channel, told.channel_id)
        user = linking.sender(session, channel, told.person)
        if user is not None:
            _carry_out(session, Talk(session, channel, user, told, public_url), got, outcome)
        else:
            outcome.text, outcome.alert = presses.refused_to_strangers(session, told), True
        queue.acknowledge(session, job)
    if told.press:
        _end_press(connector_for, told, outcome)


def _carry_out(session: Session, talk: Talk, got: File | str | None, outcome: _Outcome) -> None:
    try:
        if talk.told.press:
            outcome.text = presses.press(talk)
        elif isinstance(got, str):
            talk.say(got)
        elif talk.told.facts.get("command"):
            commands.run(talk)
        else:
            writing.write(talk, _kept(got))
    except Refused as refused:
        words = refused.words(talk.user.language)
        if talk.told.press:
            outcome.text, outcome.alert = words, True
        else:
            talk.say(words)


def _kept(got: File | None) -> Sequence[Kept]:
    return [] if got is None else [Kept(got.key, got.filename, got.content_type, len(got.content), got.sha256)]


def _end_press(connector_for: ConnectorFor, told: Said, outcome: _Outcome) -> None:
    """Only a sign in the chat: that it fails undoes nothing."""
    try:
        connector = connector_for(told.channel_id)
        if isinstance(connector, Chat):
            connector.answer_press(told.press, outcome.text, alert=outcome.alert)
    except ConnectorError as error:
        log.info("press_not_answered", reason=error.reason)


def _failed(database: Database, job: queue.Claim, error: Exception) -> None:
    """Try again later; who gets no further is told so."""
    log.error("by_chat_failed", job=job.id, attempts=job.attempts, exc_info=error)
    told = said(job.payload)
    with database.writing() as session:
        if queue.put_back(session, job, f"{type(error).__name__}: {error}"):
            return
        channel = session.get_one(Channel, told.channel_id)
        user = linking.sender(session, channel, told.person)
        if user is not None:
            words = translator(user.language)("Something failed here. Please answer on the page.")
            Talk(session, channel, user, told, "").say(words)
