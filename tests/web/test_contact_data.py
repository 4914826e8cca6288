"""What the signature states is offered on the conversation and kept on request."""

from typing import Any

from sqlalchemy import select

from connectors.base import Batch, RawItem
from inbox import intake
from inbox.app import App
from inbox.models import Contact, Conversation, now
from tests.parts.company import mail

TEXT = """Vorremmo un preventivo.

Cordiali saluti
Anna Bianchi
Rossi Meccanica S.r.l.
Tel. 0444 123456
P. IVA 00743110157
"""


def test_it_is_offered_once_and_kept_on_request(app: App, sign_in: Any) -> None:
    items = [RawItem("s1", now(), mail("Preventivo", TEXT, sender="anna@rossi-meccanica.test"), {"folder": "inbox"})]
    intake.receive(app.database, app.blobs, 1, "inbox", Batch(items, ""))
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        number = session.scalar(select(Conversation.id).order_by(Conversation.id.desc()).limit(1))
    giulia = sign_in()
    page = giulia.get(f"/conversations/{number}")
    assert "In the signature" in page
    told = {"phone": "+39 0444 123456", "company": "Rossi Meccanica S.r.l."}
    giulia.post(f"/conversations/{number}/contact", 302, f"/conversations/{number}", **told, vat="IT99999999999")
    with app.database.reading() as session:
        contact = session.scalars(select(Contact).join(Conversation).where(Conversation.id == number)).one()
        assert (contact.phone, contact.company.name, contact.company.vat) == (*told.values(), "")  # type: ignore[union-attr]
    page = giulia.get(f"/conversations/{number}")
    assert "Rossi Meccanica S.r.l." in page
    assert page.count("IT00743110157") == 2
    giulia.post(f"/conversations/{number}/contact", 302, f"/conversations/{number}", vat="IT00743110157")
    assert "In the signature" not in giulia.get(f"/conversations/{number}")
