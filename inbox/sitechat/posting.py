"""What a visitor writes: looked at, and stored durably before the browser hears that it has arrived. No HTTP here."""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from connectors import chatbody
from connectors import formlabels as labels
from connectors.base import RawItem
from connectors.chatbody import Said
from connectors.formroles import EMAIL, MESSAGE, Filled
from inbox import intake, sitechannels, unwanted
from inbox.models import Channel, Visit, now
from inbox.sitechannels import Desk, SiteChannel
from inbox.sitechat import identities, settings, uploads, visits
from inbox.sitechat.identities import Identity

FOLDER = "chat"
ID = re.compile(r"[\w-]{16,64}", re.ASCII)
LONGEST = 5_000
BLOCKED = "blocked"
# That a visitor is there is written down again after so long.
SEEN_AGAIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Chat(SiteChannel):
    """A chat. `firm` is the name under which the firm answers."""

    firm: str

    @property
    def questions(self) -> list[dict[str, object]]:
        """What is asked before the first message."""
        found = self.settings["questions"]
        return [dict(one) for one in found] if isinstance(found, list) else []


class Refused(Exception):
    """A message that is not taken: an HTTP status, the code of the sentence that says why, the name of the file that is
    meant, and the codes of what is wrong by question."""

    def __init__(self, status: int, code: str, file: str = "", errors: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.file, self.errors = status, code, file, errors or {}


@dataclass(frozen=True, slots=True)
class Looked:
    """A message as it was looked at: what it says, whom the site vouches for, and the visit; None for the first, which
    makes it."""

    said: Said
    identity: Identity | None
    visit: Visit | None


def find(desk: Desk, key: str) -> Chat | None:
    """The chat with this key, None if there is none or it is switched off."""
    with desk.database.reading() as session:
        channel = settings.by_key(session, key)
        return of_channel(session, channel) if channel is not None else None


def of_channel(session: Session, channel: Channel) -> Chat:
    """A channel as a chat."""
    mailbox = sitechannels.mailbox_of(session, channel)
    write_to, firm = (mailbox.address, str(mailbox.settings.get("name", ""))) if mailbox else ("", "")
    return Chat(channel.id, channel.address, channel.name, settings.settings_of(channel), write_to, firm)


def look(desk: Desk, chat: Chat, token: str, content_type: str, body: bytes) -> Looked:
    """What a message says. Raises Refused where it cannot be taken."""
    if not visits.TOKEN.fullmatch(token):
        raise Refused(400, "broken")
    said = chatbody.parse(content_type, body)
    if "broken" in said.problems or not ID.fullmatch(said.id):
        raise Refused(400, "broken")
    if not said.text.strip() and not said.files:
        raise Refused(422, "empty")
    if len(said.text) > LONGEST:
        raise Refused(413, "long")
    if (wrong := uploads.refused(said.files)) is not None:
        code, name = wrong
        raise Refused(413 if code in ("large", "many_files") else 415, code, name)
    identity = _identity(desk, chat, said)
    with desk.database.reading() as session:
        visit = visits.find(session, chat.channel_id, token)
        if visit is not None and identity is not None and visit.identity not in ("", identity.id):
            # Another user of the site in the same browser: not the same talk.
            raise Refused(401, "unknown")
    if visit is None and (errors := _errors(chat, said, identity)):
        raise Refused(422, "consent" if "consent" in errors else "missing", errors=errors)
    return Looked(said, identity, visit)


def store(desk: Desk, chat: Chat, token: str, looked: Looked, content_type: str, body: bytes, trap: str = "") -> None:
    """Store a message as it came, once; the first makes the visit. Whatever keeps it from being stored is raised."""
    visit = _visit(desk, chat, token, looked)
    met = unwanted.met(chat.unwanted, visit.email, [visit.name, looked.said.text, *looked.said.answers.values()])
    caught = {"trap": BLOCKED if met else trap, "unwanted": met}
    item = _item(chat, visit, looked, content_type, body, caught)
    intake.receive_once(desk.database, desk.blobs, chat.channel_id, FOLDER, item)


def filled(looked: Looked) -> Filled:
    """A message as floods are known by it (inbox.floods)."""
    return Filled(roles={MESSAGE: looked.said.text, EMAIL: looked.said.answers.get("email", "")})


def _identity(desk: Desk, chat: Chat, said: Said) -> Identity | None:
    """Whom the site vouches for. Raises Refused."""
    if not said.identity and not said.signature:
        return None
    with desk.database.reading() as session:
        # Only here: of each look at the talk it would cost more than all the rest.
        signing = sitechannels.signing(desk.vault, session.get_one(Channel, chat.channel_id))
    try:
        return identities.check(signing, said.identity, said.signature, time.time())
    except identities.Forged:
        raise Refused(403, "identity") from None


def _errors(chat: Chat, said: Said, identity: Identity | None) -> dict[str, str]:
    """What has to be mended before a first message is taken, by question."""
    known = {"name": identity.name, "email": identity.email} if identity else {}
    errors: dict[str, str] = {}
    for one in chat.questions:
        name = str(one["name"])
        answer = (said.answers.get(name) or known.get(name, "")).strip()
        if one["required"] and not answer:
            errors[name] = "missing"
        elif name == "email" and answer and not labels.address(answer):
            errors[name] = "not_one"
    if chat.text("consent") and not said.consent.strip():
        errors["consent"] = "consent"
    return errors


def _visit(desk: Desk, chat: Chat, token: str, looked: Looked) -> Visit:
    """The visit of a token with what a message says of it; written only where that is news."""
    at, visit = now(), looked.visit or visits.begin(desk.database, chat.channel_id, token)
    if _told(visit, looked) or visit.typing_at is not None or visit.seen_at < at - SEEN_AGAIN:
        with desk.database.writing() as session:
            visit = session.get_one(Visit, visit.id)
            for name, value in _told(visit, looked).items():
                setattr(visit, name, value)
            visit.seen_at, visit.typing_at = at, None
    return visit


def _told(visit: Visit, looked: Looked) -> dict[str, str]:
    """What a message says of the visitor that is not known yet; an address that the site vouches for goes before a
    typed one."""
    said, identity = looked.said, looked.identity
    email = labels.address(said.answers.get("email", ""))
    told = {
        "page": said.visit.get("page", "")[:1000],
        "language": said.visit.get("language", "").lower()[:2],
        "name": (said.answers.get("name", "").strip())[:200],
        "email": "" if visit.identity and visit.email else email,
    }
    if identity is not None:
        told |= {"identity": identity.id, "name": identity.name or told["name"]}
        told["email"] = labels.address(identity.email) or told["email"]
    return {name: value for name, value in told.items() if value and value != getattr(visit, name)}


def _item(
    chat: Chat, visit: Visit, looked: Looked, content_type: str, body: bytes, caught: Mapping[str, str]
) -> RawItem:
    """The raw item. Its key is the same for the same words under the same id of the browser, however often they come;
    other words never get lost behind the first."""
    said = looked.said
    content = hashlib.sha256(said.text.encode())
    for file in said.files:
        content.update(hashlib.sha256(file.content).digest())
    sender = f"user.{chat.channel_id}.{visit.identity}" if visit.identity else visit.address
    meta = {
        "content_type": content_type[:300],
        "lane": visit.address,
        "chat": chat.name,
        "visit": visit.address,
        "sender": sender,
        "name": visit.name,
        "email": visit.email,
        "signed": "yes" if visit.identity else "",
        "language": visit.language or chat.text("language"),
        **caught,
    }
    key = f"{visit.address}-{said.id}-{content.hexdigest()[:16]}"
    return RawItem(key, now(), body, {name: value for name, value in meta.items() if value})
