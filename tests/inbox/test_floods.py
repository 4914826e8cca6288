"""A flood of posts that look alike is put aside, said once, and can be taken in; others are not touched."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from inbox import floods
from inbox.events import person
from inbox.models import Channel, Conversation, Decision, Message, User, now
from inbox.models.conversation import OPEN, SPAM
from tests.inbox.doors.test_forms import NOON, Site
from tests.parts.desk import Desk

TEXT = "Offerta numero {} solo per oggi: https://casino.test/{}"


@pytest.fixture
def site(desk_on_both: Desk) -> Site:
    return Site(desk_on_both, max_a_minute=1000)


@pytest.fixture
def one_site(desk: Desk) -> Site:
    """The same on SQLite alone."""
    return Site(desk, max_a_minute=1000)


def pour(site: Site, count: int, text: str = TEXT, email: str = "bot{}@flood.test", first: int = 0) -> None:
    """So many posts, each from another computer, taken in and routed."""
    for number in range(first, first + count):
        fields = {"email": email.format(number), "message": text.format(number, number)}
        answer = site.browse(fields, sender=f"198.51.{number // 250}.{number % 250}")
        assert answer.status_code == 303, "whoever posts is thanked all the same"
    site.desk.take_in()
    site.desk.route()


def statuses(site: Site) -> list[str]:
    return [one.status for one in site.desk.all(Conversation)]


def told(site: Site) -> list[str]:
    return [one.envelope["subject"] for one in site.desk.notices() if "flood" in one.envelope["subject"]]


def flood_of(site: Site) -> floods.Flood | None:
    with site.desk.database.reading() as session:
        return floods.of(session, session.get_one(Channel, site.channel.id))


def decide(site: Site, genuine: bool) -> None:
    with site.desk.database.writing() as session:
        form = session.get_one(Channel, site.channel.id)
        actor = person(site.desk.manager)
        if genuine:
            assert floods.release(session, form, actor)
        else:
            floods.dismiss(session, form, actor)


def test_more_than_twenty_alike_are_put_aside_and_managers_are_told_once(site: Site) -> None:
    pour(site, floods.MOST + 5)
    assert statuses(site) == [OPEN] * floods.MOST + [SPAM] * 5
    assert len(told(site)) == 1
    caught = site.desk.all(Message)[-1]
    assert caught.facts["trap"] == "flood"
    with site.desk.database.reading() as session:
        talk = session.get_one(Conversation, caught.conversation_id)
        assert [tag.name for tag in talk.tags] == [f"flood-{now():%Y-%m-%d}"]
    flood = flood_of(site)
    assert flood
    assert flood.count == 5
    assert len(site.desk.all(Decision)) == floods.MOST, "no rule is asked about what was put aside"


def test_the_same_sender_with_ever_other_words_is_a_flood_too(one_site: Site) -> None:
    words = ["rosso", "verde", "giallo", "blu"]
    for number in range(floods.MOST + 1):
        text = " ".join(words[int(digit) % 4] for digit in f"{number:08b}{number:08b}")
        pour(one_site, 1, f"{text} {'x' * number}", "bot@flood.test", number)
    assert statuses(one_site)[-1] == SPAM


def test_others_and_other_forms_are_taken_in_as_ever(one_site: Site) -> None:
    pour(one_site, floods.MOST + 2)
    one_site.browse(sender="203.0.113.9")
    pour(one_site, floods.MOST + 2, "Vorrei il catalogo", "anna{}@cliente.test", 100)
    assert statuses(one_site)[-floods.MOST - 3 :] == [OPEN] * (floods.MOST + 3), "short words are often the same"


def test_twenty_in_a_longer_time_are_none(one_site: Site) -> None:
    moment = 0.0
    alike, filled = floods.Alike(lambda: moment), one_site.post().filled
    assert not any(alike.too_many("form", filled) for _ in range(floods.MOST))
    assert not any(alike.too_many("other", filled) for _ in range(floods.MOST))
    moment += floods.WITHIN_SECONDS - 1
    assert alike.too_many("form", filled)
    moment += 2
    assert not alike.too_many("form", filled)
    assert not alike.too_many("other", filled)


def test_what_is_genuine_is_taken_in_as_if_it_had_just_come(site: Site) -> None:
    pour(site, floods.MOST + 3)
    before = len(site.desk.all(Decision))
    decide(site, True)
    site.desk.route()
    assert set(statuses(site)) == {OPEN}
    assert all(one.waiting_since for one in site.desk.all(Conversation))
    assert len(site.desk.all(Decision)) == before + 3
    assert flood_of(site) is None
    pour(site, 2, first=50)
    assert set(statuses(site)) == {OPEN}, "the next of them are let through"


def test_what_is_spam_stays_so_and_is_not_told_again_while_it_goes_on(one_site: Site) -> None:
    pour(one_site, floods.MOST + 1)
    decide(one_site, False)
    assert (flood_of(one_site), statuses(one_site)[-1]) == (None, SPAM)
    pour(one_site, 1, first=50)
    assert len(told(one_site)) == 1
    flood = flood_of(one_site)
    assert flood
    assert flood.count == 1, "the page tells of those that came since"


def test_a_flood_a_day_later_is_another(one_site: Site) -> None:
    with one_site.desk.database.writing() as session:
        session.get_one(User, one_site.desk.manager).notify_by_mail = True

    def caught(at: datetime) -> None:
        with time_machine.travel(at, tick=False), one_site.desk.database.writing() as session:
            talk = session.scalars(select(Conversation)).one()
            floods.put_aside(session, session.get_one(Channel, one_site.channel.id), talk, at)

    one_site.browse()
    one_site.desk.take_in()
    for hours, notices in ((0, 1), (20, 1), (40, 1), (65, 2)):
        caught(NOON + timedelta(hours=hours))
        assert len(told(one_site)) == notices
