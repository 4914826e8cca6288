"""A customer's question, and what colleagues do with it between themselves on its page."""

import re
from collections.abc import Sequence
from html import unescape
from io import BytesIO
from typing import Any

from sqlalchemy import select

from inbox import users
from inbox.app import App
from inbox.models import Conversation, Delivery, Draft, Message, Question, Team, User
from inbox.models.delivery import ANSWER
from tests.web.conftest import PASSWORD, Visitor

GIULIA, MARCO, SARA, LUCA = "giulia@firm.test", "marco@firm.test", "sara@firm.test", "luca@agents.test"


class Talk:
    """A customer's question to R&D, and what colleagues do with it on its page; Sara is of R&D too."""

    def __init__(self, app: App, sign_in: Any) -> None:
        self.app, self.sign_in = app, sign_in
        with app.database.writing() as session:
            users.create(session, SARA, "Sara Blu", "colleague", "en", ["rd"], PASSWORD)
            found = session.query(Conversation).filter_by(subject="Giunto GX-40").one()
            found.team = session.query(Team).filter_by(slug="rd").one()
            self.number, self.other = found.id, session.query(Conversation).filter_by(subject="Conferma").one().id
            self.ids = {one.email: one.id for one in session.query(User)}
        self.url = f"/conversations/{self.number}"

    def approved_by(self, email: str) -> None:
        with self.app.database.writing() as session:
            session.query(Team).filter_by(slug="rd").one().approver_id = self.ids[email]

    def post(self, visitor: Visitor, path: str, status: int = 302, **data: Any) -> Any:
        return visitor.post(f"{self.url}/{path}", status, form_page="/me", **data)

    def page(self, visitor: Visitor) -> str:
        return plain(visitor.get(self.url))

    def facts(self, text: str = "Fino a 90 °C.", filename: str = "prova.pdf") -> int:
        """Giulia asks Marco, who knows; the facts' number."""
        self.post(self.sign_in(GIULIA), "questions", user=self.ids[MARCO], text="Regge 80 °C?")
        question = self.all(Question)[-1]
        files = {"files": (BytesIO(b"%PDF-1"), filename)} if filename else {}
        self.post(self.sign_in(MARCO), f"questions/{question.id}/facts", text=text, **files)
        return int(self.all(Draft)[-1].id)

    def waiting(self, text: str = "È H7.") -> int:
        """Marco's answer waits for Sara; its number."""
        self.approved_by(SARA)
        self.post(self.sign_in(MARCO), "answer", text=text)
        return int(self.all(Draft)[-1].id)

    def all(self, model: Any, *where: Any) -> Sequence[Any]:
        with self.app.database.reading() as session:
            return session.scalars(select(model).where(*where).order_by(model.id)).unique().all()

    def sent(self) -> list[str]:
        return [one.envelope["text"].split("\n\n-- ")[0] for one in self.all(Delivery, Delivery.purpose == ANSWER)]

    def files_sent(self) -> list[str]:
        with self.app.database.reading() as session:
            messages = session.scalars(select(Message).where(Message.direction == "outbound")).all()
            return [file.filename for one in messages for file in one.attachments]


def plain(page: str) -> str:
    return " ".join(unescape(page).split())


def answer_form(page: str) -> dict[str, Any]:
    """What the browser would send of the answer's form."""
    form = page[page.index('class="answer"') :]
    found: dict[str, Any] = {}
    for name in ("seen", "source", "source_file"):
        tags = re.findall(rf'<input [^>]*name="{name}"[^>]*>', form)
        kept = [one for one in tags if "checkbox" not in one or " checked" in one]
        found[name] = [match[1] for one in kept if (match := re.search(r'value="(\d+)"', one))]
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    assert text
    return found | {"text": unescape(text[1])}


def live_part(page: str) -> str:
    """Where an open page fetches what waits above the answer."""
    found = re.search(r'id="drafts" data-live="([^"]+)"', page)
    assert found
    return unescape(found[1])
