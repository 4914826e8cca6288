from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.contact import Contact
from inbox.models.conversation import Conversation
from inbox.models.user import User

NEW, QUALIFIED, QUOTED, WON, LOST = "new", "qualified", "quoted", "won", "lost"
UNDER_WAY = (NEW, QUALIFIED, QUOTED)
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
# Why a sale was lost, as codes that can be counted; "" is not said.
REASONS = ("", "price", "time", "competitor", "unsuitable", "budget", "silent", "other")


class Lead(Base):
    """A possible sale to a contact, from the first contact on. Its conversations carry its stage and value too.

    `value_cents` is in hundredths of `currency`. `entered`: how it came, "conversation" or by hand from a fair, a phone
    call or else. `first_source`, `last_source`: codes of inbox.leads.origins, of the contact's first conversation and
    of the one that made the lead; `campaign`, `click_id` and `how_found` as they were told. `contacted_at`: the first
    contact. Of the moments, those that the stage has passed are set.
    """

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_stage_owner", "stage", "owner_id"),
        Index("ix_leads_next_on", "next_on", sqlite_where=text("next_on IS NOT NULL"),
              postgresql_where=text("next_on IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    title: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default=NEW)
    value_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default="EUR")
    product: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    next_step: Mapped[str] = mapped_column(default="")
    next_on: Mapped[date | None]
    lost_reason: Mapped[str] = mapped_column(default="")
    lost_note: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    entered: Mapped[str] = mapped_column(default="conversation")
    first_source: Mapped[str] = mapped_column(default="")
    last_source: Mapped[str] = mapped_column(default="")
    campaign: Mapped[str] = mapped_column(default="")
    click_id: Mapped[str] = mapped_column(default="")
    how_found: Mapped[str] = mapped_column(default="")
    is_customer: Mapped[bool] = mapped_column(default=False)
    contacted_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    quoted_at: Mapped[datetime | None]
    won_at: Mapped[datetime | None] = mapped_column(index=True)
    lost_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship()
    owner: Mapped[User | None] = relationship()
    conversations: Mapped[list[Conversation]] = relationship(
        secondary="lead_conversations", order_by=Conversation.id, viewonly=True
    )


class LeadConversation(Base):
    """A conversation is about one lead at most."""

    __tablename__ = "lead_conversations"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class LeadSource(Base):
    """What people changed about a source: another name ("" is its usual one), or that it counts as another (`into`)."""

    __tablename__ = "lead_sources"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    into: Mapped[str] = mapped_column(default="")


class LeadCost(Base):
    """What a source cost in a month (`month` is its first day), in hundredths of a euro."""

    __tablename__ = "lead_costs"
    __table_args__ = (UniqueConstraint("source", "month"),)

    id: Mapped[Key]
    source: Mapped[str]
    month: Mapped[date]
    cents: Mapped[int] = mapped_column(BigInteger)
