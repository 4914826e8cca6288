"""Forms of the site on the pages: making one, what to paste, settings that are refused."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from inbox import floods
from inbox.app import App
from inbox.forms import settings
from inbox.models import Channel, Conversation, Message

TYPED = {
    "name": "sito", "language": "it", "origins": "https://www.firm.test\nhttps://firm.test", "thanks": "",
    "privacy": "https://www.firm.test/privacy", "required": ["email", "message"], "fields": "richiesta = message",
    "max_a_minute": "30", "unwanted": "@spam.test\n\n offerta  SEO ",
}  # fmt: skip
NEW = "/channels/forms/new"


def form_of(app: App) -> Channel:
    with app.database.reading() as session:
        return session.scalars(select(Channel).where(Channel.kind == "webform")).one()


def mailbox_of(app: App) -> str:
    with app.database.reading() as session:
        return str(session.scalars(select(Channel.id).where(Channel.kind == "mail")).first())


def test_a_form_is_made_and_says_what_to_paste(app: App, sign_in: Any) -> None:
    manager = sign_in()
    made = manager.post(NEW, form_page=NEW, **TYPED, mailbox=mailbox_of(app))
    form = form_of(app)
    assert made.headers["Location"] == f"/channels/forms/{form.id}"
    assert form.settings["origins"] == ["https://www.firm.test", "https://firm.test"]
    assert form.settings["fields"] == {"richiesta": "message"}
    assert form.settings["unwanted"] == ["@spam.test", "offerta SEO"]
    page = manager.get(f"/channels/forms/{form.id}")
    assert "@spam.test\nofferta SEO</textarea>" in page
    assert f"/forms/{form.address}" in page
    assert "&lt;form method=&#34;post&#34; action=&#34;" in page
    assert f'href="/channels/forms/{form.id}"' in manager.get("/channels")


def test_settings_are_changed_and_kept_where_refused(app: App, sign_in: Any) -> None:
    manager, box = sign_in(), mailbox_of(app)
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=box)
    before = form_of(app)
    path = f"/channels/forms/{before.id}"
    manager.post(path, form_page=path, **{**TYPED, "name": "contatti", "origins": "", "max_a_minute": "5"}, mailbox=box)
    after = form_of(app)
    assert (after.name, after.settings["origins"], after.settings["max_a_minute"]) == ("contatti", [], 5)
    assert (after.address, after.secrets) == (before.address, before.secrets), "what was pasted goes on working"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "info"), ("origins", "www.firm.test"), ("origins", "https://firm.test/page"),
     ("thanks", "javascript:alert(1)"), ("privacy", "nonsense"), ("fields", "richiesta = moon"), ("fields", "= message"),
     ("max_a_minute", "0"), ("unwanted", "a@b"), ("mailbox", "99")],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(app: App, sign_in: Any, field: str, value: str) -> None:
    typed = {**TYPED, "mailbox": mailbox_of(app), field: value}
    text = sign_in().post(NEW, 422, form_page=NEW, **typed).text
    assert f'id="{field}-error"' in text
    with app.database.reading() as session:
        assert session.scalars(select(Channel).where(Channel.kind == "webform")).all() == []


def test_it_is_switched_off_and_on(app: App, sign_in: Any) -> None:
    manager = sign_in()
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=mailbox_of(app))
    path = f"/channels/forms/{form_of(app).id}"
    for verb, enabled in (("stop", False), ("start", True)):
        manager.post(f"{path}/{verb}", form_page=path)
        assert form_of(app).enabled is enabled


def test_a_plugin_for_wordpress_is_made_for_the_form(app: App, sign_in: Any) -> None:
    manager = sign_in()
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=mailbox_of(app))
    form = form_of(app)
    path = f"/channels/forms/{form.id}/wordpress.zip"
    assert f'href="{path}"' in manager.get(f"/channels/forms/{form.id}")
    made = manager.client.get(path)
    assert made.headers["Content-Disposition"] == 'attachment; filename="centralino-forms.zip"'
    with zipfile.ZipFile(io.BytesIO(made.data)) as packed:
        assert packed.namelist() == ["centralino-forms/centralino-forms.php", "centralino-forms/readme.txt"]
        plugin = packed.read("centralino-forms/centralino-forms.php").decode()
    assert f"/forms/{form.address}' );" in plugin
    assert sign_in("marco@firm.test").client.get(path).status_code == 403


@pytest.mark.parametrize("verb", ["genuine", "spam"])
def test_a_flood_is_shown_until_somebody_decides(app: App, sign_in: Any, verb: str) -> None:
    manager = sign_in()
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=mailbox_of(app))
    form = form_of(app)
    path = f"/channels/forms/{form.id}"
    assert "look alike" not in manager.get(path)
    with app.database.writing() as session:
        message = session.scalars(select(Message).order_by(Message.id)).first()
        assert message
        message.channel_id, message.facts = form.id, {"trap": floods.FLOOD}
        talk = session.get_one(Conversation, message.conversation_id)
        floods.put_aside(session, session.get_one(Channel, form.id), talk, talk.last_at)
        number = talk.id
    assert "1 posts that look alike" in manager.get(path)
    assert sign_in("marco@firm.test").client.post(f"{path}/flood/{verb}").status_code in (400, 403)
    manager.post(f"{path}/flood/{verb}", form_page=path)
    assert "look alike" not in manager.get(path)
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).status == ("open" if verb == "genuine" else "spam")


def test_only_managers_and_only_forms(app: App, sign_in: Any) -> None:
    box = mailbox_of(app)
    sign_in().post(f"/channels/forms/{box}/stop", 404, form_page=NEW)
    marco = sign_in("marco@firm.test")
    assert marco.client.get(NEW).status_code == 403


def test_work_before_a_post_is_chosen_and_what_a_command_set_stays(app: App, sign_in: Any) -> None:
    manager, box = sign_in(), mailbox_of(app)
    manager.post(NEW, form_page=NEW, **TYPED, mailbox=box)
    form = form_of(app)
    assert form.settings["work"] == 0
    path = f"/channels/forms/{form.id}"
    assert "forms.js" not in manager.get(path)
    manager.post(path, form_page=path, **TYPED, mailbox=box, work="14")
    assert form_of(app).settings["work"] == 14
    page = manager.get(path)
    assert "/forms.js&#34;&gt;&lt;/script&gt;" in page
    assert "data-mail=&#34;info@" in page
    assert "posts of the plugin and of other programs are refused" in page
    with app.database.writing() as session:
        settings.change(session, session.get_one(Channel, form.id), work=20)
    assert '<option selected value="20">20 bits</option>' in manager.get(path)
    manager.post(path, form_page=path, **TYPED, mailbox=box, work="20")
    assert form_of(app).settings["work"] == 20
    assert 'id="work-error"' in manager.post(path, 422, form_page=path, **TYPED, mailbox=box, work="23").text
