"""A chat rings at one after the other who is on duty, at the pace that was set, however many lines the visitor writes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations
from inbox.events import person
from inbox.models import Assignment, Calendar, Conversation, Event, Job, Team, User, Visit
from inbox.sitechat import visits
from inbox.sitechat.arrivals import RING
from routing import ringing, rules
from routing.rules import Rule
from tests.parts.desk import URL, Desk
from tests.parts.hours import utc
from tests.parts.visitors import PAGE, Guest, make_chat

# Tuesday, half past nine in Rome.
MORNING, EVENING = utc(2026, 3, 3, 8, 30), utc(2026, 3, 3, 19)


class Office:
    """Anna and Bruno of R&D and its lead, who is none of them; the chat rings every thirty seconds."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.anna, self.bruno = (desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno"))
        self.lead = desk.add_user("lead@firm.test", "colleague")
        with desk.database.writing() as session:
            session.query(Team).filter_by(slug="rd").one().lead_id = self.lead
            rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
        self.guest = Guest(desk.app, make_chat(desk.app, desk.channel, claim_seconds=30))

    def writes(self, moment: datetime = MORNING, text: str = "C'è qualcuno?") -> int:
        with time_machine.travel(moment, tick=False):
            number = self.guest.writes(text, moment)
            self.desk.route(moment)
            return number

    def at(self, **delta: Any) -> int | None:
        """Who has it after all that was due at this moment after the first message."""
        return self.at_moment(MORNING + timedelta(**delta))

    def at_moment(self, moment: datetime) -> int | None:
        with time_machine.travel(moment, tick=False):
            while jobs := self.desk.claim(RING, 20):
                ringing.ring(self.desk.database, jobs, URL)
        return self.desk.all(Conversation)[-1].user_id

    def change(self, verb: Any, moment: datetime, **more: Any) -> None:
        with time_machine.travel(moment, tick=False), self.desk.database.writing() as session:
            verb(session, session.query(Conversation).one(), **more)

    def given(self) -> list[tuple[int | None, int]]:
        """Who had it, and after how many seconds."""
        rows = self.desk.all(Assignment, Assignment.user_id.is_not(None))
        return [(one.user_id, round((one.at - MORNING).total_seconds())) for one in rows]


@pytest.fixture
def office(desk_on_both: Desk) -> Office:
    return Office(desk_on_both)


def test_it_rings_round_then_at_the_lead_then_at_the_manager(office: Office) -> None:
    office.writes()
    assert office.at(seconds=29) is None
    assert [office.at(seconds=30 * n) for n in range(1, 7)] == [
        office.anna, office.bruno, office.lead, office.desk.manager, office.desk.manager, office.desk.manager
    ]  # fmt: skip
    assert not office.desk.all(Job, Job.kind == RING), "when everybody had it, it rings no more"
    passed = [one for one in office.desk.all(Event, Event.action == "assigned") if one.data.get("why") == "passed"]
    assert len(passed) == 4
    said = [one.envelope["text"] for one in office.desk.notices()][-1]
    assert "Nobody has taken it in time" in said


def test_ten_lines_ring_no_faster_than_one_and_put_nothing_off(office: Office) -> None:
    for second in range(0, 100, 5):
        office.writes(MORNING + timedelta(seconds=second))
        office.at(seconds=second)
    for second in range(100, 200):
        office.at(seconds=second)
    assert office.given() == [
        (office.anna, 30), (office.bruno, 60), (office.lead, 90), (office.desk.manager, 120)
    ]  # fmt: skip


def test_a_hand_that_gave_it_on_meanwhile_begins_the_time_anew(office: Office) -> None:
    office.writes()
    moment = MORNING + timedelta(seconds=20)
    team_id = office.desk.all(Conversation)[-1].team_id
    office.change(conversations.assign, moment, actor=person(office.desk.manager), team_id=team_id,
                  user_id=office.bruno, at=moment)  # fmt: skip
    assert office.at(seconds=30) == office.bruno
    assert office.at(seconds=49) == office.bruno
    assert office.at(seconds=50) == office.anna


def test_whoever_takes_it_or_types_an_answer_is_not_rung_away(office: Office) -> None:
    office.writes()
    with time_machine.travel(MORNING + timedelta(seconds=27), tick=False), office.desk.database.writing() as session:
        visits.answering(session, session.query(Conversation).one(), session.get_one(User, office.bruno))
    assert office.at(seconds=30) is None
    assert office.at(seconds=59) is None
    assert office.at(seconds=60) == office.anna, "nothing came of it"
    with time_machine.travel(MORNING + timedelta(seconds=70), tick=False), office.desk.database.writing() as session:
        assert conversations.claim(session, session.query(Conversation).one(), session.get_one(User, office.anna))
    assert office.at(minutes=30) == office.anna


@pytest.mark.parametrize("verb", ["answered", "spam"])
def test_what_is_over_does_not_ring(office: Office, verb: str) -> None:
    office.writes()
    moment = MORNING + timedelta(seconds=10)
    if verb == "answered":
        with office.desk.database.writing() as session:
            user = session.get_one(User, office.anna)
            conversations.answered_by_phone(session, session.query(Conversation).one(), user, at=moment)
    else:
        office.change(conversations.mark_spam, moment, actor=person(office.desk.manager), at=moment)
    assert office.at(minutes=5) is None


def test_nobody_who_is_off_duty_is_rung(office: Office) -> None:
    with office.desk.database.writing() as session:
        for user_id in (office.anna, office.lead, office.desk.manager):
            hours = {"tue": [["14:00", "18:00"]]}
            session.add(Calendar(name="", user_id=user_id, timezone="", hours=hours, valid_from=MORNING.date()))
    office.writes()
    assert [office.at(seconds=30 * n) for n in (1, 2, 3)] == [office.bruno] * 3


def test_at_night_it_rings_at_nobody(office: Office) -> None:
    office.writes(EVENING)
    assert office.at_moment(EVENING + timedelta(minutes=5)) is None
    assert office.given() == []


def test_who_is_on_duty_is_told_at_once_whatever_they_wish_for_mails(office: Office) -> None:
    with office.desk.database.writing() as session:
        for user in session.query(User).filter(User.id.in_((office.anna, office.bruno))):
            user.quiet, user.digest_at, user.max_cards = True, "17:00", 0
    office.writes()
    assert {one.user_id for one in office.desk.notices()} == {office.anna, office.bruno}


def test_quiet_hours_hold_it_and_so_does_the_digest_once_the_visitor_has_left(office: Office) -> None:
    with office.desk.database.writing() as session:
        session.get_one(User, office.anna).quiet = True
        session.get_one(User, office.bruno).digest_at = "17:00"
    office.writes(EVENING)
    assert {one.user_id for one in office.desk.notices()} == {office.bruno}, "a digest is no quiet hour"
    with office.desk.database.writing() as session:
        session.get_one(Visit, office.guest.visit_id).seen_at = EVENING
    before = len(office.desk.notices())
    with time_machine.travel(EVENING + timedelta(minutes=10), tick=False):
        office.guest.writes("Ancora io", EVENING + timedelta(minutes=10))
        with office.desk.database.writing() as session:
            session.get_one(Visit, office.guest.visit_id).seen_at = EVENING
        office.desk.route(EVENING + timedelta(minutes=10))
    assert len(office.desk.notices()) == before


def test_a_talk_of_many_lines_is_told_line_by_line(office: Office) -> None:
    for second in range(20):
        office.writes(MORNING + timedelta(seconds=second), f"Riga {second}")
    assert not office.desk.all(Event, Event.action == "burst")
    assert len(office.desk.notices()) == 40


def test_the_mail_says_that_it_is_a_chat_and_where_the_visitor_is(office: Office) -> None:
    office.guest.set(email="ada@nuovo.test")
    office.writes()
    envelope = office.desk.notices()[0].envelope
    assert envelope["subject"].startswith("Chat on the site · New question for R&D: ")
    assert "From: Anna Bianchi · ada@nuovo.test (not verified)\n" in envelope["text"]
    assert f"By: Chat on the site · the visitor is there · {PAGE}\n" in envelope["text"]
    assert office.guest.visit.address not in envelope["text"], "an address that means nothing to people"
    office.guest.set(identity="customer 12")
    office.writes(MORNING + timedelta(hours=2))
    assert "ada@nuovo.test\n" in office.desk.notices()[-1].envelope["text"]
