"""The door behind the links about a consent: looking changes nothing, false links do nothing, all is escaped."""

from datetime import timedelta

import pytest
import time_machine

from inbox.consents import links
from inbox.models import now
from tests.parts.consents import ANNA, TEXT, ConsentDesk
from tests.parts.desk import URL, Desk


@pytest.fixture
def asked(desk_on_both: Desk) -> ConsentDesk:
    found = ConsentDesk(desk_on_both)
    found.tick()
    return found


@pytest.fixture
def one_asked(desk: Desk) -> ConsentDesk:
    """The same on SQLite alone."""
    found = ConsentDesk(desk)
    found.tick()
    return found


def test_a_program_that_follows_links_confirms_nothing(asked: ConsentDesk) -> None:
    confirm, leave = asked.links()
    for path in (confirm, leave):
        for method in ("GET", "HEAD"):
            assert asked.ask(method, path).status_code == 200
    assert asked.state() == "asked"
    page = asked.ask("GET", confirm)
    assert '<form method="post"><button>Confermare</button></form>' in page.text
    assert TEXT in page.text
    assert ANNA in page.text
    assert asked.ask("PUT", confirm).status_code == 405


def test_the_answers_keep_to_themselves(asked: ConsentDesk) -> None:
    for path in (*asked.links(), "/consent/nonsense"):
        answer = asked.ask("GET", path)
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_pressing_twice_is_pressing_once(asked: ConsentDesk) -> None:
    confirm, leave = asked.links()
    assert "La ringraziamo" in asked.ask("POST", confirm).text
    first = asked.rows()[0].confirmed_at
    assert "La ringraziamo" in asked.ask("POST", confirm).text
    assert asked.rows()[0].confirmed_at == first
    assert "non riceverà comunicazioni" in asked.ask("POST", leave).text
    assert "non riceverà comunicazioni" in asked.ask("POST", leave).text
    assert asked.ask("POST", confirm).status_code == 410
    assert asked.state() == "withdrawn"


def test_a_mail_programs_own_button(asked: ConsentDesk) -> None:
    confirm, _leave = asked.links()
    asked.ask("POST", confirm)
    url = asked.mails()[0].envelope["headers"]["List-Unsubscribe"].strip("<>")
    answer = asked.ask("POST", url.removeprefix(URL), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, asked.state()) == (200, "withdrawn")


def test_who_declines_before_confirming_has_refused(asked: ConsentDesk) -> None:
    confirm, leave = asked.links()
    asked.ask("POST", leave)
    assert asked.ask("POST", confirm).status_code == 410
    assert asked.state() == "refused"


def test_confirming_is_possible_for_seven_days_and_leaving_for_ever(asked: ConsentDesk) -> None:
    confirm, leave = asked.links()
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        answer = asked.ask("POST", confirm)
        assert (answer.status_code, asked.state()) == (410, "asked")
        assert "<button" not in asked.ask("GET", confirm).text
    asked.ask("POST", confirm)
    with time_machine.travel(now() + timedelta(days=3650)):
        asked.ask("POST", leave)
    assert asked.state() == "withdrawn"


def test_false_and_foreign_links_do_nothing(one_asked: ConsentDesk) -> None:
    confirm, leave = one_asked.links()
    vault, token = one_asked.desk.app.vault, confirm.rpartition("/")[2]
    foreign = one_asked.desk.app.file_url(1, 1).rpartition("/")[2]
    payload, _dot, signature = token.rpartition(".")
    other = leave.rpartition("/")[2].rpartition(".")[0]
    unknown = links.url(vault, URL, links.CONFIRM, 4711, now()).rpartition("/")[2]
    for one in (
        foreign, f"{payload}.{signature[:-2]}xx", f"{other}.{signature}", payload, "x", "%00", "a" * 4000, unknown,
    ):  # fmt: skip
        answer = one_asked.ask("POST", f"/consent/{one}")
        assert answer.status_code == 404, one
        assert ANNA not in answer.text
    assert one_asked.state() == "asked"


def test_what_was_typed_is_escaped(desk: Desk) -> None:
    site = ConsentDesk(desk, marketing='Novità <script>alert("x")</script>')
    site.tick()
    for path in site.links():
        page = site.ask("GET", path).text
        assert "<script>" not in page
        assert "Novità &lt;script&gt;" in page
    assert "<script>" not in site.ask("GET", f"/forms/{site.key}").text


def test_the_forms_box_is_never_ticked_beforehand_and_keeps_what_was_ticked(one_asked: ConsentDesk) -> None:
    path = f"/forms/{one_asked.key}"
    page = one_asked.ask("GET", path).text
    assert 'name="marketing" type="checkbox" value="yes"' in page
    assert " checked" not in page
    assert 'name="_consent_text" value="1"' in page
    headers = {"accept": "text/html", "origin": URL}
    again = one_asked.ask("POST", path, data={"marketing": "yes", "name": "Anna"}, headers=headers)
    assert again.status_code == 422
    assert again.text.count('name="marketing"') == 1
    assert " checked" in again.text
    again = one_asked.ask("POST", path, data={"name": "Anna"}, headers=headers)
    assert " checked" not in again.text


def test_a_form_that_does_not_ask_shows_no_box(desk: Desk) -> None:
    silent = ConsentDesk(desk, marketing="")
    assert 'name="marketing"' not in silent.ask("GET", f"/forms/{silent.key}").text
