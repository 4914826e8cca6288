from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, now
from inbox.models.conversation import Conversation

NOBODY, ABSENT, PROMISED, LATE, SOON, WINDOW = "nobody", "absent", "promised", "late", "soon", "window"
# The gravest first. What is over soon is not forgotten yet: it is told, and listed nowhere.
REASONS = (NOBODY, ABSENT, PROMISED, LATE, SOON, WINDOW)
COMING = (SOON, WINDOW)


class Forgotten(Base):
    """A conversation that somebody should look at: in nobody's hands, its holder absent, a promise over, late, or soon;
    or soon the platform takes no free answer any more.

    A row stands as long as its reason holds. `told_at`: when whoever can act was told, once.
    """

    __tablename__ = "forgotten"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
