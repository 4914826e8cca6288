"""Somebody of the demo asks once more by the form of the site, from a private address: the product notices it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import likeness, sitechannels
from inbox.app import App
from inbox.demo.stage import Stage
from inbox.forms import posts, settings
from inbox.models import Company, Contact, Conversation
from inbox.models.conversation import OPEN

FORM, PAGE = "sito", "https://www.ferraluna.example/contatti"
URLENCODED = "application/x-www-form-urlencoded"
WORDS = (
    "Buongiorno, ho già scritto all'indirizzo info per la stessa questione: avete novità? Scrivo dal modulo perché fino"
    " a lunedì non leggo la posta dell'ufficio. Grazie."
)


def ask_again(app: App, stage: Stage, mailbox_id: int, firms: Mapping[str, str]) -> None:
    """The person who asked last and waits fills in the form too; `firms`: of everybody, by name."""
    desk = sitechannels.Desk(app.database, app.blobs, app.vault)
    with app.database.writing() as session:
        key = settings.make(session, app.vault, FORM, mailbox_id, language="it").address
        name = _last(session)
    form = posts.find(desk, key)
    if form is None or not name:
        return
    address = f"{likeness.name(name).replace(' ', '.')}@posta.example"
    fields = {"nome": name, "azienda": firms.get(name, ""), "email": address, "messaggio": WORDS}
    looked = posts.look(form, URLENCODED, urlencode(fields).encode(), PAGE)
    if looked.item is not None:
        posts.store(desk, form, looked.item)
        stage.take_in()


def _last(session: Session) -> str:
    """The name of the person of a firm who asked last and waits."""
    query = (
        select(Contact.name)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .join(Company, Company.id == Contact.company_id)
        .where(Contact.name_key != "", Conversation.status == OPEN, Conversation.waiting_since.is_not(None))
    )
    return session.scalar(query.order_by(Conversation.created_at.desc()).limit(1)) or ""
