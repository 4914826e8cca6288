"""Another program (a CRM) is told of every change of a lead, signed, by the webhook that the company has chosen."""

from typing import Any

from sqlalchemy.orm import Session

from inbox import company, contents, webhooks
from inbox.contacts import address_of
from inbox.db import write_out
from inbox.leads import keeping
from inbox.models import Lead, now
from inbox.models.user import MINIMAL

# The name of the webhook that is told, "" for none.
WEBHOOK = "lead_webhook"
CHANGED = "lead.changed"


def announce_changed(session: Session, public_url: str) -> None:
    """At the end of a transaction: tell of the leads that it has changed, each once."""
    numbers: set[int] = session.info.pop(keeping.CHANGED, set())
    name = company.get(session, WEBHOOK) if numbers else ""
    channel = webhooks.names(session).get(name) if name else None
    if channel is None:
        return
    write_out(session)
    for number in sorted(numbers):
        lead = session.get(Lead, number)
        if lead is not None:
            conversations = keeping.conversations_of(session, lead)
            latest = conversations[-1] if conversations else None
            webhooks.announce(session, latest, channel, facts(session, lead, public_url))


def facts(session: Session, lead: Lead, public_url: str) -> dict[str, Any]:
    """A lead for another program: no word that a customer wrote, and of a confidential one not who it is."""
    conversations, held = keeping.conversations_of(session, lead), keeping.holder(session, lead)
    hidden = any(contents.level(one) == MINIMAL for one in conversations)
    contact = lead.contact
    person = {
        "name": contact.name, "company": contact.company.name if contact.company else "",
        "email": address_of(session, contact.id, "mail"), "phone": contact.phone,
    }  # fmt: skip
    moments = ("contacted_at", "quoted_at", "won_at", "lost_at")
    plain = ("stage", "currency", "product", "lost_reason", "first_source", "last_source", "campaign", "is_customer")
    return {
        "type": CHANGED, "id": lead.id, "at": now().isoformat(), "title": "" if hidden else lead.title,
        "value": None if lead.value_cents is None else lead.value_cents / 100,
        "owner": held.email if held else None, "next_step": "" if hidden else lead.next_step,
        "next_on": lead.next_on.isoformat() if lead.next_on else None, "contact": None if hidden else person,
        **{name: getattr(lead, name) for name in plain},
        **{name: moment.isoformat() if (moment := getattr(lead, name)) else None for name in moments},
        "conversations": [one.id for one in conversations], "link": f"{public_url.rstrip('/')}/leads/{lead.id}",
    }  # fmt: skip
