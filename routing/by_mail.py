"""Carrying out what colleagues order by mail: answer the customer, note, pass on, take, close. The `by_mail` handler.

Every mail is answered by one: a receipt that says what was done, or why nothing was. Nothing is dropped silently.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.logging import get
from inbox import access, approvals, colleague_mail, conversations, elsewhere, queue, replies, snoozing, threads
from inbox.db import Database
from inbox.events import person, record
from inbox.models import Attachment, Card, Conversation, Delivery, Message, Team, User, now
from inbox.worktime import calendars
from routing import asking, handing, leadmail, mail_drafts, orders
from routing.mailed import Mail, Refused, checked, not_spam
from routing.notify import receipts
from routing.notify.receipts import Receipt
from routing.orders import Order

log = get("by_mail")


def act(database: Database, jobs: Sequence[queue.Claim], public_url: str) -> None:
    """Carry out mails, each in a savepoint of its own."""
    with database.writing() as session:
        queue.carry_out(
            session, jobs,
            lambda some: _some(session, some, public_url),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    log.error("by_mail_failed", card=job.subject_id, attempts=job.attempts, exc_info=error)
    if queue.put_back(session, job, f"{type(error).__name__}: {error}"):
        return True
    card = session.get(Card, job.subject_id)
    if card is not None:
        receipts.send(session, card, Receipt("broken", {"words": job.payload["text"]}, done=False), job.payload)
    return False


def _some(session: Session, jobs: Sequence[queue.Claim], public_url: str) -> None:
    for job in jobs:
        _one(session, job, public_url)


def _one(session: Session, job: queue.Claim, public_url: str) -> None:
    card = session.get(Card, job.subject_id)
    if card is None:
        return
    kept = threads.kept(session, card.conversation)
    session.get_one(Conversation, kept.id, with_for_update=True, populate_existing=True)
    # Asked once more: an account may have ended since the mail came in. Whoever has left hears nothing.
    if not access.may(card.user, access.CHANGE, kept):
        why, address = colleague_mail.GONE, card.user.email
        record(session, "mail_refused", conversation_id=card.conversation_id, why=why, address=address)
        return
    files = [Attachment(**one) for one in job.payload["files"]]
    mail = Mail(
        card.user, kept, job.payload["text"], files, job.payload["names"], public_url
    )  # fmt: skip
    try:
        order = orders.read(mail.text)
        deed = mail_drafts.deed(session, mail, order) or DEEDS[order.verb]
        receipt = deed(session, mail, order)
    except Refused as refused:
        receipt = refused.receipt
    except replies.CannotReply as error:
        receipt = Receipt(error.code, {"why": str(error), "words": mail.text}, done=False)
    receipts.send(session, card, receipt, job.payload)


def _answer(session: Session, mail: Mail, order: Order) -> Receipt:
    """Send it to the customer, or let it wait for the approver's word, unless a colleague has answered since; `#send`
    sends it all the same."""
    if order.verb == orders.ANSWER:
        other = _answered_since(session, mail)
        if other is not None:
            author = other.user.name if other.user else ""
            raise Refused("answered", name=author, said=other.reply or other.text, words=order.text)
    text = checked(mail, order.words)
    not_spam(mail, text)
    replies.must_be_open(session, mail.conversation)
    if approvals.needed(session, mail.conversation, mail.user) is not None:
        asking.settle(session, mail.conversation.id, mail.user.id)
        return mail_drafts.submit(session, mail, text)
    message = replies.reply(session, mail.conversation, mail.user, text, files=mail.files)
    conversations.claim(session, mail.conversation, mail.user)
    asking.settle(session, mail.conversation.id, mail.user.id)
    to = message.recipients["to"][0]
    files = ", ".join(one.filename for one in mail.files)
    return Receipt("sent", {"to": to["name"] or to["address"], "address": to["address"], "words": text, "files": files})


def _answered_since(session: Session, mail: Mail) -> Message | None:
    """What a colleague has answered since the mail that this one answers was written."""
    told = select(func.max(Delivery.created_at)).where(Delivery.external_id.in_(list(mail.names)))
    since = session.scalar(told.where(Delivery.conversation_id == mail.conversation.id))
    if since is None:
        return None
    return replies.of_another(session, mail.conversation, mail.user.id, Message.at >= since)


def _note(session: Session, mail: Mail, order: Order) -> Receipt:
    if not order.words:
        raise Refused("empty")
    conversations.add_note(session, mail.conversation, mail.user, order.words)
    return Receipt("noted", {"words": order.words})


def _pass(session: Session, mail: Mail, order: Order) -> Receipt:
    teams, people = _teams(session), _people(session)
    wanted = order.about.casefold()
    team = next((one for one in teams if wanted in (one.slug.casefold(), one.name.casefold())), None)
    some = [one for one in people if wanted and _is_called(one, wanted)]
    if not wanted or (team is None and len(some) != 1):
        raise Refused("pass_whom", said=order.about, offered=", ".join(one.name for one in teams))
    user = some[0] if team is None else None
    team_id = team.id if team else mail.conversation.team_id or (user.teams[0].id if user and user.teams else None)
    handing.hand_over(
        session, mail.conversation, mail.user, mail.public_url, team_id=team_id,
        user_id=user.id if user else None, note=order.text,
    )  # fmt: skip
    return Receipt("passed", {"to": team.name if team else user.name if user else ""})


def _take(session: Session, mail: Mail, order: Order) -> Receipt:
    if not conversations.claim(session, mail.conversation, mail.user):
        raise Refused("taken", name=mail.conversation.user.name if mail.conversation.user else "")
    return _with_note(session, mail, order, "took")


def _close(session: Session, mail: Mail, order: Order) -> Receipt:
    receipt = _with_note(session, mail, order, "closed")
    conversations.close(session, mail.conversation, person(mail.user.id))
    return receipt


def _lead(session: Session, mail: Mail, order: Order) -> Receipt:
    return leadmail.carry_out(session, mail, order)


def _called(session: Session, mail: Mail, order: Order) -> Receipt:
    conversations.answered_by_phone(session, mail.conversation, mail.user, order.words)
    return Receipt("called", {"words": order.words})


def _answered_there(session: Session, mail: Mail, order: Order) -> Receipt:
    there = elsewhere.place(session, mail.conversation)
    if there is None:
        raise Refused("not_there", words=order.words)
    elsewhere.answered(session, mail.conversation, mail.user, order.words)
    return Receipt("answered_there", {"to": there.name, "words": order.words})


def _tomorrow(session: Session, mail: Mail, order: Order) -> Receipt:
    hours = calendars.company(session)
    until: datetime = snoozing.choices(hours, now(), hours.zone_name)[snoozing.NEXT_DAY]
    if not snoozing.snooze(session, mail.conversation, person(mail.user.id), until):
        raise Refused("over")
    receipt = _with_note(session, mail, order, "put_off")
    return Receipt(receipt.code, {**receipt.values, "until": until.isoformat()})


def _unknown(session: Session, mail: Mail, order: Order) -> Receipt:
    raise Refused("unknown", said=order.about, words=order.text)


def _with_note(session: Session, mail: Mail, order: Order, code: str) -> Receipt:
    """What was written besides the command is kept as a note: it goes to nobody."""
    if order.words:
        conversations.add_note(session, mail.conversation, mail.user, order.words)
    return Receipt(code, {"words": order.words})


def _teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(Team.position)).all()


def _people(session: Session) -> Sequence[User]:
    active = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name))
    return [one for one in active if access.may(one, access.TAKE_TURNS)]


def _is_called(user: User, wanted: str) -> bool:
    return wanted in (user.email.casefold(), user.name.casefold(), *user.name.casefold().split())


DEEDS: dict[str, Callable[[Session, Mail, Order], Receipt]] = {
    orders.ANSWER: _answer, orders.SEND: _answer, orders.NOTE: _note, orders.PASS: _pass, orders.TAKE: _take,
    orders.CLOSE: _close, orders.WON: _lead, orders.LOST: _lead, orders.QUOTED: _lead,
    orders.QUALIFIED: _lead, orders.STILL: _lead, orders.CALLED: _called, orders.THERE: _answered_there,
    orders.TOMORROW: _tomorrow, orders.UNKNOWN: _unknown,
}  # fmt: skip
