"""What can be done with a conversation, each as a resource that is posted to."""

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, contacts, conversations, elsewhere, outcomes
from inbox.events import record
from inbox.models import Conversation, Delivery, Team, User
from inbox.models.conversation import KINDS, PRIORITIES, STAGES
from inbox.models.delivery import ANSWER
from inbox.properties import set_stage
from inbox.web import context
from inbox.web.conversation_page import desk, holders
from inbox.web.queue_page import wanted_filter
from inbox.web.wording import filter_args
from inbox.web.wording import gettext as _
from routing import handing

blueprint = Blueprint("actions", __name__, url_prefix="/conversations/<int:conversation_id>")


@blueprint.post("/note")
def note(conversation_id: int) -> Response | tuple[str, int]:
    """Write an internal note."""
    text = request.form.get("text", "").strip()
    if not text:
        return refused(conversation_id, "note", _("Please write something first."))
    do(conversation_id, lambda session, found: conversations.add_note(session, found, me(session), text))
    return back(conversation_id)


@blueprint.post("/claim")
def claim(conversation_id: int) -> Response:
    """Take it; if a colleague was faster, say who."""

    def take(session: Session, found: Conversation) -> None:
        if not conversations.claim(session, found, me(session)):
            flash(_("%s has already taken this.") % (found.user.name if found.user else ""))

    do(conversation_id, take)
    return back(conversation_id)


@blueprint.post("/assignment")
def assignment(conversation_id: int) -> Response | tuple[str, int]:
    """Pass it to a team or a person (team:ID or user:ID), who are told."""
    to, words = request.form.get("to", ""), request.form.get("note", "").strip()
    with context.writing() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        team = {f"team:{one.id}": one for one in session.scalars(select(Team))}.get(to)
        user = {f"user:{one.id}": one for one in holders(session)}.get(to)
        if user is not None:
            team_id = found.team_id or (user.teams[0].id if user.teams else None)
            _hand_over(session, found, team_id, user.id, words)
        elif team is not None:
            _hand_over(session, found, team.id, None, words)
    if team is None and user is None:
        return refused(conversation_id, "assignment", _("Please choose who should have it."), note=words)
    return back(conversation_id)


@blueprint.post("/closure")
def closure(conversation_id: int) -> Response:
    """Close it."""
    do(conversation_id, lambda session, found: conversations.close(session, found, context.actor()))
    return to_queue()


@blueprint.post("/reopening")
def reopening(conversation_id: int) -> Response:
    """Open it again."""
    do(conversation_id, lambda session, found: conversations.reopen(session, found, context.actor()))
    return back(conversation_id)


@blueprint.post("/spam")
def spam(conversation_id: int) -> Response:
    """Not a customer at all."""
    do(conversation_id, lambda session, found: conversations.mark_spam(session, found, context.actor()))
    return to_queue()


@blueprint.post("/phone-answer")
def phone_answer(conversation_id: int) -> Response:
    """It was answered by phone or in person."""
    words = request.form.get("note", "").strip()
    do(conversation_id, lambda session, found: conversations.answered_by_phone(session, found, me(session), words))
    return back(conversation_id)


@blueprint.post("/answered-there")
def answered_there(conversation_id: int) -> Response:
    """It was answered at the service where the customer wrote."""
    words = request.form.get("text", "").strip()

    def answer(session: Session, found: Conversation) -> None:
        if not elsewhere.answered(session, found, me(session), words):
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, answer)
    return back(conversation_id)


@blueprint.post("/no-answer-needed")
def no_answer_needed(conversation_id: int) -> Response:
    """A short thank-you needs none."""
    do(conversation_id, lambda session, found: conversations.no_answer_needed(session, found, me(session)))
    return to_queue()


@blueprint.post("/properties")
def properties(conversation_id: int) -> Response | tuple[str, int]:
    """Kind, priority and stage."""
    kind, priority, stage = (request.form.get(name) for name in ("kind", "priority", "stage"))
    if kind not in KINDS or priority not in PRIORITIES or stage not in (None, *STAGES):
        said = _("Please choose one that is offered here.")
        return refused(conversation_id, "properties", said, kind=kind, priority=priority, stage=stage)

    def change(session: Session, found: Conversation) -> None:
        conversations.set_kind(session, found, context.actor(), kind)
        conversations.set_priority(session, found, context.actor(), priority)
        if stage is not None:
            set_stage(session, found, context.actor(), stage)

    do(conversation_id, change)
    return back(conversation_id)


@blueprint.post("/contact")
def contact(conversation_id: int) -> Response:
    """Keep what the signature states with the contact: what is suggested at this moment, nothing else."""

    def keep(session: Session, found: Conversation) -> None:
        told = contacts.suggestions(session, found)
        chosen = {name: value for name, value in told.items() if request.form.get(name) == value}
        if chosen:
            contacts.complete(session, found, chosen)
            record(session, "contact_completed", context.actor(), conversation_id=found.id, fields=sorted(chosen))

    do(conversation_id, keep)
    return back(conversation_id)


@blueprint.post("/deliveries/<int:delivery_id>/<any(resending, confirmation):verb>")
def delivery(conversation_id: int, delivery_id: int, verb: str) -> Response:
    """A person decides about an answer that failed or is uncertain: send once more, or it did arrive."""

    def decide(session: Session, found: Conversation) -> None:
        one = session.scalar(
            select(Delivery).where(
                Delivery.id == delivery_id,
                Delivery.conversation_id == found.id,
                Delivery.purpose == ANSWER,
            )
        )
        if one is not None and verb == "resending":
            outcomes.send_again(session, one)
        elif one is not None:
            outcomes.confirm(session, one)

    do(conversation_id, decide)
    return back(conversation_id)


def do(conversation_id: int, verb: Callable[[Session, Conversation], object]) -> None:
    """Do something to a conversation that the signed-in user may change."""
    with context.writing() as session:
        verb(session, context.conversation(session, conversation_id, access.CHANGE))


def refused(conversation_id: int, form: str, error: str, **typed: object) -> tuple[str, int]:
    """The page again, with what was typed and what is wrong with it."""
    with context.reading() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        what = {"form": form, "error": error, **typed}
        return render_template("conversation.html", **desk(session, found, refused=what)), 422


def _hand_over(session: Session, found: Conversation, team_id: int | None, user_id: int | None, note: str) -> None:
    url = context.app().public_url
    handing.hand_over(session, found, me(session), url, team_id=team_id, user_id=user_id, note=note)


def me(session: Session) -> User:
    """The signed-in user as a row of this session."""
    return session.get_one(User, g.user.id)


def back(conversation_id: int) -> Response:
    """To the conversation, at its latest message."""
    kept = filter_args(wanted_filter())
    return redirect(url_for("conversation.show", conversation_id=conversation_id, _anchor="latest", **kept))


def to_queue() -> Response:
    """To the queue as it was."""
    return redirect(url_for("queue.index", **filter_args(wanted_filter())))
