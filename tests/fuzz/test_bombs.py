"""Bombs amid good mails: the good ones are on the page soon, the bombs are told, and no byte is lost."""

import time

from sqlalchemy import func, select

from inbox.blobs import digest
from inbox.models import Conversation, Intake, Message
from tests.fuzz.bombs import bombs
from tests.parts.company import mail
from tests.parts.desk import Desk

GOOD = 100
# What the project promises for a hundred good mails amid the bombs.
PROMISED_SECONDS = 60


def test_good_mails_do_not_wait_for_bombs(desk: Desk) -> None:
    made = bombs()
    good = [mail(f"Domanda {number}", "Qual è la tolleranza?", sender=f"p{number}@c.test") for number in range(GOOD)]
    step = GOOD // len(made)
    mixed: list[bytes] = []
    for number, bomb in enumerate(made.values()):
        mixed += [*good[number * step : (number + 1) * step], bomb]
    mixed += good[len(made) * step :]
    began = time.perf_counter()
    for start in range(0, len(mixed), 20):
        desk.receive(*mixed[start : start + 20])
    desk.take_in()
    desk.route()
    seconds = time.perf_counter() - began
    print(f"{GOOD} good mails and {len(made)} bombs: {seconds:.1f} s")
    assert seconds < PROMISED_SECONDS
    with desk.database.reading() as session:
        shown = select(func.count()).select_from(Conversation).where(Conversation.subject.like("Domanda %"))
        assert session.scalar(shown) == GOOD
    rows = {row.sha256: row for row in desk.all(Intake)}
    for name, bomb in made.items():
        row = rows[digest(bomb)]
        assert (row.outcome, row.state) == ("message", "done"), (name, row.reason)
        assert desk.app.blobs.get(row.sha256) == bomb, name
    assert len(desk.all(Message)) == GOOD + len(made)
