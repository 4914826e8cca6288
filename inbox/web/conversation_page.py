"""One conversation: its timeline, why it came here, and what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from werkzeug.wrappers import Response

from inbox import access, contacts, elsewhere, reminders, replies, signatures
from inbox.models import Conversation, Delivery, Event, Message, SavedReply, Team, User, Visit
from inbox.models.conversation import KINDS, PRIORITIES
from inbox.models.delivery import ACKNOWLEDGEMENT, ANSWER
from inbox.models.message import OUTBOUND
from inbox.models.user import COLLEAGUE, EXTERNAL, MANAGER
from inbox.persons import joining
from inbox.social import versions
from inbox.web import clocks, context, person_labels, social_shown, suggested, why
from inbox.web.conversation_care import care_data
from inbox.web.drafts_shown import drafts_data
from inbox.web.labels import LABELS
from inbox.web.lead_shown import lead_data
from inbox.web.persons_shown import persons_data
from inbox.web.queue_page import queue_data, wanted_filter
from inbox.web.visitor_shown import reached, visitor_data
from inbox.web.wording import gettext as _

blueprint = Blueprint("conversation", __name__)
# The rest is shown by the message itself, or of no use to a reader.
TOLD = frozenset(LABELS["event"]) - {"received", "answered", "noted", "told", "answer_sent", "routed"}
# What open pages fetch again when something changed.
PARTS = {"timeline": "timeline.html", "drafts": "conversation_drafts.html", "visitor": "conversation_visitor.html",
         "window": "conversation_window.html", "persons": "conversation_persons.html"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: a message with its delivery and, in a chat, how far it has come and the versions
    before and after it; or an event."""

    at: datetime
    message: Message | None = None
    delivery: Delivery | None = None
    reached: Sequence[str] = ()
    versions: tuple[int | None, int | None] = (None, None)
    event: Event | None = None
    target: str = ""
    later: dict[str, Any] | None = None


@blueprint.get("/conversations/<int:conversation_id>")
def show(conversation_id: int) -> str | Response:
    """The conversation beside the queue (alone on a phone)."""
    context.user(access.SEE)
    with context.reading() as session:
        found = context.conversation(session, conversation_id, access.SEE)
        if found.id != conversation_id:
            return redirect(url_for("conversation.show", conversation_id=found.id))
        part = PARTS.get(request.args.get("part", ""))
        if part is not None:
            # What the answer on the open page is made of does not come back above it.
            typed = {"sources": [one for one in request.args.getlist("source") if one.isdecimal()]}
            return render_template(part, wanted=wanted_filter(), **page_data(session, found, refused=typed))
        return render_template("conversation.html", **desk(session, found))


def desk(session: Session, found: Conversation, **more: Any) -> dict[str, Any]:
    """The conversation and the queue it stands beside."""
    return queue_data(session, wanted_filter(), found.id) | page_data(session, found, **more)


def page_data(session: Session, found: Conversation, **more: Any) -> dict[str, Any]:
    """Everything the page shows; `refused` in `more` is a form not accepted: name, error, what was typed."""
    language = found.language if found.language in ("it", "en", "de") else context.app().settings.language
    decided = why.decisions(session, found)
    visitor = visitor_data(session, found)
    data = (
        care_data(session, found)
        | visitor
        | social_shown.window_data(session, found)
        | social_shown.group_data(session, found)
        | persons_data(session, found)
        | lead_data(session, found, more.get("refused", {}).get("lead_form"))
        | {
            "conversation": found,
            "entries": timeline(session, found, visitor["visit"]),
            "why": why.sentence(session, found, decided),
            "deciding": why.reasons_by_message(decided),
            "exchange": found.running,
            "target_state": clocks.states(session, [found]).get(found.id, ""),
            "there": elsewhere.place(session, found),
            "related": _related(session, found),
            "suggestion": suggested.of(session, found, decided),
            "owner": session.get(User, contacts.owner_of(found.contact) or 0),
            "teams": list(session.scalars(select(Team).order_by(Team.position))),
            "people": holders(session),
            "copies": replies.copies(session, found),
            "signature": signatures.block(session, replies.channel_of(session, found), g.user),
            "suggested": contacts.suggestions(session, found),
            "saved": list(
                session.scalars(select(SavedReply).where(SavedReply.language == language).order_by(SavedReply.position))
            ),
            "kinds": KINDS,
            "priorities": PRIORITIES,
            "promises_offered": reminders.offered(session, found.id, g.user.id),
            "promises_set": reminders.waiting(session, found.id, g.user.id),
            "refused": {},
        }
    )
    data |= drafts_data(session, found, more.get("refused", {}))
    # Rendering happens after the session is closed.
    _loaded = [
        found.contact.company and found.contact.company.owner,
        found.channel,
        found.team,
        found.user,
        [one.address for one in found.contact.identities],
    ]
    return data | more


def holders(session: Session) -> list[User]:
    """Who can have a conversation."""
    active = select(User).where(User.disabled_at.is_(None), User.role.in_((MANAGER, COLLEAGUE, EXTERNAL)))
    return list(session.scalars(active.order_by(User.name)))


def timeline(session: Session, found: Conversation, visit: Visit | None = None) -> list[Entry]:
    """Messages and events in order of time; `visit`: who chats."""
    messages = session.scalars(
        select(Message)
        .where(Message.conversation_id == found.id)
        .options(joinedload(Message.user))
        .order_by(Message.at)
    ).all()
    sent = select(Delivery).where(
        Delivery.conversation_id == found.id, Delivery.purpose.in_((ANSWER, ACKNOWLEDGEMENT))
    )  # fmt: skip
    # What was sent once more by another way counts.
    by_message, by_id = {}, {}
    for one in session.scalars(sent.order_by(Delivery.id)):
        by_message[one.message_id] = one
        by_id[one.external_id] = one
    shown = Event.action.in_(TOLD | {"told"})
    here = [found.id, *joining.emptied(session, found.id)]
    told = select(Event).where(Event.conversation_id.in_(here), shown).options(selectinload(Event.user))
    # What was done to both stands in both.
    events = [
        one for one in session.scalars(told) if one.conversation_id == found.id or one.action not in person_labels.BOTH
    ]
    marks = social_shown.reached(found, events)
    changed = versions.neighbours(messages)
    entries = [
        replace(
            _said(one, _mailed(one, by_id, visit) or by_message.get(one.id), visit, marks.get(one.id, ())),
            versions=changed.get(one.id, (None, None)),
        )
        for one in messages
    ]
    events_told = [
        one for one in events if one.action in TOLD and not _is_taking(one) and not social_shown.is_mark(found, one)
    ]
    entries += [Entry(one.at, event=one, target=_target(session, one)) for one in events_told]
    entries += [
        Entry(one.at, event=one, target=_name(session, later), later=later)
        for one in events
        for later in one.data.get("later", ())
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _mailed(message: Message, by_id: Mapping[str, Delivery], visit: Visit | None) -> Delivery | None:
    """The mail by which an answer in a chat left as well: one for all that the visitor had not seen."""
    is_ours = visit is not None and message.direction == OUTBOUND and message.alias != ""
    return by_id.get(message.alias) if is_ours else None


def _said(message: Message, delivery: Delivery | None, visit: Visit | None, marks: Sequence[str]) -> Entry:
    return Entry(message.at, message=message, delivery=delivery, reached=reached(visit, message, delivery) or marks)


def _is_taking(event: Event) -> bool:
    """Taking it hands it to oneself first; one line of the two is enough."""
    return event.action == "assigned" and event.user_id is not None and event.user_id == event.data.get("user_id")


def _related(session: Session, found: Conversation) -> Conversation | None:
    other = session.get(Conversation, found.related_id) if found.related_id else None
    return other if other is not None and access.may(g.user, access.SEE, other) else None


def _name(session: Session, later: dict[str, Any]) -> str:
    """Who is told later."""
    found = session.get(User, later["user_id"])
    return found.name if found is not None else ""


def _target(session: Session, event: Event) -> str:
    """The colleague or team that an event names."""
    user_id = event.data.get("user_id") or event.data.get("recipient_user_id")
    team_id = event.data.get("team_id")
    found: Team | User | None = (
        session.get(User, user_id) if user_id else session.get(Team, team_id) if team_id else None
    )
    return found.name if found else _("nobody yet")
