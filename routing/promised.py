"""Telling colleagues of what they promised, and offering the reminder in the chat in which they wrote the answer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import access, contents, queue, reminders, replies
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Delivery, Draft, Reminder
from inbox.models.delivery import NOTIFICATION
from inbox.models.reminder import SET, TOLD
from inbox.models.user import MINIMAL
from inbox.worktime import calendars
from routing.chat.refused import Refused
from routing.chat.talk import Talk
from routing.notify import between
from routing.notify.between_words import Words
from routing.notify.fan_out import Audience


def tell_due(database: Database, jobs: Sequence[queue.Claim], public_url: str) -> None:
    """The handler of `promise` jobs: whoever promised it is told, by all their ways."""
    with database.writing() as session:
        for job in jobs:
            reminder = session.get(Reminder, job.subject_id, with_for_update=True)
            if reminder is not None and reminder.state == SET:
                reminder.state = TOLD
                _tell(session, reminder, public_url)
        queue.acknowledge(session, *jobs)


def _tell(session: Session, reminder: Reminder, public_url: str) -> None:
    conversation, user = reminder.conversation, reminder.user
    if not access.may(user, access.SEE, conversation):
        return
    _, hidden = translator(user.language), contents.level(conversation) == MINIMAL
    link = f"{public_url.rstrip('/')}/conversations/{conversation.id}"
    who = _("confidential") if hidden else conversation.contact.name or conversation.subject
    words = Words(
        f"{_('You promised')}: {who}", f"{_('You promised')}:\n\n{'' if hidden else reminder.words}\n\n{who}\n{link}",
        "", link, _("Open the page"),
    )  # fmt: skip
    between.tell(session, Audience(session), conversation, user, words)
    record(session, "promise_told", SYSTEM, conversation_id=conversation.id, user_id=user.id)


def offer_in_chat(session: Session, draft: Draft, message_id: int) -> None:
    """Below an answer that left from a chat: a reminder of what it promises, by one press."""
    reminder = reminders.of_message(session, message_id)
    if reminder is None or draft.channel_id is None or draft.user_id != reminder.user_id:
        return
    _, hours = translator(draft.user.language), calendars.company(session)
    day = i18n.formatted(reminder.due_at, "EEEE d MMMM, HH:mm", draft.user.language, hours.zone_name)
    buttons = [[[_("Remind me"), f"promise:{reminder.id}:set"], [_("No"), f"promise:{reminder.id}:no"]]]
    text = f"{_('You promised')}: “{reminder.words}”\n{_('A reminder on %s?') % day}"
    replies.queue_delivery(session, Delivery(
        purpose=NOTIFICATION, channel_id=draft.channel_id, recipient=draft.address, user_id=draft.user_id,
        conversation_id=reminder.conversation_id,
        envelope={"to": [{"address": draft.address}], "text": text, "buttons": buttons},
    ))  # fmt: skip


def press(talk: Talk, number: int, verb: str) -> str:
    """The author's word about a reminder that was offered. Raises Refused."""
    if verb not in ("set", "no"):
        raise Refused("unknown_button")
    reminder = reminders.decide(talk.session, number, talk.user.id, wanted=verb == "set")
    if reminder is None:
        raise Refused("over")
    _ = translator(talk.user.language)
    return _("You will be reminded.") if reminder.state == SET else _("No reminder.")
