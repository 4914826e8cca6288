from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.user import User


class Event(Base):
    """What happened: append-only, codes and values, never sentences. Timeline, live pages and clocks read it."""

    __tablename__ = "events"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(default=now)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    actor: Mapped[str] = mapped_column(default="system")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)

    user: Mapped[User | None] = relationship()
