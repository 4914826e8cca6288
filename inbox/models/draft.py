from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inbox.models.base import Base, Key, now
from inbox.models.conversation import Conversation
from inbox.models.user import User

# Where a draft is: being written in a chat; going out in a moment unless it is taken back; with the manager, as facts
# to write an answer from; waiting for the approver's word; over.
WRITING, LEAVING, FACTS, APPROVAL, OVER = "writing", "leaving", "facts", "approval", "over"


class Draft(Base):
    """What a colleague has written about a conversation and what has not gone to the customer yet.

    `conversation_id`: None until the colleague has said which. `asks`: it is a question to the customer. `chat`: the
    channel, chat and message of ours that show it, where it is written in one. `leaves_at`: when it goes out by itself.
    `left_out`: the addresses that get no copy though the customer wrote to them. `outcome`: how it ended (sent, noted,
    used, refused, dropped), by whom (`ended_by_id`); `message_id`: the answer that was sent of it.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_author", "user_id", "state"),)

    id: Mapped[Key]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default=WRITING)
    asks: Mapped[bool] = mapped_column(default=False)
    # The author has seen that a colleague answered meanwhile.
    warned: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(default="")
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(default="")
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    leaves_at: Mapped[datetime | None]
    left_out: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    outcome: Mapped[str] = mapped_column(default="")

    conversation: Mapped[Conversation | None] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    question: Mapped["Question | None"] = relationship()
    files: Mapped[list["DraftFile"]] = relationship(
        order_by="DraftFile.id", lazy="selectin", cascade="all, delete-orphan"
    )


class DraftFile(Base):
    """A file of a draft, its bytes in the blob store under `sha256`; `key`: what it came as, so that it comes once."""

    __tablename__ = "draft_files"

    id: Mapped[Key]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(default="")
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)


class Question(Base):
    """A question about a conversation from one of us to a colleague, who knows what the customer asks."""

    __tablename__ = "questions"

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    by_user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_user_id)
    user: Mapped[User] = relationship(foreign_keys=user_id)
