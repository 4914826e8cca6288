"""A reading as it is stored: its row, ids of a length that indexes take, what makes two copies the same message."""

import dataclasses
import hashlib
from typing import Any

from connectors import base
from inbox.blobs import digest
from inbox.clocks.dating import DATED
from inbox.language import detect
from inbox.models import Attachment, Intake, Message

MAX_ID_CHARS = 500


def fingerprint(read: base.Message, raw: str) -> str:
    """What makes two copies the same message: id, sender, date, subject, text and files.

    Without id and date two messages may well look alike: there only the same bytes (`raw`, their sha256) are one.
    """
    parts = [read.external_id, read.sender.address.lower(), str(read.sent_at), read.subject, read.text]
    if not read.external_id and read.sent_at is None:
        parts.append(raw)
    hasher = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
    for attachment in read.attachments:
        hasher.update(hashlib.sha256(attachment.content).digest())
    return hasher.hexdigest()


def indexable(read: base.Message) -> base.Message:
    """The reading with ids and addresses of a length that database indexes take (PostgreSQL: 2,700 bytes)."""
    ids = (read.external_id, read.alias, read.in_reply_to, read.thread_key, read.sender.address, *read.references)
    if max(map(len, ids)) <= MAX_ID_CHARS:
        return read
    return dataclasses.replace(
        read,
        external_id=read.external_id[:MAX_ID_CHARS],
        alias=read.alias[:MAX_ID_CHARS],
        in_reply_to=read.in_reply_to[:MAX_ID_CHARS],
        references=[one[:MAX_ID_CHARS] for one in read.references],
        thread_key=read.thread_key[:MAX_ID_CHARS],
        sender=base.Address(read.sender.address[:MAX_ID_CHARS], read.sender.name),
    )


def stored(intake: Intake, read: base.Message, direction: str, mark: str) -> Message:
    """The message as a row, with its files."""
    files = [
        Attachment(
            filename=one.filename,
            content_type=one.content_type,
            content_id=one.content_id,
            size=len(one.content),
            sha256=digest(one.content),
        )
        for one in read.attachments
    ]
    return Message(
        channel_id=intake.channel_id, direction=direction, external_id=read.external_id, alias=read.alias,
        fingerprint=mark, from_name=read.sender.name, from_address=read.sender.address, recipients=_recipients(read),
        subject=read.subject, text=read.text, reply=read.reply, html=read.html,
        in_reply_to=read.in_reply_to, references=list(read.references), machine=read.machine,
        bounce=_bounce(read.bounce), problems=list(read.problems),
        facts=dict(read.facts) | ({DATED: str(intake.meta[DATED])} if DATED in intake.meta else {}),
        language=detect(read.reply or read.text), at=intake.received_at, sent_at=read.sent_at, attachments=files,
    )  # fmt: skip


def _recipients(read: base.Message) -> dict[str, Any]:
    fields = {"to": read.to, "cc": read.cc, "reply_to": read.reply_to}
    return {
        field: [{"address": one.address, "name": one.name} for one in people]
        for field, people in fields.items()
        if people
    }


def _bounce(bounce: base.Bounce | None) -> dict[str, Any] | None:
    if bounce is None:
        return None
    return {
        "status": bounce.status, "hard": bounce.hard, "reason": bounce.reason,
        "recipient": bounce.recipient, "original_id": bounce.original_id, "final": bounce.final,
    }  # fmt: skip
