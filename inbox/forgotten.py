"""Conversations that somebody should look at, as the last sweep found them: see inbox.models.forgotten."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, select, true
from sqlalchemy.orm import Session

from inbox.models import Exchange, Forgotten, Intake
from inbox.models.forgotten import REASONS


def reasons(session: Session, numbers: Collection[int] | None = None) -> dict[int, tuple[str, ...]]:
    """The reasons by conversation, the gravest first; of some conversations, or of all that have one."""
    query = select(Forgotten.conversation_id, Forgotten.why)
    found: dict[int, list[str]] = {}
    for number, why in session.execute(
        query if numbers is None else query.where(Forgotten.conversation_id.in_(numbers))
    ):
        found.setdefault(number, []).append(why)
    return {number: tuple(sorted(whys, key=REASONS.index)) for number, whys in found.items()}


def is_live() -> ColumnElement[bool]:
    """The condition that an exchange was not opened by a message of an import, about which nobody is told."""
    # "= true", so that the index of just these is used.
    return ~exists().where(Intake.message_id == Exchange.opened_by, Intake.quiet == true())


def clear(session: Session, conversation_id: int, *whys: str) -> None:
    """A person has acted: these reasons hold no longer, whatever the next sweep finds."""
    session.execute(
        delete(Forgotten)
        .where(Forgotten.conversation_id == conversation_id, Forgotten.why.in_(whys))
        .execution_options(synchronize_session=False)
    )
