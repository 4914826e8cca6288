from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.delivery import Delivery
from inbox.models.user import User

MONTHLY, WEEKLY, DAILY = REPORT_KINDS = ("monthly", "weekly", "daily")
_BY_ITSELF = text("by_user_id IS NULL")


class ReportRecipient(Base):
    """Who gets which reports by mail: a user, who gets what the role gets until there is a row, or an address outside.

    `names`: whether an address outside gets customers' names; a user does by the role.
    """

    __tablename__ = "report_recipients"

    id: Mapped[Key]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    address: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="it")
    kinds: Mapped[list[str]] = mapped_column(default=list)
    names: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User | None] = relationship()


class ReportSending(Base):
    """A report that was mailed. `recipient` is an address in small letters; `by_user_id` who asked for it, None for one
    that went by itself: of those one for each period and recipient.

    `content` (nothing personal) is what its link shows; of the link's token only the SHA-256 is kept, "" for none.
    `sha256` is the PDF, "" where there is none any more.
    """

    __tablename__ = "report_sendings"
    __table_args__ = (
        Index("ix_report_sendings_once", "kind", "begins", "recipient", unique=True,
              sqlite_where=_BY_ITSELF, postgresql_where=_BY_ITSELF),
    )  # fmt: skip

    id: Mapped[Key]
    kind: Mapped[str]
    begins: Mapped[date]
    ends: Mapped[date]
    recipient: Mapped[str]
    language: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    token_hash: Mapped[str] = mapped_column(default="", index=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    opened: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    sha256: Mapped[str] = mapped_column(default="")
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)

    delivery: Mapped[Delivery | None] = relationship()
