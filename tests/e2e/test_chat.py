"""A visitor chats from end to end: stored, routed, told, answered in the chat; later by mail, which goes on."""

import time
from typing import Any

import httpx
from sqlalchemy import select

from config.settings import Settings
from inbox.app import App
from inbox.models import Channel
from inbox.sitechat import settings
from tests.parts.company import ENGINEER, MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.server import Server, eventually
from tests.parts.sitechat import Visitor
from tests.parts.smtp import Peer


def make_chat(server: Server, **wanted: Any) -> str:
    """A chat that goes on by the mailbox info; its key."""
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.writing() as session:
        box = session.scalars(select(Channel.id).where(Channel.kind == "mail")).one()
        key = settings.make(session, app.vault, "sito", box, **wanted).address
    app.close()
    return key


def test_a_talk(server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    set_up(server, dovecot, smtp_peer)
    key = make_chat(server)
    server.start()
    eventually(server.heard)
    with httpx.Client(base_url=server.url, timeout=10) as client:
        anna = Visitor(client, key)
        began = time.monotonic()
        assert anna.write("Buongiorno, qual è la tolleranza del foro?").json() == {"ok": True}
        versions = anna.stream()
        print("first", next(versions))
        eventually(anna.texts)
        print("taken in", time.monotonic() - began)
        row = eventually(lambda: server.queue("waiting"))[0]
        print(row)
        browser = server.sign_in(MANAGER)
        link = f"/conversations/{row['id']}"
        assert "tolleranza del foro" in browser.get(link).text
        began = time.monotonic()
        browser.post(f"{link}/answer", form_page=link, text="Buongiorno, è H7.")
        print(next(versions), time.monotonic() - began)
        eventually(lambda: anna.texts()[1:] == [("us", "Buongiorno, è H7.")])
        print("answered", time.monotonic() - began, anna.talk())
    assert smtp_peer.wait_for(ENGINEER)
