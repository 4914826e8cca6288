"""What would go to whom: a draft's preview with its buttons. Data: "draft:<number>:<verb>:<what>"."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from inbox import drafts, replies
from inbox.models import Conversation, Delivery, Draft, Message, User
from inbox.models.delivery import ANSWER, FAILED, SENT, UNCERTAIN
from inbox.models.draft import APPROVAL, FACTS, LEAVING
from inbox.models.message import MESSAGE, OUTBOUND
from routing.chat.shown import Buttons, Lines, Shown, shortened

SEND, AGAIN, TO_MANAGER, NOTE, DROP, UNDO, FOR = "send", "again", "facts", "note", "drop", "undo", "for"
SECONDS_TO_UNDO = 15
MAX_SAID = 500


def data(draft: Draft, verb: str, what: str = "") -> str:
    """What a button says to us."""
    return f"draft:{draft.id}:{verb}:{what}"


def preview(session: Session, draft: Draft, language: str) -> Shown:
    """What the preview shows now."""
    _ = translator(language)
    lines = Lines()
    if draft.conversation is None:
        lines.title(_("Nothing has left."))
        return lines.shown()
    lines.title(_state(session, draft, language))
    to = _to(session, draft.conversation)
    if draft.ended_at is None and draft.state not in (FACTS, APPROVAL):
        lines.field(_("To"), to or _("nobody: the customer gave no address"))
        said = answered_since(session, draft)
        if said is not None:
            name = said.user.name if said.user is not None else said.from_name
            lines.line()
            lines.line(_("%s has answered meanwhile:") % name)
            lines.line(f"«{(said.reply or said.text).strip()[:MAX_SAID]}»")
    if draft.ended_by_id not in (None, draft.user_id):
        by = session.get_one(User, draft.ended_by_id)
        lines.field(_("Given back by") if draft.outcome == drafts.REFUSED else _("Word given by"), by.name)
    lines.line()
    if draft.text:
        lines.line(shortened(draft.text, _("cut here: the rest goes along all the same")))
    lines.field(_("Files"), ", ".join(one.filename for one in draft.files))
    if draft.ended_at is None and has_voice(draft) and draft.conversation.channel.kind == "mail":
        lines.line(_("A voice message does not go out by mail: it can be kept as a note."))
    return lines.shown(_buttons(draft, bool(to), language))


def has_voice(draft: Draft) -> bool:
    """Whether a voice message is part of it."""
    return any(one.key.startswith("voice:") for one in draft.files)


def answered_since(session: Session, draft: Draft) -> Message | None:
    """What a colleague has answered since the draft was begun, if the customer wrote nothing after it."""
    conversation = draft.conversation
    if conversation is None or conversation.waiting_since is not None:
        return None
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == OUTBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None), Message.user_id.is_distinct_from(draft.user_id), Message.at >= draft.created_at,
    )  # fmt: skip
    return session.scalar(query.order_by(Message.at.desc(), Message.id.desc()).limit(1))


def _buttons(draft: Draft, has_address: bool, language: str) -> Buttons:
    _ = translator(language)
    if draft.ended_at is not None or draft.state in (FACTS, APPROVAL):
        return []
    if draft.state == LEAVING:
        return [[(_("Take it back"), data(draft, UNDO))]]
    voice = has_voice(draft) and draft.conversation is not None and draft.conversation.channel.kind == "mail"
    send = [] if voice or not has_address else [(_("Send to the customer"), data(draft, SEND))]
    facts = [(_("To the manager as facts"), data(draft, TO_MANAGER))]
    first = [facts, send] if draft.question_id is not None else [send, facts]
    return [*(row for row in first if row), [(_("Note"), data(draft, NOTE)), (_("Drop it"), data(draft, DROP))]]


def _state(session: Session, draft: Draft, language: str) -> str:
    _ = translator(language)
    if draft.ended_at is not None:
        ends = {
            drafts.SENT: _sent(session, draft, language),
            drafts.NOTED: _("Kept as an internal note."),
            drafts.USED: _("Used in the answer."),
            drafts.REFUSED: _("Given back: nothing has left."),
            drafts.DROPPED: _("Dropped: nothing has left."),
        }
        return ends[draft.outcome]
    states = {
        LEAVING: _("It leaves in %d seconds.") % SECONDS_TO_UNDO,
        FACTS: _("With the manager, as facts for the answer."),
        APPROVAL: _("It waits for the approval."),
    }
    return states.get(draft.state, _("Nothing has left yet. Send this?"))


def _sent(session: Session, draft: Draft, language: str) -> str:
    _ = translator(language)
    query = select(Delivery).where(Delivery.message_id == draft.message_id, Delivery.purpose == ANSWER)
    delivery = session.scalar(query.order_by(Delivery.id.desc()).limit(1))
    words = {SENT: _("Sent to the customer."), FAILED: _("NOT sent: see the page."),
             UNCERTAIN: _("Perhaps sent: see the page.")}  # fmt: skip
    return words.get(delivery.state if delivery is not None else "", _("Being sent to the customer."))


def _to(session: Session, conversation: Conversation) -> str:
    """Whom the answer would go to, and by what; "" where there is nobody."""
    try:
        to = replies.recipient(session, conversation)
    except replies.CannotReply:
        return ""
    name = f"{to['name']} <{to['address']}>" if to["name"] else to["address"]
    copies: Sequence[dict[str, str]] = replies.copies(session, conversation)
    also = "".join(f", {one['address']}" for one in copies)
    channel = replies.channel_of(session, conversation)
    return f"{name}{also} · {channel.address or channel.name}"
