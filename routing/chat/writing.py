"""What a colleague writes becomes a draft with a preview: nothing reaches a customer before a button is pressed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from config.i18n import translator
from inbox import access, chatcards, drafts, queue
from inbox.drafts import Kept
from inbox.models import ChatCard, Conversation, Delivery, Draft, now
from inbox.models.delivery import ASKS_CUSTOMER, ASKS_NOTE, ASKS_VALUE, PREVIEW, QUESTION
from inbox.models.draft import LEAVING
from routing.chat import commands, drafting, leadbuttons, previews
from routing.chat.refused import Refused
from routing.chat.shown import Shown
from routing.chat.talk import Talk

# What follows within so long, without answering another question, belongs to the same draft.
ONE_DRAFT = timedelta(minutes=10)
MAX_CHOICES = 6


def write(talk: Talk, files: Sequence[Kept]) -> None:
    """Take in words and files. Raises Refused."""
    told = talk.told
    if told.facts.get("edited"):
        raise Refused("over")
    about = chatcards.message(talk.session, talk.channel.id, told.answers)
    if about is None and talk.group:
        return
    draft = _draft_of(talk, about)
    if draft is None and about is not None and about.conversation_id is not None:
        conversation = talk.conversation(about.conversation_id)
        if about.envelope.get("role") == ASKS_NOTE and told.text:
            _note(talk, conversation, files)
            return
        if about.envelope.get("role") == ASKS_VALUE and told.text:
            leadbuttons.valued(talk, conversation)
            return
        draft = _begin(talk, conversation, about)
    draft = draft or _without_question(talk)
    drafts.add(talk.session, draft, told.text, files)
    show(talk, draft)


def show(talk: Talk, draft: Draft) -> None:
    """Show the draft's preview, or bring it up to date; whoever sends straight has some seconds to take it back."""
    session = talk.session
    may_leave = draft.delivery_id is None or draft.state == LEAVING
    if draft.conversation_id and talk.user.straight and draft.question_id is None and not draft.asks and may_leave:
        draft.state, draft.leaves_at = LEAVING, now() + timedelta(seconds=previews.SECONDS_TO_UNDO)
        queue.enqueue(session, drafting.KIND, draft.id, f"{drafting.KIND}:{draft.id}", run_at=draft.leaves_at)
    session.flush()
    session.refresh(draft, ["conversation", "user"])
    if draft.delivery_id is not None:
        chatcards.refresh_preview(session, draft)
        return
    shown = previews.preview(session, draft, talk.user.language) if draft.conversation_id else _which(talk, draft)
    delivery = talk.say(shown, role=PREVIEW, about=draft.id, conversation_id=draft.conversation_id)
    draft.delivery_id = delivery.id


def _draft_of(talk: Talk, about: Delivery | None) -> Draft | None:
    """The draft to which this belongs: that whose preview was answered, or that which is being written here."""
    if about is not None and about.envelope.get("role") == PREVIEW:
        draft = drafts.hold(talk.session, int(about.envelope["about"]))
        is_theirs = draft is not None and draft.user_id == talk.user.id
        return draft if is_theirs and draft is not None and draft.ended_at is None else None
    found = drafts.open_in_chat(talk.session, talk.user, talk.channel.id, talk.told.chat, now() - ONE_DRAFT)
    if found is None or about is None or found.conversation_id == about.conversation_id:
        return found
    return None


def _begin(talk: Talk, conversation: Conversation, about: Delivery) -> Draft:
    role = about.envelope.get("role")
    return drafts.begin(
        talk.session, talk.user, conversation.id, channel_id=talk.channel.id, address=talk.told.chat,
        asks=role == ASKS_CUSTOMER, question_id=about.envelope.get("about") if role == QUESTION else None,
    )  # fmt: skip


def _without_question(talk: Talk) -> Draft:
    """Words that answer nothing: for the only open question here, else the colleague says for which."""
    open_here = _open_here(talk)
    if not open_here:
        commands.help_(talk)
        raise Refused("needs_card")
    number = open_here[0].id if len(open_here) == 1 else None
    return drafts.begin(talk.session, talk.user, number, channel_id=talk.channel.id, address=talk.told.chat)


def _open_here(talk: Talk) -> Sequence[Conversation]:
    query = select(Conversation).join(ChatCard, ChatCard.conversation_id == Conversation.id).where(
        ChatCard.channel_id == talk.channel.id, ChatCard.address == talk.told.chat,
        Conversation.waiting_since.is_not(None),
    )  # fmt: skip
    found = talk.session.scalars(query.order_by(Conversation.waiting_since)).all()
    return [one for one in found if access.may(talk.user, access.CHANGE, one)][:MAX_CHOICES]


def _which(talk: Talk, draft: Draft) -> Shown:
    """Ask to which question the words belong."""
    _ = translator(talk.user.language)
    rows = [
        [(f"{one.contact.name or one.subject}: {one.subject}"[:60], previews.data(draft, previews.FOR, str(one.id)))]
        for one in _open_here(talk)
    ]
    rows.append([(_("Drop it"), previews.data(draft, previews.DROP))])
    return Shown(_("Which question does this answer? Nothing has left."), (), rows)


def _note(talk: Talk, conversation: Conversation, files: Sequence[Kept]) -> None:
    draft = drafts.begin(talk.session, talk.user, conversation.id)
    drafts.add(talk.session, draft, talk.told.text, files)
    talk.session.flush()
    drafts.note(talk.session, draft, talk.user)
    talk.say(
        translator(talk.user.language)("Kept as an internal note; the customer does not see it."),
        conversation_id=conversation.id,
    )
