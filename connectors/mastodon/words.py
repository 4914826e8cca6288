"""The words of a post: its HTML as plain text, and mentions in what is written.

https://docs.joinmastodon.org/spec/activitypub/#sanitization says what HTML a post may hold.
"""

import re
from collections.abc import Iterable

# A post's HTML is a mail's in small.
from connectors.mail.html import to_text

# https://github.com/mastodon/mastodon/blob/main/app/models/account.rb (MENTION_RE)
_MENTION = re.compile(r"(?<![=/\w])@(?=\w)")
# Mastodon sets names and addresses in pieces, which stand together.
_INLINE = re.compile(r"</?(?:span|a)\b[^<>]*>", re.IGNORECASE)
_JOINER = "\u2060"


def of_post(html: str, spoiler: str, own: Iterable[str]) -> str:
    """The text with what it is warned of above it, without our own name in front; `own`: how we may be called there."""
    words = to_text(_INLINE.sub("", html)).strip()
    names = "|".join(sorted((re.escape(one) for one in own if one), key=len, reverse=True))
    if names:
        bare = re.sub(rf"\A(?:@(?:{names})(?![\w@.-])[\s,:]*)+", "", words, flags=re.IGNORECASE)
        words = bare or words
    return "\n\n".join(filter(None, (spoiler.strip(), words)))


def without_mentions(text: str) -> str:
    """The text in which nobody is mentioned: in a direct post, whoever is mentioned could read it."""
    return _MENTION.sub(f"@{_JOINER}", text)
