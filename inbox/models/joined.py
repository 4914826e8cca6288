from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation


class ConversationMerge(Base):
    """Two conversations that a colleague has joined: what was said in `merged` stands in `kept` since.

    `moved`: numbers of rows by kind, and how both conversations were (inbox.persons.joining).
    """

    __tablename__ = "conversation_merges"
    __table_args__ = (
        Index("ix_conversation_merges_merged", "merged_id", unique=True, sqlite_where=text("undone_at IS NULL"),
              postgresql_where=text("undone_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    kept_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    merged: Mapped[Conversation] = relationship(foreign_keys=merged_id)
