"""A mail that a colleague forwards to one of our mailboxes with "@fwd": it counts as the customer's own."""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.base import Address, Message
from inbox import contacts
from inbox.models import User

BY = "forwarded_by"


def as_customers(session: Session, read: Message) -> Message:
    """The customer's message where a colleague forwarded it; any other as it is.

    Not where our server found the sender to be forged. It joins no conversation by what the mail names: only the
    forwarding colleague vouches for it. Those who were written to get no copies of the answer.
    """
    address = read.facts.get("fwd_from", "")
    if not address or read.facts.get("sender_check") == "failed" or address.lower() in contacts.ours(session):
        return read
    user = colleague(session, read.sender.address)
    if user is None:
        return read
    return dataclasses.replace(
        read, sender=Address(address, read.facts.get("fwd_name", "")),
        subject=read.facts.get("fwd_subject") or read.subject, to=(), cc=(), reply_to=(), in_reply_to="",
        references=(), facts={**read.facts, BY: user.email},
    )  # fmt: skip


def colleague(session: Session, address: str) -> User | None:
    """The active colleague with this address."""
    query = select(User).where(func.lower(User.email) == address.lower(), User.disabled_at.is_(None))
    return session.scalar(query.limit(1))
