"""Presses under a preview: send, give to the manager, keep as a note, drop. And what leaves by itself."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from sqlalchemy.orm import Session

from config.i18n import translator
from config.logging import get
from inbox import access, approvals, chatcards, drafts, queue, replies
from inbox.db import Database
from inbox.events import person, record
from inbox.models import Conversation, Draft, Message, now
from inbox.models.conversation import SPAM
from inbox.models.draft import APPROVAL, LEAVING, WRITING
from routing import approving, asking, promised
from routing.chat import previews
from routing.chat.refused import Refused
from routing.chat.talk import Talk

KIND = "leave"
log = get("chat")


def press(talk: Talk, number: int, verb: str, value: str) -> str:
    """Carry out a press under a draft: its author's, or the approver's where it waits for a word. Raises Refused."""
    draft = drafts.hold(talk.session, number)
    if draft is not None and draft.state == APPROVAL and draft.ended_at is None:
        return _word(talk, draft, verb)
    if draft is None or draft.user_id != talk.user.id:
        _refuse(talk, draft)
    if verb not in DEEDS:
        raise Refused("unknown_button")
    if draft.ended_at is not None or draft.state not in (WRITING, LEAVING):
        raise Refused("over")
    if draft.conversation_id is not None:
        talk.conversation(draft.conversation_id)
    said = DEEDS[verb](talk, draft, value)
    talk.session.flush()
    chatcards.refresh_preview(talk.session, draft)
    return said


def _refuse(talk: Talk, draft: Draft | None) -> NoReturn:
    if draft is not None and draft.conversation_id is not None:
        record(
            talk.session, "press_refused", person(talk.user.id), conversation_id=draft.conversation_id,
            name=talk.user.name, why="not_yours",
        )  # fmt: skip
    raise Refused("not_yours")


def _word(talk: Talk, draft: Draft, verb: str) -> str:
    """The word that an answer waits for."""
    _ = translator(talk.user.language)
    try:
        if verb == previews.SEND:
            _warn_of(talk, draft)
            approvals.approve(talk.session, draft, talk.user)
            return _("It is on its way to the customer.")
        if verb == "refuse":
            approving.refuse(talk.session, draft, talk.user, "", talk.public_url)
            return _("Given back: nothing has left.")
    except PermissionError:
        _refuse(talk, draft)
    except LookupError:
        raise Refused("over") from None
    except replies.CannotReply as error:
        raise Refused(error.code) from None
    raise Refused("unknown_button")


def _warn_of(talk: Talk, draft: Draft) -> None:
    """Whoever gives the word hears once that somebody has answered since it was asked for. Raises Refused."""
    conversation = draft.conversation
    if conversation is None or draft.warned:
        return
    other = replies.of_another(talk.session, conversation, draft.user_id, Message.at >= draft.changed_at)
    if other is not None:
        draft.warned = True
        raise Refused("answered", name=other.user.name if other.user is not None else other.from_name)


def leave(database: Database, jobs: Sequence[queue.Claim], public_url: str) -> None:
    """The handler of drafts that leave by themselves, unless they were taken back."""
    with database.writing() as session:
        for job in jobs:
            draft = drafts.hold(session, job.subject_id)
            if draft is None or draft.state != LEAVING or draft.ended_at is not None:
                continue
            if draft.leaves_at is not None and draft.leaves_at > now():
                # More was written meanwhile: a later job is on its way.
                continue
            draft.state = WRITING
            if access.may(draft.user, access.CHANGE, draft.conversation):
                try:
                    _let_go(session, draft, public_url)
                except replies.CannotReply:
                    log.info("draft_stays", draft=draft.id)
            chatcards.refresh_preview(session, draft)
        queue.acknowledge(session, *jobs)


def _send(talk: Talk, draft: Draft, _value: str) -> str:
    """Send it; if a colleague has answered meanwhile, only at the second press, with their words in view."""
    other = previews.answered_since(talk.session, draft)
    if other is not None and not draft.warned:
        draft.warned = True
        name = other.user.name if other.user is not None else other.from_name
        chatcards.refresh_preview(talk.session, draft)
        raise Refused("answered", name=name)
    conversation: Conversation | None = draft.conversation
    if conversation is None:
        raise Refused("over")
    if conversation.status == SPAM:
        raise Refused("spam")
    if not draft.text and not draft.files:
        raise Refused("empty")
    if previews.has_voice(draft) and conversation.channel.kind == "mail":
        raise Refused("unknown_button")
    try:
        sent = _let_go(talk.session, draft, talk.public_url)
    except replies.CannotReply as error:
        raise Refused(error.code) from None
    _ = translator(talk.user.language)
    return _("It is on its way to the customer.") if sent else _("It waits for the approval.")


def _let_go(session: Session, draft: Draft, public_url: str) -> bool:
    """Send it, or let it wait for the word of the team's approver; whether it was sent. Raises CannotReply."""
    conversation = drafts.conversation_of(draft)
    replies.must_be_open(session, conversation)
    if approvals.needed(session, conversation, draft.user) is not None:
        approving.submit(session, draft, public_url)
        return False
    message = drafts.send(session, draft, draft.user)
    asking.settle(session, conversation.id, draft.user_id)
    promised.offer_in_chat(session, draft, message.id)
    if draft.asks:
        by = person(draft.user_id)
        record(session, "asked_customer", by, conversation_id=conversation.id, message_id=message.id)
    return True


def _to_manager(talk: Talk, draft: Draft, _value: str) -> str:
    asking.hand_in(talk.session, draft, talk.public_url)
    return translator(talk.user.language)("The manager has it.")


def _note(talk: Talk, draft: Draft, _value: str) -> str:
    drafts.note(talk.session, draft, talk.user)
    return translator(talk.user.language)("Kept as an internal note; the customer does not see it.")


def _drop(talk: Talk, draft: Draft, _value: str) -> str:
    drafts.end(draft, talk.user, drafts.DROPPED)
    return translator(talk.user.language)("Dropped: nothing has left.")


def _undo(_talk: Talk, draft: Draft, _value: str) -> str:
    if draft.state != LEAVING:
        raise Refused("over")
    draft.state, draft.leaves_at = WRITING, None
    return ""


def _for(talk: Talk, draft: Draft, value: str) -> str:
    """The colleague says to which question the words belong."""
    if draft.conversation_id is not None or not value.isdigit():
        raise Refused("unknown_button")
    draft.conversation_id = talk.conversation(int(value)).id
    return ""


DEEDS: dict[str, Callable[[Talk, Draft, str], str]] = {
    previews.SEND: _send, previews.TO_MANAGER: _to_manager, previews.NOTE: _note, previews.DROP: _drop,
    previews.UNDO: _undo, previews.FOR: _for,
}  # fmt: skip
