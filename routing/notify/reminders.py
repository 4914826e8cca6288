"""Reminding colleagues of a conversation, once, and not in their quiet hours."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inbox import held
from inbox.models import Conversation, User
from routing.chat import showing
from routing.chat.showing import Place
from routing.notify import cardmail, fan_out, quiet, texts


def remind(
    session: Session,
    conversation: Conversation,
    why: str,
    people: Sequence[User],
    audience: fan_out.Audience,
    public_url: str,
) -> tuple[list[dict[str, object]], dict[int, quiet.Later]]:
    """Tell colleagues of a conversation that was forgotten (inbox.models.forgotten): who was told and by what, and who
    is told later, as it is a quiet hour of theirs."""
    message_id = held.last_message(session, conversation.id)
    later: dict[int, quiet.Later] = {}
    for user in people if message_id is not None else ():
        found = quiet.decide(user, conversation, audience.at, audience.rota, quiet.Load(is_known=True))
        later |= {user.id: found} if found is not None else {}
    later = quiet.unless_all(later, people, audience.at, audience.rota)
    told: list[dict[str, object]] = []
    for user in people:
        if user.id not in later:
            told += remind_one(session, conversation, why, user, audience, public_url)
        elif message_id is not None and not audience.loads.is_held(user, conversation):
            audience.loads.hold(user, conversation, message_id, why, later[user.id].due_at)
    return told, later


def remind_one(
    session: Session, conversation: Conversation, why: str, user: User, audience: fan_out.Audience, public_url: str
) -> list[dict[str, object]]:
    """Remind one colleague, now."""
    ways = list(audience.ways(conversation, user))
    for channel, address in ways:
        notice = texts.reminder(conversation, why, user.language, public_url)
        if channel.kind != "mail":
            place = Place(channel, address, user.language, user)
            showing.show(session, place, conversation, None, None, public_url, [notice.head])
        else:
            card = audience.card(user, conversation)
            cardmail.queue(session, card, conversation, user, channel, address, notice)
    return fan_out.told_now(session, audience, conversation, user, ways)
