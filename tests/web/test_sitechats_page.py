"""The chat of the site on the pages: making one, what to paste, settings that are refused, the preview, the plugin."""

import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from sqlalchemy import select

from inbox import floods, sitechannels, wordpress
from inbox.app import App
from inbox.models import Channel, Conversation, Event, Message
from inbox.sitechat import settings
from tests.parts.wordpress import php

TYPED = {
    "name": "chat", "language": "it", "origins": "https://www.firm.test\nhttps://firm.test", "bubble": "", "title": "Chieda a noi",
    "greeting": "", "colour": "#0A7A4B", "position": "left", "ask": ["name", "topic"], "needed": ["email"],
    "topics": "Preventivo\n\nRicambi\n", "consent": "Ho letto l'informativa", "privacy": "https://www.firm.test/privacy",
    "unwanted": "@spam.test\n\n offerta  SEO ", "patience_seconds": "90", "claim_seconds": "20", "max_a_minute": "30",
}  # fmt: skip
NEW = "/channels/chats/new"


def chat_of(app: App) -> Channel:
    with app.database.reading() as session:
        return session.scalars(select(Channel).where(Channel.kind == settings.KIND)).one()


def mailbox_of(app: App) -> str:
    with app.database.reading() as session:
        return str(session.scalars(select(Channel.id).where(Channel.kind == "mail")).first())


def made(app: App, sign_in: Any) -> tuple[Any, Channel]:
    """A manager who has made a chat."""
    manager = sign_in()
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=mailbox_of(app))
    return manager, chat_of(app)


def test_a_chat_is_made_and_says_what_to_paste(app: App, sign_in: Any) -> None:
    manager, chat = made(app, sign_in)
    assert chat.settings["questions"] == [
        {"name": "name", "required": False, "choices": []}, {"name": "email", "required": True, "choices": []},
        {"name": "topic", "required": False, "choices": ["Preventivo", "Ricambi"]},
    ]  # fmt: skip
    assert (chat.settings["colour"], chat.settings["unwanted"]) == ("#0a7a4b", ["@spam.test", "offerta SEO"])
    page = manager.get(f"/channels/chats/{chat.id}")
    line = f'<script async src="http://127.0.0.1:8000/chat.js" data-key="{chat.address}" data-mail="info@firm.test">'
    assert escape(line) in page
    assert app.vault.open(chat.secrets)[sitechannels.SIGNING] in page
    assert f'href="/channels/chats/{chat.id}"' in manager.get("/channels")


def test_settings_are_changed_and_the_key_stays(app: App, sign_in: Any) -> None:
    manager, before = made(app, sign_in)
    path = f"/channels/chats/{before.id}"
    manager.post(
        path,
        form_page=path,
        **{**TYPED, "name": "altra", "origins": "", "ask": [], "needed": []},
        mailbox=mailbox_of(app),
    )
    after = chat_of(app)
    assert (after.name, after.settings["origins"], after.settings["questions"]) == ("altra", [], [])
    assert (after.address, after.secrets) == (before.address, before.secrets), "what was pasted goes on working"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "info"), ("origins", "www.firm.test"), ("colour", "red"), ("colour", "#12345g"),
     ("title", "x" * 81), ("greeting", "x" * 301), ("consent", "x" * 301), ("privacy", "javascript:alert(1)"),
     ("topics", "\n".join(map(str, range(13)))), ("topics", "x" * 61), ("patience_seconds", "1"),
     ("claim_seconds", "9999"), ("max_a_minute", "0"), ("unwanted", "a@b"), ("mailbox", "99"), ("position", "up")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(app: App, sign_in: Any, field: str, value: str) -> None:
    typed = {**TYPED, "mailbox": mailbox_of(app), field: value}
    text = sign_in().post(NEW, 422, form_page=NEW, **typed).text
    assert f'id="{field}-error"' in text
    with app.database.reading() as session:
        assert session.scalars(select(Channel).where(Channel.kind == settings.KIND)).all() == []


def test_only_managers_see_and_change_it(app: App, sign_in: Any) -> None:
    _, chat = made(app, sign_in)
    marco = sign_in("marco@firm.test")
    for path in (
        NEW,
        f"/channels/chats/{chat.id}",
        f"/channels/chats/{chat.id}/preview",
        f"/channels/chats/{chat.id}/wordpress.zip",
    ):
        marco.get(path, 403)
    for path in (f"/channels/chats/{chat.id}/stop", f"/channels/chats/{chat.id}/flood/spam"):
        marco.post(path, 403)


def test_it_is_taken_off_the_site_and_shown_again(app: App, sign_in: Any) -> None:
    manager, chat = made(app, sign_in)
    path = f"/channels/chats/{chat.id}"
    manager.post(f"{path}/stop", form_page=path)
    assert not chat_of(app).enabled
    manager.post(f"{path}/start", form_page=path)
    assert chat_of(app).enabled
    with app.database.reading() as session:
        actions = list(session.scalars(select(Event.action).order_by(Event.id)))
    assert actions[-2:] == ["channel_disabled", "channel_enabled"]


@pytest.mark.parametrize("verb", ["genuine", "spam"])
def test_a_flood_is_shown_until_somebody_decides(app: App, sign_in: Any, verb: str) -> None:
    manager, chat = made(app, sign_in)
    path = f"/channels/chats/{chat.id}"
    assert "look alike" not in manager.get(path)
    with app.database.writing() as session:
        message = session.scalars(select(Message).order_by(Message.id).limit(1)).one()
        message.channel_id, message.facts = chat.id, {"trap": floods.FLOOD}
        talk = session.get_one(Conversation, message.conversation_id)
        floods.put_aside(session, session.get_one(Channel, chat.id), talk, talk.last_at)
        number = talk.id
    assert "1 posts that look alike" in manager.get(path)
    manager.post(f"{path}/flood/{verb}", form_page=path)
    assert "look alike" not in manager.get(path)
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).status == ("open" if verb == "genuine" else "spam")


def test_the_preview_holds_the_script_alone(app: App, sign_in: Any) -> None:
    manager, chat = made(app, sign_in)
    answer = manager.client.get(f"/channels/chats/{chat.id}/preview")
    assert f'data-key="{chat.address}" data-preview' in answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_the_plugin_puts_the_line_into_each_page(app: App, sign_in: Any, tmp_path: Path) -> None:
    manager, chat = made(app, sign_in)
    archive = zipfile.ZipFile(io.BytesIO(manager.client.get(f"/channels/chats/{chat.id}/wordpress.zip").data))
    assert archive.namelist() == [f"{wordpress.CHAT}/{wordpress.CHAT}.php"]
    archive.extractall(tmp_path)
    # As much of WordPress as it uses: what is queued is printed as WordPress prints it.
    (tmp_path / "site.php").write_text(
        """<?php define('ABSPATH', '/'); $hooks = array(); $tags = array();
        function add_action($name, $do) { global $hooks; $hooks[$name] = $do; }
        function add_filter($name, $do) { add_action($name, $do); }
        function esc_attr($text) { return htmlspecialchars($text, ENT_QUOTES); }
        function wp_enqueue_script($handle, $src, $deps, $version, $footer) { global $tags; $tags[$handle] = $src; }
        require $argv[1]; $hooks['wp_enqueue_scripts'](); $tags['other'] = 'https://www.firm.test/other.js';
        foreach ($tags as $handle => $src) {
            echo $hooks['script_loader_tag']("<script src='" . esc_attr($src) . "'></script>", $handle), PHP_EOL;
        }"""
    )
    command = [php(), str(tmp_path / "site.php"), str(tmp_path / wordpress.CHAT / f"{wordpress.CHAT}.php")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f'<script async data-key="{chat.address}" data-mail="info@firm.test" src=\'http://127.0.0.1:8000/chat.js\'></script>',
        "<script src='https://www.firm.test/other.js'></script>",
    ]
