from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.user import User


class Card(Base):
    """What a colleague is told of a conversation: one for each of both. Its token, in the mails about it, lets the
    colleague's answer find back; nobody else has it."""

    __tablename__ = "cards"
    __table_args__ = (UniqueConstraint("user_id", "conversation_id"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()
    conversation: Mapped[Conversation] = relationship()
