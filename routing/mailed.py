"""A colleague's mail as those see it who carry it out, and the words in it that may go to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from inbox import cards
from inbox.models import Attachment, Conversation, User
from inbox.models.conversation import SPAM
from routing.notify.receipts import Receipt


class Refused(Exception):
    """Nothing was done; the receipt says why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.receipt = Receipt(code, values, done=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A colleague's mail: who, about which conversation, what was written, with which files."""

    user: User
    conversation: Conversation
    text: str
    files: Sequence[Attachment]
    names: Sequence[str]
    public_url: str


def checked(mail: Mail, text: str) -> str:
    """The colleague's own words. Raises Refused where there are none and no file, or where they hold ours."""
    if not text and not mail.files:
        raise Refused("empty")
    if cards.mark_in(text) or f"{mail.public_url.rstrip('/')}/conversations/" in text:
        raise Refused("quoted", words=text)
    return text


def not_spam(mail: Mail, text: str) -> None:
    """Nothing goes to whom we hold for a spammer. Raises Refused."""
    if mail.conversation.status == SPAM:
        raise Refused("spam", words=text)
