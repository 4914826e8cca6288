"""A whole conversation unfolded in a chat."""

from sqlalchemy import select

from config import i18n
from config.i18n import translator
from inbox import contents
from inbox.models import ChatCard, Message
from inbox.models.delivery import WORDS
from inbox.models.message import INBOUND, NOTE
from inbox.models.user import MINIMAL
from inbox.worktime import calendars
from routing.chat import showing
from routing.chat.refused import Refused
from routing.chat.talk import Talk

# The newest of a long talk, in a few messages.
MAX_MESSAGES, MAX_CHARS = 20, 10_000


def unfold(talk: Talk, card: ChatCard) -> None:
    """Everything that was written so far, oldest first, under the card. Raises Refused."""
    if contents.level(card.conversation) == MINIMAL:
        raise Refused("not_yours")
    _, zone = translator(card.language), calendars.company(talk.session).zone_name
    query = select(Message).where(Message.conversation_id == card.conversation_id)
    newest = talk.session.scalars(query.order_by(Message.at.desc(), Message.id.desc()).limit(MAX_MESSAGES)).all()
    parts = []
    for message in reversed(newest):
        who = message.from_name or message.from_address
        kind = _("Customer") if message.direction == INBOUND else _("Note") if message.kind == NOTE else _("We")
        when = i18n.formatted(message.at, "d MMM, HH:mm", card.language, zone)
        parts.append(f"— {kind}: {who}, {when}\n{(message.reply or message.text).strip()}")
    text = "\n\n".join(parts)
    if len(text) > MAX_CHARS:
        text = f"… ({_('the beginning is on the page')})\n{text[-MAX_CHARS:]}"
    showing.under(talk.session, card, text, WORDS)
