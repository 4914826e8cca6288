"""A form of the firm's site on a desk: visitors post, the firm takes in."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from inbox import sitechannels
from inbox.forms import posts
from inbox.forms import settings as forms
from inbox.models import Channel, Conversation, Message
from tests.parts.desk import Desk

URLENCODED = "application/x-www-form-urlencoded"
ANNA = {"name": "Anna Bianchi", "email": "anna@cliente.test", "message": "Buongiorno, qual è la tolleranza del giunto?"}


class FormDesk:
    """A desk with a form ("sito") that is answered by its mailbox info@firm.test."""

    def __init__(self, desk: Desk, **settings: Any) -> None:
        self.desk = desk
        self.posts = sitechannels.Desk(desk.database, desk.app.blobs, desk.app.vault)
        with desk.database.writing() as session:
            self.channel: Channel = forms.make(session, desk.app.vault, "sito", desk.channel, **settings)
        self.key = self.channel.address

    def form(self) -> posts.Form:
        found = posts.find(self.posts, self.key)
        assert found is not None
        return found

    def post(self, page: str = "", **fields: str) -> posts.Looked:
        """A visitor posts these fields instead of, or besides, Anna's."""
        body = urlencode({**ANNA, **fields}).encode()
        looked = posts.look(self.form(), URLENCODED, body, page)
        if looked.item is not None:
            posts.store(self.posts, self.form(), looked.item)
        return looked

    def arrive(self, **fields: str) -> Conversation:
        """The same, taken in and routed; the conversation of the last message."""
        assert self.post(**fields).errors == {}
        self.desk.take_in()
        self.desk.route()
        found: Conversation = self.desk.one(select(Conversation).join(Message).order_by(Message.id.desc()).limit(1))
        return found
