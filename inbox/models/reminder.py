from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.user import User

OFFERED, SET, DECLINED, TOLD = "offered", "set", "declined", "told"


class Reminder(Base):
    """What a colleague promised in an answer, to be reminded of at a moment; first offered, then set by its author.

    `words`: the promise as it was written.
    """

    __tablename__ = "reminders"
    __table_args__ = (Index("ix_reminders_due", "state", "due_at"),)

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=OFFERED)
    created_at: Mapped[datetime] = mapped_column(default=now)

    conversation: Mapped[Conversation] = relationship()
    user: Mapped[User] = relationship()
