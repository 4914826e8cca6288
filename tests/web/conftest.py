"""A small firm with a full desk, seen through Flask's test client."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from connectors.base import Batch, RawItem
from inbox import intake, users
from inbox.app import App
from inbox.models import Channel, now
from tests.parts.web import browser, pages

PASSWORD = "correct horse battery"
PEOPLE = (
    ("giulia@firm.test", "Giulia Verdi", "manager", ["triage"]),
    ("marco@firm.test", "Marco Neri", "colleague", ["rd"]),
    ("luca@agents.test", "Luca Rossi", "external", []),
)
MAILS = (
    (2, "Anna Bianchi <anna@cliente.test>", "Giunto GX-40", "Qual è la tolleranza? Servirebbe la scheda tecnica."),
    (30, "Klaus Weber <weber@kunde.test>", "Anfrage Preis", "Bitte senden Sie uns ein Angebot für 40 Stück."),
    (1, "acquisti@ditta.test", "Conferma", "Attendiamo conferma.\n\n<script>alert(1)</script>"),
)


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 302, form_page: str = "/", **data: Any) -> Any:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(form_page).text)
        assert token
        answer = self.client.post(path, data={"csrf_token": token[1], **data}, headers={"Accept-Language": "en"})
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture(scope="session")
def desk_folder(tmp_path_factory: pytest.TempPathFactory, starter_folder: Path) -> Path:
    """The firm's data folder, to be copied: making one takes seconds."""
    folder = tmp_path_factory.mktemp("desk") / "var"
    shutil.copytree(starter_folder, folder)
    opened = App(Settings(data=folder, language="en"))
    with opened.database.writing() as session:
        for address, name, role, teams in PEOPLE:
            users.create(session, address, name, role, "en", teams, PASSWORD).quiet = False
        channel = Channel(kind="mail", name="info", address="info@firm.test")
        session.add(channel)
        session.flush()
        channel_id = channel.id
    items = [_item(number, *one) for number, one in enumerate(MAILS)]
    intake.receive(opened.database, opened.blobs, channel_id, "inbox", Batch(items, ""))
    opened.worker().drain(("take_in", "route"))
    opened.close()
    return folder


@pytest.fixture
def app(tmp_path: Path, desk_folder: Path) -> Iterator[App]:
    shutil.copytree(desk_folder, tmp_path / "var")
    opened = App(Settings(data=tmp_path / "var", language="en"))
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture
def visitor(app: App) -> Visitor:
    return Visitor(pages(app).test_client())


@pytest.fixture
def sign_in(app: App) -> Any:
    return lambda email="giulia@firm.test": Visitor(browser(app, email))


def _item(number: int, hours: float, sender: str, subject: str, text: str) -> RawItem:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "info@firm.test", subject
    message["Message-ID"] = f"<{number}@cliente.test>"
    message.set_content(text)
    return RawItem(str(number), now() - timedelta(hours=hours), message.as_bytes(), {"folder": "inbox"})
