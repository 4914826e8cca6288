"""A visitor of the firm's site who chats, without a browser: messages come in, and what the visitor's window says."""

import itertools
from datetime import datetime
from typing import Any

from sqlalchemy import select

from inbox import conversations, queue
from inbox.app import App
from inbox.clocks import exchanges
from inbox.db import new
from inbox.events import CUSTOMER, record
from inbox.models import Channel, Contact, Conversation, Message, Visit, now
from inbox.models.message import INBOUND
from inbox.sitechat import arrivals, settings, visits

PAGE = "https://www.firm.test/giunti"
_names = itertools.count(1)


def make_chat(app: App, mailbox: int, **values: Any) -> int:
    """A chat of the site; the channel's number."""
    with app.database.writing() as session:
        return settings.make(session, app.vault, f"Chat {next(_names)}", mailbox, **values).id


class Guest:
    """One visitor, of whom nothing is known but the name."""

    def __init__(self, app: App, chat: int, name: str = "Anna Bianchi") -> None:
        self.app, self.chat, self.name = app, chat, name
        self.visit_id = visits.begin(app.database, chat, f"{next(_names):0>43}").id

    def writes(self, text: str = "Buongiorno, c'è qualcuno?", at: datetime | None = None, **facts: Any) -> int:
        """A message comes; the conversation's number."""
        moment = at or now()
        with self.app.database.writing() as session:
            visit, channel = session.get_one(Visit, self.visit_id), session.get_one(Channel, self.chat)
            visit.name, visit.page, visit.seen_at = self.name, PAGE, moment
            found = session.scalar(select(Conversation).where(Conversation.thread_key == visit.address))
            if found is None:
                contact = new(session, Contact(name=self.name))
                found = conversations.begin(
                    session, contact, self.chat, text[:40], moment, thread_key=visit.address, language="it"
                )
            message = Message(
                channel_id=self.chat, direction=INBOUND, text=text, reply=text, from_name=self.name, at=moment,
                from_address=visit.address, external_id=f"{visit.address}.{next(_names)}",
                facts={"page": PAGE, **facts},
            )  # fmt: skip
            conversations.add_message(session, found, message)
            record(
                session, "received", CUSTOMER, conversation_id=found.id, message_id=message.id, at=moment, machine=""
            )
            exchanges.open_for(session, found, message, moment)
            queue.enqueue(session, "route", message.id, f"route:{found.id}")
            arrivals.arrived(session, channel, found, moment)
            return found.id

    def set(self, **values: Any) -> None:
        """Something of the visit changes, as the door changes it."""
        with self.app.database.writing() as session:
            visit = session.get_one(Visit, self.visit_id)
            for name, value in values.items():
                setattr(visit, name, value)
            visits.change(session, visit)

    @property
    def visit(self) -> Visit:
        with self.app.database.reading() as session:
            return session.get_one(Visit, self.visit_id)
