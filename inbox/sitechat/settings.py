"""Chats of the firm's site: a channel each, known by a random key in its address, with a mailbox by which its talks go
on when the visitor has left.

Settings: mailbox (a channel's number), origins ([] is any site), language (of the owner's own texts: bubble, title,
greeting; "" is ours), colour, position, questions (before the first message), consent (the words beside a box; "" is no
box), privacy, patience_seconds (after which nobody is there), claim_seconds (after which it rings at the next
colleague), max_a_minute, unwanted (senders and words).
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import channels, sites, unwanted
from inbox.channels import ChannelError
from inbox.events import SYSTEM, Actor
from inbox.models import Channel
from inbox.secrets import Vault, new_token

KIND = "sitechat"
# Jobs that see to it that a visitor who has left gets by mail what came into the chat (inbox.sitechat.by_mail).
BY_MAIL = "chat_mail"
LANGUAGES = ("it", "en", "de", "fr")
SIGNING = "signing"
KEY = re.compile(r"[\w-]{22}", re.ASCII)
POSITIONS = ("right", "left")
NAME, COMPANY, EMAIL, PHONE, TOPIC = QUESTIONS = ("name", "company", "email", "phone", "topic")
DEFAULTS: dict[str, Any] = {
    "mailbox": 0, "origins": [], "language": "it", "bubble": "", "title": "", "greeting": "", "colour": "#1f5fbf",
    "position": "right", "questions": [], "consent": "", "privacy": "", "patience_seconds": 60, "claim_seconds": 30,
    "max_a_minute": 60, "unwanted": [],
}  # fmt: skip
# The longest texts of the owner's, in characters; the choices of a topic.
LONGEST = {"bubble": 60, "title": 80, "greeting": 300, "consent": 300}
MOST_CHOICES, LONGEST_CHOICE = 12, 60
# The least and the most of what is a number.
BOUNDS = {"patience_seconds": (10, 3600), "claim_seconds": (10, 600), "max_a_minute": (1, 1000)}
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


def by_key(session: Session, key: str) -> Channel | None:
    """The chat with this key, if it is switched on."""
    if not KEY.fullmatch(key):
        return None
    query = select(Channel).where(Channel.kind == KIND, Channel.address == key, Channel.enabled)
    found: Channel | None = session.scalar(query.limit(1))
    return found


def make(
    session: Session, vault: Vault, name: str, mailbox_id: int, *, actor: Actor = SYSTEM, **settings: Any
) -> Channel:
    """A new chat whose talks go on by this mailbox. Raises ChannelError."""
    wanted = _checked(session, {**DEFAULTS, **settings, "mailbox": mailbox_id})
    key = secrets.token_urlsafe(16)
    sealed = {**wanted, SIGNING: new_token()}
    return channels.create(session, vault, KIND, name, sealed, address=key, actor=actor)


def change(session: Session, channel: Channel, **settings: Any) -> None:
    """Change some settings; the others, the key and the secret stay. Raises ChannelError, then all is as before."""
    channel.settings = _checked(session, {**DEFAULTS, **channel.settings, **settings})


def settings_of(channel: Channel) -> dict[str, Any]:
    """All settings, with what stands where nothing was said."""
    return {**DEFAULTS, **channel.settings}


def mailbox_of(session: Session, channel: Channel) -> Channel | None:
    """The mailbox by which a chat's talks go on; None when it is there no more."""
    number = channel.settings.get("mailbox")
    found = session.get(Channel, number) if isinstance(number, int) else None
    return found if found is not None and found.kind == "mail" else None


def address(public_url: str, channel: Channel) -> str:
    """Where the chat is, which is also its own page."""
    return f"{public_url.rstrip('/')}/chat/{channel.address}"


def snippet(public_url: str, channel: Channel) -> str:
    """The line to paste into the pages of the site."""
    script = escape(f"{public_url.rstrip('/')}/chat.js")
    return f'<script async src="{script}" data-key="{channel.address}"></script>'


def _checked(session: Session, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Raises ChannelError."""
    unknown = sorted(set(settings) - set(DEFAULTS))
    if unknown:
        raise ChannelError(f"{unknown[0]}: is no setting of a chat")
    box = session.get(Channel, settings["mailbox"]) if isinstance(settings["mailbox"], int) else None
    if box is None or box.kind != "mail":
        raise ChannelError("mailbox: a chat needs a mailbox of ours, by which its talks go on")
    _one_of("language", settings["language"], LANGUAGES)
    _one_of("position", settings["position"], POSITIONS)
    if not _COLOUR.fullmatch(str(settings["colour"])):
        raise ChannelError(f"colour: must be like #1f5fbf (got {settings['colour']!r})")
    for name, (least, most) in BOUNDS.items():
        value = settings[name]
        if not isinstance(value, int) or not least <= value <= most:
            raise ChannelError(f"{name}: must be a number from {least} to {most} (got {value!r})")
    texts = {name: " ".join(str(settings[name]).split()) for name in LONGEST}
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise ChannelError(f"{name}: must be at most {LONGEST[name]} characters (got {len(text)})")
    origins = [_said("origins", sites.checked_origin, str(one)) for one in settings["origins"]]
    return {
        **settings, **texts, "origins": list(dict.fromkeys(origins)), "colour": settings["colour"].lower(),
        "privacy": _said("privacy", sites.checked_url, str(settings["privacy"])),
        "questions": _questions(settings["questions"]),
        "unwanted": _said("unwanted", unwanted.checked, settings["unwanted"]),
    }  # fmt: skip


def _questions(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in asked:
        name = str(one.get("name", ""))
        _one_of("questions", name, QUESTIONS)
        choices = [" ".join(str(choice).split()) for choice in one.get("choices", ())]
        choices = list(dict.fromkeys(filter(None, choices)))
        if choices and name != TOPIC:
            raise ChannelError(f"questions: only a topic has choices (got {name!r})")
        if len(choices) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in choices):
            raise ChannelError(f"questions: at most {MOST_CHOICES} choices of {LONGEST_CHOICE} characters")
        found[name] = {"name": name, "required": bool(one.get("required")), "choices": choices}
    return [found[name] for name in QUESTIONS if name in found]


def _one_of(name: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise ChannelError(f"{name}: must be one of {', '.join(known)} (got {value!r})")


def _said(name: str, check: Callable[[Any], Any], value: object) -> Any:
    """A setting that is checked elsewhere. Raises ChannelError."""
    try:
        return check(value)
    except ValueError as error:
        raise ChannelError(f"{name}: {error}") from None
