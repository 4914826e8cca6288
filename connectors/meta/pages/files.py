"""Files of pages and accounts: they are named by an address, and only Meta's own hosts are asked for one."""

from urllib.parse import urljoin, urlsplit

from connectors import http
from connectors.base import Attachment, ConnectorError
from connectors.meta.graph import UPLOAD_SECONDS, Graph

# Where Meta keeps files; whatever else somebody names is never asked.
HOSTS = ("fbcdn.net", "fbsbx.com", "cdninstagram.com")
LONGEST = 4000
_MOVES = 3


def is_metas(url: str) -> bool:
    """Whether a file lies with Meta."""
    try:
        parts = urlsplit(url)
        # Without a user name, a port or signs that one reader takes for another's.
        is_plain = parts.scheme == "https" and parts.netloc == parts.hostname and url.isascii() and url.isprintable()
    except ValueError:
        return False
    host = parts.netloc
    return is_plain and "\\" not in url and any(host == one or host.endswith(f".{one}") for one in HOSTS)


def fetch(graph: Graph, url: str, most: int, platform: str) -> Attachment:
    """The file at an address, without its name. The token stays here: these addresses need none.

    Raises ConnectorError, permanent for an address that is none of Meta's.
    """
    for _move in range(_MOVES):
        if len(url) > LONGEST or not (is_metas(url) or graph.is_here(url)):
            raise ConnectorError(f"{platform} names a file that does not lie with Meta", permanent=True)
        answer = http.get(url, {}, seconds=UPLOAD_SECONDS, most=most + 1)
        moved = answer.headers.get("location", "")
        if not (300 <= answer.status < 400 and moved):
            # An address that is signed for a time is refused after it.
            if answer.status == 403:
                raise ConnectorError(f"{platform} no longer gives this file", permanent=True)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip()
            return Attachment("", kind, graph.file(answer, most))
        url = urljoin(url, moved)
    raise ConnectorError(f"{platform} moves a file again and again", permanent=True)
