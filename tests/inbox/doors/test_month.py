"""The door behind the link of a monthly page: figures without names, for as long as the link stands, plainly said after."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
import time_machine
from starlette.applications import Starlette

from inbox.asgi import _public_routes
from inbox.events import SYSTEM
from inbox.models import ReportSending, now
from inbox.reporting.monthly import links, mailing
from inbox.reporting.monthly.content import SECTIONS
from inbox.reporting.monthly.sheet import sheet
from inbox.secrets import token_hash
from tests.parts.desk import URL, Desk
from tests.parts.monthly import OCTOBER, full

TOKEN = "a-token-of-the-mail"


def send(desk: Desk, language: str = "en", name: str = "Anna Bianchi") -> int:
    content = full(60)
    with desk.database.writing() as session:
        row = ReportSending(
            kind="monthly", begins=OCTOBER.begins, ends=OCTOBER.ends, recipient="direzione@firm.test",
            language=language, content=mailing.kept(content, SECTIONS, f"Verdi & Figli <{name}>"),
            token_hash=token_hash(TOKEN), expires_at=now() + links.LIFETIME,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def ask(desk: Desk, path: str = f"/month/{TOKEN}", method: str = "GET") -> httpx.Response:
    async def knock() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=_public_routes(desk.app)))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            return await client.request(method, path)

    return asyncio.run(knock())


def shown(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("</style>")[1])).replace("&amp;", "&")


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_page_has_the_numbers_and_no_names(desk_on_both: Desk, language: str) -> None:
    send(desk_on_both, language)
    answer = ask(desk_on_both)
    assert answer.status_code == 200
    text = shown(answer)
    page = sheet(full(60), language, desk_on_both.app.settings.timezone)
    for tile in page.tiles:
        assert tile.figure in text
        assert tile.label in text
    for told in page.told or ():
        assert told.text in text
    assert all(block.title in text for block in page.blocks)


def test_customers_are_not_named(desk: Desk) -> None:
    with desk.database.writing() as session:
        content = full(12, "Anna Bianchi")
        kept = mailing.kept(content, ("waiting", "time"), "")
        assert "Anna" not in str(kept["content"]["longest"])  # type: ignore[index]
        assert "Anna" not in str(kept["content"]["slowest"])  # type: ignore[index]
        session.add(ReportSending(
            kind="monthly", begins=OCTOBER.begins, ends=OCTOBER.ends, recipient="x", language="en", content=kept,
            token_hash=token_hash(TOKEN), expires_at=now() + links.LIFETIME,
        ))  # fmt: skip
    assert "Anna" not in ask(desk).text


def test_the_answer_keeps_to_itself(desk: Desk) -> None:
    send(desk, name="<script>alert(1)</script>")
    for answer in (ask(desk), ask(desk, "/month/nonsense")):
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert 'content="noindex, nofollow"' in answer.text


def test_it_is_counted_how_often_it_opened(desk_on_both: Desk) -> None:
    desk = desk_on_both
    send(desk)
    ask(desk, method="HEAD")
    for _ in range(3):
        ask(desk)
    ask(desk, "/month/other")
    (row,) = desk.all(ReportSending)
    assert row.opened == 3
    assert row.opened_at is not None


@pytest.mark.parametrize(
    ("language", "over", "back"), [("en", "This link is over", "taken back"), ("it", "", "revocato")]
)
def test_a_link_that_does_not_open_says_so(desk: Desk, language: str, over: str, back: str) -> None:
    number = send(desk, language)
    with time_machine.travel(now() + timedelta(days=91)):
        late = ask(desk)
    assert late.status_code == 410
    assert over in late.text
    with desk.database.writing() as session:
        links.revoke(session, session.get_one(ReportSending, number), SYSTEM, now())
        links.revoke(session, session.get_one(ReportSending, number), SYSTEM, now())
    revoked = ask(desk)
    assert revoked.status_code == 410
    assert back in revoked.text
    assert "60" not in shown(revoked)
    assert desk.all(ReportSending)[0].opened == 0


@pytest.mark.parametrize("token", ["x", TOKEN[:-1], TOKEN + "x", "%00", "%FF", "'--", "x" * 5_000])
def test_a_wrong_link_leads_nowhere(desk: Desk, token: str) -> None:
    send(desk)
    answer = ask(desk, f"/month/{token}")
    assert answer.status_code == 404
    assert "This link leads nowhere" in answer.text


def test_a_digest_has_no_link(desk: Desk) -> None:
    number = send(desk)
    with desk.database.writing() as session:
        session.get_one(ReportSending, number).token_hash = ""
    assert ask(desk, "/month/").status_code == 404


def test_what_another_version_kept_is_over(desk: Desk) -> None:
    number = send(desk)
    with desk.database.writing() as session:
        session.get_one(ReportSending, number).content = {"content": {"first": {}}}
    assert ask(desk).status_code == 410
