"""What a colleague's mail does to drafts: facts for whoever answers, an answer that waits, the approver's word."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import approvals, conversations, drafts, replies
from inbox.models import Attachment, Delivery, Draft, Message, Question, User, now
from inbox.models.delivery import PREVIEW, QUESTION
from routing import approving, asking, orders
from routing.mailed import Mail, Refused, checked, not_spam
from routing.notify.receipts import Receipt
from routing.orders import Order

Deed = Callable[[Session, Mail, Order], Receipt]


def deed(session: Session, mail: Mail, order: Order) -> Deed | None:
    """What a mail orders of this kind; None for any other order.

    A plain answer to a colleague's question is facts, one to an answer that waits is the approver's word.
    """
    role, number = _about(session, mail)
    if order.verb == orders.FACTS or (role == QUESTION and order.verb == orders.ANSWER):
        asked = number if role == QUESTION else None
        return lambda session, mail, order: _facts(session, mail, order, asked)
    if role == PREVIEW and order.verb in (orders.OK, orders.SEND):
        return lambda session, mail, order: _approve(session, mail, order, number)
    if role == PREVIEW and order.verb in (orders.NO, orders.ANSWER):
        return lambda session, mail, order: _refuse(session, mail, order, number)
    return _no_draft if order.verb in (orders.OK, orders.NO) else None


def submit(session: Session, mail: Mail, text: str) -> Receipt:
    """Let an answer wait for the word of the team's approver."""
    draft = _draft(session, mail, text)
    people = approving.submit(session, draft, mail.public_url)
    return Receipt("waits", {"name": _names(people), "words": text, "files": _files(mail)})


def _about(session: Session, mail: Mail) -> tuple[str, int]:
    """What the mail answers, as role and number: the newest of ours that it names and that is about something.

    Where a program drops what it answers, the careful reading counts: nothing goes to a customer that was meant for us.
    """
    query = select(Delivery).where(Delivery.external_id.in_([one for one in mail.names if one]))
    query = query.where(Delivery.conversation_id == mail.conversation.id, Delivery.user_id == mail.user.id)
    named = session.scalars(query.order_by(Delivery.id.desc())).all()
    for one in named:
        if one.envelope.get("role") in (QUESTION, PREVIEW):
            return one.envelope["role"], one.envelope["about"]
    if named:
        return "", 0
    asked = asking.open_to(session, mail.conversation.id, mail.user.id)
    waiting = [
        one for one in approvals.waiting(session, mail.conversation.id)
        if approvals.may_send(session, one, mail.user, now())
    ]  # fmt: skip
    found = [(QUESTION, one.id) for one in asked] + [(PREVIEW, one.id) for one in waiting]
    return found[-1] if found else ("", 0)


def _facts(session: Session, mail: Mail, order: Order, question_id: int | None) -> Receipt:
    text = checked(mail, order.words)
    question = session.get(Question, question_id) if question_id is not None else None
    draft = _draft(session, mail, text, question)
    people = asking.hand_in(session, draft, mail.public_url)
    return Receipt("facts" if people else "facts_kept", {"name": _names(people), "words": text, "files": _files(mail)})


def _approve(session: Session, mail: Mail, order: Order, number: int) -> Receipt:
    """Send an answer that waits, unless a colleague has answered meanwhile; `#send` sends it all the same. What stands
    below is kept as a note."""
    draft = _waiting(session, mail, number, order.words)
    not_spam(mail, order.words)
    other = replies.of_another(session, mail.conversation, draft.user_id, Message.at >= draft.changed_at)
    if other is not None and order.verb == orders.OK:
        name = other.user.name if other.user else other.from_name
        raise Refused("answered", name=name, said=other.reply or other.text, words=draft.text)
    message = approvals.approve(session, draft, mail.user)
    if order.words:
        conversations.add_note(session, mail.conversation, mail.user, order.words)
    to = message.recipients["to"][0]
    values = {"to": to["name"] or to["address"], "address": to["address"], "name": draft.user.name}
    return Receipt("approved", {**values, "words": draft.text})


def _refuse(session: Session, mail: Mail, order: Order, number: int) -> Receipt:
    """Give an answer back with what was written; an empty mail is no word."""
    why = order.words if order.verb == orders.NO else checked(mail, order.words)
    draft = _waiting(session, mail, number, why)
    approving.refuse(session, draft, mail.user, why, mail.public_url)
    return Receipt("given_back", {"name": draft.user.name, "words": why})


def _no_draft(session: Session, mail: Mail, order: Order) -> Receipt:
    raise Refused("no_draft", words=order.words)


def _waiting(session: Session, mail: Mail, number: int, words: str) -> Draft:
    """The answer that waits for this colleague's word, held. Raises Refused, with what they have written."""
    draft = drafts.hold(session, number)
    waits = draft is not None and draft.ended_at is None and draft.conversation_id == mail.conversation.id
    if draft is None or not waits or not approvals.may_send(session, draft, mail.user, now()):
        raise Refused("no_draft", words=words)
    return draft


def _draft(session: Session, mail: Mail, text: str, question: Question | None = None) -> Draft:
    draft = drafts.begin(session, mail.user, mail.conversation.id, question_id=question.id if question else None)
    drafts.add(session, draft, text, [_kept(one) for one in mail.files])
    return draft


def _kept(file: Attachment) -> drafts.Kept:
    return drafts.Kept("", file.filename, file.content_type, file.size, file.sha256)


def _files(mail: Mail) -> str:
    return ", ".join(one.filename for one in mail.files)


def _names(people: list[User]) -> str:
    return ", ".join(one.name for one in people)
