from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.contact import Contact
from inbox.models.user import User

# What messages state of who wrote them: a mail address, one that the firm's site vouches for, a telephone, a firm,
# the visit of the chat that turned out to be a user of the site.
MAIL, SIGNED, PHONE, FIRM, VISIT = "mail", "signed", "phone", "firm", "visit"


class Trait(Base):
    """Something that a message stated of a contact, as it is compared (inbox.likeness, inbox.phones)."""

    __tablename__ = "traits"
    __table_args__ = (Index("ix_traits_value", "value", "kind"),)

    id: Mapped[Key]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]


class ContactMerge(Base):
    """Two contacts that a colleague says are one person: what of `merged` went to `kept`.

    `moved`: `name` (what it was called), numbers of rows by kind, `fields` as [before, after]; what has gone back since
    by another undoing is no longer in it.
    """

    __tablename__ = "contact_merges"
    __table_args__ = (
        Index("ix_contact_merges_merged", "merged_id", unique=True, sqlite_where=text("undone_at IS NULL"),
              postgresql_where=text("undone_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key]
    kept_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    kept: Mapped[Contact] = relationship(foreign_keys=kept_id)
    merged: Mapped[Contact] = relationship(foreign_keys=merged_id)


class Apart(Base):
    """Two contacts that a colleague says are not one person; `low_id` is the smaller number."""

    __tablename__ = "aparts"
    __table_args__ = (UniqueConstraint("low_id", "high_id"),)

    id: Mapped[Key]
    low_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User | None] = relationship()
