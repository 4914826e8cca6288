"""A server that was away says so, and what may be missing; a channel that fails tells where it is mended."""

from datetime import timedelta

import pytest

from inbox import alarms, channels, outages
from inbox.models import Channel, Delivery, Job, Setting, now
from inbox.social import trials
from tests.parts.desk import Desk

ZONE = "Europe/Rome"
PAGE = {"page_id": "17", "token": "t", "secret": "s", "webhook_secret": "v"}


def connect(desk: Desk, kind: str = "facebook", **settings: str) -> int:
    with desk.database.writing() as session:
        return channels.create(session, desk.app.vault, kind, "Pagina", {**PAGE, **settings}).id


def away(desk: Desk, length: timedelta) -> outages.Outage | None:
    """The server was away for so long."""
    outages.beat(desk.database, ZONE)
    with desk.database.writing() as session:
        session.get_one(Setting, outages.BEAT).value = (now() - length).isoformat()
    return outages.beat(desk.database, ZONE)


def told(desk: Desk) -> list[str]:
    return [one.envelope["text"] for one in desk.all(Delivery)]


def test_a_restart_is_no_outage(desk_on_both: Desk) -> None:
    connect(desk_on_both)
    assert away(desk_on_both, timedelta(minutes=5)) is None
    assert told(desk_on_both) == []


def test_what_the_platform_keeps_comes_by_itself_and_it_is_asked_to_go_on_calling(desk_on_both: Desk) -> None:
    number = connect(desk_on_both)
    found = away(desk_on_both, timedelta(hours=10))
    assert found is not None
    assert found.channels == []
    assert told(desk_on_both) == []
    assert [one.subject_id for one in desk_on_both.all(Job, Job.kind == trials.KIND)] == [number]
    with desk_on_both.database.reading() as session:
        assert outages.last(session) is None


def test_what_may_be_missing_is_told_and_shown(desk_on_both: Desk) -> None:
    number = connect(desk_on_both)
    found = away(desk_on_both, timedelta(days=3))
    assert found is not None
    assert found.channels == [number]
    (text,) = told(desk_on_both)
    assert "This server was away from" in text
    assert "– Pagina: Meta brings again for a day and a half" in text
    with desk_on_both.database.reading() as session:
        assert outages.last(session) == found


@pytest.fixture
def two_ways(desk_on_both: Desk) -> Desk:
    desk_on_both.add_channel("sales")
    return desk_on_both


@pytest.mark.parametrize(("kind", "says", "where"), [
    ("facebook", "a day and a half", "/channels/facebook/"), ("mail", "Nothing is lost", "/channels/mailboxes/"),
])  # fmt: skip
def test_a_failing_channel_tells_what_is_kept_and_where_it_is_mended(
    two_ways: Desk, kind: str, says: str, where: str
) -> None:
    number = connect(two_ways) if kind == "facebook" else two_ways.channel
    with two_ways.database.writing() as session:
        channel = session.get_one(Channel, number)
        channel.error, channel.error_at = "the access token has expired", now() - timedelta(minutes=20)
    assert alarms.look(two_ways.database, ZONE, "https://desk.firm.test") == 1
    (text,) = told(two_ways)
    assert says in text
    assert "What it says: the access token has expired" in text
    assert f"Here it is mended: https://desk.firm.test{where}{number}" in text
