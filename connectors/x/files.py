"""Files of posts: only X's own store is asked for one."""

from urllib.parse import urlsplit

from connectors import http
from connectors.base import Attachment, ConnectorError

HOSTS = frozenset(("pbs.twimg.com", "video.twimg.com"))
SECONDS, LONGEST = 60.0, 1000


def fetch(url: str, most: int) -> Attachment:
    """The file at an address, without its name.

    Raises ConnectorError, permanent for an address elsewhere, a file that is gone or larger than `most` bytes.
    """
    if not is_xs(url):
        raise ConnectorError("The file does not lie with X", permanent=True)
    answer = http.get(url, {}, seconds=SECONDS, most=most + 1)
    if answer.status in (403, 404, 410) or 300 <= answer.status < 400:
        raise ConnectorError("X no longer has this file", permanent=True)
    if answer.status != 200:
        raise ConnectorError(f"X did not give the file: answer {answer.status}", retry_after=answer.retry_after)
    if len(answer.body) > most:
        raise ConnectorError(f"The file is larger than {most // 1_000_000} MB", permanent=True)
    return Attachment("", answer.headers.get("content-type", "").partition(";")[0].strip(), answer.body)


def is_xs(url: str) -> bool:
    """Whether a file lies with X."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = parts.scheme == "https" and url.isascii() and url.isprintable() and "\\" not in url
    return is_plain and len(url) <= LONGEST and parts.netloc in HOSTS
