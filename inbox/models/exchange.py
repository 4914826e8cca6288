from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key
from inbox.models.conversation import Conversation
from inbox.models.message import Message

ANSWERED, BY_PHONE, NOT_NEEDED, UNANSWERED, VOID = "answered", "by_phone", "not_needed", "unanswered", "void"
# At the service where the customer wrote.
THERE = "there"
# A person's answer, whatever its way.
ANSWERS = (ANSWERED, BY_PHONE, THERE)
APPROVAL = "approval"
# From the act of answering until the answer has gone out: after the wait, no part of it.
DELIVERY = "delivery"


class Exchange(Base):
    """A run of customer messages not yet answered by a person. Seconds are filled in when it closes.

    `first`: the conversation's first, begun by the customer. `flagged`: its answer's delivery is uncertain.
    """

    __tablename__ = "exchanges"
    __table_args__ = (
        Index("ix_exchanges_open", "conversation_id", unique=True, sqlite_where=text("closed_at IS NULL"),
              postgresql_where=text("closed_at IS NULL")),
        Index("ix_exchanges_closed", "closed_at"),
        Index("ix_exchanges_opened", "opened_at"),
    )  # fmt: skip

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    opened_at: Mapped[datetime]
    fetched_at: Mapped[datetime]
    first: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    outcome: Mapped[str] = mapped_column(default="")
    flagged: Mapped[bool] = mapped_column(default=False)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    kind: Mapped[str] = mapped_column(default="enquiry")
    wall_seconds: Mapped[int | None]
    working_seconds: Mapped[int | None]

    conversation: Mapped[Conversation] = relationship()
    opening: Mapped[Message | None] = relationship(foreign_keys=opened_by)
    hops: Mapped[list["Hop"]] = relationship(order_by="Hop.id", cascade="all, delete-orphan")


class Hop(Base):
    """The part of an exchange that one holder had it: fetch, triage, team, person, approval; and the delivery after
    it."""

    __tablename__ = "hops"

    id: Mapped[Key]
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id"), index=True)
    holder: Mapped[str]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    wall_seconds: Mapped[int | None]
    working_seconds: Mapped[int | None]
