"""Colleagues answer from their mail program what we told them."""

import random
from email.message import EmailMessage

from inbox.models import Delivery
from routing import by_mail
from tests.parts.desk import URL, Desk


def mail(told: Delivery, text: str, *, sender: str = "marco@firm.test", quoted: bool = True, names: bool = True,
         files: dict[str, bytes] | None = None, **headers: str) -> bytes:  # fmt: skip
    """An answer as a mail program writes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Marco <{sender}>", "info@firm.test", "Re: x"
    message["Message-ID"] = f"<{random.getrandbits(64)}@firm.test>"
    if names:
        message["In-Reply-To"] = message["References"] = told.external_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    below = "\n".join(f"> {line}" for line in told.envelope["text"].splitlines())
    whole = f"{text}\n\nIl giorno 3 mar 2026 alle ore 10:00 Centralino <info@firm.test> ha scritto:\n\n{below}\n"
    message.set_content(whole if quoted else text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def arrive(desk: Desk, *raws: bytes) -> None:
    """They come in and are carried out; what colleagues were sent then is in `desk.receipts`."""
    before = desk.notices()
    desk.receive(*raws)
    desk.take_in()
    while jobs := desk.claim("by_mail"):
        by_mail.act(desk.database, jobs, URL)
    desk.receipts = [one for one in desk.notices() if one.id not in {row.id for row in before}]  # type: ignore[attr-defined]


def receipt(desk: Desk) -> str:
    """What the one receipt says."""
    (one,) = [row for row in desk.receipts if row.envelope.get("receipt")]  # type: ignore[attr-defined]
    return str(one.envelope["text"])
