"""What customers say of an answer: the last word counts, all of them stay in the conversation's history.

It opens no question and wakes nobody: who wants an answer writes.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from inbox.events import CUSTOMER, record
from inbox.models import Message, Opinion

MAX_COMMENT = 2_000


def tidy(comment: str) -> str:
    """A comment as it is kept; NUL is a character that no database keeps."""
    return comment.replace("\0", "").replace("\r\n", "\n").strip()[:MAX_COMMENT].rstrip()


def cast(session: Session, opinion: Opinion, value: str, comment: str, at: datetime) -> None:
    """Keep what was said of an answer at a moment (UTC); said twice it is said once. `value` is one of VALUES."""
    comment = tidy(comment)
    if (opinion.value, opinion.comment) == (value, comment):
        return
    opinion.value, opinion.comment, opinion.answered_at = value, comment, at
    conversation = session.get_one(Message, opinion.message_id).conversation_id
    record(
        session, "opinion_given", CUSTOMER, conversation_id=conversation, message_id=opinion.message_id, at=at,
        value=value, comment=comment,
    )  # fmt: skip
