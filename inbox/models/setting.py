from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key


class Setting(Base):
    """What the company set about itself (its name, the demo mark), one text a key."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SavedReply(Base):
    """A ready text that a colleague may start an answer from, in one language."""

    __tablename__ = "saved_replies"

    id: Mapped[Key]
    name: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
