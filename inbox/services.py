"""Which services' notification mails count as messages: those known, unless switched off, and the firm's own.

Kept as one setting, in JSON: {"off": [codes], "own": [{"code", "name", "sender", "subject": [words]}], "next": number}.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import company, contacts
from inbox.models import Channel


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


KEY = "services"
MOST, LONGEST_NAME, MOST_WORDS, LONGEST_WORD = 50, 40, 20, 80
# Their notification mails say again what a connected channel brings by itself.
BROUGHT_BY_CHANNEL = ("facebook", "instagram")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_ADDRESS = re.compile(rf"[^@\s]{{1,64}}@{_DOMAIN.pattern}")


class ServiceError(ValueError):
    """What is wrong with a service; `field` says of what."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Own:
    """A service that the firm named: who writes for it (an address, or a domain with all below it), what it is called,
    and words of which the subject must hold one, () for every mail."""

    code: str
    name: str
    sender: str
    subject: Sequence[str] = ()


def own(session: Session) -> list[Own]:
    """The firm's own, by name."""
    return sorted((Own(**one) for one in _kept(session).get("own", ())), key=lambda one: one.name.casefold())


def off(session: Session) -> set[str]:
    """The codes of those that are switched off."""
    return set(_kept(session).get("off", ()))


def brought(session: Session) -> set[str]:
    """The codes of those that a channel brings by itself."""
    query = select(Channel.kind).where(Channel.kind.in_(BROUGHT_BY_CHANNEL), Channel.enabled.is_(True))
    return set(session.scalars(query))


def for_reader(session: Session) -> str:
    """What the reader of a mail has to know of this, "" for nothing."""
    kept, silent = _kept(session), off(session) | brought(session)
    if not silent and not kept.get("own"):
        return ""
    return json.dumps({"off": sorted(silent), "own": kept.get("own", [])})


def switch(session: Session, code: str, *, on: bool) -> None:
    """Let a known service's mails count as messages, or be automatic mails as any others."""
    kept = _kept(session)
    silent = set(kept.get("off", ())) - {code}
    _keep(session, {**kept, "off": sorted(silent if on else {*silent, code})})


def add(session: Session, name: str, sender: str, subject: Sequence[str], taken: Collection[str]) -> Own:
    """Name a service; `taken`: the names of those known already. Raises ServiceError."""
    kept, known = _kept(session), own(session)
    name, sender = " ".join(name.split()), sender.strip().lower().removeprefix("@")
    words = list(dict.fromkeys(" ".join(one.split()) for one in subject if one.strip()))
    if len(known) >= MOST:
        raise ServiceError("name", _("there are too many services already"))
    if not 2 <= len(name) <= LONGEST_NAME:
        raise ServiceError("name", _("2 to 40 letters"))
    if name.casefold() in {one.casefold() for one in (*taken, *(one.name for one in known))}:
        raise ServiceError("name", _("there is a service of this name already"))
    _check_sender(session, sender, known)
    if len(words) > MOST_WORDS or any(len(one) > LONGEST_WORD for one in words):
        raise ServiceError("subject", _("at most 20 lines of 80 letters"))
    number = int(kept.get("next", 1))
    made = Own(f"own-{number}", name, sender, words)
    row = {"code": made.code, "name": name, "sender": sender, "subject": words}
    _keep(session, {**kept, "own": [*kept.get("own", ()), row], "next": number + 1})
    return made


def remove(session: Session, code: str) -> bool:
    """Forget one of the firm's own; what came by it stays. False where there is none."""
    kept = _kept(session)
    rest = [one for one in kept.get("own", ()) if one["code"] != code]
    if len(rest) == len(kept.get("own", ())):
        return False
    _keep(session, {**kept, "own": rest})
    return True


def _check_sender(session: Session, sender: str, known: Sequence[Own]) -> None:
    if not (_DOMAIN.fullmatch(sender) or _ADDRESS.fullmatch(sender)):
        raise ServiceError("sender", _("an address or a domain, such as noreply@service.com or service.com"))
    if sender in contacts.FREE_MAIL:
        raise ServiceError("sender", _("everybody can have an address there: please name the service's whole address"))
    ours = contacts.ours(session)
    if sender in ours or sender in {contacts.domain_of(one) for one in ours}:
        raise ServiceError("sender", _("this is an address of ours"))
    if sender in {one.sender for one in known}:
        raise ServiceError("sender", _("there is a service with this sender already"))


def _kept(session: Session) -> dict[str, Any]:
    text = company.get(session, KEY)
    kept: dict[str, Any] = json.loads(text) if text else {}
    return kept


def _keep(session: Session, kept: dict[str, Any]) -> None:
    company.put(session, KEY, json.dumps(kept))
