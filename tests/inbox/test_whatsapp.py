"""WhatsApp in the product: the door, one talk for each person, files that come later, how far answers have come."""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from connectors.abilities import KeepsCopies
from inbox import channels, replies
from inbox.app import App
from inbox.asgi import public_app
from inbox.models import Attachment, Contact, Conversation, Delivery, Event, Identity, Intake, Job, Message, User
from inbox.models.intake import DONE
from inbox.reader import Reader
from inbox.sitechat.hub import Hub
from inbox.social.files import COMING, GONE
from tests.emulators import graph_bodies as bodies
from tests.emulators.graph import GraphEmulator
from tests.parts.whatsapp import ANNA, Phone, settings

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "../shared/corpora") / "payloads"
BSUID = "US.13491208655302741918"


@pytest.fixture
def graph() -> Iterator[GraphEmulator]:
    with GraphEmulator() as emulator:
        yield emulator


@pytest.fixture
def phone(app: App, reader: Reader, graph: GraphEmulator) -> Phone:
    """On both databases."""
    return Phone(app, reader, graph)


def answer(phone: Phone, text: str = "La tolleranza è H7.", **how: Any) -> int:
    """The manager answers on the page, and it goes out; the message's id."""
    with phone.database.writing() as session:
        found, user = session.get_one(Conversation, phone.talk().id), session.get_one(User, phone.manager)
        number = replies.reply(session, found, user, text, **how).id
    phone.work()
    return number


def reported(phone: Phone, state: str, **how: Any) -> None:
    """WhatsApp tells what became of the last answer."""
    phone.called(phone.graph.reports(phone.graph.sent[-1], state, **how))
    phone.work()


def told(phone: Phone) -> list[str]:
    """What was told of answers, in order."""
    return [one.action for one in phone.all(Event) if one.action.startswith("answer_")]


# The door


def test_the_challenge_is_answered_at_the_door(phone: Phone) -> None:
    door = public_app(phone.app, Hub(phone.app.database))

    def ask(where: str, **query: str) -> httpx.Response:
        async def knock() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="https://firm.test") as client:
                return await client.get(where, params={f"hub.{name}": value for name, value in query.items()})

        return asyncio.run(knock())

    right = {"mode": "subscribe", "verify_token": phone.graph.verify, "challenge": "1158201444"}
    there = f"/hooks/whatsapp/{phone.number}"
    found = ask(there, **right)
    assert (found.status_code, found.text) == (200, "1158201444")
    assert found.headers["content-type"].startswith("text/plain")
    assert ask(there, **{**right, "verify_token": "guess"}).status_code == 403
    assert ask(there).status_code == 403
    assert ask(f"/hooks/whatsapp/{phone.number + 9}", **right).status_code == 403
    assert ask(f"/hooks/mail/{phone.channel}", **right).status_code == 403


def test_a_false_call_leaves_nothing(phone: Phone) -> None:
    event = phone.graph.customer_says(ANNA, "Buongiorno")
    assert phone.called(event, secret="another") == 403
    body = bodies.call(event)
    assert phone.called_with(body[:-1], bodies.headers(body, phone.graph.secret)) == 403
    assert (
        phone.called_with(json.dumps(json.loads(body), indent=1).encode(), bodies.headers(body, phone.graph.secret))
        == 403
    )
    assert phone.all(Intake) == []


@pytest.mark.skipif(not (CORPORA / "whatsapp").is_dir(), reason="the corpora are not here")
def test_every_recorded_body_ends_as_something(phone: Phone) -> None:
    paths = [one for folder in ("whatsapp", "meta_examples") for one in sorted((CORPORA / folder).glob("*.json"))]
    ends: Counter[str] = Counter()
    for number, path in enumerate(paths):
        text = path.read_text()
        found = json.loads(text)["entry"][0]["changes"][0]["value"].get("metadata", {}).get("phone_number_id")
        # The recordings have one id for many messages: each gets its own.
        text = text.replace(found, phone.graph.number_id) if found else text
        body = text.replace("wamid.", f"wamid.{number}.").encode()
        assert phone.called_with(body, bodies.headers(body, phone.graph.secret)) == 200, path.name
    phone.work()
    for one in phone.all(Intake):
        assert one.state == DONE or one.reason == "", one.reason
        ends[one.outcome or one.state] += 1
    assert ends["held"] == 0
    assert sum(ends.values()) == len(paths)
    # What is told of messages that were never sent from here waits for them, and then is let go.
    assert ends["message"] >= 20
    assert set(ends) <= {"message", "status", "ignored", "echo", "new"}


def test_each_event_five_times_shuffled_by_eight_threads_is_one_message(phone: Phone) -> None:
    now = int(time.time())
    people = [f"39333{number:07d}" for number in range(30)]
    events = [
        bodies.message(phone.graph.number_id, one, "A", now + turn, bodies.words(f"{one}: {turn}"))
        for one in people for turn in range(2)
    ]  # fmt: skip
    calls = [bodies.call(one) for one in events * 4] + [bodies.call(*events)]
    random.Random(5).shuffle(calls)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: phone.called_with(body, bodies.headers(body, phone.graph.secret)), calls))
    assert set(answers) == {200}
    phone.work()
    assert sorted(one.text for one in phone.messages()) == sorted(
        f"{one}: {turn}" for one in people for turn in range(2)
    )
    assert len(phone.all(Conversation)) == len(people)


def test_history_is_taken_in_and_tells_nobody(phone: Phone) -> None:
    long_ago = int(time.time()) - 90 * 86400
    theirs = {"from": ANNA, "id": "wamid.h1", "timestamp": str(long_ago), **bodies.words("Vecchia domanda")}
    ours = {"from": "390421000000", "to": ANNA, "id": "wamid.h2", "timestamp": str(long_ago + 60), **bodies.words("Sì")}
    phone.called(bodies.history(phone.graph.number_id, ANNA, [theirs, ours]))
    phone.work()
    assert [one.text for one in phone.messages()] == ["Vecchia domanda", "Sì"]
    assert phone.talk().waiting_since is None
    assert phone.notices() == []


def test_two_numbers_of_one_app_share_an_address(phone: Phone) -> None:
    with phone.database.writing() as session:
        other = channels.create(
            session, phone.app.vault, "whatsapp", "Second", {**settings(phone.graph), "phone_number_id": "777"}
        ).id
    said = [
        bodies.message(one, ANNA, "Anna", int(time.time()), bodies.words(f"To {one}"))
        for one in (phone.graph.number_id, "777", "888")
    ]
    assert [phone.called(*said) for _ in range(2)] == [200, 200]
    phone.work()
    assert [(one.channel_id, one.text) for one in phone.all(Message)] == [
        (phone.number, f"To {phone.graph.number_id}"),
        (other, "To 777"),
    ]
    (aside,) = phone.all(Intake, Intake.outcome == "ignored")
    assert "888" in aside.reason


# One talk


def test_what_a_customer_writes_is_one_talk_that_rules_decide(phone: Phone) -> None:
    first = phone.writes("Qual è la tolleranza del foro?")
    second = phone.writes("Del GX-40, per favore")
    assert first.id == second.id
    assert second.team_id is not None
    assert second.waiting_since == phone.messages()[0].at
    assert phone.all(Contact)[-1].name == "Anna Verdi"
    assert second.subject == "Qual è la tolleranza del foro?"


def test_who_hides_the_number_later_stays_in_the_talk(phone: Phone) -> None:
    first = phone.writes("Buongiorno", user_id=BSUID)
    phone.called(phone.graph.customer_says("", "Sono sempre io", user_id=BSUID))
    phone.work()
    assert phone.talk().id == first.id
    assert phone.talk().messages_count == 2
    answer(phone)
    assert phone.graph.sent[-1]["to"] == ANNA


def test_who_never_showed_a_number_is_answered_by_id(phone: Phone) -> None:
    phone.writes("Buongiorno", sender="", user_id=BSUID)
    answer(phone)
    assert phone.graph.sent[-1]["recipient"] == BSUID


def test_a_changed_number_is_followed(phone: Phone) -> None:
    talk = phone.writes("Buongiorno")
    system = {
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "393339999999", "body": "Anna changed"},
    }
    phone.called(phone.graph.customer_sends(ANNA, system))
    phone.called(phone.graph.customer_says("393339999999", "Ho un altro numero"))
    phone.work()
    assert phone.talk().id == talk.id
    answer(phone)
    assert phone.graph.sent[-1]["to"] == "393339999999"
    assert {one.address for one in phone.all(Identity, Identity.kind == "whatsapp")} == {"393339999999"}


def test_a_changed_number_that_is_hidden_later_stays_in_the_talk(phone: Phone) -> None:
    talk = phone.writes("Buongiorno", user_id=BSUID)
    system = {
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": "393339999999", "body": "Anna changed"},
    }
    phone.called(phone.graph.customer_sends(ANNA, system))
    phone.called(phone.graph.customer_says("", "Senza numero", user_id=BSUID))
    phone.work()
    assert (phone.talk().id, phone.talk().messages_count) == (talk.id, 3)


def test_a_group_is_answered_in_the_group_and_its_people_apart(phone: Phone) -> None:
    phone.writes("A tutti", group_id="Y2FwaV9ncm91cA")
    group = phone.talk()
    phone.graph.heard["Y2FwaV9ncm91cA"] = time.time()
    answer(phone)
    assert (phone.graph.sent[0]["to"], phone.graph.sent[0]["recipient_type"]) == ("Y2FwaV9ncm91cA", "group")
    assert phone.writes("In privato").id != group.id


def test_signs_join_a_talk_without_its_clock_and_begin_none(phone: Phone) -> None:
    thumb = {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    phone.called(phone.graph.customer_sends("393330000001", thumb))
    phone.work()
    assert phone.all(Conversation) == []
    talk = phone.writes("Buongiorno")
    answer(phone)
    phone.called(phone.graph.customer_sends(ANNA, thumb))
    phone.called(phone.graph.customer_sends(ANNA, {"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}))
    phone.work()
    assert phone.fresh(talk).waiting_since is None
    assert [one.machine for one in phone.messages()] == [None, None, "reaction", "receipt"]
    phone.called(phone.graph.customer_sends(ANNA, {"type": "hologram", "hologram": {}}))
    phone.work()
    assert phone.fresh(talk).waiting_since is not None


def test_an_answer_in_whatsapps_own_app_stops_the_clock(phone: Phone) -> None:
    talk = phone.writes("Buongiorno", at=int(time.time()) - 60)
    phone.called(phone.graph.app_says(ANNA, "Buongiorno a Lei"))
    phone.work()
    assert phone.fresh(talk).waiting_since is None
    assert [one.direction for one in phone.messages()] == ["inbound", "outbound"]
    assert [one.outcome for one in phone.exchanges(talk)] == ["answered"]


# Files


def test_a_picture_comes_after_its_message(phone: Phone) -> None:
    number = phone.graph.keep(b"\xff\xd8 picture", "image/jpeg")
    phone.called(phone.graph.customer_sends(ANNA, {"type": "image", "image": {"id": number, "caption": "Il pezzo"}}))
    phone.take_in()
    (before,) = phone.messages()
    assert (before.facts["file"], before.attachments) == (COMING, [])
    assert not any("files" in one for one in phone.graph.calls)
    phone.work()
    (after,) = phone.messages()
    assert "file" not in after.facts
    (file,) = after.attachments
    assert (file.filename, file.content_type) == ("image.jpg", "image/jpeg")
    assert phone.app.blobs.get(file.sha256) == b"\xff\xd8 picture"


def test_a_file_that_cannot_be_had_is_told(phone: Phone) -> None:
    large = phone.graph.keep(b"x" * 1_000_001, "video/mp4")
    for number in ("404", large):
        phone.called(phone.graph.customer_sends(ANNA, {"type": "video", "video": {"id": number}}))
    phone.work()
    assert [one.facts["file"] for one in phone.messages()] == [GONE, GONE]
    assert "larger than 1 MB" in phone.messages()[1].facts["file_reason"]
    assert phone.all(Attachment) == []


def test_a_file_is_tried_again_while_the_token_is_over(phone: Phone) -> None:
    number = phone.graph.keep(b"x", "image/png")
    phone.graph.fail("media_url", 401, 190)
    phone.called(phone.graph.customer_sends(ANNA, {"type": "image", "image": {"id": number}}))
    phone.work()
    assert phone.messages()[0].facts["file"] == COMING
    with phone.database.writing() as session:
        session.scalars(select(Job).where(Job.kind == "fetch_file")).one().run_at = phone.messages()[0].at
    phone.work()
    assert len(phone.all(Attachment)) == 1


# Answers


def test_an_answer_goes_in_context_and_its_way_is_shown(phone: Phone) -> None:
    phone.writes("Qual è la tolleranza?")
    answer(phone)
    (sent,) = phone.graph.sent
    assert sent["context"] == {"message_id": phone.messages()[0].external_id}
    (delivery,) = phone.answers()
    assert (delivery.state, delivery.provider_id) == ("sent", sent["id"])
    assert sent["biz_opaque_callback_data"] == delivery.external_id
    for state in ("sent", "delivered", "read", "delivered", "sent"):
        reported(phone, state)
    assert told(phone) == ["answer_sent", "answer_delivered", "answer_seen"]
    assert phone.messages()[1].alias == sent["id"]
    assert phone.talk().waiting_since is None
    assert not isinstance(phone.app.connector_for(phone.number), KeepsCopies)


def test_a_failed_answer_reopens_the_clock_with_the_platforms_words(phone: Phone) -> None:
    talk = phone.writes("Qual è la tolleranza?")
    waited = talk.waiting_since
    answer(phone)
    reported(phone, "failed", error={"code": 131026, "title": "Message undeliverable"})
    assert phone.fresh(talk).waiting_since == waited
    (delivery,) = phone.answers()
    assert (delivery.state, delivery.error) == ("failed", "Message undeliverable (131026)")
    reported(phone, "failed", error={"code": 131026, "title": "again"})
    assert told(phone) == ["answer_sent", "answer_failed"]


def test_what_was_read_does_not_fail_any_more(phone: Phone) -> None:
    talk = phone.writes("Qual è la tolleranza?")
    answer(phone)
    reported(phone, "read")
    reported(phone, "failed", error={"code": 131026, "title": "late and wrong"})
    assert phone.answers()[0].state == "sent"
    assert phone.fresh(talk).waiting_since is None


def test_a_status_without_our_name_is_known_by_the_platforms(phone: Phone) -> None:
    phone.writes("Qual è la tolleranza?")
    answer(phone)
    del phone.graph.sent[0]["biz_opaque_callback_data"]
    reported(phone, "delivered")
    assert told(phone) == ["answer_sent", "answer_delivered"]


def test_a_status_settles_what_nobody_knew(phone: Phone) -> None:
    phone.writes("Qual è la tolleranza?")
    phone.graph.drop("messages", handled=True)
    answer(phone)
    assert phone.answers()[0].state == "uncertain"
    reported(phone, "delivered")
    assert phone.answers()[0].state == "sent"
    assert len(phone.graph.sent) == 1


def test_a_busy_platform_is_tried_again_and_nothing_is_doubled(phone: Phone) -> None:
    phone.writes("Qual è la tolleranza?")
    phone.graph.fail("messages", 429, 130429, retry_after=30)
    answer(phone)
    (delivery,) = phone.answers()
    assert (delivery.state, phone.graph.sent) == ("retry", [])
    with phone.database.writing() as session:
        session.scalars(select(Job).where(Job.kind == "deliver")).one().run_at = delivery.created_at
    phone.send()
    assert phone.fresh(delivery).state == "sent"
    assert len(phone.graph.sent) == 1


def test_statuses_in_any_order_and_number_end_alike(phone: Phone) -> None:
    phone.writes("Qual è la tolleranza?")
    answer(phone)
    sent, now = phone.graph.sent[0], int(time.time())
    events = [phone.graph.reports(sent, one, at=now + step) for step, one in enumerate(("sent", "delivered", "read"))]
    calls = events * 5
    random.Random(3).shuffle(calls)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(phone.called, calls)) == {200}
    phone.work()
    assert sorted(told(phone)) == ["answer_delivered", "answer_seen", "answer_sent"]
    with phone.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Delivery).where(Delivery.purpose == "answer")) == 1
