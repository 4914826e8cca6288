from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.message import Message

NEW, DONE, HELD = "new", "done", "held"


class Intake(Base):
    """One raw item as it came. `outcome` of a done one: message, repeat, status, echo, ignored."""

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("channel_id", "folder", "key"),
        # Of few: what was imported, about which nobody is told.
        Index("ix_intake_quiet", "message_id", sqlite_where=text("quiet = 1"), postgresql_where=text("quiet")),
    )

    id: Mapped[Key]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    folder: Mapped[str]
    key: Mapped[str]
    received_at: Mapped[datetime]
    fetched_at: Mapped[datetime] = mapped_column(default=now)
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quiet: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=NEW, index=True)
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    poison: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))

    message: Mapped[Message | None] = relationship()


class Blob(Base):
    """A blob kept in the database (PostgreSQL); on SQLite blobs are files."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
    kept_at: Mapped[datetime] = mapped_column(default=now)
