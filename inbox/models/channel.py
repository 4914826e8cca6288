from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now


class Channel(Base):
    """A configured way in and out: one mailbox, one bot. `secrets` is encrypted JSON."""

    __tablename__ = "channels"

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    heard_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    error_at: Mapped[datetime | None]
    # What stands under the answers that leave by it (inbox.signatures).
    signature: Mapped[str] = mapped_column(default="", server_default="")
    # Where our answers carry the conversation's token: "", subject or address.
    thread_mark: Mapped[str] = mapped_column(default="", server_default="")
    # When people were told of the error, None while there is nothing to tell.
    alarmed_at: Mapped[datetime | None]
    # When people were told that nothing arrives any more.
    silence_told_at: Mapped[datetime | None]


class FolderCursor(Base):
    """How far one folder of a channel has been read; moves only in the transaction that stores what was read."""

    __tablename__ = "folder_cursors"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    folder: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(default=now)
    # Where we began: what came after it is in our care.
    begun: Mapped[str] = mapped_column(default="")
    # What the last look at the server found (inbox.ledger).
    checked_at: Mapped[datetime | None]
    on_server: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
