"""An SMTP peer that keeps what it gets, and can refuse or break off as told."""

import base64
import email
import email.policy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.parts.dovecot import free_port


@dataclass
class Peer:
    """The peer's memory. `answers` are given to the next mails, after their final dot, instead of 250."""

    port: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            mail = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append((list(envelope.rcpt_tos), mail))
        return answer

    def to(self, address: str) -> list[EmailMessage]:
        """The mails that went to an address."""
        return [mail for recipients, mail in self.mails if address in recipients]

    def wait_for(self, address: str, count: int = 1, seconds: float = 10) -> list[EmailMessage]:
        """Wait until an address has so many mails."""
        deadline = time.monotonic() + seconds
        while len(self.to(address)) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        found = self.to(address)
        assert len(found) >= count, f"{address} got {len(found)} of {count} mails"
        return found


class TokenPeer(Peer):
    """A peer that wants XOAUTH2; `takes` says whether a token is good."""

    def __init__(self, takes: Callable[[str], bool]) -> None:
        super().__init__()
        self.takes = takes

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        told = base64.b64decode(args[1]).decode()
        if self.takes(told.partition("Bearer ")[2].rstrip("\1")):
            return AuthResult(success=True)
        # The reason comes as a challenge, to which the client answers nothing.
        await server.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=False, handled=False)


@contextmanager
def running(peer: Peer | None = None) -> Iterator[Peer]:
    """Start a peer on a free port."""
    peer = peer or Peer()
    peer.port = free_port()
    wants = {"auth_require_tls": False, "auth_required": True} if isinstance(peer, TokenPeer) else {}
    controller = Controller(peer, hostname="127.0.0.1", port=peer.port, enable_SMTPUTF8=True, **wants)  # type: ignore[arg-type]
    controller.start()
    try:
        yield peer
    finally:
        controller.stop(no_assert=True)
