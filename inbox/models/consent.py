from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.channel import Channel
from inbox.models.contact import Contact

MARKETING = "marketing"
# Asked by a form and not confirmed yet; confirmed from the mail; taken back after that; declined before it.
ASKED, GIVEN, WITHDRAWN, REFUSED = "asked", "given", "withdrawn", "refused"
# By what it was given or taken back: the link in a mail, or a colleague whom the customer asked.
BY_LINK, BY_HAND = "link", "hand"


class ConsentText(Base):
    """The words beside the box of a form, and the privacy notice they stood with: a row for each time they changed."""

    __tablename__ = "consent_texts"
    __table_args__ = (UniqueConstraint("channel_id", "purpose", "version"),)

    id: Mapped[Key]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    purpose: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    privacy: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Consent(Base):
    """One request for consent and what became of it. A new request is a new row: together they are the history.

    `address` in small letters; `asked_page` is where the form stood; `mailed_at` when the mail that asks for the
    confirmation was queued; `how` the last step came about: BY_LINK or BY_HAND.
    """

    __tablename__ = "consents"

    id: Mapped[Key]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    address: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"))
    text_id: Mapped[int] = mapped_column(ForeignKey("consent_texts.id"))
    purpose: Mapped[str] = mapped_column(default=MARKETING)
    state: Mapped[str] = mapped_column(default=ASKED, index=True)
    language: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime]
    asked_page: Mapped[str] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    mailed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(default="")

    contact: Mapped[Contact] = relationship()
    channel: Mapped[Channel] = relationship()
    text: Mapped[ConsentText] = relationship()
