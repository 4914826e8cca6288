"""A colleague's mail in answer to what we told them: who may, and what of it is handed on to be carried out.

Accepted only with the card's token and from the colleague's own address, unless our server found the sender forged.
Whatever is refused is held, and told on the conversation; an automatic reply never goes further.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import access, out_of_office, queue, threads
from inbox.blobs import digest
from inbox.db import write_out
from inbox.events import SYSTEM, person, record
from inbox.models import Card, Event, Intake

KIND = "by_mail"
TAKEN = "mail_taken"
OTHER_ADDRESS, FORGED, GONE = "other_address", "forged", "gone"
SAID = {
    OTHER_ADDRESS: "it came from another address than the colleague's",
    FORGED: "our server found its sender forged",
    GONE: "the account ended, or the conversation is in other hands",
}


def take(session: Session, intake: Intake, read: base.Message, card: Card) -> tuple[str, str]:
    """What becomes of it, as an outcome and a reason; where it is in order, the job that carries it out is queued."""
    why = refusal(session, card, read)
    if why:
        record(
            session, "mail_refused", SYSTEM, conversation_id=card.conversation_id, why=why, intake_id=intake.id,
            address=read.sender.address[:200],
        )  # fmt: skip
        return "held", f"an answer to a notification was refused: {SAID[why]}"
    if read.machine:
        if read.machine == "auto_reply":
            out_of_office.note(session, card.user, card.conversation_id, read.reply or read.text)
        return "ignored", f"automatic mail of a colleague ({read.machine})"
    name = read.external_id or intake.sha256
    if _known(session, card.conversation_id, name):
        return "repeat", "this answer was here before"
    out_of_office.over(card.user)
    record(session, TAKEN, person(card.user_id), conversation_id=card.conversation_id, name=name)
    queue.enqueue(session, KIND, card.id, f"{KIND}:{card.conversation_id}", payload=_payload(intake, read))
    return "status", "a colleague's answer by mail"


def refusal(session: Session, card: Card, read: base.Message) -> str:
    """Why a mail with a card's token is not accepted, "" where it is."""
    if read.facts.get("sender_check") == "failed":
        return FORGED
    if read.sender.address.lower() != card.user.email.lower():
        return OTHER_ADDRESS
    return "" if access.may(card.user, access.CHANGE, threads.kept(session, card.conversation)) else GONE


def _known(session: Session, conversation_id: int, name: str) -> bool:
    write_out(session)
    taken = select(Event.data).where(Event.conversation_id == conversation_id, Event.action == TAKEN)
    return any(data.get("name") == name for data in session.scalars(taken))


def _payload(intake: Intake, read: base.Message) -> dict[str, Any]:
    files = [
        {"filename": one.filename, "content_type": one.content_type, "size": len(one.content),
         "sha256": digest(one.content)}
        for one in read.attachments
        # Pictures inside the text are the colleague's own signature.
        if not (one.content_id and one.content_type.startswith("image/"))
    ]  # fmt: skip
    return {
        "text": read.reply or read.text, "files": files, "names": [read.in_reply_to, *read.references][-20:],
        "external_id": read.external_id, "channel_id": intake.channel_id,
    }  # fmt: skip
