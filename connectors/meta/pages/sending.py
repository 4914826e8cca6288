"""An answer as the Graph API's requests
(https://developers.facebook.com/docs/messenger-platform/reference/send-api,
https://developers.facebook.com/docs/messenger-platform/discovery/private-replies,
https://developers.facebook.com/docs/instagram-platform/private-replies)."""

import json
from collections.abc import Sequence
from typing import Any

from connectors.base import Attachment, ConnectorError, Outbound
from connectors.meta.pages.comments import BETWEEN
from connectors.meta.pages.platforms import Platform

# Where to cut is the same question for every chat, and its units are never fewer than signs.
from connectors.telegram.text import cut

_MOST = {"image": 8_000_000, "video": 25_000_000, "audio": 25_000_000, "file": 25_000_000}
_PICTURES = ("image/jpeg", "image/png", "image/gif")
# What the platform keeps with a message and tells in its echo, in signs.
_LONGEST_METADATA = 1000


def shape(file: Attachment, platform: Platform) -> str:
    """How a file goes: image, video, audio or file. Raises ConnectorError where it does not go at all."""
    found = platform.shapes.get(_kind(file), platform.other)
    if not found:
        raise _refused(f"{platform.name} takes pictures, sound, video and PDF files only: {file.filename}")
    if len(file.content) > _MOST[found]:
        found = platform.other
    if not file.content or not found or len(file.content) > _MOST[found]:
        raise _refused(f"{platform.name} takes no file that is empty or so large: {file.filename}")
    return found


def upload_fields(kind: str, platform: Platform) -> dict[str, str]:
    """What goes with a file that is left there to be sent."""
    told = {"message": json.dumps({"attachment": {"type": kind, "payload": {"is_reusable": True}}})}
    return told if platform.other else {"platform": platform.object, **told}


def parts(message: Outbound, files: Sequence[tuple[str, str]], platform: Platform) -> list[dict[str, Any]]:
    """The contents of a direct answer, in order; `files` as (kind, the id under which it was left there)."""
    found: list[dict[str, Any]] = [{"text": one} for one in pieces(message.text, platform)]
    found += [{"attachment": {"type": kind, "payload": {"attachment_id": number}}} for kind, number in files]
    if message.external_id and len(message.external_id) <= _LONGEST_METADATA:
        found = [{**one, "metadata": message.external_id} for one in found]
    return found


def direct(content: dict[str, Any], message: Outbound, *, human_agent: bool) -> dict[str, Any]:
    """The request that brings a content to a person. `human_agent`: the app may answer for 7 days
    (https://developers.facebook.com/docs/features-reference/human-agent)."""
    tagged = message.late and human_agent
    how = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if tagged else {"messaging_type": "RESPONSE"}
    return {"recipient": {"id": message.to[0].address}, **how, "message": content}


def private(content: dict[str, Any], message: Outbound) -> dict[str, Any]:
    """The request that answers whoever wrote a comment, or a post on the page, directly."""
    about = answered(message)
    name = "post_id" if about == message.thread_key.partition(BETWEEN)[0] else "comment_id"
    return {"recipient": {name: about}, "message": content}


def answered(message: Outbound) -> str:
    """The id of the comment or post that is answered. Raises ConnectorError."""
    # An edited one was given a name that begins with the platform's.
    about = message.in_reply_to.partition(BETWEEN)[0]
    if not about or not about.replace("_", "").isalnum():
        raise _refused("The comment that is to be answered is not named")
    return about


def comment(message: Outbound, platform: Platform) -> str:
    """The text of a public answer. Raises ConnectorError where the platform does not take it so."""
    words = message.text.strip()
    if len(words) > platform.longest_comment:
        raise _refused(f"{platform.name} takes comments of at most {platform.longest_comment} signs")
    if not words and not message.attachments:
        raise _refused(f"{platform.name} takes no empty comment")
    return words


def picture(message: Outbound, platform: Platform) -> Attachment | None:
    """The picture that goes with a public answer
    (https://developers.facebook.com/docs/graph-api/reference/object/comments). Raises ConnectorError."""
    if not message.attachments:
        return None
    file, *others = message.attachments
    if platform.other and not others and _kind(file) in _PICTURES and shape(file, platform) == "image":
        return file
    told = "takes one picture with a comment" if platform.other else "takes no files with a comment"
    raise _refused(f"{platform.name} {told}: write to the person directly, or leave the files out")


def pieces(text: str, platform: Platform) -> list[str]:
    """The text of a direct answer in pieces that the platform takes."""
    if not platform.in_bytes:
        return cut(text, platform.longest_text)
    return [part for piece in cut(text, platform.longest_text) for part in _within(piece, platform.longest_text)]


def _within(text: str, most: int) -> list[str]:
    """The text in pieces of at most so many bytes of UTF-8."""
    size = len(text.encode())
    if size <= most:
        return [text]
    # So many signs are sure to be fewer bytes, unless those of this part are unusually long.
    limit = min(most * len(text) // size, len(text) - 1)
    return [part for piece in cut(text, max(limit, 1)) for part in _within(piece, most)]


def _kind(file: Attachment) -> str:
    return file.content_type.partition(";")[0].strip().lower()


def _refused(reason: str) -> ConnectorError:
    return ConnectorError(reason, permanent=True)
