"""Two installations that write to each other, and senders that never stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from connectors.base import Address, Outbound
from connectors.mail.compose import compose
from inbox.app import App
from inbox.models import Channel, Event, HeldNotice, Message, User
from inbox.reader import Reader
from routing.notify import fan_out, quiet
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.starter import Starters


class Installation(Desk):
    """A firm whose only manager has an address that is the other firm's mailbox."""

    def __init__(self, app: App, reader: Reader, mailbox: str, manager: str) -> None:
        super().__init__(app, reader)
        with self.database.writing() as session:
            session.get_one(Channel, self.channel).address = mailbox
            session.get_one(User, self.manager).email = manager
        self.mailbox = mailbox

    def sends(self) -> list[Outbound]:
        """What it sends now."""
        before = len(self.wire.sent)
        self.deliver()
        return self.wire.sent[before:]


@pytest.fixture
def pair(tmp_path: Path, reader: Reader, starters: Starters) -> Iterator[tuple[Installation, Installation]]:
    for name in "ab":
        starters.lay("sqlite", tmp_path / name, "en")
    apps = [App(Settings(data=tmp_path / name, language="en")) for name in "ab"]
    yield (
        Installation(apps[0], reader, "info@a.test", "info@b.test"),
        Installation(apps[1], reader, "info@b.test", "info@a.test"),
    )
    for one in apps:
        one.close()


def exchanged(pair: tuple[Installation, Installation], *, headers: bool) -> int:
    """How many mails the two send each other after one question; without `headers`, something on the way drops them."""
    here, there = pair
    here.ask("Qual è la tolleranza?")
    count = 0
    for _ in range(100):
        sent = here.sends()
        if not sent:
            break
        for one in sent:
            count += 1
            kept = one if headers else Outbound(one.to, one.text, one.external_id, one.subject)
            there.arrive(compose(kept, Address(here.mailbox)))
        here, there = there, here
    return count


def test_two_installations_exchange_at_most_two_mails(pair: tuple[Installation, Installation]) -> None:
    assert exchanged(pair, headers=True) <= 2


def test_the_exchange_ends_also_where_the_marks_are_lost_on_the_way(pair: tuple[Installation, Installation]) -> None:
    assert exchanged(pair, headers=False) <= 2 * (fan_out.BURST + 1)


def test_a_flood_is_taken_in_whole_and_told_only_at_first(desk_on_both: Desk) -> None:
    desk = desk_on_both
    for number in range(fan_out.BURST + 8):
        desk.arrive(mail(f"N. {number}", f"Testo {number}"))
    assert len(desk.all(Message)) == fan_out.BURST + 8
    assert len(desk.notices()) == quiet.AT_ONCE
    assert len(desk.all(HeldNotice)) == fan_out.BURST - quiet.AT_ONCE, "the others come as one list"
    assert len(desk.all(Event, Event.action == "burst")) == 8
    desk.ask("Altro cliente", sender="x@altrove.test")
    assert len(desk.all(HeldNotice)) == fan_out.BURST - quiet.AT_ONCE + 1
    with desk.database.reading() as session:
        assert session.scalar(select(Message.machine).where(Message.machine.is_not(None))) is None
