"""Presses that are not one's own to make, and presses at the same time."""

import random
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from inbox import users
from inbox.events import SYSTEM
from inbox.models import ChatCard, Conversation, Event, TeamLink, User
from inbox.queue import Claim
from routing.chat import handler
from tests.parts.desk import URL
from tests.parts.long import IN_CI
from tests.routing.chat.conftest import LUCA, MARCO, Office

STRANGER, GROUP = 777, -1001
ROUNDS = 500 if IN_CI else 50


def refused(office: Office) -> list[Event]:
    return list(office.desk.all(Event, Event.action == "press_refused"))


@pytest.mark.timeout(300)
def test_of_two_who_press_at_once_one_has_it_and_the_other_is_told(office: Office) -> None:
    cards = {card.address: card.id for card in office.desk.all(ChatCard)}
    for _round in range(ROUNDS):
        for chat in (MARCO, LUCA):
            office.put(chat, f"card:{cards[str(chat)]}:take:")
    office.desk.take_in()
    told: list[set[str]] = []
    for _round in range(ROUNDS):
        with office.desk.database.writing() as session:
            session.execute(update(Conversation).values(user_id=None, claimed_at=None))
        jobs = office.desk.claim("by_chat", 2)
        assert len(jobs) == 2
        _at_once(office, jobs)
        name = {office.marco: "marco", office.luca: "luca"}[office.fresh().user_id or 0]
        told.append({text for _, text, _alert in office.bot.answers[-2:]})
        assert told[-1] == {"Taken: it is in your hands now.", f"{name} has already taken this."}
    assert len(office.bot.answers) == 2 * ROUNDS


def _at_once(office: Office, jobs: list[Claim]) -> None:
    barrier = Barrier(len(jobs))

    def work(job: Claim) -> None:
        barrier.wait()
        handler.act(office.desk.database, office.desk.app.blobs, office.connector, [job], URL)

    threads = [Thread(target=work, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_forged_presses_do_nothing_and_are_seen(office: Office) -> None:
    """By strangers, from another chat, on conversations of others, with data that no button has."""
    desk, drawn = office.desk, random.Random(6)
    agent = desk.add_user("piero@agents.test", "external", notify_by_mail=False)
    office.link(agent, 4545)
    office.says(MARCO, "È H7.", answers=office.card(MARCO))
    draft = next(value for row in office.newest(MARCO)[1].buttons for _, value in row).split(":")[1]
    card = {one.address: one.id for one in desk.all(ChatCard)}[str(MARCO)]
    verbs = ("take", "to:t1", "until:half_hour", "done:close", "done:phone", "answer", "note", "pass")
    forged = [(STRANGER, f"card:{card}:{verb}") for verb in verbs]
    forged += [(LUCA, f"card:{card}:{verb}") for verb in verbs]
    forged += [(4545, f"card:{card}:{verb}") for verb in verbs]
    forged += [(4545, f"show:{office.conversation.id}")]
    forged += [(who, f"draft:{draft}:{verb}:") for who in (LUCA, STRANGER, 4545) for verb in ("send", "note", "facts")]
    forged = [drawn.choice(forged) for _ in range(200 - len(forged))] + forged
    before, answers = office.fresh(), len(desk.answers())
    pressed = [office.put(chat, data) for chat, data in forged]
    office.run()
    answered = {press: alert for press, _text, alert in office.bot.answers}
    assert all(answered[press] for press in pressed)
    after = office.fresh()
    assert [getattr(after, one) for one in ("user_id", "team_id", "status", "snoozed_until", "claimed_at")] == [
        getattr(before, one) for one in ("user_id", "team_id", "status", "snoozed_until", "claimed_at")
    ]
    assert len(desk.answers()) == answers == 0
    assert len(refused(office)) == len(forged) == 200
    assert {one.data["why"] for one in refused(office)} == {"stranger", "other_chat", "not_yours"}


@pytest.mark.parametrize(
    "data", ["", "card", "card:1", "card:0:take:", "card:99999:take:", "card:1:launch:", "draft:9:send:", "show:77",
             "card:1:to:t999", "card:1:to:u999", "card:1:to:x", "card:1:until:never", "x" * 64, "card:\u0661:take:"],
)  # fmt: skip
def test_a_button_that_does_not_exist(office: Office, data: str) -> None:
    text, alert = office.presses_data(MARCO, data)
    assert alert
    assert text
    assert office.fresh().status == "open"


def test_in_a_group_each_press_is_checked_by_its_sender(office: Office) -> None:
    desk = office.desk
    with desk.database.writing() as session:
        team_id = session.get_one(Conversation, office.conversation.id).team_id
        session.add(TeamLink(team_id=team_id, channel_id=office.channel, address=str(GROUP), name="R&D"))
    agent = desk.add_user("piero@agents.test", "external", notify_by_mail=False)
    office.link(agent, 4545)
    office.ask(subject="Altro", sender="bea@altro.test")
    card = office.card(GROUP)
    assert office.presses(GROUP, "Take", card, person=STRANGER)[1]
    assert office.presses(GROUP, "Take", card, person=4545)[1]
    assert office.fresh().user_id is None
    assert len(refused(office)) == 2
    assert office.presses(GROUP, "Take", card, person=LUCA) == ("Taken: it is in your hands now.", False)
    assert office.fresh().user_id == office.luca
    assert office.bot.shown[card].text.startswith("Taken by luca, ")


def test_whoever_is_switched_off_presses_in_vain(office: Office) -> None:
    with office.desk.database.writing() as session:
        users.disable(session, session.get_one(User, office.marco), SYSTEM)
    assert office.presses(MARCO, "Take") == ("Questo è solo per i colleghi: non è successo nulla.", True)
    assert office.fresh().user_id is None
    assert [one.data["why"] for one in refused(office)] == ["stranger"]
