"""Signed links to files: seven days, one colleague, one file; everything is asked again when they are opened."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import time_machine
from sqlalchemy import select
from starlette.applications import Starlette

from inbox import asgi, filelinks, users
from inbox.events import SYSTEM
from inbox.live import Live
from inbox.models import Attachment, Conversation, Team, User, now
from inbox.secrets import Vault
from inbox.sitechat.hub import Hub
from tests.parts.desk import URL, Desk

NAME = 'Disegno "GX-40" è.pdf'


class Door:
    """One of the two applications, asked without a network."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def ask(self, method: str, path: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=URL) as client:
                return await client.request(method, path)

        return asyncio.run(asked())


class Linked:
    """A file of a customer's, a colleague's link to it, and the two doors."""

    def __init__(self, desk: Desk) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "anna@cliente.test", "info@firm.test", "Giunto"
        message.set_content("Ecco il disegno.")
        message.add_attachment(b"<script>drawing</script>", maintype="text", subtype="html", filename=NAME)
        self.desk = desk
        self.conversation: Conversation = desk.arrive(message.as_bytes())
        self.marco = desk.add_user("marco@firm.test", "colleague", "rd")
        self.file: int = desk.one(select(Attachment.id))
        self.url = filelinks.url(desk.app.vault, f"{URL}/", self.file, self.marco, now())
        self.path = self.url.removeprefix(URL)
        hub = Hub(desk.database)
        apps = (asgi.public_app(desk.app, hub), asgi.people_app(desk.app, Live(desk.database), hub))
        self.doors = [Door(app) for app in apps]

    def opens(self, path: str = "") -> bool:
        answers = [door.ask("GET", path or self.path) for door in self.doors]
        (status,) = {one.status_code for one in answers}
        if status != 200:
            assert {(one.status_code, one.text) for one in answers} == {(404, "Nothing here")}
        return status == 200


@pytest.fixture
def linked(desk: Desk) -> Linked:
    return Linked(desk)


def test_a_file_is_a_download_whatever_it_claims_to_be(desk_on_both: Desk) -> None:
    linked = Linked(desk_on_both)
    assert linked.url.startswith(f"{URL}/f/")
    for door in linked.doors:
        answer = door.ask("GET", linked.path)
        assert answer.content == b"<script>drawing</script>"
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == (
            "attachment; filename*=UTF-8''Disegno%20%22GX-40%22%20%C3%A8.pdf"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert door.ask("POST", linked.path).status_code in (404, 405)


def test_a_link_is_over_after_seven_days(linked: Linked) -> None:
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        assert linked.opens()
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert not linked.opens()


def test_a_link_that_was_touched_does_not_open(linked: Linked) -> None:
    token, app = linked.path.removeprefix("/f/"), linked.desk.app
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        touched = token[:place] + other + token[place + 1 :]
        # The last sign of a signature holds bits that mean nothing: only there may another sign say the same.
        if place < len(token) - 1:
            assert filelinks.open(app.database, app.blobs, app.vault, touched, now()) is None, place
    assert not linked.opens("/f/x")
    assert not linked.opens(f"/f/{token.partition('.')[0]}.")


def test_another_key_signs_nothing_here(linked: Linked, tmp_path: Path) -> None:
    strange = filelinks.url(Vault(tmp_path / "other"), "", linked.file, linked.marco, now())
    assert not linked.opens(strange)


def test_who_has_left_or_may_not_see_it_opens_nothing(linked: Linked) -> None:
    desk = linked.desk
    director = desk.add_user("boss@firm.test", "director")
    agent = desk.add_user("luca@agents.test", "external")
    for user_id in (director, agent, 999):
        assert not linked.opens(filelinks.url(desk.app.vault, "", linked.file, user_id, now()))
    assert not linked.opens(filelinks.url(desk.app.vault, "", 999, linked.marco, now()))
    with desk.database.writing() as session:
        users.disable(session, session.get_one(User, linked.marco), SYSTEM)
    assert not linked.opens()


@pytest.mark.parametrize("content", ["words", "minimal"])
def test_where_files_are_not_told_outside_no_link_opens(linked: Linked, content: str) -> None:
    assert linked.opens()
    with linked.desk.database.writing() as session:
        team = session.get_one(Conversation, linked.conversation.id).team or session.get_one(Team, 1)
        session.get_one(Conversation, linked.conversation.id).team_id = team.id
        team.content = content
    assert not linked.opens()
    with linked.desk.database.writing() as session:
        session.get_one(Conversation, linked.conversation.id).contact.content = "full"
    assert linked.opens()
