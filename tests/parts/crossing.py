"""A firm that customers reach by mail, WhatsApp, the chat of the site and a form, to cross from one to another."""

import json
from typing import Any

from inbox import replies
from inbox.models import Channel, Contact, ContactMerge, Conversation, User
from inbox.persons import likely
from inbox.persons import merges as personmerges
from inbox.sitechat import identities
from tests.parts.forms import FormDesk
from tests.parts.sitechat import ChatDesk, Visitor
from tests.parts.whatsapp import Phone

TOLERANCE = "Buongiorno, quale tolleranza ha il giunto GX-40 con foro da 24 millimetri?"


class Crossing:
    """All four channels of one company."""

    def __init__(self, phone: Phone) -> None:
        self.desk = phone
        self.database = phone.database
        self.chat = ChatDesk(phone, "chat")
        self.form = FormDesk(phone)

    def signed(self, visitor: Visitor, text: str = TOLERANCE, **told: str) -> Conversation:
        """A user of the site, for whom the site vouches, writes in the chat."""
        identity = json.dumps({"id": "42", "name": "Anna Bianchi", **told})
        mark = identities.signature(self.chat.signing, identity)
        return self.chat.write(visitor, text, identity=identity, signature=mark)

    def alike(self, conversation: Conversation) -> list[tuple[int, tuple[str, ...]]]:
        """Who is suggested for the conversation's contact: the contact's number and why."""
        with self.database.reading() as session:
            found = likely.alike(session, session.get_one(Contact, self.contact(conversation)))
            return [(one.contact.id, one.why) for one in found]

    def contact(self, conversation: Conversation) -> int:
        """The number of its contact now."""
        return self.desk.fresh(conversation).contact_id

    def merge(self, kept: Conversation, merged: Conversation) -> int:
        """The contact of the second becomes that of the first; the merge's number."""
        with self.database.writing() as session:
            one, other = (session.get_one(Conversation, row.id) for row in (kept, merged))
            user = session.get_one(User, self.desk.manager)
            return personmerges.merge(session, one.contact_id, other.contact_id, user, one).id

    def undo(self, number: int, conversation: Conversation) -> None:
        """The two are separated again."""
        with self.database.writing() as session:
            found, user = session.get_one(Conversation, conversation.id), session.get_one(User, self.desk.manager)
            personmerges.undo(session, number, user, found)

    def merges(self) -> list[ContactMerge]:
        return list(self.desk.all(ContactMerge))

    def way(self, conversation: Conversation, **how: Any) -> tuple[str, str]:
        """Answer on the page: the kind of channel and the address to which it leaves."""
        with self.database.writing() as session:
            found, user = session.get_one(Conversation, conversation.id), session.get_one(User, self.desk.manager)
            message = replies.reply(session, found, user, "La tolleranza è H7.", **how)
            kind = session.get_one(Channel, message.channel_id).kind
            return kind, str(message.recipients["to"][0]["address"])
