from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now


class Target(Base):
    """Within how many working minutes a customer is to be answered, where all that is named applies; None and "" name
    nothing. A line is never changed: one that no longer holds has ended, and another took its place."""

    __tablename__ = "targets"

    id: Mapped[Key]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"))
    priority: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    # What the contact is: one of inbox.customers.classes.
    contact_class: Mapped[str] = mapped_column(default="", server_default="")
    minutes: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
