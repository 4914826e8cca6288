"""Work before a post: what serves, what does not, and that nothing changes where a form asks for none."""

import asyncio
import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest
import time_machine

from inbox import channels
from inbox.forms import script, settings, tokens, work
from inbox.models import Channel
from tests.inbox.doors.test_forms import FIRM, NOON, OTHER, URL, Site, token_in
from tests.parts.desk import Desk
from tests.parts.forms import ANNA

BITS = 12
LARGEST_SCRIPT = 2048


@pytest.fixture
def site(desk: Desk) -> Site:
    return Site(desk, work=BITS)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as one:
        yield one


def zeros(token: str, number: int) -> int:
    """With how many zero bits the sum begins, counted one by one."""
    digits = "".join(f"{one:08b}" for one in hashlib.sha256(f"{token}.{number}".encode()).digest())
    return len(digits) - len(digits.lstrip("0"))


def worked(token: str) -> str:
    """The first number that serves."""
    return str(next(number for number in count() if zeros(token, number) >= BITS))


def token_of(site: Site, clock: Any) -> str:
    """A token that is old enough to post with."""
    told = site.ask("GET", "/token", headers={"origin": FIRM}).json()
    assert told["work"] == BITS
    clock.shift(5)
    return str(told["token"])


def test_who_has_worked_is_thanked_and_a_repeat_is_stored_once(site: Site, clock: Any) -> None:
    token = token_of(site, clock)
    done = {"_token": token, "_work": worked(token)}
    assert [site.browse(done).status_code for _ in range(3)] == [303] * 3
    other = str(next(number for number in count(int(done["_work"]) + 1) if zeros(token, number) >= BITS))
    assert site.browse({**done, "_work": other}).status_code == 303
    assert site.ask("POST", json={**ANNA, **done}, headers={"origin": FIRM}).json() == {"ok": True}
    assert site.stored() == 1
    site.desk.take_in()
    assert site.desk.outcomes() == ["message"]


@pytest.mark.parametrize("wrong", ["", "-1", "1e3", "x", "٣", "9" * 16, "0"])
def test_who_has_not_worked_keeps_what_was_typed_and_reads_where_to_write(site: Site, clock: Any, wrong: str) -> None:
    token = token_of(site, clock)
    if wrong == "0" and zeros(token, 0) >= BITS:
        pytest.skip("a number in 4,096")
    answer = site.browse({"_token": token, "_work": wrong, "provincia": "VI"})
    assert answer.status_code == 422
    assert "breve calcolo" in answer.text
    assert 'href="mailto:info%40firm.test"' in answer.text or 'href="mailto:info@firm.test"' in answer.text
    assert "Anna Bianchi" in answer.text
    assert 'name="provincia" value="VI"' in answer.text
    assert 'name="_work"' not in answer.text
    assert token_in(answer.text) == token, "what the page handed out still serves"
    assert site.stored() == 0


def test_too_few_bits_and_the_work_for_another_token_do_not_serve(site: Site, clock: Any) -> None:
    token, other = token_of(site, clock), token_of(site, clock)
    few = str(next(number for number in count() if zeros(token, number) == BITS - 1))
    foreign = str(next(number for number in count() if zeros(other, number) >= BITS > zeros(token, number)))
    for number in (few, foreign):
        assert site.browse({"_token": token, "_work": number}).status_code == 422
    assert site.browse({"_work": worked("")}).status_code == 422, "without a token there is nothing to work on"
    assert site.browse({"_token": token[:-1] + "x", "_work": worked(token[:-1] + "x")}).status_code == 422
    assert site.stored() == 0


def test_another_forms_token_does_not_serve(site: Site, clock: Any) -> None:
    with site.desk.database.writing() as session:
        made = settings.make(session, site.desk.app.vault, "altro", site.desk.channel, work=BITS)
    first, site.key = site.key, made.address
    token = token_of(site, clock)
    site.key = first
    assert site.browse({"_token": token, "_work": worked(token)}).status_code == 422


def test_a_piece_of_work_serves_for_one_post(site: Site, clock: Any) -> None:
    token = token_of(site, clock)
    done = {"_token": token, "_work": worked(token)}
    assert site.browse({**done, "email": "anna@"}, URL).status_code == 422, "a mistake does not use it up"
    assert site.browse(done).status_code == 303
    again = site.browse({**done, "message": "Un'altra domanda"})
    assert (again.status_code, "già servita" in again.text, "Un&#39;altra domanda" in again.text) == (422, True, True)
    assert site.browse(done).status_code == 303
    assert site.stored() == 1
    new = token_in(again.text)
    assert new != token
    clock.shift(5)
    assert site.browse({"_token": new, "_work": worked(new), "message": "Un'altra domanda"}).status_code == 303
    assert site.stored() == 2


def test_a_script_is_told_by_a_sentence_and_an_address(site: Site) -> None:
    answer = site.ask("POST", json=ANNA, headers={"origin": FIRM})
    assert answer.status_code == 422
    assert answer.json()["write_to"] == "info@firm.test"
    assert "breve calcolo" in answer.json()["errors"][""]


def test_a_program_that_fills_the_trap_is_thanked_as_ever(site: Site) -> None:
    assert site.browse({"_website": "https://casino.test"}).status_code == 303
    assert site.stored() == 1


def test_the_page_may_run_our_script_where_there_is_work_and_only_then(site: Site) -> None:
    page = site.ask("GET")
    assert "script-src 'self'; connect-src 'self';" in page.headers["content-security-policy"]
    assert '<script async src="/forms.js"></script>' in page.text
    with site.desk.database.writing() as session:
        settings.change(session, session.get_one(Channel, site.channel.id), work=0)
    page = site.ask("GET")
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "data-mail" not in page.text


def test_without_work_nothing_is_asked(desk: Desk) -> None:
    site = Site(desk)
    token = site.ask("GET", "/token", headers={"origin": FIRM}).json()
    assert token["work"] == 0
    with time_machine.travel(datetime.now(UTC).timestamp() + 5):
        for number in range(2):
            assert site.browse({"_token": token["token"], "message": f"{number}?"}).status_code == 303
    assert site.browse().status_code == 303
    assert site.stored() == 3
    assert "script" not in settings.snippet(settings.address(URL, site.channel), site.channel)


def test_the_snippet_brings_the_script_and_the_address(site: Site) -> None:
    snippet = settings.snippet(settings.address(f"{URL}/posta", site.channel), site.channel, 0, "info@firm.test")
    assert snippet.endswith(f'</form>\n<script async src="{URL}/posta/forms.js"></script>')
    assert ' lang="it" data-mail="info@firm.test">' in snippet


@pytest.mark.parametrize("bits", [1, 11, 23, -16, True, "16", None])
def test_only_so_many_bits_are_taken(site: Site, bits: object) -> None:
    with site.desk.database.writing() as session:
        with pytest.raises(channels.ChannelError, match="work: must be 0 or a number from 12 to 22"):
            settings.change(session, session.get_one(Channel, site.channel.id), work=bits)


def test_what_is_spent_is_bounded_and_forgotten_with_its_token() -> None:
    spent = work.Spent(most=3)
    assert spent.serves("a", "one", 0)
    assert not spent.serves("a", "two", tokens.OLDEST_SECONDS)
    assert spent.serves("a", "two", tokens.OLDEST_SECONDS + 1), "its token is too old by then in any case"
    for nonce in "bcd":
        assert spent.serves(nonce, "one", tokens.OLDEST_SECONDS + 2)
    assert len(spent._seen) == 3
    assert not spent.serves("d", "two", tokens.OLDEST_SECONDS + 2)


def script_of(site: Site, **headers: str) -> httpx.Response:
    async def knock() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(site.door), base_url=URL) as client:
            return await client.get("/forms.js", headers=headers)

    return asyncio.run(knock())


def test_the_script_is_small_and_for_every_site(site: Site) -> None:
    plain = script_of(site, origin=OTHER, **{"accept-encoding": "identity"})
    assert (plain.status_code, plain.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert plain.headers["cross-origin-resource-policy"] == "cross-origin"
    assert plain.content == script.script() == gzip.decompress(script.compressed())
    assert len(script.compressed()) <= LARGEST_SCRIPT
    assert script_of(site).headers["content-encoding"] == "gzip"
