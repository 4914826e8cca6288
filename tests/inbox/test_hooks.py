"""The door for platforms that call us: what is false is not kept, what is true is stored once before it is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from connectors.base import ConnectorError
from inbox import channels, fetching, hooks
from inbox.app import App
from inbox.asgi import public_app
from inbox.channels import ChannelError
from inbox.models import Channel, FolderCursor, Intake, Job
from inbox.sitechat.hub import Hub
from tests.emulators.telegram import TelegramEmulator

HEADER = "X-Telegram-Bot-Api-Secret-Token"
URL = "https://centralino.firm.test"


class Office:
    """A company whose bot is called, and its public door."""

    def __init__(self, app: App, bot_api: TelegramEmulator) -> None:
        self.app, self.bot_api = app, bot_api
        app.settings.telegram_api = bot_api.url
        with app.database.writing() as session:
            self.bot = channels.create(session, app.vault, "telegram", "bot", {"token": bot_api.token}).id
        hooks.switch_on(app.hooks(), self.bot, URL)
        self.door = public_app(app, Hub(app.database))

    @property
    def secret(self) -> str:
        return str(self.bot_api.webhook["secret_token"])

    def call(
        self, body: Any, secret: str | bytes | None = None, path: str = "", method: str = "POST"
    ) -> httpx.Response:
        """Knock at the door, with the right secret unless another is given."""
        headers = [(HEADER.encode(), secret if isinstance(secret, bytes) else (secret or self.secret).encode())]
        content = json.dumps(body).encode() if isinstance(body, dict) else body

        async def knock() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.door), base_url=URL) as client:
                where = path or f"/hooks/telegram/{self.bot}"
                return await client.request(method, where, content=content, headers=headers)

        return asyncio.run(knock())

    def stored(self) -> list[str]:
        with self.app.database.reading() as session:
            return list(session.scalars(select(Intake.key).order_by(Intake.id)))

    def jobs(self) -> int:
        with self.app.database.reading() as session:
            return len(session.scalars(select(Job).where(Job.kind == "take_in")).all())

    def row(self) -> Channel:
        with self.app.database.reading() as session:
            return session.get_one(Channel, self.bot)

    def fetch(self) -> int:
        connector: Any = self.app.connector_for(self.bot)
        return fetching.fetch_all(self.app.database, self.app.blobs, self.bot, connector)


@pytest.fixture
def office(app: App) -> Iterator[Office]:
    with TelegramEmulator() as bot_api:
        yield Office(app, bot_api)
        assert bot_api.violations == []


def update(number: int, words: str = "Buongiorno") -> dict[str, Any]:
    person = {"id": 42, "is_bot": False, "first_name": "Anna"}
    chat = {"id": 42, "type": "private", "first_name": "Anna"}
    message = {"message_id": number, "date": 1772442000, "chat": chat, "from": person, "text": words}
    return {"update_id": number, "message": message}


def test_an_update_is_stored_with_its_job_and_its_bytes_before_it_is_answered(office: Office) -> None:
    body = json.dumps(update(7)).encode()
    assert office.call(body).status_code == 200
    assert (office.stored(), office.jobs()) == (["7"], 1)
    with office.app.database.reading() as session:
        kept = session.scalars(select(Intake)).one()
    assert office.app.blobs.get(kept.sha256) == body
    assert office.row().heard_at is not None


def test_the_same_update_twice_is_stored_once(office: Office) -> None:
    assert [office.call(update(number)).status_code for number in (7, 7, 8, 7)] == [200] * 4
    assert (office.stored(), office.jobs()) == (["7", "8"], 2)


@pytest.mark.parametrize("secret", [b"", b"wrong", "è".encode()])
def test_a_false_secret_is_refused_and_nothing_kept(office: Office, secret: bytes) -> None:
    answer = office.call(update(7), secret)
    assert answer.status_code == 403
    assert office.secret not in answer.text
    assert (office.stored(), office.jobs()) == ([], 0)


def test_what_is_no_update_is_refused(office: Office) -> None:
    assert [office.call(body).status_code for body in (b"", b"[]", b"\xff", {"update_id": "7"})] == [403] * 4
    assert office.stored() == []


def test_a_body_that_is_too_large_is_not_read_to_its_end(office: Office) -> None:
    large = update(7, "x" * hooks.MAX_BYTES)
    assert office.call(large).status_code == 413
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 100_000

    assert office.call(pieces()).status_code == 413
    assert read < 50
    assert office.stored() == []


def test_who_is_not_here_is_not_found(office: Office) -> None:
    other = [f"/hooks/telegram/{office.bot + 1}", f"/hooks/telegram/{10**30}", f"/hooks/mail/{office.bot}",
             f"/hooks/nothing/{office.bot}", "/hooks/telegram/bot", "/hooks/telegram/-1"]  # fmt: skip
    assert [office.call(update(7), path=path).status_code for path in other] == [404] * 6
    assert office.call(b"", method="GET").status_code == 403
    assert office.stored() == []


def test_a_channel_that_takes_no_calls_is_not_found(office: Office) -> None:
    with office.app.database.writing() as session:
        box = {"address": "info@firm.test", "imap_host": "127.0.0.1", "user": "info", "password": "secret"}
        mail = channels.create(session, office.app.vault, "mail", "info", box).id
    assert office.call(update(7), path=f"/hooks/mail/{mail}").status_code == 404


def test_a_bot_that_is_asked_and_one_that_is_off_take_no_calls(office: Office) -> None:
    secret = office.secret
    with office.app.database.writing() as session:
        session.get_one(Channel, office.bot).enabled = False
    assert office.call(update(7)).status_code == 404
    with office.app.database.writing() as session:
        session.get_one(Channel, office.bot).enabled = True
    hooks.switch_off(office.app.hooks(), office.bot)
    assert office.call(update(7), secret).status_code == 403
    assert office.stored() == []


def test_what_cannot_be_stored_is_to_be_sent_again(office: Office) -> None:
    with office.app.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME TO jobs_away"))
    answer = office.call(update(7))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    with office.app.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs_away RENAME TO jobs"))
    assert office.stored() == []
    assert office.call(update(7)).status_code == 200
    assert (office.stored(), office.jobs()) == (["7"], 1)


def test_the_secret_is_long_sealed_and_new_each_time(office: Office) -> None:
    first = office.secret
    assert len(first) >= 43
    assert first not in str(office.row().settings)
    assert first.encode() not in (office.row().secrets or b"")
    hooks.switch_on(office.app.hooks(), office.bot, URL)
    assert office.secret != first
    assert office.call(update(7), first).status_code == 403
    assert office.call(update(7)).status_code == 200


def test_switching_to_and_fro_takes_everything_once(office: Office) -> None:
    api, desk = office.bot_api, office.app.hooks()
    hooks.switch_off(desk, office.bot)
    api.user_says(42, "one")
    assert office.fetch() == 1
    hooks.switch_on(desk, office.bot, URL)
    assert office.fetch() == 0, "it is not asked while it calls"
    assert api.calls[-1][0] == "setWebhook"
    # Fetched, but nobody had confirmed it yet: it comes once more.
    (again,) = api.pending
    assert office.call(update(again)).status_code == 200
    # After a quiet week the numbers go on lower than where we stopped.
    with api.news:
        api.done(again)
    api.jump(again - 5)
    api.user_says(42, "two")
    hooks.switch_off(desk, office.bot)
    assert office.fetch() == 1
    assert len(office.stored()) == 2


def test_what_cannot_be_switched_leaves_all_as_it_was(office: Office) -> None:
    desk, secret = office.app.hooks(), office.secret
    office.bot_api.fail("setWebhook", 500)
    with pytest.raises(ConnectorError):
        hooks.switch_on(desk, office.bot, URL)
    office.bot_api.fail("deleteWebhook", 500)
    with pytest.raises(ConnectorError):
        hooks.switch_off(desk, office.bot)
    with pytest.raises(ChannelError, match="public_url"):
        hooks.switch_on(desk, office.bot, "")
    assert office.call(update(7), secret).status_code == 200


def test_only_a_channel_that_can_be_told_has_a_webhook(office: Office) -> None:
    with office.app.database.writing() as session:
        box = {"address": "info@firm.test", "imap_host": "127.0.0.1", "user": "info", "password": "secret"}
        mail = channels.create(session, office.app.vault, "mail", "info", box).id
    with pytest.raises(ChannelError, match="info: a mail channel has no webhook"):
        hooks.switch_on(office.app.hooks(), mail, URL)


def test_no_cursor_is_left_from_before(office: Office) -> None:
    hooks.switch_off(office.app.hooks(), office.bot)
    office.bot_api.user_says(42, "one")
    office.fetch()
    hooks.switch_on(office.app.hooks(), office.bot, URL)
    with office.app.database.reading() as session:
        assert session.scalars(select(FolderCursor)).all() == []
