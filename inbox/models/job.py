from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now

READY, CLAIMED, GIVEN_UP = "ready", "claimed", "given_up"
LIVE, BACKFILL = 0, 10


class Job(Base):
    """Work to do, kept until it is acknowledged. `token` fences: an old holder's acknowledgement changes no row."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_ready", "kind", "state", "priority", "id"),
        Index("ix_jobs_lane", "lane", "id"),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    lane: Mapped[str]
    subject_id: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    priority: Mapped[int] = mapped_column(default=LIVE)
    state: Mapped[str] = mapped_column(default=READY)
    run_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Lease(Base):
    """A named right that one process holds for a while (the leader's)."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
