"""Signed links to files, for whoever reads in a chat or a mail: they open without signing in, for one colleague.

The link says which file, for whom and until when. All else is asked when it is opened: whether the colleague is still
here, may still see the conversation, and whether files of it are told outside the pages.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from inbox import contents
from inbox.access import SEE, may
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Attachment, Conversation, Message, User
from inbox.models.user import FULL
from inbox.secrets import Vault

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent: its name (a label, never a path) and its bytes."""

    name: str
    content: bytes


def url(vault: Vault, public_url: str, attachment_id: int, user_id: int, at: datetime) -> str:
    """The address of a file for a colleague, valid for seven days from `at` (UTC)."""
    until = int((at + LIFETIME).timestamp())
    return f"{public_url.rstrip('/')}/f/{_signer(vault).dumps([attachment_id, user_id, until])}"


def open(database: Database, blobs: Blobs, vault: Vault, token: str, at: datetime) -> File | None:
    """The file of a link, None where it does not open (any more) at this moment."""
    try:
        attachment_id, user_id, until = _signer(vault).loads(token)
    except BadData:
        return None
    if at.timestamp() > until:
        return None
    with database.reading() as session:
        found, user = session.get(Attachment, attachment_id), session.get(User, user_id)
        message = session.get(Message, found.message_id) if found is not None else None
        if found is None or user is None or message is None:
            return None
        conversation = session.get_one(Conversation, message.conversation_id)
        if not may(user, SEE, conversation) or contents.level(conversation) != FULL:
            return None
    try:
        return File(found.filename or "file", blobs.get(found.sha256))
    except KeyError:
        return None


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.key_for("file-links"), signer_kwargs={"digest_method": hashlib.sha256})
