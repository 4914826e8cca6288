"""Once a week each colleague is told of the open quotes in their hands, and says of each what has become of it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config import i18n
from config.i18n import translator
from inbox import access, company, contents, replies
from inbox.db import Database
from inbox.events import record
from inbox.leads import links
from inbox.leads.listing import theirs
from inbox.models import Channel, Contact, Delivery, Lead, User, now
from inbox.models.delivery import NOTIFICATION
from inbox.models.lead import QUOTED
from inbox.models.user import MINIMAL
from inbox.secrets import Vault
from inbox.worktime import calendars

# The Monday of the week that was told last.
WEEK = "open_quotes_week"
MOST = 40


def every_week(database: Database, vault: Vault, public_url: str, moment: datetime | None = None) -> int:
    """Tell from the first working minute of the week on; how many colleagues were told."""
    moment = moment or now()
    with database.reading() as session:
        hours = calendars.company(session)
        day = hours.local_day(moment)
        monday = day - timedelta(days=day.weekday())
        if company.get(session, WEEK) >= monday.isoformat():
            return 0
    if hours.next_opening(datetime.combine(monday, time.min, hours.zone)) > moment:
        return 0
    with database.writing() as session:
        company.put(session, WEEK, monday.isoformat())
        people = session.scalars(select(User).where(User.disabled_at.is_(None)).options(selectinload(User.links)))
        return sum(_tell(session, user, vault, public_url, moment) for user in people.all())


def _tell(session: Session, user: User, vault: Vault, public_url: str, moment: datetime) -> bool:
    query = select(Lead).where(Lead.stage == QUOTED, theirs(user.id)).options(
        joinedload(Lead.contact).joinedload(Contact.company), selectinload(Lead.conversations)
    )  # fmt: skip
    leads = session.scalars(query.order_by(Lead.quoted_at, Lead.id).limit(MOST)).all()
    ways = _ways(session, user) if leads and access.may(user, access.CHANGE) else []
    for channel, address in ways:
        is_mail = channel.kind == "mail"
        envelope: dict[str, Any] = {"to": [{"address": address, "name": user.name}]}
        envelope |= _mail(user, leads, vault, public_url, moment) if is_mail else _chat(user, leads, moment)
        replies.queue_delivery(session, Delivery(
            purpose=NOTIFICATION, channel_id=channel.id, recipient=address, user_id=user.id, envelope=envelope,
            external_id=replies.message_id_for(channel.address) if is_mail else "",
        ))  # fmt: skip
    if ways:
        record(session, "quotes_told", user_id=user.id, leads=[one.id for one in leads])
    return bool(ways)


def _ways(session: Session, user: User) -> list[tuple[Channel, str]]:
    """The colleague's chats and, by whichever mailbox works, their mail: there each quote has a link of its own."""
    chats = [(session.get(Channel, link.channel_id), link.address) for link in user.links if link.works]
    found = [(channel, address) for channel, address in chats if channel is not None and channel.enabled]
    query = select(Channel).where(Channel.kind == "mail", Channel.enabled, Channel.error == "").order_by(Channel.id)
    mailbox = session.scalar(query.limit(1))
    wants_mail = user.notify_by_mail or not found
    if mailbox is not None and wants_mail and mailbox.address.lower() != user.email.lower():
        found.append((mailbox, user.email))
    return found


def _mail(user: User, leads: Sequence[Lead], vault: Vault, public_url: str, moment: datetime) -> dict[str, Any]:
    _ = translator(user.language)
    lines = [_("These quotes are open. What has become of each, the link behind it takes in two presses:"), ""]
    for one in leads:
        lines += [f"- {_line(one, user.language, moment)}"]
        lines += [f"  {links.url(vault, public_url, one.id, user.id, moment)}", ""]
    lines.append(_("The links are for you alone; please do not forward this mail."))
    return {"subject": _title(leads, user.language), "text": "\n".join(lines) + "\n", "headers": replies.AUTO_GENERATED}


def _chat(user: User, leads: Sequence[Lead], moment: datetime) -> dict[str, Any]:
    """The list, with a button for the card of each that has a conversation: there its lead is under a button."""
    _ = translator(user.language)
    lines = [f"{number}. {_line(one, user.language, moment)}" for number, one in enumerate(leads, 1)]
    some = [
        [str(number), f"show:{one.conversations[-1].id}"] for number, one in enumerate(leads, 1) if one.conversations
    ]
    text = "\n".join(
        [_title(leads, user.language), "", *lines, "", _("A number shows the card; under Lead it is said.")]
    )
    return {"text": text, "buttons": [some[at : at + 5] for at in range(0, len(some), 5)]}


def _title(leads: Sequence[Lead], language: str) -> str:
    ngettext = i18n.translations(language).ngettext
    return ngettext("%(num)s open quote", "%(num)s open quotes", len(leads)) % {"num": len(leads)}


def _line(lead: Lead, language: str, moment: datetime) -> str:
    """Who and what, for how much, and how old it is; no more than may be told outside the pages."""
    _ = translator(language)
    hidden = any(contents.level(one) == MINIMAL for one in lead.conversations)
    contact = lead.contact
    who = contact.name or (contact.company.name if contact.company else "") or _("unknown")
    what = _("confidential") if hidden else f"{who}: {lead.title}".rstrip(": ")
    worth = "" if lead.value_cents is None else i18n.money(lead.value_cents, lead.currency, language)
    days = (moment - (lead.quoted_at or moment)).days
    age = i18n.translations(language).ngettext("quoted %(num)s day ago", "quoted %(num)s days ago", days) % {
        "num": days
    }
    return " · ".join(one for one in (what, worth, age) if one)
