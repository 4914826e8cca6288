"""The mail channel: reads a mailbox by IMAP (inbox and Sent folder), answers by SMTP."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from connectors import base
from connectors.mail import services
from connectors.mail.pec import receipt
from connectors.mail.read import read

SECURITIES = ("tls", "starttls", "none")


class MailChannel:
    """One mailbox. Ports left at 0 follow from the security (993/143, 465/587).

    `folders`: names of more folders to read like the inbox.
    `token` gives an access token instead of the password. `read_sent`: whether its Sent folder is looked into; not
    where a person's private letters lie there too.
    """

    kind: ClassVar[str] = "mail"

    def __init__(
        self,
        *,
        address: str,
        name: str = "",
        imap_host: str,
        imap_port: int = 0,
        imap_security: str = "tls",
        smtp_host: str = "",
        smtp_port: int = 0,
        smtp_security: str = "tls",
        user: str = "",
        password: str = "",
        smtp_user: str | None = None,
        smtp_password: str | None = None,
        sent_folder: str = "",
        folders: Sequence[str] = (),
        read_sent: bool = True,
        token: Callable[[str], str] | None = None,
        ca_file: str = "",
        timeout: float = 30.0,
        max_message_bytes: int = 50_000_000,
    ) -> None:
        from connectors.mail.imap import Mailbox
        from connectors.mail.login import Login

        for field, value in (("imap_security", imap_security), ("smtp_security", smtp_security)):
            if value not in SECURITIES:
                raise ValueError(f"{field}: must be one of {', '.join(SECURITIES)} (got {value!r})")
        if "@" not in address:
            raise ValueError(f"address: is not a mail address (got {address!r})")
        user = user or address
        imap_port = imap_port or (993 if imap_security == "tls" else 143)
        smtp_port = smtp_port or (465 if smtp_security == "tls" else 587)
        self._sender = base.Address(address, name)
        self._imap = Login(imap_host, imap_port, imap_security, user, password, ca_file, timeout, token)
        self._smtp = Login(
            smtp_host or imap_host, smtp_port, smtp_security, user if smtp_user is None else smtp_user,
            password if smtp_password is None else smtp_password, ca_file, timeout,
            token if smtp_user is None else None,
        )  # fmt: skip
        self._mailbox = Mailbox(self._imap, max_message_bytes, sent_folder)
        self._read_sent, self._folders = read_sent, folders

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """See `Connector`."""
        return read_item(raw)

    def folders(self) -> Sequence[str]:
        """The inbox comes last, so that it is the folder selected when `wait` listens."""
        more = [f"folder:{name}" for name in self._folders]
        return (*(["sent"] if self._read_sent else []), *more, "inbox")

    def fetch(self, folder: str, cursor: str) -> base.Batch:
        """See `Pull`."""
        return self._mailbox.fetch(folder, cursor)

    def present(self, folder: str, begun: str, cursor: str) -> Sequence[str]:
        """See `Counted`."""
        return self._mailbox.present(folder, begun, cursor)

    def again(self, folder: str, keys: Sequence[str]) -> Sequence[base.RawItem]:
        """See `Counted`."""
        return self._mailbox.again(folder, keys)

    def history(self, folder: str, days: int, cursor: str) -> base.Batch:
        """The messages of the last `days` days, in pages, by a cursor of its own ("" to begin)."""
        return self._mailbox.history(folder, days, cursor)

    def wait(self, seconds: float) -> None:
        """See `Pull`."""
        self._mailbox.wait(seconds)

    def wake(self) -> None:
        """See `Pull`."""
        self._mailbox.wake()

    def close(self) -> None:
        """See `Pull`."""
        self._mailbox.close()

    def check(self) -> Sequence[str]:
        """See `Connector`."""
        return [self.check_reading(), self.check_sending()]

    def check_reading(self) -> str:
        """See `TwoWay`."""
        try:
            return self._mailbox.check()
        finally:
            self._mailbox.close()

    def check_sending(self) -> str:
        """See `TwoWay`."""
        from connectors.mail import smtp

        return smtp.check(self._smtp)

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """See `Connector`. The provider's id is the Message-ID, fixed when the message was queued."""
        from connectors.mail import smtp
        from connectors.mail.compose import envelope

        content, international = self._composed(message)
        sender, recipients = envelope(self._sender.address), [envelope(one.address) for one in message.to]
        copies = {envelope(one.address): one.address for one in message.cc}
        refused = smtp.send(
            self._smtp, sender, recipients, content, committing, copies=list(copies), international=international
        )
        return base.Sent(message.external_id, {copies[one]: said for one, said in refused.items()})

    def keep_copy(self, message: base.Outbound) -> bool:
        """See `KeepsCopies`."""
        try:
            return self._mailbox.keep(message.external_id, self._composed(message)[0], message.at or datetime.now(UTC))
        finally:
            self._mailbox.close()

    def _composed(self, message: base.Outbound) -> tuple[bytes, bool]:
        """The mail, and whether its addresses need SMTPUTF8."""
        from connectors.mail.compose import compose, envelope

        people = [self._sender, *message.to, *message.cc]
        international = not all(envelope(one.address).isascii() for one in people)
        return compose(message, self._sender, international=international), international


def read_item(raw: base.RawItem) -> Sequence[base.Reading]:
    """A mail of the inbox is a message, a PEC receipt a status; one of the Sent folder an echo of what left.

    `services` in its meta is what the firm chose of the services that tell of messages by mail (services.choice).
    """
    role = raw.meta.get("folder", "inbox")
    told = receipt(raw.body) if role != "sent" else None
    if told is not None:
        return [told]
    message = read(raw.body, role, services.choice(raw.meta.get("services", "")))
    return [base.Echo(message) if role == "sent" else message]
