"""What colleagues write and press in their chats: who, and what of it is handed on to be carried out."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from connectors import base
from inbox import linking, out_of_office, queue
from inbox.models import Channel, Intake

KIND = "by_chat"


@dataclass(frozen=True, slots=True)
class Said:
    """A text, a file or a press: `chat` where, `person` who, `answers` the message of ours that it is about."""

    channel_id: int
    chat: str
    person: str
    text: str
    answers: str
    key: str
    facts: dict[str, str]

    @property
    def press(self) -> str:
        """The id of a press, "" for anything else."""
        return self.facts.get("callback_id", "")


def take(session: Session, channel: Channel, intake: Intake, read: base.Message) -> str:
    """What becomes of it, as a reason for the ledger; where it is for us, the job that carries it out is queued."""
    if read.facts.get("start"):
        return linking.link(session, channel, read, read.facts["start"])
    if "membership" in read.facts:
        return linking.membership(session, channel, read)
    if "moved_to" in read.facts:
        linking.moved(session, channel.id, read.thread_key, read.facts["moved_to"])
        return "the group has another address"
    pressed = bool(read.facts.get("callback_id"))
    sender = linking.sender(session, channel, read.sender.address)
    if sender is not None:
        out_of_office.over(sender)
    elif not pressed:
        return "nobody we know"
    said = Said(
        channel.id, read.thread_key, read.sender.address, read.text, read.in_reply_to, read.external_id,
        dict(read.facts),
    )  # fmt: skip
    queue.enqueue(session, KIND, intake.id, f"{KIND}:{channel.id}:{read.thread_key}", payload=asdict(said))
    return "a colleague's press" if pressed else "a colleague's message"


def said(payload: dict[str, Any]) -> Said:
    """What the job is about."""
    return Said(**payload)
