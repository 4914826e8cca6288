"""Conversations that somebody should look at, as the last sweep found them: see inbox.models.forgotten."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from inbox.models import Forgotten
from inbox.models.forgotten import REASONS


def reasons(session: Session, numbers: Iterable[int]) -> Mapping[int, str]:
    """The gravest reason of each of some conversations that has one."""
    rows = session.execute(
        select(Forgotten.conversation_id, Forgotten.why).where(Forgotten.conversation_id.in_(list(numbers)))
    )
    found: dict[int, list[str]] = {}
    for number, why in rows:
        found.setdefault(number, []).append(why)
    return {number: min(some, key=REASONS.index) for number, some in found.items()}


def clear(session: Session, conversation_id: int, *whys: str) -> None:
    """A person has acted: these reasons hold no longer, whatever the next sweep finds."""
    session.execute(
        delete(Forgotten)
        .where(Forgotten.conversation_id == conversation_id, Forgotten.why.in_(whys))
        .execution_options(synchronize_session=False)
    )
