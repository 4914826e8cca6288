from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.user import User

INBOUND, OUTBOUND = "inbound", "outbound"
MESSAGE, NOTE, ACKNOWLEDGEMENT = "message", "note", "acknowledgement"


class Message(Base):
    """One message, note or automatic acknowledgement. `at` is when it counts: provider's receive time inbound, time of
    the act outbound.

    `alias` is a second id under which others may answer it: that of a certified mail's envelope.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_text_key", "text_key", "at", sqlite_where=sql_text("text_key <> ''"),
              postgresql_where=sql_text("text_key <> ''")),
    )  # fmt: skip

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    direction: Mapped[str]
    kind: Mapped[str] = mapped_column(default=MESSAGE)
    external_id: Mapped[str] = mapped_column(default="", index=True)
    alias: Mapped[str] = mapped_column(default="", index=True)
    fingerprint: Mapped[str] = mapped_column(default="", index=True)
    # The customer's own words as they are compared, where a conversation is young (inbox.persons.duplicates).
    text_key: Mapped[str] = mapped_column(default="", server_default="")
    from_name: Mapped[str] = mapped_column(default="")
    from_address: Mapped[str] = mapped_column(default="")
    recipients: Mapped[dict[str, Any]] = mapped_column(default=dict)
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    reply: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    in_reply_to: Mapped[str] = mapped_column(default="")
    references: Mapped[list[str]] = mapped_column(default=list)
    machine: Mapped[str | None]
    bounce: Mapped[dict[str, Any] | None]
    problems: Mapped[list[str]] = mapped_column(default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    stored_at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    conversation: Mapped[Conversation] = relationship()
    user: Mapped[User | None] = relationship()
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id", lazy="selectin")


class Attachment(Base):
    """A file of a message, its bytes in the blob store under `sha256`; `filename` is only a label."""

    __tablename__ = "attachments"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    content_id: Mapped[str] = mapped_column(default="")
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
