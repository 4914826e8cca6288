from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.exchange import Exchange
from inbox.models.user import User

RUNNING, DONE, FAILED = "running", "done", "failed"


class Correction(Base):
    """The past measured anew by the calendars of today, because somebody said so: what ended on a day or later.

    `looked_at` of `total` so far, `changed` of them; `place`: the last exchange that was looked at.
    """

    __tablename__ = "corrections"

    id: Mapped[Key]
    since: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default=RUNNING)
    total: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class CorrectedExchange(Base):
    """What an exchange was measured as before a correction, and since."""

    __tablename__ = "corrected_exchanges"

    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id", ondelete="CASCADE"), primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True)
    was: Mapped[int]
    made: Mapped[int]

    exchange: Mapped[Exchange] = relationship()
