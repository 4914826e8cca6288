"""Files of posts: they are named by an address, and only our own server and its own stores are asked for one."""

from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from connectors import http
from connectors.base import Attachment, ConnectorError

SECONDS = 120.0
LONGEST = 4000
_MOVES = 3


def fetch(url: str, server: str, hosts: Collection[str], most: int) -> Attachment:
    """The file at an address, without its name; the token stays here: these addresses need none.

    Raises ConnectorError, permanent for an address elsewhere, a file that is gone or larger than `most` bytes.
    """
    for _move in range(_MOVES):
        if len(url) > LONGEST or not (url.startswith(f"{server}/") or _is_in(url, hosts)):
            raise ConnectorError("The file does not lie with the account's own server", permanent=True)
        answer = http.get(url, {}, seconds=SECONDS, most=most + 1)
        moved = answer.headers.get("location", "")
        if 300 <= answer.status < 400 and moved:
            url = urljoin(url, moved)
            continue
        if answer.status in (401, 403, 404, 410):
            raise ConnectorError("Mastodon no longer has this file", permanent=True)
        if answer.status != 200:
            raise ConnectorError(
                f"Mastodon did not give the file: answer {answer.status}", retry_after=answer.retry_after
            )
        if len(answer.body) > most:
            raise ConnectorError(f"The file is larger than {most // 1_000_000} MB", permanent=True)
        return Attachment("", answer.headers.get("content-type", "").partition(";")[0].strip(), answer.body)
    raise ConnectorError("Mastodon moves a file again and again", permanent=True)


def _is_in(url: str, hosts: Collection[str]) -> bool:
    try:
        parts = urlsplit(url)
        # Without a user name or signs that one reader takes for another's.
        is_plain = parts.scheme == "https" and "@" not in parts.netloc and url.isascii() and url.isprintable()
    except ValueError:
        return False
    return is_plain and "\\" not in url and parts.netloc in hosts
