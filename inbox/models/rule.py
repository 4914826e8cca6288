from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
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
    # In the author's words: why, also where a test case is broken knowingly.
    note: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[datetime] = mapped_column(default=now)


class RuleCase(Base):
    """A test case kept with the rules: with these facts, this must come out. The facts are those of its day."""

    __tablename__ = "rule_cases"

    id: Mapped[Key]
    name: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    facts: Mapped[dict[str, Any]]
    expected: Mapped[dict[str, Any]]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class Decision(Base):
    """What the rules decided for one message, with reasons as codes and values, rendered in the reader's language.

    `event` is what called for it (new, again, unclaimed …). The rule is the one that decided; `matched` are those
    before it that went on ({slug, name, reasons}), `skipped` whom a pick passed over ({user_id, why}). `suggested`:
    where no rule fitted, what past messages speak for ({place, share, nearest: conversations}); it moves nothing.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("message_id", "event", "rule_slug"),)

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    event: Mapped[str] = mapped_column(default="new", server_default="new")
    rule_slug: Mapped[str]
    rule_name: Mapped[str]
    rule_version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_versions.id"))
    outcome: Mapped[dict[str, Any]]
    reasons: Mapped[list[Any]]
    considered: Mapped[list[Any]]
    matched: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    skipped: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    suggested: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(default=now)


class MessageFacts(Base):
    """What the rules saw of a message when they decided, so that other rules can be tried on it later.

    `facts` without the texts that `messages` holds; `stems` as routing.words stores them.
    """

    __tablename__ = "message_facts"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    stems: Mapped[bytes]
