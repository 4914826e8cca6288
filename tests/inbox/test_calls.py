"""Every kind of channel that is called: what comes again is one message, what is not the platform's is nothing."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from connectors.base import WebhookRequest
from inbox import channels, hooks, intake
from inbox.app import App
from inbox.models import Intake, Message
from inbox.reader import Reader
from tests.connectors.kinds import BUILT, CALLS
from tests.parts.desk import Desk

KINDS = sorted({*CALLS} - {"telegram"})
# What the test's own settings say of where a platform is; the server's say it elsewhere.
NO_SETTINGS = ("api_base",)


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, app: App, reader: Reader) -> tuple[Desk, str, int]:
    """On both databases: a desk, a kind, the number of a channel of it."""
    kind, desk = request.param, Desk(app, reader)
    settings = {name: value for name, value in BUILT[kind].items() if name not in NO_SETTINGS}
    app.settings.telegram_api = app.settings.graph_api = "http://127.0.0.1:1"
    with app.database.writing() as session:
        return desk, kind, channels.create(session, app.vault, kind, "Canale", settings).id


def status(desk: Desk, kind: str, number: int, call: WebhookRequest) -> int:
    return hooks.take(desk.app.hooks(), kind, number, call).status


def test_each_event_five_times_shuffled_by_eight_threads_is_one_message(desk: tuple[Desk, str, int]) -> None:
    one, kind, number = desk
    calls = [CALLS[kind](f"Domanda {n}", f"n{n}") for n in range(30)] * 5
    random.Random(8).shuffle(calls)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda call: status(one, kind, number, call), calls)) == {hooks.TAKEN}
    while jobs := one.claim("take_in"):
        intake.take_in(one.database, one.app.blobs, one.reader, jobs)
    texts = [message.text for message in one.all(Message, Message.channel_id == number)]
    assert sorted(texts) == sorted(f"Domanda {n}" for n in range(30))


def test_a_call_that_is_not_the_platforms_leaves_nothing(desk: tuple[Desk, str, int]) -> None:
    one, kind, number = desk
    assert status(one, kind, number, WebhookRequest("POST", {}, {}, CALLS[kind]("Domanda", "n1").body)) == hooks.FALSE
    with one.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Intake)) == 0
