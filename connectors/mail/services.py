"""Services that tell of a message by mail and take no answer by it: who writes for them, of what, where links lead.

The mails' looks change without notice: senders are known by their domain, subjects by what they have in common.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

MESSAGE, COMMENT, REVIEW, INQUIRY, LEAD = "message", "comment", "review", "inquiry", "lead"
_AMAZON = ("com", "it", "de", "fr", "es", "co.uk", "nl", "se", "pl", "ie", "com.be")
_EBAY = ("com", "it", "de", "at", "ch", "fr", "es", "ie", "nl", "be", "pl", "co.uk")


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    `senders`: domains (with all below them) or addresses that write for it; `mailboxes`: only such local parts.
    `told`: of what its mails may tell; "" in it: every mail tells of a message. `writers`: local parts that write under
    the author's name, with a subject that the author chose. `hosts`: domains of its links; `home`: where one answers if
    no link was found. `thread`: what names the talk in a link. `relays`: an answer to the sender's address reaches the
    author. `subject`: words, one of which the subject must hold.
    """

    code: str
    name: str
    senders: tuple[str, ...]
    told: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    home: str = ""
    mailboxes: re.Pattern[str] | None = None
    writers: re.Pattern[str] | None = None
    thread: re.Pattern[str] | None = None
    relays: bool = False
    subject: tuple[str, ...] = ()


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SERVICES = (
    Service(
        "linkedin", "LinkedIn", ("linkedin.com",), (MESSAGE, COMMENT, LEAD), ("linkedin.com", "lnkd.in"),
        "https://www.linkedin.com/messaging/",
        mailboxes=_re(r"(?!(?:jobs?|jobalerts?|invitations?|updates?|security|billing|news|editors?)\b).+"),
        writers=_re(r"(?:inmail-?)?hit-?reply|messag(?:es?|ing)(?:-digest)?-?noreply|inmail.*"),
        thread=_re(r"/messaging/thread/([\w=%-]{4,100})|urn(?::|%3A)li(?::|%3A)\w+(?::|%3A)(\d{6,25})"),
    ),
    Service(
        "google", "Google", ("google.com",), (REVIEW,), ("google.com", "g.co", "c.gle", "g.page", "goo.gl"),
        "https://business.google.com/reviews",
        mailboxes=_re(r".*(?:my-?business|business-?profile|local-?business|reviews?|maps|unternehmensprofil).*"),
        thread=_re(r"/reviews?/([\w-]{8,100})"),
    ),
    Service(
        "trustpilot", "Trustpilot", ("trustpilot.com", "trustpilotmail.com"), (REVIEW,), ("trustpilot.com",),
        "https://businessapp.b2b.trustpilot.com/reviews/", thread=_re(r"/reviews?/([0-9a-f]{20,30})"),
    ),
    Service(
        "facebook", "Facebook", ("facebookmail.com", "facebook.com"), (MESSAGE, COMMENT, REVIEW, LEAD),
        ("facebook.com", "fb.com", "fb.me", "m.me", "messenger.com"), "https://business.facebook.com/latest/inbox/",
        mailboxes=_re(r"(?!(?:security|ads?-?|advertise|update|friend).*).+"),
        thread=_re(r"(?:story_fbid|fbid|thread_?id)(?:=|%3D)(\d{5,40})|/posts/(\w{5,100})"),
    ),
    Service(
        "instagram", "Instagram", ("mail.instagram.com", "instagram.com"), (MESSAGE, COMMENT), ("instagram.com",),
        "https://www.instagram.com/direct/inbox/", mailboxes=_re(r"(?!security\b).+"),
        thread=_re(r"/(?:p|reel)/([\w-]{5,40})"),
    ),
    Service(
        "alibaba", "Alibaba", ("alibaba.com",), (MESSAGE, INQUIRY), ("alibaba.com",),
        "https://message.alibaba.com/", thread=_re(r"(?:inquiry_?id|trade_?id)(?:=|%3D)([\w-]{4,80})"),
    ),
    Service(
        "europages", "Europages", ("europages.com", "europages.it", "europages.de", "europages.co.uk", "europages.fr"),
        (MESSAGE, INQUIRY), ("europages.com", "europages.it", "europages.de", "europages.co.uk", "europages.fr"),
        "https://www.europages.com/",
    ),
    Service(
        "directindustry", "DirectIndustry",
        ("directindustry.com", "directindustry.it", "directindustry.de", "virtual-expo.com", "virtualexpo.com"),
        (MESSAGE, INQUIRY, LEAD),
        ("directindustry.com", "directindustry.it", "directindustry.de", "virtual-expo.com", "virtualexpo.com"),
        "https://www.directindustry.com/",
    ),
    Service(
        "wlw", "wlw", ("wlw.de", "wlw.at", "wlw.ch", "wlw.com", "visable.com"), (MESSAGE, INQUIRY),
        ("wlw.de", "wlw.at", "wlw.ch", "wlw.com", "visable.com"), "https://www.wlw.de/",
    ),
    Service(
        "paginegialle", "PagineGialle", ("paginegialle.it", "italiaonline.it"), (MESSAGE, INQUIRY, REVIEW),
        ("paginegialle.it", "italiaonline.it"), "https://www.paginegialle.it/",
    ),
    Service("amazon", "Amazon", tuple(f"marketplace.amazon.{one}" for one in _AMAZON), ("",), relays=True),
    Service("ebay", "eBay", tuple(f"members.ebay.{one}" for one in _EBAY), ("",), relays=True),
)  # fmt: skip
_BY_SENDER = {sender: one for one in SERVICES for sender in one.senders}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the firm chose: services that are `off`, and its `own` by domain or address."""

    off: frozenset[str] = frozenset()
    own: Mapping[str, Service] | None = None


@lru_cache(maxsize=4)
def choice(data: str) -> Choice:
    """The firm's choice from JSON: {"off": [codes], "own": [{"code", "name", "sender", "subject": [words]}]}; "" for
    none. Raises ValueError or KeyError for what is no such thing."""
    given = json.loads(data) if data else {}
    own = {one["sender"]: _own(**one) for one in given.get("own", ())}
    return Choice(frozenset(given.get("off", ())), own)


def _own(code: str, name: str, sender: str, subject: list[str]) -> Service:
    """A service that the firm named: its links are the first ones to the sender's domain."""
    host = sender.rpartition("@")[2]
    words = tuple(one.casefold() for one in subject)
    return Service(code, name, (sender,), ("",), (host,), f"https://{host}/", subject=words)


def by_sender(address: str, chosen: Choice) -> Service | None:
    """The service that an address writes for, by itself or by its domain or one above that."""
    known = chosen.own or {}
    local, _, domain = address.lower().rpartition("@")
    found = known.get(f"{local}@{domain}")
    while domain and (found is None or found.code in chosen.off):
        found = known.get(domain) or _BY_SENDER.get(domain)
        domain = domain.partition(".")[2]
    if found is None or found.code in chosen.off:
        return None
    return found if found.mailboxes is None or found.mailboxes.fullmatch(local) else None
