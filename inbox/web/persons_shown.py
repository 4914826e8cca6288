"""Who may be the same person as a conversation's contact, and with whom it has been brought together."""

from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import access, replies
from inbox.models import Contact, Conversation, now
from inbox.persons import duplicates, joining, likely, ways
from inbox.persons import merges as personmerges
from inbox.sitechat.settings import KIND
from inbox.web import context
from routing import twice


def persons_data(session: Session, found: Conversation) -> dict[str, Any]:
    """What the page shows of it: only contacts that are the reader's business too."""
    merges = personmerges.of(session, found.contact) if likely.theirs(session, g.user, found.contact_id) else []
    alike = [one for one in likely.alike(session, found.contact) if likely.theirs(session, g.user, one.contact.id)]
    zone = context.app().settings.timezone
    return {
        "twice": [
            {
                "said": twice.said(one, g.language, zone, now()),
                "talk": one.conversation,
                "can_join": not joining.refusal(session, found, one.conversation)
                and access.may(g.user, access.CHANGE, one.conversation),
            }
            for one in twice.seen_by(duplicates.find(session, found), g.user)
        ],
        "joined": _joined(session, found),
        "ways": _ways(session, found),
        "alike": [
            {
                "id": one.contact.id,
                "why": one.why,
                "name": likely.described(one.contact),
                "firm": _firm(one.contact),
                "talk": _latest(session, one.contact.id),
            }
            for one in alike
        ],
        "merges": [{"id": one.id, "name": one.moved["name"], "at": one.at} for one in merges],
    }


def _firm(contact: Contact) -> str:
    company = contact.company
    return company.name if company is not None and company.name != company.domain else ""


def _latest(session: Session, contact_id: int) -> Conversation | None:
    query = select(Conversation).where(Conversation.contact_id == contact_id)
    latest = session.scalar(query.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(1))
    return latest if latest is not None and access.may(g.user, access.SEE, latest) else None


def _joined(session: Session, found: Conversation) -> dict[str, Any] | None:
    """With which conversation it was joined last."""
    done = joining.last(session, found.id)
    return {"id": done.id, "subject": done.merged.subject, "at": done.at} if done is not None else None


def _ways(session: Session, found: Conversation) -> list[dict[str, Any]]:
    """By which channels and addresses an answer can leave, the usual first; none where there is one alone."""
    some = ways.open_ways(session, found)
    if len(some) < 2:
        return []
    told = []
    for one in some:
        channel = ways.answering(session, one.channel_id)
        to = replies.recipient(session, found, channel, one.id)
        # A visitor's address is a random name of ours.
        said = to["name"] if channel.kind == KIND else to["address"]
        told.append({"id": one.id, "kind": channel.kind, "to": said})
    return told
