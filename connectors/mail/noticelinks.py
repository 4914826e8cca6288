"""Where a notification mail leads to: the link by which one answers at the service. No link is ever fetched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from connectors.mail.body import Body
from connectors.mail.services import Service

LONGEST = 2_000
_LONGEST_HTML = 300_000
_MOST = 200
_URL = re.compile(r"https://[^\s<>\"')\]]{3,2000}", re.IGNORECASE)
_REPLY = re.compile(r"\b(?:reply|respond|answer|rispond\w*|antworten|beantworten)\b", re.IGNORECASE)
_VIEW = re.compile(
    r"\b(?:view|see|read|open|go to|check|visualizza|vedi|leggi|apri|vai|mostra|anzeigen|ansehen|lesen|öffnen|zur)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"unsubscri|opt-?out|disiscri|annulla|abmelden|abbestell|preferen|settings|impostazion|einstellung|privacy|datenschutz|/legal"
    r"|terms|condizioni|help\b|/help|support|aiuto|hilfe|psettings|app-?store|play\.google|/static/|\.(?:png|gif|jpe?g|svg)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its words."""

    url: str
    words: str


def links(body: Body, service: Service) -> list[Link]:
    """The links of a mail to the service's own domains, by https, in their order."""
    found = [*_of_html(body.html), *_of_text(body.text)]
    return [one for one in found if _leads_to(one.url, service.hosts)]


def best(found: list[Link], service: Service) -> str:
    """The link by which one answers: one that says so, else one to look at it, else the first; else the service's
    own page."""
    fitting = [one for one in found if not _ASIDE.search(f"{one.words} {one.url}")]
    ways = [
        [one for one in fitting if _REPLY.search(one.words)],
        [one for one in fitting if service.thread is not None and service.thread.search(one.url)],
        [one for one in fitting if _VIEW.search(one.words)],
        [one for one in fitting if len(urlsplit(one.url).path) > 1],
    ]
    return next((way[0].url for way in ways if way), service.home)


def thread(url: str, service: Service) -> str:
    """What names the talk in a link, "" where nothing does: what else stands in it is another in each mail."""
    found = service.thread.search(url) if service.thread is not None else None
    return next(filter(None, found.groups()), "") if found else ""


def _of_text(text: str) -> Iterator[Link]:
    at = 0
    for found in list(_URL.finditer(text[:100_000]))[:_MOST]:
        before = [line for line in text[at : found.start()].split("\n") if line.strip()]
        yield Link(found[0].rstrip(".,;:!?"), before[-1].strip()[-80:] if before else "")
        at = found.end()


def _of_html(markup: str) -> Iterator[Link]:
    if not markup:
        return
    from lxml import html

    try:
        anchors = list(html.fromstring(markup[:_LONGEST_HTML]).iter("a"))[:_MOST]
    except Exception:  # lxml raises many kinds on hostile input
        return
    for one in anchors:
        label = " ".join("".join(one.itertext()).split())[:80]
        yield Link(unescape(one.get("href", "")).strip(), label or one.get("aria-label", "")[:80])


def _leads_to(url: str, hosts: tuple[str, ...]) -> bool:
    if len(url) > LONGEST or not _URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.username is None and any(host == one or host.endswith(f".{one}") for one in hosts)
