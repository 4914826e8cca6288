"""The plugin for WordPress: nothing that a visitor filled in is lost while we cannot be reached, or comes twice."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from inbox import wordpress
from inbox.asgi import public_app
from inbox.forms import settings as forms
from inbox.models import Channel, Message
from inbox.sitechat.hub import Hub
from tests.parts.desk import Desk
from tests.parts.dovecot import free_port
from tests.parts.forms import FormDesk
from tests.parts.wordpress import WordPress, php, served

TOLD = {
    "waiting": "%d are waiting", "refused": "%d did not arrive", "look": "Look", "title": "Waiting", "none": "None",
    "again": "Again", "remove": "Remove", "answer": "Answer:",
}  # fmt: skip
CF7 = {"your-name": "Anna \"B\" Bianchi", "your-email": "anna@cliente.test", "your-message": "Qual è la coppia? 😀",
       "scelta": ["GX-40", "GX-50"]}  # fmt: skip
HOUR = 3600


class Firm(FormDesk):
    """A desk with a form, its door on the loopback, and the firm's WordPress."""

    def __init__(self, desk: Desk, folder: Path, **settings: Any) -> None:
        super().__init__(desk, **settings)
        self.port = free_port()
        self.door = public_app(desk.app, Hub(desk.database))
        archive = wordpress.plugin(f"http://127.0.0.1:{self.port}/forms/{self.key}", self.channel, TOLD)
        self.site = WordPress(folder, archive)

    def knock(self, body: bytes) -> int:
        url = f"http://127.0.0.1:{self.port}/forms/{self.key}"
        return httpx.post(url, content=body, headers={"content-type": "application/json"}).status_code

    def arrived(self) -> list[Message]:
        self.desk.take_in()
        return list(self.desk.all(Message))


@pytest.fixture
def make_firm(desk: Desk, tmp_path: Path) -> Callable[..., Firm]:
    php()
    return lambda **settings: Firm(desk, tmp_path, **settings)


@pytest.fixture
def firm(make_firm: Callable[..., Firm]) -> Firm:
    return make_firm()


def test_a_post_of_contact_form_7_arrives_at_once_and_leaves_nothing_behind(firm: Firm) -> None:
    with served(firm.door, firm.port):
        firm.site.do("cf7", fields=CF7, files={"your-file": ["/tmp/x/disegno.pdf"]})
    (message,) = firm.arrived()
    assert (message.from_address, message.from_name) == ("anna@cliente.test", 'Anna "B" Bianchi')
    assert message.text.startswith("Qual è la coppia? 😀")
    assert "GX-40, GX-50" in message.text
    assert "disegno.pdf" in message.text
    assert (message.facts["page"], message.facts["gclid"]) == ("https://www.firm.test/contatti/?gclid=abc", "abc")
    assert firm.site.rows() == []


@pytest.mark.parametrize(("agreed", "kept"), [(["marketing"], True), (["functional"], False)])
def test_campaign_ids_come_along_as_far_as_the_visitor_agreed(firm: Firm, agreed: list[str], kept: bool) -> None:
    with served(firm.door, firm.port):
        firm.site.run({"do": "consents", "to": agreed}, {"do": "cf7", "fields": CF7})
    (message,) = firm.arrived()
    assert message.facts["page"].startswith("https://www.firm.test/contatti/")
    assert ("gclid" in message.facts) == kept


def test_what_was_filled_in_while_we_were_down_comes_once_when_we_are_back(firm: Firm) -> None:
    for number in range(3):
        firm.site.do("cf7", fields={**CF7, "your-message": f"Domanda {number}"})
    assert [row["tries"] for row in firm.site.rows()].count(1) == 1, "the others wait, and no visitor with them"
    for _ in range(12):
        firm.site.run({"do": "pass", "seconds": 2 * HOUR}, {"do": "centralino_send"})
    assert len(firm.site.rows()) == 3
    assert "3 are waiting" in firm.site.do("admin_notices")
    with served(firm.door, firm.port):
        firm.site.run({"do": "pass", "seconds": 6 * HOUR}, {"do": "centralino_send"})
        firm.site.do("centralino_send")
    assert sorted(one.text[:9] for one in firm.arrived()) == ["Domanda 0", "Domanda 1", "Domanda 2"]
    assert firm.site.rows() == []
    assert firm.site.do("admin_notices") == ""


def test_pauses_grow_to_hours(firm: Firm) -> None:
    firm.site.do("cf7", fields=CF7)
    pauses = []
    for _ in range(12):
        (row,) = firm.site.rows()
        pauses.append(row["due"])
        firm.site.run({"do": "pass", "seconds": 6 * HOUR + 60}, {"do": "centralino_send"})
    tries = firm.site.rows()[0]["tries"]
    assert tries == 13
    assert firm.site.rows()[0]["due"] - pauses[0] > 5 * HOUR


def test_an_answer_that_got_lost_does_not_make_two_of_it(firm: Firm) -> None:
    firm.site.do("cf7", fields=CF7)
    (row,) = firm.site.rows()
    body = row["body"].encode()
    with served(firm.door, firm.port):
        assert firm.knock(body) == 200, "it was stored, but the site did not hear of it"
        firm.site.run({"do": "pass", "seconds": 30 * HOUR}, {"do": "centralino_send"})
    assert len(firm.arrived()) == 1
    assert firm.site.rows() == []


def test_after_seven_days_it_is_kept_and_said_and_can_be_sent_again(firm: Firm) -> None:
    firm.site.do("cf7", fields=CF7)
    firm.site.run({"do": "pass", "seconds": 8 * 24 * HOUR}, {"do": "centralino_send"})
    (row,) = firm.site.rows()
    assert row["due"] == 0
    assert "1 did not arrive" in firm.site.do("admin_notices")
    assert "Qual è la coppia? 😀" in firm.site.do("page")
    with served(firm.door, firm.port):
        firm.site.do("centralino_send")
        assert len(firm.site.rows()) == 1
        firm.site.do("admin", fields={"id": row["id"], "verb": "again"})
    assert len(firm.arrived()) == 1
    assert firm.site.rows() == []


def test_what_the_door_refuses_is_not_tried_again_and_keeps_nobody_waiting(firm: Firm) -> None:
    with served(firm.door, firm.port):
        firm.site.do("cf7", fields={"your-message": "Senza indirizzo"})
        firm.site.do("cf7", fields=CF7)
    (row,) = firm.site.rows()
    assert (row["due"], row["answer"][:3]) == (0, "422")
    assert len(firm.arrived()) == 1
    firm.site.do("admin", fields={"id": row["id"], "verb": "remove"})
    assert firm.site.rows() == []


def test_a_form_that_asks_for_work_refuses_the_plugin_which_keeps_the_post(make_firm: Callable[..., Firm]) -> None:
    firm = make_firm(work=12)
    with served(firm.door, firm.port):
        firm.site.do("cf7", fields=CF7)
        (row,) = firm.site.rows()
        assert (row["due"], row["answer"][:3]) == (0, "422")
        assert "1 did not arrive" in firm.site.do("admin_notices")
        with firm.desk.database.writing() as session:
            forms.change(session, session.get_one(Channel, firm.channel.id), work=0)
        firm.site.do("admin", fields={"id": row["id"], "verb": "again"})
    assert len(firm.arrived()) == 1


def test_more_than_the_door_takes_in_a_minute_waits(firm: Firm) -> None:
    with served(firm.door, firm.port):
        firm.site.run(*({"do": "cf7", "fields": {**CF7, "your-message": f"{n} pezzi"}} for n in range(12)))
    assert [(row["tries"], row["answer"][:3]) for row in firm.site.rows()] == [(0, "429"), (0, "429")]
    assert len(firm.arrived()) == 10


def test_the_other_plugins_for_forms(firm: Firm) -> None:
    ask = "Vorrei il listino dei giunti"
    wpforms = {"1": {"id": 1, "name": "Nome", "value": "Berta"}, "2": {"id": 2, "name": "E-mail", "value": "b@x.test"},
               "3": {"id": 3, "name": "Messaggio", "value": ask}}  # fmt: skip
    gravity = {"1": "Carla", "2": "c@x.test", "3": ask}
    elementor = {"name": {"id": "name", "title": "Nome", "value": "Dora", "type": "text"},
                 "email": {"id": "email", "title": "", "value": "d@x.test", "type": "email"},
                 "message": {"id": "message", "title": "Messaggio", "value": ask, "type": "textarea"}}  # fmt: skip
    with served(firm.door, firm.port):
        firm.site.do("wpforms", fields=wpforms)
        firm.site.do("gravity", fields=gravity, labels={"1": "Nome", "2": "Email", "3": "Messaggio"})
        firm.site.do("gravity", fields={**gravity, "status": "spam"}, labels={"1": "Nome", "2": "Email"})
        firm.site.do("elementor", fields=elementor)
        firm.site.run({"do": "without", "plugin": "elementor"}, {"do": "elementor", "fields": elementor})
    assert [(one.from_name, one.from_address, one.text.partition("\n")[0]) for one in firm.arrived()] == [
        ("Berta", "b@x.test", ask), ("Carla", "c@x.test", ask), ("Dora", "d@x.test", ask),
    ]  # fmt: skip


def test_the_sites_own_form_is_kept_like_the_others(firm: Firm) -> None:
    page = firm.site.do("shortcode")
    assert 'name="centralino_email" required' in page
    assert "Inviare la richiesta" in page
    typed = {
        "centralino_name": "Anna d'Este",
        "centralino_email": "anna@cliente.test",
        "centralino_message": "Buongiorno",
    }
    assert firm.site.do("post", fields={**typed, "back": "https://evil.test/"}) == (
        "to https://www.firm.test/?centralino=thanks#centralino"
    )
    assert firm.site.do("post", fields={"centralino_email": "anna@"}).startswith("422 La richiesta non")
    with served(firm.door, firm.port):
        firm.site.run({"do": "pass", "seconds": HOUR}, {"do": "centralino_send"})
        firm.site.do("post", fields={**typed, "centralino__website": "https://casino.test"})
    first, second = firm.arrived()
    assert (first.from_name, first.text.partition("\n")[0]) == ("Anna d'Este", "Buongiorno")
    assert second.facts["trap"] == "honeypot"


def test_it_is_scheduled_stopped_and_removed(firm: Firm) -> None:
    assert firm.site.run({"do": "init"}, {"do": "crons"})[1] == {"centralino_send": 60}
    assert firm.site.run({"do": "init"}, {"do": "deactivate"}, {"do": "crons"})[2] == []
    firm.site.do("uninstall")
    assert firm.site.do("tables") == []
    with served(firm.door, firm.port):
        firm.site.do("cf7", fields=CF7)
    assert len(firm.arrived()) == 1, "a site that lost the table makes it anew"


@pytest.mark.parametrize(
    "evil", ["'.system('id').'", "\\", "\\'; exit; '", "?><?php */ $x {$y} \n\x00", "'@thanks@'", "<?= 1 ?>"]
)
def test_no_value_of_the_form_is_code(evil: str) -> None:
    value = {"a": evil, evil: [evil, "b"]}
    told = subprocess.run(
        [php(), "-r", "eval(stream_get_contents(STDIN));"], input=f"echo json_encode({wordpress.literal(value)});",
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(told) == value


def test_the_readme_has_what_wordpress_reads() -> None:
    """https://developer.wordpress.org/plugins/wordpress-org/how-your-readme-txt-works/"""
    head, *sections = Path(wordpress.__file__).with_name("readme.txt").read_text("utf-8").split("\n== ")
    title, *lines = head.split("\n\n")[0].splitlines()
    told = dict(line.split(": ", 1) for line in lines)
    php_file = Path(wordpress.__file__).with_name("centralino-forms.php").read_text("utf-8")
    for name in ("Requires at least", "Requires PHP", "License", "License URI"):
        assert f" * {name}: {told[name]}\n" in php_file
    assert f" * Version: {told['Stable tag']}\n" in php_file
    assert title == "=== Centralino Forms ==="
    assert {"Contributors", "Tags", "Tested up to"} <= set(told)
    assert len(head.split("\n\n")[1].strip()) <= 150, "the short description"
    assert [one.partition(" ==")[0] for one in sections][:1] == ["Description"]


def test_the_file_as_it_is_made_is_php(firm: Firm) -> None:
    subprocess.run([php(), "-l", str(firm.site.plugin)], check=True, capture_output=True)
    assert "'@" not in firm.site.plugin.read_text("utf-8")
