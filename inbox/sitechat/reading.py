"""What a visitor's browser asks for and tells, each by itself: for the door, whose threads these run in."""

from datetime import datetime
from typing import Any

from connectors import formlabels as labels
from inbox import sitechannels
from inbox.clocks import targets
from inbox.events import CUSTOMER, record
from inbox.models import Conversation, Visit, now
from inbox.models.opinion import VALUES
from inbox.models.person import MAIL
from inbox.persons import traits
from inbox.satisfaction import asking, voting
from inbox.sitechannels import Desk
from inbox.sitechat import by_mail, uploads, visits
from inbox.sitechat import talk as talks
from inbox.sitechat.posting import Chat
from inbox.sitechat.talk import CLOSED, Situation
from inbox.sitechat.widgetwords import WIDGET
from inbox.sitechat.words import words
from inbox.worktime import calendars


def shown(desk: Desk, chat: Chat, wanted: str, at: datetime) -> dict[str, Any]:
    """What the widget needs to draw itself, in the page's language where it is one of ours."""
    language = wanted.lower()[:2] if wanted.lower()[:2] in sitechannels.LANGUAGES else chat.text("language")
    told = words(language)
    is_own = language == chat.text("language")
    texts = {name: (is_own and chat.text(name)) or told[name] for name in ("bubble", "title", "greeting")}
    questions = [{**one, "label": told[str(one["name"])]} for one in chat.questions]
    away = ""
    with desk.database.reading() as session:
        hours = calendars.company(session)
        if not hours.is_working(at):
            begun = Conversation(target_minutes=None, channel_id=chat.channel_id)
            due = targets.due(session, hours, begun, hours.next_opening(at))
            away = talks.says(language, Situation(CLOSED, due, zone=hours.zone_name))
    return {
        "language": language, "name": chat.firm, **texts, "colour": chat.text("colour"),
        "position": chat.text("position"), "open": not away, "away": away, "questions": questions,
        "consent": chat.text("consent"), "privacy": chat.text("privacy"), "write_to": chat.write_to,
        "files": {"most": uploads.MOST, "bytes": uploads.MOST_BYTES, "accept": uploads.ACCEPT},
        "words": WIDGET[language],
    }  # fmt: skip


def visit(desk: Desk, chat: Chat, token: str) -> Visit | None:
    """The visit of a token on this chat."""
    with desk.database.reading() as session:
        return visits.find(session, chat.channel_id, token)


def talk(desk: Desk, chat: Chat, found: Visit, after: int) -> dict[str, Any]:
    """The talk from after a message on."""
    with desk.database.reading() as session:
        return talks.of(session, chat, found, after, now())


def note(desk: Desk, _chat: Chat, found: Visit, told: dict[str, Any]) -> None:
    """The visitor types, or has got or seen our messages up to a number."""
    at = now()
    with desk.database.reading() as session:
        newest = talks.newest(session, found)
    numbers = {name: _number(told.get(name), newest) for name in ("delivered", "seen")}
    delivered, seen = max(numbers.values()), numbers["seen"]
    is_typing = told.get("typing") is True and not visits.is_writing(found, at)
    if not is_typing and delivered <= found.delivered_id and seen <= found.seen_id:
        return
    with desk.database.writing() as session:
        found = session.get_one(Visit, found.id, with_for_update=True)
        found.delivered_id, found.seen_id = max(found.delivered_id, delivered), max(found.seen_id, seen)
        found.seen_at = at
        if is_typing:
            found.typing_at = at
        visits.touch(found, at)


def keep_email(desk: Desk, _chat: Chat, found: Visit, told: dict[str, Any]) -> bool:
    """Keep the address that a visitor leaves; False for what cannot be one. What the site vouches for stays."""
    email = labels.address(str(told.get("email", ""))[:320])
    if not email:
        return False
    with desk.database.writing() as session:
        found = session.get_one(Visit, found.id, with_for_update=True)
        if found.email == email or (found.identity and found.email):
            return True
        found.email = email
        conversation = talks.conversation(session, found)
        if conversation is not None:
            record(session, "chat_email", CUSTOMER, conversation_id=conversation.id, email=email)
            traits.Known(session).keep(conversation.contact_id, {(MAIL, email.lower())})
        visits.change(session, found)
        by_mail.watch(session, found)
    return True


def keep_opinion(desk: Desk, _chat: Chat, found: Visit, told: dict[str, Any]) -> bool:
    """Keep how the visitor found an answer; False where that is none of the answers, or nothing was asked."""
    value, at = told.get("value"), now()
    with desk.database.writing() as session:
        conversation = talks.conversation(session, found)
        asked = asking.of_chat(session, conversation, at) if conversation is not None and value in VALUES else None
        if asked is not None:
            voting.cast(session, asked, str(value), "", at)
        return asked is not None


def send_transcript(desk: Desk, _chat: Chat, found: Visit) -> None:
    """Send the talk to the visitor's address. Raises by_mail.NoTranscript."""
    with desk.database.writing() as session:
        by_mail.transcript(session, session.get_one(Visit, found.id, with_for_update=True), now())


def file(desk: Desk, _chat: Chat, found: Visit, number: int) -> tuple[str, bytes] | None:
    """A file of the talk, as its name and its bytes; None where the talk has none with this number."""
    with desk.database.reading() as session:
        kept = talks.file_of(session, found, number)
    if kept is None:
        return None
    try:
        return kept.filename or "file", desk.blobs.get(kept.sha256)
    except KeyError:
        return None


def _number(value: object, most: int) -> int:
    """The number of a message that can be: not above the newest, so that nobody has seen what is still to come."""
    return min(value, most) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
