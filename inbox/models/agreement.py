from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.user import User

# With whom it was agreed that the times of single persons are seen: the unions, the labour inspectorate's
# authorisation, or each person's information (art. 4, legge 300/1970).
UNIONS, INSPECTORATE, INFORMED = BASES = ("unions", "inspectorate", "informed")


class TimesAgreement(Base):
    """That managers may see the times of single persons: what allows it, since when, who entered it; until when, and
    who ended it. At most one holds."""

    __tablename__ = "times_agreements"
    id: Mapped[Key]
    basis: Mapped[str]
    reference: Mapped[str]
    dated: Mapped[date]
    at: Mapped[datetime] = mapped_column(default=now)
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    by_user: Mapped[User | None] = relationship(foreign_keys=by_user_id)
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
