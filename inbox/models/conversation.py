from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.channel import Channel
from inbox.models.contact import Contact
from inbox.models.user import Team, User

if TYPE_CHECKING:
    from inbox.models.exchange import Exchange

OPEN, PENDING, CLOSED, SPAM = "open", "pending", "closed", "spam"
STATUSES = (OPEN, PENDING, CLOSED, SPAM)
KINDS = ("enquiry", "customer", "supplier", "job_application", "administration", "privacy_request", "other")
CUSTOMER_KINDS = ("enquiry", "customer")
PRIORITIES = ("low", "normal", "high", "urgent")
# Where a lead stands on its way to a sale; "" is no lead yet.
STAGES = ("", "new", "qualified", "quoted", "won", "lost")


class Conversation(Base):
    """A talk with one contact. It carries all that the list shows, written in the message's transaction."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_waiting", "waiting_since", "id", sqlite_where=text("waiting_since IS NOT NULL"),
              postgresql_where=text("waiting_since IS NOT NULL")),
        Index("ix_conversations_team_waiting", "team_id", "waiting_since", "id",
              sqlite_where=text("waiting_since IS NOT NULL"), postgresql_where=text("waiting_since IS NOT NULL")),
        Index("ix_conversations_status_last", "status", "last_at", "id"),
        Index("ix_conversations_contact", "contact_id", "last_at"),
    )  # fmt: skip

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(default="enquiry")
    status: Mapped[str] = mapped_column(default=OPEN)
    subject: Mapped[str] = mapped_column(default="")
    snippet: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    priority: Mapped[str] = mapped_column(default="normal")
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    thread_key: Mapped[str] = mapped_column(default="", index=True)
    # Random; marks our answers, so that theirs find back (inbox.threads).
    token: Mapped[str] = mapped_column(default="", server_default="", index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Out of the queue until then, or until the customer writes.
    snoozed_until: Mapped[datetime | None]
    # Stage and value (in cents, where it is in euros) are its lead's, written with it by inbox.leads alone.
    stage: Mapped[str] = mapped_column(default="", server_default="")
    value_cents: Mapped[int | None] = mapped_column(BigInteger)
    # Working minutes within which the customer is to be answered; None: the company's usual.
    target_minutes: Mapped[int | None]
    # By when somebody promised an answer: what the customer was told, or what a colleague put off.
    promised_at: Mapped[datetime | None]
    messages_count: Mapped[int] = mapped_column(default=0)
    certified: Mapped[bool] = mapped_column(default=False)
    unread_in_full: Mapped[bool] = mapped_column(default=False)
    related_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    related_why: Mapped[str] = mapped_column(default="")
    # The one that it was joined with: what was said here stands there.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)

    channel: Mapped[Channel] = relationship()
    contact: Mapped[Contact] = relationship()
    team: Mapped[Team | None] = relationship()
    user: Mapped[User | None] = relationship()
    tags: Mapped[list["Tag"]] = relationship(secondary="conversation_tags", order_by="Tag.name")
    watchers: Mapped[list[User]] = relationship(secondary="watchers", order_by=User.name)
    # Written by inbox.clocks.exchanges alone.
    running: Mapped["Exchange | None"] = relationship(
        primaryjoin="and_(Exchange.conversation_id == Conversation.id, Exchange.closed_at.is_(None))", viewonly=True
    )


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)


class ConversationTag(Base):
    __tablename__ = "conversation_tags"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)


class Watcher(Base):
    """A colleague who is told of a conversation without having it in hand."""

    __tablename__ = "watchers"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Assignment(Base):
    """Who had the conversation, from when, and by whose hand (a rule's or a person's)."""

    __tablename__ = "assignments"
    __table_args__ = (Index("ix_assignments_turns", "team_id", "user_id", "at"),)

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    note: Mapped[str] = mapped_column(default="")
    # A code where it was neither a rule nor a person: passed, cover, …
    why: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[datetime] = mapped_column(default=now)
