from datetime import date

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base

# From the shortest to the longest.
DAY, MONTH, QUARTER = "day", "month", "quarter"


class ReportCell(Base):
    """What a day, month or quarter counted under one value of a dimension: counts, sums of seconds, histograms.

    `day` is the first of a month or quarter. Made from exchanges, and made again whenever one of that day changes.
    """

    __tablename__ = "report_cells"

    grain: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int]
    answered: Mapped[int]
    unanswered: Mapped[int]
    waiting: Mapped[int]
    uncertain: Mapped[int]
    targeted: Mapped[int]
    within: Mapped[int]
    passed: Mapped[int]
    moves: Mapped[int]
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    voted: Mapped[int] = mapped_column(default=0, server_default="0")
    good: Mapped[int] = mapped_column(default=0, server_default="0")
    bad: Mapped[int] = mapped_column(default=0, server_default="0")
    wall_sum: Mapped[int] = mapped_column(BigInteger)
    working_sum: Mapped[int] = mapped_column(BigInteger)
    # As inbox.reporting.histograms packs them.
    wall: Mapped[bytes]
    working: Mapped[bytes]


class ReportDay(Base):
    """A day whose cells are to be counted again."""

    __tablename__ = "report_days"

    day: Mapped[date] = mapped_column(primary_key=True)
