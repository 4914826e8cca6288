from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.user import User


class Calendar(Base):
    """Weekly hours from a day on: the company's, or those of one team or one person, which then come first.

    `hours` maps mon..sun to [["08:30", "12:30"], …]; None: those of the level above. `timezone`, and `country` with
    `province`, whose public holidays are days off: "" is that of the level above. `worked`: the holidays, by their name
    in the country's own language, that are working days all the same.
    """

    __tablename__ = "calendars"

    id: Mapped[Key]
    name: Mapped[str]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    timezone: Mapped[str]
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    country: Mapped[str] = mapped_column(default="", server_default="")
    province: Mapped[str] = mapped_column(default="", server_default="")
    worked: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    valid_from: Mapped[date]


class Closure(Base):
    """Days on which the weekly hours do not hold: the company's or a team's closing, a person's absence, a half day.

    From `starts` to `ends`, both included. `hours`: what is worked on each of these days instead, [] for nothing.
    `cover`: who takes what comes meanwhile; `urgent`: where to turn with what cannot wait, in words for customers.
    """

    __tablename__ = "closures"

    id: Mapped[Key]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    starts: Mapped[date]
    ends: Mapped[date] = mapped_column(index=True)
    hours: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(default="")
    urgent: Mapped[str] = mapped_column(default="")
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)

    cover: Mapped[User | None] = relationship(foreign_keys=cover_id)
