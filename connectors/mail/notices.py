"""Notification mails of services without an open API (LinkedIn, reviews, marketplaces) as their authors' own messages.

Known by the sender's domain, by our server's word that it really sent them (RFC 8601), and by what they tell of: a
newsletter, an invoice or a forged mail of the same sender is none.
"""

import hashlib
import re
from dataclasses import dataclass, replace

from connectors.base import Address, Message
from connectors.mail import noticelinks, noticewords, services
from connectors.mail.addresses import addresses
from connectors.mail.body import Body
from connectors.mail.headers import Headers
from connectors.mail.services import MESSAGE, REVIEW, Service

_ROBOT = re.compile(
    r"^(?:no[._-]?reply|do-?not-?reply|non-?rispondere|.*-noreply|notif\w*)(?:[+._-].*)?@", re.IGNORECASE
)
_PASSED = re.compile(r"\b(spf|dkim)=pass\b([^;]*)")
_DOMAIN = re.compile(
    r"(?:header\.[di]|smtp\.mailfrom|smtp\.mfrom|envelope-from)\s*=\s*\"?(?:[^\s@;\"]*@)?([a-z0-9.-]+)"
)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification mail tells of: by which service, of what kind, who wrote what, and where to answer.

    `answer`: the address by which a mail reaches the author, None where nobody reads there. `stars`: 1 to 5, 0 where it
    is no review. `talk` names what the author's notices belong to together.
    """

    service: Service
    kind: str
    author: str
    words: str
    url: str
    stars: int
    talk: str
    answer: Address | None

    def facts(self) -> dict[str, str]:
        """What rules may ask: notice, notice_name, notice_kind, notice_url, author, stars; of a mail that can be
        answered `via` instead."""
        told = {"author": self.author, "stars": str(self.stars or "")}
        if self.answer is not None:
            told |= {"via": self.service.code}
        else:
            told |= {
                "notice": self.service.code, "notice_name": self.service.name, "notice_kind": self.kind,
                "notice_url": self.url,
            }  # fmt: skip
        return {key: value for key, value in told.items() if value}


def notice(head: Headers, body: Body, sender: Address, subject: str, chosen: services.Choice) -> Notice | None:
    """The notice that a mail is, or None for any other mail."""
    service = services.by_sender(sender.address, chosen)
    if service is None or not _authentic(head.first("authentication-results").lower(), sender.address):
        return None
    # Of the others it names an office of the service: "Profilo dell'attività su Google".
    is_telling = service.writers is not None or "" in service.told
    display = noticewords.of_display(sender.name, service.name) if is_telling else ""
    kinds = tuple(noticewords.SUBJECTS) if "" in service.told else service.told
    told = noticewords.subject(subject, kinds)
    kind = told[0] if told else _untold(service, sender.address, display)
    if kind is None or not _has_words(service, subject):
        return None
    author = display or (told[1] if told else "") or noticewords.stated(body.text)
    found = noticelinks.links(body, service)
    url = noticelinks.best(found, service)
    return Notice(
        service=service,
        kind=kind,
        author=author,
        words=noticewords.words(body.text, subject, author, kinds, [(one.url, one.words) for one in found]),
        url=url,
        stars=noticewords.stars(subject, body.text, _alternatives(body.html)) if kind == REVIEW else 0,
        talk=_talk(author, noticelinks.thread(url, service), head),
        answer=_answer(head, service, sender),
    )


def as_message(message: Message, told: Notice) -> Message:
    """The mail as its author's own message."""
    given = {
        name: value for name, value in message.facts.items()
        # Of the service: that a program wrote it, and what stands in its footer.
        if name not in ("machine_sign", "auto_submitted", "list_id") and not name.startswith("signature.")
    }  # fmt: skip
    facts = {**given, **told.facts(), "notice_sender": message.sender.address}
    words = told.words or message.subject or message.reply
    if told.answer is not None:
        sender = Address(told.answer.address, told.author or told.answer.name)
        return replace(message, sender=sender, reply=words, machine=None, facts=facts)
    who = Address(f"{told.service.code}:{_plain(told.author)}", told.author or told.service.name)
    key = f"notice:{told.service.code}:{told.talk}"
    return replace(message, sender=who, reply=words, reply_to=(), thread_key=key, machine=None, facts=facts)


def _untold(service: Service, address: str, display: str) -> str | None:
    """What a mail tells of whose subject says nothing: a message, or None for a newsletter and the like."""
    if "" in service.told:
        return MESSAGE
    local = address.rpartition("@")[0]
    return MESSAGE if display and service.writers is not None and service.writers.fullmatch(local) else None


def _has_words(service: Service, subject: str) -> bool:
    return not service.subject or any(word in subject.casefold() for word in service.subject)


def _authentic(results: str, address: str) -> bool:
    """Whether our server did not find the sender forged, and what it found in order is the sender's own domain.

    Where it writes no such header, nothing speaks against the sender, as with any other mail.
    """
    if "dmarc=pass" in results:
        return True
    if "dmarc=fail" in results or ("spf=fail" in results and "dkim=pass" not in results):
        return False
    passed = [domain for _, about in _PASSED.findall(results) for domain in _DOMAIN.findall(about)]
    own = address.rpartition("@")[2].lower()
    return not passed or any(_same(domain.strip("."), own) for domain in passed)


def _same(one: str, other: str) -> bool:
    """Whether one domain is the other's or lies in it (RFC 7489 3.1, relaxed)."""
    return one == other or one.endswith(f".{other}") or (other.endswith(f".{one}") and "." in one)


def _answer(head: Headers, service: Service, sender: Address) -> Address | None:
    """Where a mail reaches the author: a relay's address, or a person's own in Reply-To."""
    given = next((one for value in head.every("reply-to") for one in addresses(value) if one.address), None)
    if service.relays:
        return given if given is not None and not _ROBOT.match(given.address) else sender
    if given is None or _ROBOT.match(given.address):
        return None
    domain = given.address.rpartition("@")[2].lower()
    is_own = any(_same(domain, one.rpartition("@")[2]) for one in (*service.senders, *service.hosts))
    return None if is_own else given


def _talk(author: str, thread: str, head: Headers) -> str:
    """The author's talk in this thread; notices that name neither are each a talk of their own."""
    who = _plain(author)
    if not who and not thread:
        return hashlib.sha256(head.first("message-id").encode()).hexdigest()[:16]
    return f"{who}:{thread}"


def _alternatives(markup: str) -> str:
    """What pictures of stars say in words."""
    return " ".join(re.findall(r"\balt=[\"']([^\"'<>]{1,60})[\"']", markup[:300_000], re.IGNORECASE)) if markup else ""


def _plain(author: str) -> str:
    return " ".join(author.casefold().split())
