"""The door for forms: who may post, how often, how much; nothing that was typed is lost, all that is shown is escaped."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import time_machine
from sqlalchemy import text

from inbox import channels, sitechannels
from inbox.asgi import public_app
from inbox.doors import forms as formdoor
from inbox.doors import public
from inbox.forms import settings as forms
from inbox.forms import tokens, words
from inbox.models import Channel, Intake
from inbox.sitechat.hub import Hub
from tests.config.test_i18n import INFORMAL
from tests.parts.desk import Desk
from tests.parts.forms import ANNA, URLENCODED, FormDesk

URL, FIRM, OTHER = "https://centralino.firm.test", "https://www.firm.test", "https://evil.test"
HTML = "text/html,application/xhtml+xml"
NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)


class Site(FormDesk):
    """A form and its public door, knocked at as browsers and programs do."""

    def __init__(self, desk: Desk, **settings: Any) -> None:
        super().__init__(desk, **{"origins": [FIRM], **settings})
        desk.app.settings.public_url = URL
        self.door = public_app(desk.app, Hub(desk.database))

    def ask(self, method: str, path: str = "", sender: str = "203.0.113.7", **how: Any) -> httpx.Response:
        async def knock() -> httpx.Response:
            transport = httpx.ASGITransport(self.door, client=(sender, 4711))
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, f"/forms/{self.key}{path}", **how)

        return asyncio.run(knock())

    def browse(self, fields: dict[str, str] | None = None, origin: str = FIRM, **how: Any) -> httpx.Response:
        """A browser sends a plain form of a page of this origin ("" says none)."""
        headers = {
            "accept": HTML,
            "content-type": URLENCODED,
            **({"origin": origin} if origin else {}),
            **how.pop("headers", {}),
        }
        content = how.pop("content", None) or urlencode({**ANNA, **(fields or {})})
        return self.ask("POST", content=content, headers=headers, **how)

    def stored(self) -> int:
        return len(self.desk.all(Intake))


@pytest.fixture
def site(desk_on_both: Desk) -> Site:
    return Site(desk_on_both)


@pytest.fixture
def one_site(desk: Desk) -> Site:
    """The same on SQLite alone."""
    return Site(desk)


def token_in(page: str) -> str:
    found = re.search(r'name="_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_browsers_post_is_stored_before_it_is_thanked(site: Site) -> None:
    answer = site.browse()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/forms/{site.key}/thanks")
    assert "set-cookie" not in answer.headers
    assert site.stored() == 1
    thanks = site.ask("GET", "/thanks")
    assert "La Sua richiesta è arrivata" in thanks.text
    site.desk.take_in()
    assert site.desk.outcomes() == ["message"]


def test_the_owners_page_of_thanks(one_site: Site) -> None:
    with one_site.desk.database.writing() as session:
        forms.change(session, session.get_one(Channel, one_site.channel.id), thanks=f"{FIRM}/grazie")
    assert one_site.browse({"thanks": OTHER, "redirect": OTHER}).headers["location"] == f"{FIRM}/grazie"
    assert f"form-action 'self' {FIRM};" in one_site.ask("GET").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": FIRM}, 303), ({"origin": OTHER}, 403), ({"origin": "null"}, 403), ({"origin": "file://"}, 403),
        ({"origin": f"{FIRM}.evil.test"}, 403), ({"origin": "http://www.firm.test"}, 403), ({"origin": f"{FIRM}:8443"}, 403),
        ({"origin": URL}, 303), ({"referer": f"{FIRM}/contatti?x=1"}, 303), ({"referer": f"{OTHER}/?{FIRM}"}, 403),
        ({"origin": OTHER, "referer": f"{FIRM}/"}, 403), ({"referer": "nonsense"}, 403), ({}, 303),
    ],
)  # fmt: skip
def test_only_the_sites_of_the_form_may_post(one_site: Site, headers: dict[str, str], status: int) -> None:
    answer = one_site.browse(origin="", headers=headers)
    assert answer.status_code == status
    assert one_site.stored() == (1 if status == 303 else 0)
    if status == 403:
        assert "info@firm.test" in answer.text, "the visitor is told where to write"


def test_without_sites_any_may_post_but_for_none(desk: Desk) -> None:
    site = Site(desk, origins=[])
    assert [site.browse(origin=one).status_code for one in (OTHER, "null", "")] == [303, 403, 303]
    assert "frame-ancestors *" in site.ask("GET").headers["content-security-policy"]


def test_scripts_of_the_site_may_post_and_others_may_not(one_site: Site) -> None:
    asked = one_site.ask("OPTIONS", headers={"origin": FIRM, "access-control-request-method": "POST"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, FIRM)
    refused = one_site.ask("OPTIONS", headers={"origin": OTHER, "access-control-request-method": "POST"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers
    token = one_site.ask("GET", "/token", headers={"origin": FIRM}).json()["token"]
    assert one_site.ask("GET", "/token", headers={"origin": OTHER}).status_code == 403
    with time_machine.travel(datetime.now(UTC).timestamp() + 5):
        answer = one_site.ask("POST", json={**ANNA, "_token": token}, headers={"origin": FIRM})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert answer.headers["access-control-allow-origin"] == FIRM
    assert answer.headers["vary"] == "Origin"
    wrong = one_site.ask("POST", json={"email": "anna@"}, headers={"origin": FIRM})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"email", "message"})
    assert one_site.stored() == 1


def test_another_program_is_answered_in_json(one_site: Site) -> None:
    answer = one_site.ask("POST", content=urlencode(ANNA), headers={"accept": "*/*", "content-type": URLENCODED})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_a_token_that_is_false_fast_or_old_asks_once_more(one_site: Site) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        token = token_in(one_site.ask("GET").text)
        fast = one_site.browse({"_token": token}, URL)
        assert (fast.status_code, "troppo in fretta" in fast.text) == (422, True)
        assert "Anna Bianchi" in fast.text
        forged = one_site.browse({"_token": token[:-1] + "x"}, URL)
        assert (forged.status_code, "non è più valida" in forged.text) == (422, True)
        clock.shift(25 * 3600)
        old = one_site.browse({"_token": token}, URL)
        assert (old.status_code, "rimasta aperta a lungo" in old.text) == (422, True)
        assert one_site.stored() == 0
        again = token_in(old.text)
        clock.shift(10)
        assert one_site.browse({"_token": again}, URL).status_code == 303
    assert one_site.stored() == 1


def test_a_second_press_is_thanked_the_same_and_stored_once(one_site: Site) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        token = token_in(one_site.ask("GET").text)
        clock.shift(10)
        answers = [one_site.browse({"_token": token}, URL) for _ in range(3)]
        assert [one.headers["location"] for one in answers] == [f"/forms/{one_site.key}/thanks"] * 3
        assert one_site.stored() == 1
        one_site.browse({"_token": token, "message": "Ancora una domanda"}, URL)
        assert one_site.stored() == 2, "other words from the same page are not lost"


def test_a_program_repeats_its_post_days_later_and_hides_nobody_elses(one_site: Site) -> None:
    own = "0123456789abcdef"
    with time_machine.travel(NOON, tick=False) as clock:
        one_site.ask("POST", json={**ANNA, "_id": own})
        clock.shift(3 * 24 * 3600)
        one_site.ask("POST", json={**ANNA, "_id": own})
        assert one_site.stored() == 1
        one_site.ask("POST", json={**ANNA, "message": "Altro", "_id": own})
        assert one_site.stored() == 2, "the same _id with other words is another post"
    one_site.desk.take_in()
    assert one_site.desk.outcomes() == ["message"] * 2


@pytest.mark.parametrize("wrong", ["short", "x" * 65, "with blanks and more", "à" * 20])
def test_what_is_no_id_counts_by_the_hour(one_site: Site, wrong: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(2):
            one_site.ask("POST", json={**ANNA, "_id": wrong})
            one_site.ask("POST", json={**ANNA, "_id": wrong})
            clock.shift(3600)
    assert one_site.stored() == 2


def test_a_program_that_fills_every_field_is_thanked(one_site: Site) -> None:
    assert one_site.browse({"_website": "https://casino.test", "email": "", "_token": "x"}).status_code == 303
    assert one_site.desk.all(Intake)[0].meta["trap"] == "honeypot"


def test_what_was_typed_comes_back_and_the_mistake_is_named(one_site: Site) -> None:
    typed = {
        "name": "Anna <b>",
        "email": "anna@",
        "message": 'Due\nrighe & "virgolette" </textarea>',
        "provincia": "VI",
    }
    answer = one_site.browse(typed, URL)
    assert answer.status_code == 422
    page = answer.text
    assert html.escape('Due\nrighe & "virgolette" </textarea>').replace("&quot;", "&#34;") in page
    assert 'value="Anna &lt;b&gt;"' in page
    assert 'aria-invalid="true" aria-describedby="email-wrong" autofocus' in page
    assert "non sembra completo" in page
    assert '<input type="hidden" name="provincia" value="VI">' in page
    assert one_site.stored() == 0


def test_nothing_that_comes_from_outside_is_markup(one_site: Site) -> None:
    evil = "\"'><script>alert(1)</script>{{7*7}}"
    with one_site.desk.database.writing() as session:
        forms.change(session, session.get_one(Channel, one_site.channel.id), required=["email", "product"])
    body = urlencode({"name": evil, "email": evil, "message": evil, "x" + evil: evil, "_page": evil})
    page = one_site.browse(content=body, headers={"referer": f"{FIRM}/{evil}"}).text
    assert "<script" not in page
    assert "{{7*7}}" in page
    assert "49" not in re.sub(r'value="\d+\.[^"]*"', "", page.partition("</style>")[2])
    shown = one_site.ask("GET", headers={"referer": f"{FIRM}/{evil}"})
    assert "<script" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert f"frame-ancestors 'self' {FIRM}" in policy


def test_one_sender_and_one_form_have_their_limits_and_others_are_not_touched(one_site: Site) -> None:
    answers = [one_site.browse({"message": f"Domanda {n}"}).status_code for n in range(12)]
    assert answers == [303] * 10 + [429] * 2
    refused = one_site.browse()
    assert int(refused.headers["retry-after"]) in range(1, 62)
    assert "info@firm.test" in refused.text
    assert one_site.browse(sender="203.0.113.8").status_code == 303
    assert one_site.browse(sender="2001:db8::1").status_code == 303
    told = one_site.ask("POST", json=ANNA, headers={"origin": FIRM}).json()
    assert told["write_to"] == "info@firm.test"


def test_an_ipv6_network_is_one_sender(one_site: Site) -> None:
    answers = [one_site.browse({"message": f"{n}?"}, sender=f"2001:db8:0:1::{n:x}").status_code for n in range(1, 12)]
    assert answers == [303] * 10 + [429]
    assert one_site.browse(sender="2001:db8:0:2::1").status_code == 303


def test_a_form_takes_so_many_a_minute_of_people_and_of_programs_apart(desk: Desk) -> None:
    site = Site(desk, max_a_minute=3)
    bots = [site.browse({"_website": "x", "message": f"{n}"}, sender=f"198.51.100.{n}").status_code for n in range(5)]
    assert bots == [303] * 3 + [429] * 2
    wrong = [site.browse({"email": ""}, sender=f"192.0.2.{n}").status_code for n in range(5)]
    assert wrong == [422] * 5
    people = [site.browse({"message": f"{n}?"}, sender=f"203.0.113.{n}").status_code for n in range(5)]
    assert people == [303] * 3 + [429] * 2


def test_all_forms_together_have_their_brake(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formdoor, "A_MINUTE_OF_ALL", 4)
    site = Site(desk, max_a_minute=100)
    with desk.database.writing() as session:
        other = forms.make(session, desk.app.vault, "altro", desk.channel).address
    codes = []
    for number in range(6):
        site.key, other = other, site.key
        codes.append(site.browse({"message": f"{number}?"}, sender=f"203.0.113.{number}").status_code)
    assert codes == [303] * 4 + [429] * 2


def test_what_cannot_be_stored_is_said_with_the_address(site: Site) -> None:
    with site.desk.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME TO jobs_away"))
    answer = site.browse()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "info@firm.test" in answer.text
    with site.desk.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs_away RENAME TO jobs"))
    assert site.stored() == 0
    assert site.browse().status_code == 303


def test_a_body_that_is_too_large_is_not_read_to_its_end(one_site: Site) -> None:
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 1_000_000

    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert one_site.browse(content=pieces(), headers=kind).status_code == 413
    assert read < 30
    assert one_site.browse(content=b"x=" + b"y" * 2_000_000).status_code == 413
    headers = {**kind, "content-length": str(formdoor.MAX_BYTES + 1)}
    assert one_site.browse(content=b"", headers=headers).status_code == 413
    assert one_site.stored() == 0


def test_files_of_twenty_megabytes_arrive(one_site: Site) -> None:
    files = {"file": ("disegno.dxf", b"0" * 20_000_000, "image/vnd.dxf")}
    answer = one_site.ask("POST", data=ANNA, files=files, headers={"accept": HTML, "origin": FIRM})
    assert answer.status_code == 303
    found = one_site.desk.all(Intake)[0]
    assert found.size > 20_000_000
    one_site.desk.take_in()
    assert one_site.desk.outcomes() == ["message"]


def test_who_is_not_here_is_not_found(one_site: Site) -> None:
    with one_site.desk.database.writing() as session:
        session.get_one(Channel, one_site.channel.id).enabled = False
        channels.create(session, one_site.desk.app.vault, "webhook", "hook", {"secret": "x"}, address="y" * 22)
    for key in (one_site.key, "x" * 22, "y" * 22, "..", "%00", "a" * 5_000):
        one_site.key = key
        assert [one_site.ask(method).status_code for method in ("GET", "POST")] == [404, 404]


@pytest.mark.parametrize("language", sitechannels.LANGUAGES)
def test_each_language_has_all_texts_and_is_formal(language: str) -> None:
    assert set(words.WORDS[language]) == set(words.WORDS["en"])
    for sentence in words.WORDS[language].values():
        assert not re.search(rf"(?i)\b({INFORMAL.get(language, 'tu|toi|ton')})\b", sentence), sentence


def test_the_snippet_posts_what_is_understood(one_site: Site) -> None:
    snippet = forms.snippet(forms.address(URL, one_site.channel), one_site.channel, 0, "info@firm.test")
    assert '<a href="mailto:info@firm.test">info@firm.test</a>' in snippet, "all there is where we cannot be reached"
    assert "<script" not in snippet
    names = set(re.findall(r'name="(\w+)"', snippet))
    assert names == {"name", "company", "email", "phone", "message", "file", "_website"}
    assert f'action="{URL}/forms/{one_site.key}"' in snippet


def test_tokens_are_no_cookies(one_site: Site) -> None:
    page = one_site.ask("GET")
    assert "set-cookie" not in page.headers
    assert page.headers["referrer-policy"] != "no-referrer", "the form's own post would say that it comes from nowhere"
    assert tokens.TOKEN.fullmatch(token_in(page.text))
    assert json.dumps(one_site.form().signing) not in page.text


def test_more_than_thirty_two_at_once_come_again_and_slow_ones_are_let_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(desk, max_a_minute=100)
    monkeypatch.setattr(public, "BODY_SECONDS", 1.0)

    async def knock(number: int, enough: asyncio.Event) -> httpx.Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield urlencode({**ANNA, "message": f"{number}?"}).encode()
            if number:
                await enough.wait()

        headers = {"accept": HTML, "content-type": URLENCODED, "origin": FIRM}
        transport = httpx.ASGITransport(site.door, client=(f"203.0.113.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.post(f"/forms/{site.key}", content=pieces(), headers=headers)

    async def crowd() -> tuple[httpx.Response, list[int], httpx.Response]:
        enough = asyncio.Event()
        waiting = [asyncio.create_task(knock(number, enough)) for number in range(1, formdoor.MOST_AT_ONCE + 1)]
        await asyncio.sleep(0.2)
        one_more = await knock(0, enough)
        slow = [answer.status_code for answer in await asyncio.gather(*waiting)]
        return one_more, slow, await knock(0, enough)

    one_more, slow, afterwards = asyncio.run(crowd())
    assert (one_more.status_code, one_more.headers["retry-after"]) == (503, "5")
    assert slow == [408] * formdoor.MOST_AT_ONCE
    assert afterwards.status_code == 303
