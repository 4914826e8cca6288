from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inbox.models.base import Base, Key, now


class Rule(Base):
    """One routing rule as it stands now; `definition` is conditions and actions as routing.rules writes them."""

    __tablename__ = "rules"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    name: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    definition: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)


class RuleVersion(Base):
    """The whole rule set at one moment, so that a decision can always be read against the rules of its day."""

    __tablename__ = "rule_versions"

    id: Mapped[Key]
    rules: Mapped[list[Any]]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class Decision(Base):
    """What the rules decided for one message, with reasons as codes and values, rendered in the reader's language."""

    __tablename__ = "decisions"

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    rule_slug: Mapped[str]
    rule_name: Mapped[str]
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    outcome: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    considered: Mapped[list[Any]]
    at: Mapped[datetime] = mapped_column(default=now)
