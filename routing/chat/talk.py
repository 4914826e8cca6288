"""One thing that a colleague said in a chat, with what is needed to act on it and to say something back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from inbox import access, replies, threads
from inbox.colleague_chat import Said
from inbox.events import person, record
from inbox.models import Channel, Conversation, Delivery, User
from inbox.models.delivery import NOTIFICATION
from routing.chat.refused import Refused
from routing.chat.showing import Place
from routing.chat.shown import Shown


@dataclass(frozen=True, slots=True)
class Talk:
    """A colleague's press or message; `user` is its sender, checked."""

    session: Session
    channel: Channel
    user: User
    told: Said
    public_url: str

    @property
    def group(self) -> bool:
        """Whether it was said in a team's group."""
        return bool(self.told.facts.get("group"))

    @property
    def place(self) -> Place:
        """The colleague's own chat."""
        return Place(self.channel, self.told.chat, self.user.language, self.user)

    def conversation(self, number: int) -> Conversation:
        """A conversation that the colleague may change, held until the end. Raises Refused, and it is written down."""
        known = self.session.get(Conversation, number)
        number = threads.kept(self.session, known).id if known is not None else number
        found = self.session.get(Conversation, number, with_for_update=True, populate_existing=True)
        if found is None or not access.may(self.user, access.CHANGE, found):
            if found is not None:
                record(
                    self.session, "press_refused", person(self.user.id), conversation_id=found.id,
                    name=self.user.name, why="not_yours",
                )  # fmt: skip
            raise Refused("not_yours")
        return found

    def say(self, shown: Shown | str, *, role: str = "", about: int | None = None, under: int | None = None,
            conversation_id: int | None = None) -> Delivery:  # fmt: skip
        """Say something in the chat where it was said; `role`, `about`: what an answer to it is about."""
        shown = Shown(shown) if isinstance(shown, str) else shown
        envelope = {"to": [{"address": self.told.chat}], **shown.envelope(), "role": role, "about": about}
        if under is not None:
            envelope["under"] = under
        elif self.group and not self.told.press:
            envelope["in_reply_to"] = self.told.key
        delivery = Delivery(
            purpose=NOTIFICATION, channel_id=self.channel.id, recipient=self.told.chat, user_id=self.user.id,
            conversation_id=conversation_id, envelope=envelope,
        )  # fmt: skip
        replies.queue_delivery(self.session, delivery)
        return delivery
