"""What was promised in an answer is offered as a reminder, set by one press, and told at its moment."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from inbox import reminders
from inbox.models import Job, Reminder, now
from inbox.models.reminder import DECLINED, OFFERED, SET, TOLD
from inbox.worktime import calendars
from routing import promised
from tests.parts.desk import URL, Desk
from tests.routing.chat.conftest import MARCO, Office, office  # noqa: F401

SOON = "Buongiorno,\nle mando il preventivo entro tre settimane.\nCordiali saluti"


def only(desk: Desk) -> Reminder:
    (found,) = desk.all(Reminder)
    return found


def test_an_answer_that_promises_offers_a_reminder(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = desk.ask()
    desk.answer(asked, SOON)
    found = only(desk)
    assert (found.state, found.user_id, found.words) == (
        OFFERED, desk.manager, "Buongiorno, le mando il preventivo entro tre settimane.",
    )  # fmt: skip
    assert timedelta(days=18) < found.due_at - now() < timedelta(days=22)
    with desk.database.reading() as session:
        assert calendars.company(session).is_working(found.due_at + timedelta(minutes=1))


@pytest.mark.parametrize("text", ["La tolleranza è H7.", "Ci mandi il disegno entro venerdì."])
def test_others_offer_none(desk: Desk, text: str) -> None:
    desk.answer(desk.ask(), text)
    assert desk.all(Reminder) == []


def test_an_old_answer_offers_none(desk: Desk) -> None:
    desk.answer(desk.ask(), "Le mando il preventivo domani.", at=datetime(2026, 1, 7, 9, tzinfo=UTC))
    assert desk.all(Reminder) == []


def test_it_is_told_at_its_moment_and_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.answer(desk.ask(), SOON)
    before = len(desk.notices())
    with desk.database.writing() as session:
        assert reminders.decide(session, only(desk).id, desk.manager, wanted=True)
    (job,) = desk.all(Job, Job.kind == reminders.KIND)
    assert job.run_at == only(desk).due_at
    for _ in range(2):
        with desk.database.writing() as session:
            session.execute(update(Job).where(Job.kind == reminders.KIND).values(run_at=now()))
        if jobs := desk.claim(reminders.KIND):
            promised.tell_due(desk.database, jobs, URL)
    (told,) = desk.notices()[before:]
    assert "le mando il preventivo entro tre settimane" in told.envelope["text"]
    assert only(desk).state == TOLD


def test_declined_it_stays_silent(desk: Desk) -> None:
    desk.answer(desk.ask(), SOON)
    for wanted in (True, False):
        with desk.database.writing() as session:
            reminders.decide(session, only(desk).id, desk.manager, wanted=wanted)
    before = len(desk.notices())
    with desk.database.writing() as session:
        session.execute(update(Job).where(Job.kind == reminders.KIND).values(run_at=now()))
    promised.tell_due(desk.database, desk.claim(reminders.KIND), URL)
    assert (len(desk.notices()), only(desk).state) == (before, DECLINED)


def test_nobody_else_decides_about_it(desk: Desk) -> None:
    desk.answer(desk.ask(), SOON)
    marco = desk.add_user("marco@firm.test", "colleague")
    with desk.database.writing() as session:
        assert reminders.decide(session, only(desk).id, marco, wanted=True) is None
        assert reminders.decide(session, 999, marco, wanted=True) is None
    assert only(desk).state == OFFERED


@pytest.mark.parametrize(
    ("day", "wanted"),
    [((2026, 12, 4), (12, 4)), ((2026, 12, 5), (12, 4)), ((2026, 12, 6), (12, 4)), ((2026, 12, 7), (12, 7))],
)
def test_a_day_off_is_told_of_before(desk: Desk, day: tuple[int, int, int], wanted: tuple[int, int]) -> None:
    with desk.database.reading() as session:
        hours = calendars.company(session)
    due = reminders.moment(hours, datetime(*day).date(), datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert (due.month, due.day) == wanted


def test_in_the_chat_by_one_press(office: Office) -> None:  # noqa: F811
    office.says(MARCO, SOON, answers=office.card(MARCO))
    office.presses(MARCO, next(one for row in office.labels(MARCO) for one in row if "end" in one.lower()))
    shown = office.newest(MARCO)[1]
    assert "le mando il preventivo" in shown.text
    assert office.presses(MARCO, "Remind me") == ("You will be reminded.", False)
    assert only(office.desk).state == SET
    number = only(office.desk).id
    assert office.presses_data(4343, f"promise:{number}:no")[1], "not Luca's to decide"
    assert office.presses_data(MARCO, f"promise:{number}:x")[1]
