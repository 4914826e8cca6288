"""A thousand updates while the process is killed 25 times at random moments: each is taken once, nothing is said twice."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from inbox.models import Channel, Delivery, Intake, Job, Message
from inbox.models.delivery import ANSWER, NOTIFICATION, SENT, UNCERTAIN
from inbox.models.intake import DONE, NEW
from inbox.models.message import OUTBOUND
from routing.notify.quiet import AT_ONCE
from tests.emulators.telegram import TelegramEmulator
from tests.parts.company import ENGINEER, MANAGER, link, mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer
from tests.parts.starter import Starters

UPDATES, KILLS, QUESTIONS, AT_FIRST = 1000, 25, 10, 200
ENGINEERS, MANAGERS = 4242, 4343


class Office:
    """What people do while the process is killed: colleagues search and answer, strangers write."""

    def __init__(self, server: Server, bot_api: TelegramEmulator, seed: int) -> None:
        self.server, self.bot_api, self.random = server, bot_api, random.Random(seed)
        self.searches: list[str] = []
        self.answered: list[int] = []
        self.pressed: set[int] = set()

    def say_something(self) -> None:
        """One update: a search by a colleague (three of ten), or a stranger's words."""
        if self.random.random() < 0.3:
            self.searches.append(f"w{len(self.searches)}x")
            self.bot_api.user_says(self.random.choice((ENGINEERS, MANAGERS)), f"/search {self.searches[-1]}")
        else:
            self.bot_api.user_says(self.random.randint(10_000, 10_050), "Buongiorno, vendete anche viti?")

    def answer_a_card(self) -> None:
        """The engineer answers the next customer's card."""
        cards = [one for one in self.bot_api.messages(ENGINEERS) if _button(one, ":answer:")]
        fresh = [one for one in cards if one["message_id"] not in self.answered]
        if fresh:
            self.answered.append(fresh[0]["message_id"])
            self.bot_api.user_says(ENGINEERS, f"Risposta r{len(self.answered)}x.", reply_to=fresh[0]["message_id"])

    def press_send(self) -> None:
        """The engineer sends what is shown to leave, each once."""
        for one in self.bot_api.messages(ENGINEERS):
            if one["message_id"] not in self.pressed and (data := _button(one, ":send:")):
                self.pressed.add(one["message_id"])
                self.bot_api.user_presses(ENGINEERS, one["message_id"], data)

    def rows(self, query: Any) -> list[Any]:
        with self.server.database.reading() as session:
            return list(session.scalars(query))

    def is_quiet(self) -> bool:
        """Whether all is fetched and all that follows from it is done."""
        if self.bot_api.pending or self.rows(select(Job.id).limit(1)):
            return False
        return self.taken_in() == len(self.bot_api.given)

    def taken_in(self) -> int:
        query = select(func.count()).select_from(Intake).join(Channel).where(Channel.kind == "telegram")
        (count,) = self.rows(query.where(Intake.state != NEW))
        return int(count)

    def updates(self) -> list[Intake]:
        return self.rows(select(Intake).join(Channel).where(Channel.kind == "telegram"))


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator(longest_step=3) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def office(
    tmp_path: Path, starters: Starters, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator
) -> Iterator[Office]:
    """A linked engineer and manager, and customers' questions that were told on cards."""
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    url = starters.lay("sqlite", tmp_path / "var", "it")
    server = Server(tmp_path / "var", url, loaded=True, telegram_api=bot_api.url)
    office = Office(server, bot_api, seed)
    user = set_up(server, dovecot, smtp_peer)
    link(server, bot_api.token, {ENGINEER: ENGINEERS, MANAGER: MANAGERS})
    for number in range(QUESTIONS):
        sender = f"cliente{number}@cliente.test"
        dovecot.append(user, mail(f"Giunto GX-{number}", "Qual è la tolleranza del foro?", sender=sender))
    office.server.start()
    show_all(office)
    eventually(office.is_quiet)
    office.server.kill()
    yield office
    office.server.kill()
    server.close()


@LONG
@pytest.mark.timeout(240)
def test_each_of_a_thousand_updates_is_handled_once_however_often_we_die(office: Office, smtp_peer: Peer) -> None:
    bot_api = office.bot_api
    for _ in range(AT_FIRST):
        office.say_something()
    for life in range(KILLS):
        for _ in range((UPDATES - AT_FIRST - 4 * QUESTIONS) // KILLS):
            office.say_something()
        if life % 2:
            office.answer_a_card()
        taken_in = office.taken_in()
        office.server.start()
        office.press_send()
        # An item that is at work in five lives without an end is held, so each life gets as far as its first.
        eventually(lambda before=taken_in: office.taken_in() > before)
        time.sleep(office.random.uniform(0, 0.4))
        office.server.kill()
    office.server.start()
    while len(office.answered) < QUESTIONS and len(bot_api.given) < UPDATES:
        office.answer_a_card()
    eventually(office.is_quiet, 60)
    office.press_send()
    while len(bot_api.given) < UPDATES:
        office.say_something()
    eventually(office.is_quiet, 60)

    assert sorted(int(one.key) for one in office.updates()) == sorted(bot_api.given)
    assert len(bot_api.given) == UPDATES
    assert Counter(one.state for one in office.updates()) == {DONE: UPDATES}
    told = office.rows(select(Delivery).where(Delivery.purpose == NOTIFICATION, Delivery.channel_id == _bot(office)))
    assert {one.state for one in told} <= {SENT, UNCERTAIN}
    seen = Counter(word for chat in (ENGINEERS, MANAGERS) for text in bot_api.texts(chat) for word in _words(text, "w"))
    replies = {word: one.state for one in told for word in _words(one.envelope["text"], "w")}
    assert sorted(replies) == sorted(office.searches)
    assert len(replies) == sum(bool(_words(one.envelope["text"], "w")) for one in told), "one reply each"
    assert not [word for word, state in replies.items() if state == SENT and seen[word] != 1]
    assert not [word for word, count in seen.items() if count > 1]
    # Whoever was killed while it was being said cannot know: at most one for each thread that sends.
    assert sum(state == UNCERTAIN for state in replies.values()) <= 4 * KILLS

    answers = office.rows(select(Message).where(Message.direction == OUTBOUND))
    written = Counter(word for one in answers for word in _words(one.text, "r"))
    arrived = Counter(word for _, one in smtp_peer.mails for word in _words(one.get_content(), "r"))
    assert set(written.values()) <= {1}
    assert set(arrived.values()) <= {1}, "no customer is answered twice"
    left = office.rows(select(Delivery).where(Delivery.purpose == ANSWER))
    assert len(left) == len(written) >= QUESTIONS // 2
    assert {one.state for one in left} <= {SENT, UNCERTAIN}
    assert sum(one.state == SENT for one in left) <= len(arrived)
    print(f"{len(replies)} replies, uncertain: {Counter(replies.values())[UNCERTAIN]}; {len(written)} answers, "
          f"uncertain: {sum(one.state == UNCERTAIN for one in left)}")  # fmt: skip


def show_all(office: Office) -> None:
    """Cards of all questions: of many at once some are told later, as one list, so the engineer asks for them."""
    bot_api = office.bot_api

    def cards() -> int:
        return sum(bool(_button(one, ":answer:")) for one in bot_api.messages(ENGINEERS))

    eventually(lambda: cards() >= AT_ONCE)
    eventually(office.is_quiet)
    there = cards()
    bot_api.user_says(ENGINEERS, "/search giunto")
    listed = eventually(lambda: [one for one in bot_api.messages(ENGINEERS) if _button(one, "show:")])[0]
    for row in listed["reply_markup"]["inline_keyboard"]:
        for button in row:
            bot_api.user_presses(ENGINEERS, listed["message_id"], button["callback_data"])
    assert there < QUESTIONS
    eventually(lambda: cards() == QUESTIONS)


def _bot(office: Office) -> int:
    (number,) = office.rows(select(Channel.id).where(Channel.kind == "telegram"))
    return int(number)


def _words(text: str, letter: str) -> set[str]:
    return set(re.findall(rf"\b{letter}\d+x\b", text))


def _button(message: dict[str, Any], verb: str) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return next((one["callback_data"] for row in rows for one in row if verb in one.get("callback_data", "")), "")
