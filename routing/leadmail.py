"""Carrying out a command about a lead: where it stands, its value, until when, why it was lost."""

from datetime import date

from sqlalchemy.orm import Session

from config import i18n
from inbox import conversations
from inbox.events import Actor, person
from inbox.leads import keeping, stages
from inbox.models import Conversation, Lead, now
from inbox.worktime import calendars
from routing import leadorders, orders
from routing.leadorders import LeadOrder
from routing.mailed import Mail, Refused
from routing.notify.receipts import Receipt
from routing.orders import Order


def carry_out(session: Session, mail: Mail, order: Order) -> Receipt:
    """Do it; what was written besides is kept as a note. Raises Refused where a sum is meant that is none."""
    today = calendars.company(session).local_day(now())
    read = leadorders.read(order.verb, order.about, today)
    if order.verb in (orders.QUOTED, orders.WON) and read.cents is None and read.words[:1].isdigit():
        raise Refused("no_sum", said=read.words, words=order.text)
    lead = apply(session, mail.conversation, person(mail.user.id), order.verb, read)
    note = "\n".join(one for one in (read.words if order.verb != orders.LOST else "", order.text) if one)
    if note:
        conversations.add_note(session, mail.conversation, mail.user, note)
    return Receipt(
        f"lead_{order.verb}", {"words": order.words, "sum": _sum(lead, read, mail), "on": _day(read.on, mail)}
    )


def apply(session: Session, conversation: Conversation, actor: Actor, verb: str, read: LeadOrder) -> Lead | None:
    """Let the conversation's lead stand where a command says; a conversation without one begins one."""
    if verb == orders.STILL:
        lead = keeping.of(session, conversation.id, locked=True)
    else:
        note = read.words if verb == orders.LOST else ""
        lead = stages.set_stage(session, conversation, actor, verb, reason=read.reason, note=note)
    if lead is not None and read.cents is not None:
        keeping.set_value(session, lead, actor, read.cents, read.currency)
    if lead is not None and read.on is not None:
        keeping.set_next(session, lead, actor, lead.next_step, read.on)
    return lead


def _sum(lead: Lead | None, read: LeadOrder, mail: Mail) -> str:
    if lead is None or read.cents is None:
        return ""
    return i18n.money(read.cents, lead.currency, mail.user.language)


def _day(day: date | None, mail: Mail) -> str:
    return i18n.day(day, mail.user.language) if day is not None else ""
