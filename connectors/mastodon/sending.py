"""An answer as posts (https://docs.joinmastodon.org/methods/statuses/#create)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from connectors.base import Attachment, ConnectorError, Outbound
from connectors.mastodon.api import Us
from connectors.mastodon.reading import BETWEEN, is_public
from connectors.mastodon.words import without_mentions
from connectors.telegram.text import cut
from connectors.values import Json, text

DIRECT = "direct"
# What is left for words of a post whose mention or warning is unusually long.
_LEAST = 50
_ADDRESS = re.compile(r"[\w.-]+@[\w.:-]+")


@dataclass(frozen=True, slots=True)
class Post:
    """One post; `media` are ids of files that were left there, `key` is the same whenever it is sent."""

    words: str
    visibility: str
    spoiler: str
    media: Sequence[str]
    key: str

    def fields(self, about: str) -> dict[str, Any]:
        """What the library is given; `about`: the id of the post that it answers."""
        found = {
            "status": self.words, "visibility": self.visibility, "spoiler_text": self.spoiler or None,
            "media_ids": list(self.media) or None, "in_reply_to_id": about or None, "idempotency_key": self.key,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value is not None}


def answered(message: Outbound) -> str:
    """The id of the post that is answered; an edited one was given a name that begins with it."""
    found = message.in_reply_to.partition(BETWEEN)[0]
    return found if found.isalnum() else ""


def groups(files: Sequence[Attachment], us: Us) -> list[list[Attachment]]:
    """The files as they go with posts: some pictures together, anything else alone. Raises ConnectorError."""
    found: list[list[Attachment]] = []
    for one in files:
        kind = one.content_type.partition(";")[0].strip().lower()
        is_picture = kind.startswith("image/")
        if not kind.startswith(("image/", "video/", "audio/")) or (us.kinds and kind not in us.kinds):
            raise _refused(f"This Mastodon server takes no files of this kind: {one.filename}")
        if not 0 < len(one.content) <= (us.image if is_picture else us.video):
            raise _refused(f"This Mastodon server takes no file that is empty or so large: {one.filename}")
        last = found[-1] if found else []
        if is_picture and last and last[0].content_type.startswith("image/") and len(last) < us.files:
            last.append(one)
        else:
            found.append([one])
    return found


def posts(message: Outbound, question: Json, media: Sequence[Sequence[str]], us: Us) -> list[Post]:
    """The answer in posts that the server takes, each beginning with the name of whoever is answered.

    Never more public than the question, and direct where the talk is, or where `private` asks for it; without the
    question a public answer is refused. Raises ConnectorError.
    """
    is_open = BETWEEN in message.thread_key and not message.private
    if is_open and not question:
        raise ConnectorError("The post that is to be answered is no longer there", permanent=True, code="gone")
    visibility = text(question.get("visibility")) if is_open and is_public(question) else DIRECT
    spoiler = text(question.get("spoiler_text")) if visibility != DIRECT else ""
    who = message.to[0].address
    if not _ADDRESS.fullmatch(who):
        raise _refused("This is no name of an account: name@server")
    words = message.text.strip()
    if visibility == DIRECT:
        words = without_mentions(words)
    # Counted are the signs of a mention up to its server, so that this is on the safe side.
    most = max(us.longest - len(f"@{who} ") - len(spoiler), _LEAST)
    pieces = cut(words, most)
    if not pieces and not media:
        raise _refused("Mastodon takes no empty post")
    return [
        Post(f"@{who} {piece or ''}".strip(), visibility, spoiler, files or (), _key(message, number))
        for number, (piece, files) in enumerate(zip_longest(pieces, media))
    ]


def _key(message: Outbound, number: int) -> str:
    """Our own name for a post, in signs that a header takes."""
    name = message.external_id or f"{message.to[0].address}\0{message.in_reply_to}\0{message.text}"
    return hashlib.sha256(f"{name}\0{number}".encode("utf-8", "replace")).hexdigest()


def _refused(reason: str) -> ConnectorError:
    return ConnectorError(reason, permanent=True)
