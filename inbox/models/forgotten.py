from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, now
from inbox.models.conversation import Conversation

NOBODY, ABSENT, PROMISED, LATE = "nobody", "absent", "promised", "late"
# The gravest first.
REASONS = (NOBODY, ABSENT, PROMISED, LATE)


class Forgotten(Base):
    """A conversation that somebody should look at: in nobody's hands, its holder absent, a promise over, too late.

    A row stands as long as its reason holds. `told_at`: when whoever can act was told, once.
    """

    __tablename__ = "forgotten"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
