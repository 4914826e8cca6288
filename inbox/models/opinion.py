from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key
from inbox.models.message import Message

GOOD, FAIR, BAD = VALUES = ("good", "fair", "bad")


class Opinion(Base):
    """How a customer found an answer of ours: asked with it, and what was said last (`value`, "" for nothing yet).

    It knows the answer alone: conversation, customer and exchange are the answer's, wherever these go. What was said
    before stands in the events.
    """

    __tablename__ = "opinions"
    __table_args__ = (Index("ix_opinions_message", "message_id", unique=True),)

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    value: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]

    message: Mapped[Message] = relationship()
