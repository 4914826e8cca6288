"""Cards and their tokens: a colleague's answer by mail is known by the token that the mail about the question had.

It stands in our Message-ID, which answers name (RFC 5322 section 3.6.4), and at the foot of the text, for programs that
drop what they answer. 130 random bits, for one colleague and one conversation; the sender has to be that colleague too.
"""

import base64
import re
import secrets
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import contacts
from inbox.db import new
from inbox.models import Card

CHARS = 26
MAX_TOKENS = 5
_IN_ID = re.compile(rf"<?card\.([a-z2-7]{{{CHARS}}})\.[a-z2-7]+@", re.IGNORECASE)
_IN_TEXT = re.compile(rf"\[card ([a-z2-7]{{{CHARS}}})\]", re.IGNORECASE)


def of(session: Session, user_id: int, conversation_id: int) -> Card:
    """The colleague's card of a conversation, made with the first mail about it."""
    found = session.scalar(select(Card).where(Card.user_id == user_id, Card.conversation_id == conversation_id))
    return found or make(session, user_id, conversation_id)


def of_conversations(session: Session, numbers: Collection[int]) -> dict[tuple[int, int], Card]:
    """All cards of some conversations, by colleague and conversation."""
    rows = session.scalars(select(Card).where(Card.conversation_id.in_(numbers))) if numbers else ()
    return {(row.user_id, row.conversation_id): row for row in rows}


def make(session: Session, user_id: int, conversation_id: int) -> Card:
    """A new card, where there is none yet."""
    token = base64.b32encode(secrets.token_bytes(17)).decode().lower()[:CHARS]
    return new(session, Card(user_id=user_id, conversation_id=conversation_id, token=token))


def message_id(card: Card, address: str) -> str:
    """A Message-ID for one mail about the card, in the mailbox's own domain."""
    unique = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    return f"<card.{card.token}.{unique}@{contacts.domain_of(address) or 'centralino.invalid'}>"


def mark(card: Card) -> str:
    """What stands at the foot of the text."""
    return f"[card {card.token}]"


def mark_in(text: str) -> bool:
    """Whether a text holds the mark of a card: it quotes our mail."""
    return _IN_TEXT.search(text) is not None


def named(session: Session, read: base.Message) -> Card | None:
    """The card that a mail names, the nearest; None for any other mail, also one about cards that are not ours."""
    ids = " ".join((read.in_reply_to, *reversed(read.references)))
    found = [*_IN_ID.findall(ids), *_IN_TEXT.findall(read.text)]
    for token in list(dict.fromkeys(one.lower() for one in found))[:MAX_TOKENS]:
        card = session.scalar(select(Card).where(Card.token == token))
        if card is not None:
            return card
    return None
