"""Permission instead of a password: a real OAuth 2 service, Dovecot that asks it about tokens, an SMTP peer likewise."""

import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from config.settings import Settings
from connectors.base import ConnectorError
from inbox import fetching, grants, mailboxes, replies, users
from inbox.app import App
from inbox.models import Channel, Conversation, Setting, User
from tests.parts import dovecot as dovecot_part
from tests.parts import oauth as oauth_part
from tests.parts import smtp as smtp_part
from tests.parts.company import mail
from tests.parts.dovecot import Dovecot
from tests.parts.oauth import Service
from tests.parts.smtp import TokenPeer
from tests.parts.web import browser
from tests.web.conftest import PASSWORD, Visitor

BOX = "info@tenant.test"
NEW = "/channels/mailboxes/new"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with oauth_part.running() as one:
        yield one


@pytest.fixture(scope="module")
def token_dovecot(service: Service) -> Iterator[Dovecot]:
    with tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True) as folder:
        with dovecot_part.running(Path(folder), service.url) as one:
            yield one


class Firm:
    def __init__(self, app: App, service: Service, dovecot: Dovecot, peer: TokenPeer) -> None:
        self.app, self.service, self.dovecot, self.peer = app, service, dovecot, peer
        self.giulia = Visitor(browser(app, "giulia@firm.test"))

    def fields(self) -> dict[str, Any]:
        return {
            "address": BOX, "imap_host": "127.0.0.1", "imap_port": self.dovecot.port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": self.peer.port, "smtp_security": "none",
        }  # fmt: skip

    def register(self) -> None:
        self.giulia.post(
            "/channels/registrations/microsoft", 302, "/channels/registrations/microsoft", **self.service.values
        )

    def sign_in(self, page: str) -> str:
        """What the person does with the page that leads to the service, up to the mailbox's page."""
        link = re.search(r'href="(http://127[^"]+authorize[^"]+)"', page)
        assert link, page
        back = self.service.permit(link[1].replace("&amp;", "&"))
        told = self.giulia.get(f"/channels/permission/back?code={back['code']}&state={back['state']}")
        assert "gives its permission" in told
        self.giulia.post("/channels/permission/back", 302, NEW, **back)
        self.app.worker().drain((mailboxes.KIND,))
        return self.giulia.get("/channels/mailboxes/1")

    def connect(self) -> str:
        self.register()
        page = self.giulia.post(NEW, 200, NEW, sign_in="microsoft", **self.fields()).text
        return self.sign_in(page)

    def channel(self) -> Channel:
        with self.app.database.reading() as session:
            return session.scalars(select(Channel)).one()

    def fetch(self) -> int:
        connector: Any = self.app.build_connector(1)
        try:
            return fetching.fetch_all(self.app.database, self.app.blobs, 1, connector)
        finally:
            connector.close()


@pytest.fixture
def firm(tmp_path: Path, starter_url: str, service: Service, token_dovecot: Dovecot) -> Iterator[Firm]:
    settings = Settings(data=tmp_path / "var", database_url=starter_url, language="en", microsoft_login=service.url)
    app = App(settings)
    app.prepare()
    with app.database.writing() as session:
        users.create(session, "giulia@firm.test", "Giulia", "manager", "en", [], PASSWORD)
    service.tell(user=BOX, status=0, life=3600, secret="s3cret")
    peer = TokenPeer(lambda token: token in service.tell()["access"])
    with smtp_part.running(peer):
        yield Firm(app, service, token_dovecot, peer)
    app.close()


def test_a_mailbox_is_connected_by_permission_and_works_both_ways(firm: Firm) -> None:
    page = firm.connect()
    assert "Reading: works" in page
    assert "Sending: works" in page
    assert "signed in with Microsoft 365" in page
    firm.giulia.post("/channels/mailboxes/1/start", 302, "/channels/mailboxes/1")
    firm.fetch()
    firm.dovecot.append(BOX, mail("Giunto", "Qual è la tolleranza?"))
    assert firm.fetch() == 1
    firm.app.worker().drain(("take_in", "route"))
    with firm.app.database.writing() as session:
        conversation = session.scalars(select(Conversation)).one()
        replies.reply(session, conversation, session.scalars(select(User)).one(), "H7.")
    firm.app.worker().drain(("deliver",))
    assert len(firm.peer.to("anna.bianchi@cliente.test")) == 1


def test_an_old_token_is_renewed_once_for_all_who_need_it(firm: Firm) -> None:
    firm.connect()
    before = firm.service.tell("/expire")["refreshes"]
    failures: list[Exception] = []

    def check() -> None:
        try:
            firm.app.build_connector(1).check()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=check) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert firm.service.tell()["refreshes"] == before + 1


def test_a_token_about_to_end_is_renewed_before(firm: Firm) -> None:
    firm.service.tell(life=60)
    firm.connect()
    before = firm.service.tell()["refreshes"]
    firm.service.tell(life=3600)
    firm.app.build_connector(1).check()
    firm.app.build_connector(1).check()
    assert firm.service.tell()["refreshes"] == before + 1


def test_a_withdrawn_permission_is_said_and_given_again(firm: Firm) -> None:
    firm.connect()
    firm.service.tell("/revoke")
    with pytest.raises(ConnectorError, match="withdrawn") as caught:
        firm.app.build_connector(1).check()
    assert (caught.value.permanent, caught.value.code) == (True, "consent")
    page = firm.giulia.post("/channels/mailboxes/1/test", 302, "/channels/mailboxes/1").text
    firm.app.worker().drain((mailboxes.KIND,))
    page = firm.giulia.get("/channels/mailboxes/1")
    assert "does not take the permission" in page
    page = firm.giulia.post("/channels/permission/1", 200, "/channels/mailboxes/1").text
    assert "Reading: works" in firm.sign_in(page)
    firm.app.build_connector(1).check()


def test_an_expired_secret_is_told_apart(firm: Firm) -> None:
    firm.connect()
    firm.service.tell("/expire", secret="another")
    with pytest.raises(ConnectorError, match="secret has expired") as caught:
        firm.app.build_connector(1).check()
    assert caught.value.code == "registration"


def test_a_service_that_is_down_is_tried_again_later(firm: Firm) -> None:
    firm.connect()
    firm.service.tell("/expire", status=503)
    with pytest.raises(ConnectorError) as caught:
        firm.app.build_connector(1).check()
    assert not caught.value.permanent
    firm.service.tell(status=0)
    firm.app.build_connector(1).check()


def test_secrets_and_tokens_are_kept_encrypted(firm: Firm) -> None:
    firm.connect()
    with firm.app.database.reading() as session:
        kept = " ".join(session.scalars(select(Setting.value)))
    told = firm.service.tell()
    assert "s3cret" not in kept
    assert not any(token in kept for token in told["access"])
    assert "s3cret" not in firm.giulia.get("/channels/registrations/microsoft")
    assert "password" not in firm.channel().settings


@pytest.mark.parametrize("query", ["", "?error=access_denied&error_description=No", "?code=x&state=forged"])
def test_what_does_not_come_back_right_changes_nothing(firm: Firm, query: str) -> None:
    firm.register()
    assert "No permission came back" in firm.giulia.get(f"/channels/permission/back{query}", 422)
    firm.giulia.post("/channels/permission/back", 422, NEW, code="x", state="forged")
    with firm.app.database.reading() as session:
        assert session.scalars(select(Channel)).all() == []


def test_the_request_to_print_names_what_to_do(firm: Firm) -> None:
    for provider, words in (("microsoft", "IMAP.AccessAsUser.All"), ("google", "https://mail.google.com/")):
        page = firm.giulia.get(f"/channels/registrations/{provider}/request")
        assert words in page
        assert "/channels/permission/back" in page


def test_without_a_registration_there_is_no_such_button(firm: Firm) -> None:
    assert "instead of a password" not in firm.giulia.get(NEW)
    assert firm.giulia.post(NEW, 404, NEW, sign_in="microsoft", **firm.fields())
    firm.giulia.post(NEW, 422, NEW, sign_in="elsewhere", **firm.fields())


def test_consent_asks_google_for_what_it_documents(firm: Firm) -> None:
    values = {"provider": "google", "client_id": "c", "client_secret": "s", "tenant": "common"}
    url = httpx.URL(firm.app.consent_url(values, "https://x.test/back", "state", "v" * 43, BOX))
    asked = dict(url.params)
    assert url.host == "accounts.google.com"
    assert (asked["scope"], asked["access_type"], asked["prompt"]) == ("https://mail.google.com/", "offline", "consent")
    assert (asked["code_challenge_method"], asked["login_hint"]) == ("S256", BOX)


def test_a_question_is_over_after_a_quarter_of_an_hour(firm: Firm) -> None:
    with firm.app.database.writing() as session:
        state = grants.ask(session, firm.app.vault, 1, {"x": 1})
        assert grants.asked(session, firm.app.vault, 1, state) is not None
        assert grants.asked(session, firm.app.vault, 2, state) is None
