from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.message import Message

QUEUED, CLAIMED, SENDING, SENT, RETRY, FAILED, UNCERTAIN = (
    "queued", "claimed", "sending", "sent", "retry", "failed", "uncertain",
)  # fmt: skip
# What a message of ours in a chat is: the card, the customer's words or a file under it; one that asks for an answer, a
# question back to the customer, a note or a lead's value; a draft's preview; a colleague's question.
CARD, WORDS, FILE, ASKS_ANSWER, ASKS_CUSTOMER, ASKS_NOTE, ASKS_VALUE, PREVIEW, QUESTION = ROLES = (
    "card", "words", "file", "asks_answer", "asks_customer", "asks_note", "asks_value", "preview", "question",
)  # fmt: skip
ANSWER, NOTIFICATION, ACKNOWLEDGEMENT, WEBHOOK, CONSENT, TRANSCRIPT = (
    "answer", "notification", "acknowledgement", "webhook", "consent", "transcript",
)  # fmt: skip
_ACKNOWLEDGED = text("purpose = 'acknowledgement'")
_NAMED = text("provider_id != ''")


class Delivery(Base):
    """One message on its way out to one channel.

    `purpose`: an answer to a customer, the automatic acknowledgement of a question, the mail that asks to confirm a
    consent, or the talk of a chat; a notification to a colleague; or a webhook, which tells another program.

    `envelope` is what connectors.base.Outbound needs, as JSON; attachments are named by their ids, files
    that we made ourselves stand in "made" (name, type, sha256). In a chat, its
    "role" says what an answer to this message is about: one of ROLES, with the number of what it means in "about";
    "under" is the delivery of the message under which it stands.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_state", "state", "id"),
        # A recipient in small letters, and when.
        Index("ix_deliveries_acknowledged", "recipient", "created_at",
              sqlite_where=_ACKNOWLEDGED, postgresql_where=_ACKNOWLEDGED),
        Index("ix_deliveries_provider_id", "provider_id", sqlite_where=_NAMED, postgresql_where=_NAMED),
    )  # fmt: skip

    id: Mapped[Key]
    purpose: Mapped[str]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    recipient: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    envelope: Mapped[dict[str, Any]] = mapped_column(default=dict)
    external_id: Mapped[str] = mapped_column(default="", index=True)
    provider_id: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=QUEUED)
    token: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]

    conversation: Mapped[Conversation | None] = relationship()
    message: Mapped[Message | None] = relationship()
