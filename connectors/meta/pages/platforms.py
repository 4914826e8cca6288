"""What differs between a Facebook page and an Instagram account, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass

_SHOWN = {"image/jpeg": "image", "image/png": "image", "image/gif": "image"}
_HEARD = {"audio/aac": "audio", "audio/mp4": "audio", "audio/x-m4a": "audio", "audio/wav": "audio",
          "audio/x-wav": "audio"}  # fmt: skip
_SEEN = {"video/mp4": "video", "video/ogg": "video", "video/x-msvideo": "video", "video/quicktime": "video",
         "video/webm": "video"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Platform:
    """`object` is what Meta's calls name it; `longest_text` of a direct message in signs, or `in_bytes`;
    `longest_comment` in signs; `answers` the edge of a comment; `person` the fields of a profile.

    `shapes`: how a file goes, by its type; `other` how any other goes, "" where none does. `fields`: about what we want
    to be called, `public` about comments.
    """

    name: str
    object: str
    longest_text: int
    in_bytes: bool
    longest_comment: int
    answers: str
    person: str
    shapes: Mapping[str, str]
    other: str
    fields: tuple[str, ...]
    public: tuple[str, ...]


FACEBOOK = Platform(
    name="Facebook",
    object="page",
    longest_text=2000,
    in_bytes=False,
    longest_comment=8000,
    answers="comments",
    person="first_name,last_name,name",
    shapes={**_SHOWN, **_HEARD, **_SEEN, "audio/mpeg": "audio"},
    other="file",
    fields=(
        "messages", "message_echoes", "message_edits", "message_reactions", "message_deliveries", "message_reads",
        "messaging_postbacks", "messaging_referrals", "standby",
    ),
    public=("feed", "mention"),
)  # fmt: skip
# https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload
INSTAGRAM = Platform(
    name="Instagram",
    object="instagram",
    longest_text=1000,
    in_bytes=True,
    longest_comment=2200,
    answers="replies",
    person="name,username",
    shapes={**_SHOWN, **_HEARD, **_SEEN, "application/pdf": "file"},
    other="",
    fields=(
        "messages", "message_edit", "message_reactions", "messaging_postbacks", "messaging_referral", "messaging_seen",
        "standby",
    ),
    public=("comments", "live_comments", "mentions"),
)  # fmt: skip
