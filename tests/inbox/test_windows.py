"""The 24 hours in which one may write freely by WhatsApp: refused beyond them everywhere, approved texts, reminders."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from inbox import forgotten, replies
from inbox.app import App
from inbox.channels import ChannelError
from inbox.models import Channel, Conversation, Event, User, now
from inbox.models.forgotten import WINDOW
from inbox.reader import Reader
from inbox.social import windows
from routing import reminding
from tests.emulators.graph import GraphEmulator
from tests.parts.whatsapp import ANNA, Phone

DAY = timedelta(hours=24)
READY = windows.Template("answer_ready", "it", "Gentile {{1}}, la risposta per {{2}} è pronta. {{1}}")


@pytest.fixture
def phone(app: App, reader: Reader) -> Iterator[Phone]:
    with GraphEmulator() as graph:
        yield Phone(app, reader, graph)


def answer(phone: Phone, text: str = "La tolleranza è H7.", **how: object) -> None:
    with phone.database.writing() as session:
        found, user = session.get_one(Conversation, phone.talk().id), session.get_one(User, phone.manager)
        replies.reply(session, found, user, text, **how)  # type: ignore[arg-type]
    phone.work()


def until(phone: Phone) -> datetime | None:
    with phone.database.reading() as session:
        return windows.until(session, session.get_one(Conversation, phone.talk().id))


def test_it_is_open_for_a_day_from_the_last_message(phone: Phone) -> None:
    long_ago, lately = int(time.time()) - 100_000, int(time.time()) - 80_000
    phone.writes("Buongiorno", at=long_ago)
    with pytest.raises(replies.WindowOver) as caught:
        answer(phone)
    assert caught.value.code == "window"
    assert phone.answers() == []
    phone.writes("E poi", at=lately)
    assert until(phone) == datetime.fromtimestamp(lately, UTC) + DAY
    thumb = {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    phone.called(phone.graph.customer_sends(ANNA, thumb))
    phone.work()
    assert until(phone) == datetime.fromtimestamp(lately, UTC) + DAY
    answer(phone)
    assert phone.answers()[0].state == "sent"


def test_a_mail_has_no_such_end(phone: Phone) -> None:
    conversation = phone.ask(at=now() - timedelta(days=9))
    with phone.database.reading() as session:
        assert windows.until(session, session.get_one(Conversation, conversation.id)) is None
    phone.answer(conversation)
    assert len(phone.answers()) == 1


def test_beyond_it_an_approved_text_leaves(phone: Phone) -> None:
    phone.writes("Buongiorno", at=int(time.time()) - 100_000)
    phone.graph.templates["answer_ready", "it"] = 2
    with phone.database.writing() as session:
        windows.set_templates(session.get_one(Channel, phone.number), [READY])
    assert list(windows.templates(phone.row())) == [READY]
    values = ["Anna", "il GX-40"]
    answer(phone, READY.filled(values), template=READY, values=values)
    (sent,) = phone.graph.sent
    assert sent["template"]["name"] == "answer_ready"
    assert [one["text"] for one in sent["template"]["components"][0]["parameters"]] == values
    assert phone.messages()[-1].text == "Gentile Anna, la risposta per il GX-40 è pronta. Anna"
    assert phone.talk().waiting_since is None


@pytest.mark.parametrize(
    "wrong",
    [
        windows.Template("Not Allowed", "it", "x"),
        windows.Template("a", "italiano", "x"),
        windows.Template("a", "it", ""),
        windows.Template("a", "it", "x" * 1025),
        windows.Template("a", "it", "{{2}}"),
    ],
)
def test_a_wrong_template_is_refused(phone: Phone, wrong: windows.Template) -> None:
    with phone.database.writing() as session:
        channel = session.get_one(Channel, phone.number)
        with pytest.raises(ChannelError):
            windows.set_templates(channel, [wrong])
        with pytest.raises(ChannelError):
            windows.set_templates(channel, [READY, READY])


def test_whoever_can_act_hears_once_that_it_closes_before_anybody_works(phone: Phone) -> None:
    """Written on a Friday at noon (the starter company works Monday to Friday), it is over on Saturday at noon."""
    friday = datetime(2026, 3, 6, 11, 0, tzinfo=UTC)
    phone.writes("Buongiorno", at=int(friday.timestamp()))

    def swept(at: datetime) -> list[str]:
        reminding.sweep(phone.database, "https://desk.firm.test", at)
        with phone.database.reading() as session:
            told = session.scalars(select(Event).where(Event.action == "reminded").order_by(Event.id))
            return [one.data["why"] for one in told if one.data["why"] == WINDOW]

    assert swept(friday + timedelta(minutes=10)) == []
    evening = friday + timedelta(hours=6, minutes=30)
    assert swept(evening) == [WINDOW]
    assert swept(evening + timedelta(minutes=5)) == [WINDOW]
    with phone.database.reading() as session:
        assert WINDOW in forgotten.reasons(session)[phone.talk().id]
    assert swept(friday + DAY + timedelta(minutes=1)) == [WINDOW]
    with phone.database.reading() as session:
        assert WINDOW not in forgotten.reasons(session).get(phone.talk().id, ())
