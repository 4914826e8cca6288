"""Quiet hours, a digest, a full chat, many at once: who is told now, who later, and that nothing is told twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations, listing
from inbox.events import person
from inbox.held import BURST, DIGEST, FULL, QUIET
from inbox.models import Calendar, Closure, Conversation, Event, HeldNotice, User
from inbox.worktime.rota import Rota
from routing import releasing, reminding, rules
from routing.notify import quiet
from routing.rules import Rule
from tests.parts.chat import ChatDesk
from tests.parts.desk import URL, Desk
from tests.parts.hours import utc

MARCO, LUCA = 4242, 4343
# Tuesday: eight in the evening in Rome, and half past eight the next morning.
EVENING, OPENING = utc(2026, 3, 3, 19), utc(2026, 3, 4, 7, 30)
MORNING = utc(2026, 3, 3, 8)


class Office:
    """Marco and Luca of R&D, each with a chat and without mails."""

    def __init__(self, desk: Desk, **marco: Any) -> None:
        self.desk, self.chat = desk, ChatDesk(desk)
        self.marco = desk.add_user("marco@firm.test", "colleague", "rd", **{"notify_by_mail": False, **marco})
        self.chat.link(self.marco, MARCO)
        with desk.database.writing() as session:
            rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])

    def luca(self, **values: Any) -> int:
        number = self.desk.add_user("luca@firm.test", "colleague", "rd", **{"notify_by_mail": False, **values})
        self.chat.link(number, LUCA)
        return number

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        with time_machine.travel(moment, tick=False):
            yield
            self.chat.run()

    def ask(self, moment: datetime, subject: str = "Giunto", **how: Any) -> Conversation:
        with self.at(moment):
            return self.desk.ask(subject=subject, at=moment, sender=f"{subject.lower()}@cliente.test", **how)

    def minute(self, moment: datetime) -> int:
        with self.at(moment):
            return releasing.sweep(self.desk.database, URL, moment)

    def cards(self, chat: int = MARCO) -> list[str]:
        return [one.splitlines()[0] for one in self.chat.texts(chat) if "Subject: " in one]

    def subjects(self, chat: int = MARCO) -> list[str]:
        texts = [line for one in self.chat.texts(chat) for line in one.splitlines()]
        return [line.removeprefix("Subject: ") for line in texts if line.startswith("Subject: ")]

    def held(self) -> list[tuple[int, str, datetime]]:
        return [(one.user_id, one.why, one.due_at) for one in self.desk.all(HeldNotice)]

    def change(self, verb: Any, conversation: Conversation, at: datetime, **more: Any) -> None:
        with self.at(at), self.desk.database.writing() as session:
            verb(session, session.get_one(Conversation, conversation.id), **more)


@pytest.fixture
def office(desk_on_both: Desk) -> Office:
    return Office(desk_on_both, quiet=True)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (utc(2026, 3, 3, 8), None),
        (utc(2026, 3, 3, 12), utc(2026, 3, 3, 13)),
        (EVENING, OPENING),
        (utc(2026, 3, 6, 16, 30), utc(2026, 3, 9, 7, 30)),
        (utc(2026, 3, 27, 19), utc(2026, 3, 30, 6, 30)),
        (utc(2026, 10, 23, 18), utc(2026, 10, 26, 7, 30)),
        (utc(2026, 6, 1, 18), utc(2026, 6, 3, 6, 30)),
        (utc(2026, 4, 6, 9), utc(2026, 4, 7, 6, 30)),
    ],
    ids=["at work", "lunch", "evening", "Friday evening", "spring", "autumn", "holiday tomorrow", "Easter Monday"],
)
def test_quiet_hours_end_with_the_next_working_moment(desk: Desk, moment: datetime, due: datetime | None) -> None:
    assert decided(desk, moment, quiet=True) == (None if due is None else quiet.Later(QUIET, due))
    assert decided(desk, moment, quiet=False) is None
    assert decided(desk, moment, quiet=True, urgent_anyway=True, priority="urgent") is None
    late = decided(desk, moment, quiet=True, urgent_anyway=True, priority="high")
    assert (late is None) == (due is None), "high is not urgent"


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (utc(2026, 3, 3, 6), utc(2026, 3, 3, 7, 15)),
        (utc(2026, 3, 3, 7, 15), utc(2026, 3, 3, 7, 15)),
        (utc(2026, 3, 3, 8), utc(2026, 3, 4, 7, 15)),
        (utc(2026, 3, 27, 8), utc(2026, 3, 30, 6, 15)),
        (utc(2026, 6, 1, 10), utc(2026, 6, 3, 6, 15)),
    ],
    ids=["this morning", "at the minute", "tomorrow", "spring, after a weekend", "after a holiday"],
)
def test_a_digest_comes_at_its_time_on_working_days(desk: Desk, moment: datetime, due: datetime) -> None:
    assert decided(desk, moment, digest_at="08:15", quiet=True) == quiet.Later(DIGEST, due)
    assert decided(desk, moment, digest_at="08:15", urgent_anyway=True, priority="urgent") is None


def test_a_load_holds_what_is_new(desk: Desk) -> None:
    full, rush = quiet.Load(open_cards=3), quiet.Load(told_lately=4)
    assert decided(desk, MORNING, full, max_cards=3) == quiet.Later(FULL, MORNING)
    assert decided(desk, MORNING, full, max_cards=4) is None
    assert decided(desk, MORNING, rush) == quiet.Later(BURST, MORNING + timedelta(minutes=5))
    assert decided(desk, MORNING, quiet.Load(3, 4, is_known=True), max_cards=3) is None


def test_own_hours_and_duty_count(desk: Desk) -> None:
    with desk.database.writing() as session:
        late = {"tue": [["18:00", "22:00"]]}
        session.add(Calendar(name="", user_id=desk.manager, timezone="", hours=late, valid_from=date(2026, 1, 1)))
        saturday = date(2026, 3, 7)
        session.add(Closure(user_id=desk.manager, starts=saturday, ends=saturday, hours=[["10:00", "12:00"]]))
    assert decided(desk, EVENING, quiet=True) is None
    assert decided(desk, MORNING, quiet=True) == quiet.Later(QUIET, utc(2026, 3, 3, 17))
    assert decided(desk, utc(2026, 3, 7, 10), quiet=True) is None, "on duty on a Saturday"


def test_who_stands_in_while_the_company_is_closed_is_told(desk: Desk) -> None:
    with desk.database.writing() as session:
        session.add(Closure(starts=date(2026, 8, 10), ends=date(2026, 8, 21), cover_id=desk.manager))
    assert decided(desk, utc(2026, 8, 12, 9), quiet=True) is None


def decided(
    desk: Desk, moment: datetime, load: quiet.Load = quiet.NOTHING, priority: str = "normal", **values: Any
) -> quiet.Later | None:
    with desk.database.reading() as session:
        user = session.get_one(User, desk.manager)
        for name, value in {"quiet": False, **values}.items():
            setattr(user, name, value)
        one = Conversation(priority=priority, team_id=None)
        return quiet.decide(user, one, moment, Rota(session), load)


def test_what_comes_in_the_evening_is_a_card_in_the_morning(office: Office) -> None:
    asked = office.ask(EVENING)
    assert office.chat.texts(MARCO) == []
    assert office.held() == [(office.marco, QUIET, OPENING)]
    with office.desk.database.reading() as session:
        assert [one.id for one in listing.conversations(session, None, listing.Filter(listing.WAITING))] == [asked.id]
    assert asked.waiting_since == EVENING, "the customer waits since they wrote"
    (event,) = office.desk.all(Event, Event.action == "told")
    later = [{"user_id": office.marco, "why": QUIET, "due_at": OPENING.isoformat()}]
    assert event.data == {"told": [], "later": later}
    assert office.minute(OPENING - timedelta(minutes=1)) == 0
    assert office.minute(OPENING) == 1
    assert office.cards() == ["New question for R&D"]
    assert office.minute(OPENING + timedelta(minutes=1)) == 0, "once"
    assert office.held() == []


def test_a_second_message_of_the_night_waits_with_the_first(office: Office) -> None:
    office.ask(EVENING, Message_ID="<one@cliente.test>")
    office.ask(EVENING + timedelta(hours=1), text="Ancora una cosa.", References="<one@cliente.test>")
    assert len(office.held()) == 1
    office.minute(OPENING)
    assert office.chat.texts(MARCO)[1:] == ["Buongiorno, qual è la tolleranza?", "Ancora una cosa."]


def test_several_of_the_night_are_one_list(office: Office) -> None:
    for number, subject in enumerate(("Secondo", "Primo", "Terzo")):
        office.ask(EVENING + timedelta(minutes=(20, 10, 30)[number]), subject)
    office.minute(OPENING)
    (text,) = office.chat.texts(MARCO)
    assert text.splitlines()[0] == "3 conversations wait for you"
    assert [line.split(" · ")[0] for line in text.splitlines()[1:]] == [
        "1. Anna Bianchi: Primo", "2. Anna Bianchi: Secondo", "3. Anna Bianchi: Terzo"
    ]  # fmt: skip
    with office.at(OPENING):
        office.chat.presses(MARCO, "2")
    assert office.subjects() == ["Secondo"]


@pytest.mark.parametrize("what", ["taken", "closed", "answered", "passed on"])
def test_what_needs_nobody_any_more_is_left_out(office: Office, what: str) -> None:
    luca, asked = office.luca(), office.ask(EVENING)
    office.ask(EVENING, "Altro")
    verbs: dict[str, tuple[Any, dict[str, Any]]] = {
        "taken": (conversations.assign, {"actor": person(luca), "team_id": asked.team_id, "user_id": luca}),
        "closed": (conversations.close, {"actor": person(luca)}),
        "answered": (conversations.answered_by_phone, {"user": office.desk.fresh(User(id=luca))}),
        "passed on": (conversations.assign, {"actor": person(luca), "team_id": None, "user_id": None}),
    }
    verb, more = verbs[what]
    office.change(verb, asked, EVENING + timedelta(hours=1), **more)
    office.minute(OPENING)
    assert office.subjects() == ["Altro"]


def test_urgent_breaks_through_only_where_wished(desk_on_both: Desk) -> None:
    office = Office(desk_on_both, quiet=True, urgent_anyway=True)
    office.luca(quiet=True)
    with desk_on_both.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd", priority="urgent"))])
    office.ask(EVENING)
    assert (office.subjects(MARCO), office.subjects(LUCA)) == (["Giunto"], [])


def test_nobody_is_left_untold_while_the_company_works(office: Office) -> None:
    with office.desk.database.writing() as session:
        mornings = {"tue": [["08:30", "12:30"]]}
        session.add(Calendar(name="", user_id=office.marco, timezone="", hours=mornings, valid_from=date(2026, 1, 1)))
    office.ask(utc(2026, 3, 3, 15))
    assert office.subjects() == ["Giunto"], "he is the only one, and is there again in a week"
    office.luca()
    office.ask(utc(2026, 3, 3, 15, 10), "Altro")
    assert (office.subjects(MARCO), office.subjects(LUCA)) == (["Giunto"], ["Altro"])


def test_whoever_is_there_again_soon_is_left_in_peace(office: Office) -> None:
    """Someone who works in the mornings."""
    with office.desk.database.writing() as session:
        mornings = {day: [["08:30", "12:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        session.add(Calendar(name="", user_id=office.marco, timezone="", hours=mornings, valid_from=date(2026, 1, 1)))
    office.ask(utc(2026, 3, 3, 15))
    assert (office.subjects(), office.held()) == ([], [(office.marco, QUIET, OPENING)])


def test_a_digest_is_one_message_by_chat_and_mail(desk_on_both: Desk) -> None:
    office = Office(desk_on_both, digest_at="08:15", notify_by_mail=True)
    for number in range(5):
        office.ask(MORNING + timedelta(minutes=10 * number), f"N{number}")
    assert desk_on_both.notices() == []
    office.minute(utc(2026, 3, 4, 7, 15))
    by_chat, by_mail = desk_on_both.notices()
    assert by_chat.envelope["text"].startswith("5 conversations wait for you")
    assert by_mail.envelope["subject"] == "5 conversations wait for you"
    links = [line.strip() for line in by_mail.envelope["text"].splitlines() if URL in line]
    assert links == [f"{URL}/conversations/{one.id}" for one in desk_on_both.all(Conversation)]
    office.minute(utc(2026, 3, 5, 7, 15))
    assert len(desk_on_both.notices()) == 2


def test_a_chat_takes_so_many_cards(desk_on_both: Desk) -> None:
    office = Office(desk_on_both, max_cards=2)
    first, *_rest = [office.ask(MORNING + timedelta(minutes=10 * number), f"N{number}") for number in range(4)]
    assert office.subjects() == ["N0", "N1"]
    noon = MORNING + timedelta(hours=1)
    assert office.minute(noon) == 0
    office.change(conversations.close, first, noon, actor=person(office.marco))
    assert office.minute(noon + timedelta(minutes=1)) == 1
    assert office.minute(noon + timedelta(minutes=2)) == 0
    assert office.subjects()[-2:] == ["N1", "N2"], "the longest wait first"


def test_many_at_once_are_a_list(desk_on_both: Desk) -> None:
    office = Office(desk_on_both)
    for number in range(7):
        office.ask(MORNING + timedelta(seconds=20 * number), f"N{number}")
    assert office.subjects() == [f"N{number}" for number in range(4)]
    assert office.minute(MORNING + timedelta(minutes=5)) == 0
    assert office.minute(MORNING + timedelta(minutes=7)) == 3
    assert office.chat.texts(MARCO)[-1].startswith("3 conversations wait for you")


def test_a_kill_before_the_commit_loses_nothing_and_tells_nothing_twice(office: Office) -> None:
    office.ask(EVENING)
    with office.at(OPENING), pytest.raises(RuntimeError):
        killed_while_releasing(office)
    assert office.chat.texts(MARCO) == []
    assert office.minute(OPENING) == 1
    assert office.cards() == ["New question for R&D"]


def killed_while_releasing(office: Office) -> None:
    with office.desk.database.writing() as session:
        assert releasing._Release(session, office.marco, OPENING, URL).run() == 1
        raise RuntimeError("killed")


def test_two_processes_at_once_tell_once(office: Office) -> None:
    office.ask(EVENING)
    with office.at(OPENING), ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: releasing.sweep(office.desk.database, URL, OPENING), range(4)))
    assert sum(told) == 1
    assert office.cards() == ["New question for R&D"]


def test_reminders_keep_quiet_hours(office: Office) -> None:
    asked = office.ask(MORNING)
    office.change(conversations.assign, asked, MORNING, actor=person(office.marco), team_id=asked.team_id,
                  user_id=office.marco)  # fmt: skip
    late = utc(2026, 3, 3, 19)
    with office.at(late):
        reminding.sweep(office.desk.database, URL, late)
    assert "The customer waits longer than is meant" not in office.chat.texts(MARCO)
    office.minute(OPENING)
    assert "The customer waits longer than is meant" in office.chat.texts(MARCO)
