from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.channel import Channel


class Visit(Base):
    """Somebody who chats on the firm's site, in one browser. Its conversations have its `address` as thread key.

    Of the visitor's token only the hash is kept. `address` is the random name by which the product knows it; `email`
    what the visitor typed, which nobody has verified, unless the site vouched for it (`identity`: whom it named).
    `seen_at` is the last sign that the visitor is there; `delivered_id` and `seen_id` are the last answers that have
    reached the window and the eye; `read_id` is the visitor's last message that a colleague has seen. `version` grows
    whenever the visitor has something new to see; `changed_at` is when anybody had.
    """

    __tablename__ = "visits"

    id: Mapped[Key]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    identity: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    page: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now, index=True)
    typing_at: Mapped[datetime | None]
    # The colleague who is writing an answer, and since when.
    answering: Mapped[str] = mapped_column(default="")
    answering_at: Mapped[datetime | None]
    delivered_id: Mapped[int] = mapped_column(default=0)
    seen_id: Mapped[int] = mapped_column(default=0)
    read_id: Mapped[int] = mapped_column(default=0)
    # When the whole talk was last sent to the visitor's address.
    transcript_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)

    channel: Mapped[Channel] = relationship()
