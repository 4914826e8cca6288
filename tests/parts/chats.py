"""What a bot reads, as messages of the connector: a chat of one person, or a group."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import Address, Message
from inbox import colleague_chat, linking
from inbox.models import Channel, Intake, User, UserLink, now
from tests.parts.desk import Desk

T = TypeVar("T")
MARIO, GROUP = "4242", "-1001"


def said(text: str = "", person: str = MARIO, *, chat: str = "", name: str = "Mario R.", **facts: str) -> Message:
    """Something that a person wrote or did, in private or (with the fact "group") in `chat`."""
    return Message(
        external_id=f"{chat or person}:1", sender=Address(person, name), text=text, reply=text,
        thread_key=chat or person, facts=facts,
    )  # fmt: skip


class Bot:
    """The colleagues' bot of a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.channel = desk.add_channel("bot", "telegram")

    def do(self, verb: Callable[[Session, Channel], T]) -> T:
        with self.desk.database.writing() as session:
            return verb(session, session.get_one(Channel, self.channel))

    def hears(self, read: Message) -> str:
        """What the message led to."""
        return self.do(lambda session, channel: colleague_chat.take(session, channel, Intake(id=1), read))

    def link(self, user_id: int) -> str:
        """The token of a new deep link of a colleague."""
        return self.do(
            lambda session, channel: linking.deep_link(session, channel, session.get_one(User, user_id))
        ).partition("?start=")[2]

    def linked(self, user_id: int, person: str = MARIO) -> int:
        """A colleague whose chat is confirmed; the link's number."""
        with self.desk.database.writing() as session:
            one = UserLink(user_id=user_id, channel_id=self.channel, address=person, name="Mario", confirmed_at=now())
            session.add(one)
            session.flush()
            return one.id

    def sender(self, person: str = MARIO) -> int | None:
        """The number of the colleague who writes."""
        found = self.do(lambda session, channel: linking.sender(session, channel, person))
        return found.id if found else None

    def said(self) -> list[tuple[str, str]]:
        """What the bot has to say, and where."""
        told = [one for one in self.desk.notices() if one.channel_id == self.channel]
        return [(one.recipient, one.envelope["text"]) for one in told]

    def links(self) -> dict[int, UserLink]:
        with self.desk.database.reading() as session:
            return {one.user_id: one for one in session.scalars(select(UserLink))}
