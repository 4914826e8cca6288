"""Chats of the firm's site: a channel each, known by a random key in its address, with a mailbox by which its talks go
on when the visitor has left.

Settings besides those of all channels of the site (inbox.sitechannels): bubble, title, greeting (the owner's own texts,
in the chat's language; "" is ours), colour, position, questions (before the first message), consent (the words beside a
box; "" is no box), patience_seconds (after which nobody is there), claim_seconds (after which it rings at the next
colleague).
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sqlalchemy.orm import Session

from inbox import sitechannels
from inbox.channels import ChannelError
from inbox.events import SYSTEM, Actor
from inbox.models import Channel
from inbox.secrets import Vault

KIND = "sitechat"
# Jobs that see to it that a visitor who has left gets by mail what came into the chat (inbox.sitechat.by_mail).
BY_MAIL = "chat_mail"
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
    return sitechannels.by_key(session, KIND, key)


def make(
    session: Session, vault: Vault, name: str, mailbox_id: int, *, actor: Actor = SYSTEM, **settings: Any
) -> Channel:
    """A new chat whose talks go on by this mailbox. Raises ChannelError."""
    wanted = _checked(session, {**DEFAULTS, **settings, "mailbox": mailbox_id})
    return sitechannels.make(session, vault, KIND, name, wanted, actor)


def change(session: Session, channel: Channel, **settings: Any) -> None:
    """Change some settings; the others, the key and the secret stay. Raises ChannelError, then all is as before."""
    channel.settings = _checked(session, {**DEFAULTS, **channel.settings, **settings})


def settings_of(channel: Channel) -> dict[str, Any]:
    """All settings, with what stands where nothing was said."""
    return {**DEFAULTS, **channel.settings}


def address(public_url: str, channel: Channel) -> str:
    """Where the chat is, which is also its own page."""
    return f"{public_url.rstrip('/')}/chat/{channel.address}"


def snippet(public_url: str, channel: Channel, write_to: str) -> str:
    """The line to paste into the pages of the site; `write_to` is the mailbox's address, which stands in the chat's
    place where we cannot be reached."""
    script, mail = escape(f"{public_url.rstrip('/')}/chat.js"), f' data-mail="{escape(write_to)}"' if write_to else ""
    return f'<script async src="{script}" data-key="{channel.address}"{mail}></script>'


def _checked(session: Session, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Raises ChannelError."""
    shared = sitechannels.checked(session, settings, DEFAULTS, "chat")
    sitechannels.one_of("position", settings["position"], POSITIONS)
    if not _COLOUR.fullmatch(str(settings["colour"])):
        raise ChannelError(f"colour: must be like #1f5fbf (got {settings['colour']!r})")
    for name, (least, most) in BOUNDS.items():
        sitechannels.within(name, settings[name], least, most)
    texts = {name: sitechannels.short(name, settings[name], most) for name, most in LONGEST.items()}
    questions = _questions(settings["questions"])
    return {**shared, **texts, "colour": settings["colour"].lower(), "questions": questions}


def _questions(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in asked:
        name = str(one.get("name", ""))
        sitechannels.one_of("questions", name, QUESTIONS)
        choices = [" ".join(str(choice).split()) for choice in one.get("choices", ())]
        choices = list(dict.fromkeys(filter(None, choices)))
        if choices and name != TOPIC:
            raise ChannelError(f"questions: only a topic has choices (got {name!r})")
        if len(choices) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in choices):
            raise ChannelError(f"questions: at most {MOST_CHOICES} choices of {LONGEST_CHOICE} characters")
        found[name] = {"name": name, "required": bool(one.get("required")), "choices": choices}
    return [found[name] for name in QUESTIONS if name in found]
