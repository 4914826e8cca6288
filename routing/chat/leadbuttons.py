"""What a card's buttons about its lead do, and the value that is written after them."""

from config import i18n
from config.i18n import translator
from inbox.events import person
from inbox.leads import keeping, stages
from inbox.models import ChatCard, Conversation, now
from inbox.models.delivery import ASKS_VALUE
from inbox.models.lead import LOST, NEW, QUALIFIED, QUOTED, REASONS, WON
from inbox.worktime import calendars
from routing import leadmail, leadorders, orders
from routing.chat import leadmenu, showing
from routing.chat.refused import Refused
from routing.chat.talk import Talk


def stand(talk: Talk, card: ChatCard, value: str) -> str:
    """Let the lead stand there; then the value is asked for, or why it was lost."""
    if value not in (NEW, QUALIFIED, QUOTED, WON, LOST):
        raise Refused("unknown_button")
    stages.set_stage(talk.session, card.conversation, person(talk.user.id), value)
    _ = translator(talk.user.language)
    card.menu = leadmenu.LOST_BY if value == LOST else ""
    if value in (QUOTED, WON):
        text = _("%s, write the value here, for example 12.400; for a quote also until when: 12.400 by 15/12.")
        showing.under(talk.session, card, text % talk.user.name, ASKS_VALUE, asks=_("Value"))
    return _("Done.")


def lost_by(talk: Talk, card: ChatCard, value: str) -> str:
    """Why it was lost."""
    lead = keeping.of(talk.session, card.conversation_id, locked=True)
    if value not in REASONS[1:] or lead is None or lead.stage != LOST:
        raise Refused("unknown_button")
    stages.move(talk.session, lead, person(talk.user.id), LOST, reason=value, note=lead.lost_note)
    card.menu = ""
    return translator(talk.user.language)("Done.")


def valued(talk: Talk, conversation: Conversation) -> None:
    """The value that a colleague wrote, and until when a quote stands. Raises Refused."""
    _ = translator(talk.user.language)
    today = calendars.company(talk.session).local_day(now())
    read = leadorders.read(orders.QUOTED, talk.told.text, today)
    if read.cents is None:
        raise Refused("no_sum")
    lead = leadmail.apply(talk.session, conversation, person(talk.user.id), orders.STILL, read)
    if lead is None:
        raise Refused("over")
    text = _("Kept: %s") % i18n.money(read.cents, lead.currency, talk.user.language)
    if read.on is not None:
        text += f", {i18n.day(read.on, talk.user.language)}"
    talk.say(text, conversation_id=conversation.id)
