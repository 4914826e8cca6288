"""The door behind the links below an answer: looking never votes, false links do nothing, the last word counts."""

from datetime import timedelta

import pytest
import time_machine

from inbox import conversations
from inbox.doors.opinions import FROM_ADDRESS
from inbox.events import person
from inbox.models import Conversation, Opinion, now
from inbox.satisfaction import links
from tests.parts.desk import URL
from tests.parts.opinions import OpinionDesk
from tests.parts.opinions import asked as asked
from tests.parts.opinions import one_asked as one_asked

ATTACK = '<script>alert("x")</script>'


def test_a_program_that_follows_links_votes_nothing(asked: OpinionDesk) -> None:
    for value, path in asked.links().items():
        for method in ("GET", "HEAD"):
            assert asked.ask(method, path).status_code == 200
        page = asked.ask("GET", path).text
        assert page.count(" checked") == 1
        assert f'value="{value}" required checked' in page
        assert asked.ask("PUT", path).status_code == 405
    assert asked.said() == [("", "")]
    assert asked.events() == []


def test_the_button_votes_and_the_last_word_counts(asked: OpinionDesk) -> None:
    bad = asked.links()["bad"]
    answer = asked.say(bad, "bad", "Troppo tardi\r\nper noi")
    assert answer.status_code == 200
    assert "Non buona" in answer.text
    assert "rispondere all&#39;e-mail" in answer.text
    assert asked.said() == [("bad", "Troppo tardi\nper noi")]
    asked.say(bad, "bad", "Troppo tardi\r\nper noi")
    asked.say(bad, "good")
    assert asked.said() == [("good", "")]
    assert [(one.actor, one.data["value"], one.data["comment"]) for one in asked.events()] == [
        ("customer", "bad", "Troppo tardi\nper noi"), ("customer", "good", ""),
    ]  # fmt: skip
    (conversation,) = asked.desk.all(Conversation)
    assert {one.conversation_id for one in asked.events()} == {conversation.id}
    # An opinion is no question: nobody waits for an answer to it.
    assert (conversation.waiting_since, conversation.status) == (None, "pending")


def test_it_can_be_changed_for_thirty_days(asked: OpinionDesk) -> None:
    good = asked.links()["good"]
    with time_machine.travel(now() + timedelta(days=29)):
        asked.say(good, "fair")
    with time_machine.travel(now() + timedelta(days=30, minutes=1)):
        for answer in (asked.say(good, "good"), asked.ask("GET", good)):
            assert answer.status_code == 410
            assert "<button" not in answer.text
    assert asked.said() == [("fair", "")]


def test_false_and_foreign_links_do_nothing(one_asked: OpinionDesk) -> None:
    good = one_asked.links()["good"]
    vault, token = one_asked.desk.app.vault, good.split("/")[2]
    payload, _dot, signature = token.rpartition(".")
    foreign = one_asked.desk.app.file_url(1, 1).rpartition("/")[2]
    for one in (foreign, f"{payload}.{signature[:-2]}xx", f"WzEsMV0.{signature}", payload, "x", "%00", "a" * 4000):
        assert one_asked.say(f"/opinion/{one}/good", "good").status_code == 404, one
    assert one_asked.say(f"/opinion/{token}/best", "good").status_code == 404
    unknown = links.url(vault, URL, Opinion(id=4711, asked_at=now()), "good").removeprefix(URL)
    assert one_asked.say(unknown, "good").status_code == 410
    assert one_asked.said() == [("", "")]


@pytest.mark.parametrize("body", [b"", b"value=best", b"value=%00", b"\xff\xfe=\x00", b"value=good" + b"x" * 30_000])
def test_a_form_that_says_nothing_votes_nothing(one_asked: OpinionDesk, body: bytes) -> None:
    path = one_asked.links()["good"]
    answer = one_asked.ask("POST", path, content=body)
    assert answer.status_code == (413 if len(body) > 20_000 else 422)
    assert one_asked.said() == [("", "")]


def test_what_was_typed_is_escaped_cut_and_kept_where_a_choice_is_missing(asked: OpinionDesk) -> None:
    path = asked.links()["good"]
    for answer in (asked.say(path, "", ATTACK), asked.say(path, "good", ATTACK)):
        assert "<script>" not in answer.text
        assert "&lt;script&gt;" in answer.text
    asked.say(path, "good", "a\0b" + "x" * 5_000)
    assert asked.said() == [("good", "ab" + "x" * 1_998)]


def test_the_answers_keep_to_themselves(one_asked: OpinionDesk) -> None:
    for path in (one_asked.links()["good"], "/opinion/nonsense/good"):
        answer = one_asked.ask("GET", path)
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        for personal in ("Anna", "cliente.test", "tolleranza", "Giunto"):
            assert personal not in answer.text


def test_it_speaks_the_conversations_language(one_asked: OpinionDesk) -> None:
    question = one_asked.desk.ask("Guten Tag, welche Toleranz hat die Bohrung? Vielen Dank für Ihre Antwort.")
    text = one_asked.answered(question)
    assert "Wie war unsere Antwort?\nGut: https://" in text
    page = one_asked.ask("GET", one_asked.links(text)["fair"]).text
    assert '<html lang="de">' in page
    assert "Wünschen Sie eine Antwort" in page


def test_one_address_may_not_knock_for_ever(one_asked: OpinionDesk) -> None:
    path = one_asked.links()["good"]
    statuses = [one_asked.ask("GET", path).status_code for _ in range(FROM_ADDRESS + 1)]
    assert statuses[-1] == 429
    assert one_asked.ask("GET", path, sender="203.0.113.8").status_code == 200


def test_what_became_spam_takes_no_opinion(one_asked: OpinionDesk) -> None:
    question = one_asked.desk.ask()
    path = one_asked.links(one_asked.answered(question))["good"]
    one_asked.desk.do(conversations.mark_spam, question, person(one_asked.desk.manager))
    assert one_asked.say(path, "good").status_code == 410
    assert one_asked.said() == [("", "")]
