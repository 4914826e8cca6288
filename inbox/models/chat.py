from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.delivery import Delivery
from inbox.models.user import Team, User


class ChatCard(Base):
    """A conversation's card in one chat: a message of ours that is edited as things happen.

    In a colleague's own chat it is theirs (`user_id`), in a group the team's. `delivery`: the message itself. `shown`:
    a digest of what it shows; `menu`: which choice is open under it ("": none); `language`: that of its words.
    """

    __tablename__ = "chat_cards"
    __table_args__ = (UniqueConstraint("conversation_id", "channel_id", "address"),)

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    address: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    language: Mapped[str]
    menu: Mapped[str] = mapped_column(default="")
    shown: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    conversation: Mapped[Conversation] = relationship()
    delivery: Mapped[Delivery] = relationship()
    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()


class HeldNotice(Base):
    """Something of a conversation that a colleague is told later, and why: it is a quiet hour, they have a digest, or
    their chat is full."""

    __tablename__ = "held_notices"
    __table_args__ = (UniqueConstraint("user_id", "conversation_id"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    why: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()
    conversation: Mapped[Conversation] = relationship()
