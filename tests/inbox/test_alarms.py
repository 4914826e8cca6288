"""A channel that fails is told once, by another way, and so is its end."""

from datetime import timedelta

import pytest
import time_machine

from inbox import alarms, channels
from inbox.models import Channel, Event, User, UserLink, now
from tests.parts.company import mail
from tests.parts.desk import Desk

ZONE = "Europe/Rome"


def fail(desk: Desk, error: str = "imap.firm.test refused user name or password", *, ago: int = 20) -> None:
    with desk.database.writing() as session:
        channels.set_health(session, desk.channel, error)
        if error:
            session.get_one(Channel, desk.channel).error_at = now() - timedelta(minutes=ago)


@pytest.fixture
def two_ways(desk_on_both: Desk) -> Desk:
    desk_on_both.add_channel("sales")
    return desk_on_both


def test_the_managers_are_told_once_by_another_mailbox(two_ways: Desk) -> None:
    desk = two_ways
    desk.add_user("luca@firm.test", "colleague")
    fail(desk)
    assert alarms.look(desk.database, ZONE) == 1
    assert alarms.look(desk.database, ZONE) == 0
    (notice,) = desk.notices()
    assert (notice.recipient, notice.channel_id != desk.channel) == ("giulia@firm.test", True)
    assert "refused user name or password" in notice.envelope["text"]
    assert notice.envelope["headers"]["Auto-Submitted"] == "auto-generated"
    fail(desk, "")
    assert alarms.look(desk.database, ZONE) == 1
    assert alarms.look(desk.database, ZONE) == 0
    assert "works again" in desk.notices()[-1].envelope["subject"]
    assert [row.action for row in desk.all(Event, Event.action.like("alarm%"))] == ["alarm_raised", "alarm_over"]


def test_a_short_failure_is_nobodys_trouble(two_ways: Desk) -> None:
    fail(two_ways, ago=5)
    assert alarms.look(two_ways.database, ZONE) == 0
    with time_machine.travel(now() + timedelta(minutes=11)):
        assert alarms.look(two_ways.database, ZONE) == 1


def test_a_linked_chat_comes_before_mail(two_ways: Desk) -> None:
    desk = two_ways
    bot = desk.add_channel("bot", "telegram")
    with desk.database.writing() as session:
        session.add(UserLink(user_id=desk.manager, channel_id=bot, address="4711", confirmed_at=now()))
        session.get_one(User, desk.manager).language = "it"
    fail(desk)
    alarms.look(desk.database, ZONE)
    (notice,) = desk.notices()
    assert (notice.channel_id, notice.recipient) == (bot, "4711")
    assert "non funziona da" in notice.envelope["text"]


def test_without_another_way_the_page_says_it_and_nothing_is_sent(desk_on_both: Desk) -> None:
    desk = desk_on_both
    fail(desk)
    assert alarms.look(desk.database, ZONE) == 1
    assert desk.notices() == []
    with desk.database.reading() as session:
        assert [one.name for one in alarms.troubles(session)] == ["info"]


def test_a_channel_that_is_switched_off_troubles_nobody(two_ways: Desk) -> None:
    fail(two_ways)
    alarms.look(two_ways.database, ZONE)
    with two_ways.database.writing() as session:
        session.get_one(Channel, two_ways.channel).enabled = False
    assert alarms.look(two_ways.database, ZONE) == 0
    with two_ways.database.reading() as session:
        assert alarms.troubles(session) == []


@pytest.mark.parametrize(
    ("arrivals", "quiet_hours", "silent"),
    [(30, 24, False), (30, 47, False), (30, 60, True), (5, 600, False), (30, 200, True)],
)
def test_a_mailbox_where_nothing_arrives_any_more(arrivals: int, quiet_hours: int, silent: bool) -> None:
    moment = now()
    times = [moment - timedelta(hours=quiet_hours + 5 * number) for number in range(arrivals)]
    assert alarms.is_silent(times, moment) is silent


def test_long_pauses_are_usual_where_there_were_some() -> None:
    moment = now()
    times = [moment - timedelta(days=4 * number + 10) for number in range(20)]
    assert not alarms.is_silent(times, moment)
    assert alarms.is_silent(times, moment + timedelta(days=3))


def test_silence_is_told_once_and_forgotten_when_something_arrives(two_ways: Desk) -> None:
    desk = two_ways
    for hours in range(25):
        desk.receive(mail("Domanda", f"N. {hours}"), at=now() - timedelta(days=4, hours=hours))
    assert alarms.look_for_silence(desk.database, ZONE) == 1
    assert alarms.look_for_silence(desk.database, ZONE) == 0
    (notice,) = desk.notices()
    assert "Nothing arrives at info" in notice.envelope["subject"]
    assert notice.channel_id != desk.channel
    desk.receive(mail("Di nuovo", "qui"))
    assert alarms.look_for_silence(desk.database, ZONE) == 0
    assert desk.channel_row().silence_told_at is None
