from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now

NEW, ACCEPTED, DISMISSED, OUTDATED = "new", "accepted", "dismissed", "outdated"


class Proposal(Base):
    """A change of the rules that people's corrections speak for; a person accepts or dismisses it.

    `key` tells the same change again. `change`: what it does, as routing.proposals reads it; `evidence`: counts, and
    the conversations behind them, as codes and values.
    """

    __tablename__ = "proposals"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    change: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=NEW)
    at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
