"""The facts of messages: each as it is told in docs/rules-facts.md, then and now, and no query for a single message."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from connectors.mail.read import read
from inbox import conversations, products
from inbox.events import SYSTEM
from inbox.models import Calendar, Company, Contact, Conversation, Message, Team, User, now
from routing import factdata, facts, filekinds, gather, handler, preview, rules
from routing.facts import TEXTS, Facts
from tests.parts.company import mail
from tests.parts.desk import Desk

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # 10:30 in Italy
SIGNED = """Buongiorno, qual è la tolleranza della X 200?

Cordiali saluti
Anna Bianchi
Rossi Meccanica S.r.l.
Via Roma 12, 36015 Schio (VI)
Tel. +39 0445 123456

Il giorno 1 marzo 2026 la Ditta ha scritto:
> Gradite un preventivo per la GX-40?
"""


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    """On both databases."""
    return desk_on_both


def facts_now(desk: Desk, message: Message, at: datetime | None = None) -> dict[str, Any]:
    with desk.database.reading() as session:
        row = session.get_one(Message, message.id)
        conversation = session.get_one(Conversation, row.conversation_id)
        return gather.Gathering(session, [row], [conversation]).facts(row, conversation, at or row.at).values


def facts_then(desk: Desk, *wanted: Message) -> list[Facts]:
    with desk.database.reading() as session:
        rows = session.scalars(select(Message).where(Message.id.in_([one.id for one in wanted])))
        by_id = {row.id: row for row in rows}
        return gather.gather(session, [by_id[one.id] for one in wanted])


def messages(desk: Desk, conversation: Conversation) -> list[Message]:
    rows = desk.all(Message, Message.conversation_id == conversation.id)
    return sorted(rows, key=lambda row: (row.at, row.id))


def change(desk: Desk, row: Any, **values: Any) -> None:
    with desk.database.writing() as session:
        found = session.get_one(type(row), row.id)
        for name, value in values.items():
            setattr(found, name, value)


def with_files(*files: tuple[str, str]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Anna <anna@cliente.test>", "info@firm.test", "Disegni"
    message["Message-ID"] = "<files@cliente.test>"
    message.set_content("In allegato i disegni.")
    for name, kind in files:
        main, sub = kind.split("/")
        message.add_attachment(b"x" * 2000, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


@contextmanager
def queries(engine: Engine) -> Iterator[list[str]]:
    """The statements that read, of a block."""
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            made.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield made
    event.remove(engine, "before_cursor_execute", note)


def test_what_a_message_tells(desk: Desk) -> None:
    with desk.database.writing() as session:
        products.save(session, products.from_data([{"name": "X-200"}, {"name": "GX-40"}]), SYSTEM)
    conversation = desk.arrive(mail("Giunti", SIGNED, sender="Anna.Bianchi@rossi.test"), at=MONDAY)
    told = facts_now(desk, messages(desk, conversation)[0])
    assert (told["channel"], told["channel_kind"]) == ("info", "mail")
    assert (told["sender"], told["sender_name"], told["domain"]) == (
        "anna.bianchi@rossi.test", "Anna Bianchi", "rossi.test",
    )  # fmt: skip
    assert (told["language"], told["machine"], told["subject"]) == ("it", "", "Giunti")
    assert told["text"].startswith("Buongiorno, qual è la tolleranza della X 200?")
    assert "GX-40" not in told["text"]
    assert "GX-40" in told["whole_text"]
    assert told["products"] == ("X-200",), "what is only quoted is not asked for"
    assert (told["country"], told["region"], told["province"]) == ("it", "Veneto", "VI")
    assert (told["place.source"], told["place.from"]) == ("postcode", "36015 Schio (VI)")
    assert (told["attachments"], told["attachment_names"], told["attachment_kinds"]) == (False, (), ())
    assert told["certified"] is False
    assert told["fact.signature.phone"] == "+39 0445 123456"


def test_every_fact_has_its_kind(desk: Desk) -> None:
    conversation = desk.arrive(mail("Giunti", SIGNED), at=MONDAY)
    told = facts_now(desk, messages(desk, conversation)[0])
    kinds = {facts.LIST: tuple, facts.NUMBER: int, facts.FLAG: bool}
    for name, value in told.items():
        kind = facts.kind_of(name)
        assert kind, name
        assert type(value) is kinds.get(kind, str), name
    # Together from two others; of reviews alone.
    assert set(facts.KINDS) - set(told) == {"subject_or_text", "stars"}


def test_every_fact_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "rules-facts.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([\w.]+)`", text, re.M))
    assert told == set(facts.KINDS)
    assert all(f"`{kind}`" in text for kind in filekinds.FILE_KINDS)


def test_files(desk: Desk) -> None:
    raw = with_files(
        ("Disegno.STEP", "application/octet-stream"), ("a.pdf", "application/pdf"), ("b.pdf", "application/pdf")
    )
    told = facts_now(desk, messages(desk, desk.arrive(raw))[0])
    assert told["attachments"] is True
    assert told["attachment_names"] == ("Disegno.STEP", "a.pdf", "b.pdf")
    assert told["attachment_kinds"] == ("drawing", "pdf")


def test_a_logo_in_the_signature_is_no_file_and_a_photo_is_one(desk: Desk) -> None:
    for size, expected in ((2_000, False), (90_000, True)):
        message = EmailMessage()
        message["From"], message["To"] = "Anna <anna@cliente.test>", "info@firm.test"
        message["Message-ID"] = f"<{size}@cliente.test>"
        message.set_content("Si è rotto.")
        message.add_alternative('<p>Si è rotto.</p><img src="cid:one@x">', subtype="html")
        message.get_payload()[1].add_related(b"x" * size, "image", "png", cid="<one@x>", filename="image001.png")  # type: ignore[union-attr,index]
        told = facts_now(desk, messages(desk, desk.arrive(message.as_bytes()))[-1])
        assert told["attachments"] is expected


@pytest.mark.parametrize(
    ("name", "content_type", "kind"),
    [
        ("a.PDF", "application/octet-stream", "pdf"), ("pezzo.stp", "", "drawing"), ("pezzo.dxf", "image/vnd.dxf", "drawing"),
        ("x", "model/step", "drawing"), ("foto.jpeg", "image/jpeg", "image"), ("", "image/png", "image"),
        ("Listino.xlsx", "application/octet-stream", "spreadsheet"), ("ordine.csv", "text/plain", "spreadsheet"),
        ("lettera.docx", "", "document"), ("", "text/plain", "document"), ("a.pptx", "", "presentation"),
        ("tutto.zip", "application/zip", "archive"), ("message.eml", "message/rfc822", "mail"),
        ("invite.ics", "text/calendar; method=REQUEST", "calendar"), ("vocale.opus", "", "audio"), ("v.mp4", "", "video"),
        ("fattura.pdf.p7m", "application/pkcs7-mime", "pdf"), ("smime.p7s", "application/pkcs7-signature", "other"),
        ("senza nome", "application/octet-stream", "other"), (".pdf", "application/octet-stream", "other"),
    ],
)  # fmt: skip
def test_kinds_of_files(name: str, content_type: str, kind: str) -> None:
    assert filekinds.kind_of(name, content_type) == kind


def test_what_the_conversation_and_the_contact_say(desk: Desk) -> None:
    first = desk.arrive(mail("Giunti", "Buongiorno", sender="anna@rossi.test"), at=MONDAY)
    (message,) = messages(desk, first)
    told = facts_now(desk, message)
    assert (told["kind"], told["priority"], told["stage"], told["tags"]) == ("enquiry", "normal", "", ())
    assert (told["company"], told["owner"]) == ("rossi.test", "")
    assert (told["earlier"], told["known_contact"], told["follow_up"]) == (0, False, False)
    with desk.database.writing() as session:
        row = session.get_one(Conversation, first.id)
        row.contact.owner_id, row.stage = desk.manager, "offer"
        session.scalars(select(Company)).one().name = "Rossi S.r.l."
        conversations.add_tags(session, row, SYSTEM, ["urgente", "giunti"])
    told = facts_now(desk, message)
    assert (told["stage"], told["tags"], told["team"]) == ("offer", ("giunti", "urgente"), "triage")
    assert (told["company"], told["owner"], told["known_contact"]) == ("Rossi S.r.l.", "giulia@firm.test", True)


@pytest.mark.parametrize("known_by", [{"owner_id": 1}, {"company": "Rossi S.r.l."}])
def test_a_contact_is_known_by_its_owner_or_its_companys_name(desk: Desk, known_by: dict[str, Any]) -> None:
    conversation = desk.arrive(mail("Giunti", "Buongiorno", sender="anna@rossi.test"))
    if "owner_id" in known_by:
        change(desk, desk.all(Contact)[0], owner_id=desk.manager)
    else:
        change(desk, desk.all(Company)[0], name=known_by["company"])
    assert facts_now(desk, messages(desk, conversation)[0])["known_contact"] is True


def test_a_companys_colleague_and_place_count_where_contact_and_message_tell_none(desk: Desk) -> None:
    conversation = desk.arrive(mail("Joints", "Good morning", sender="anna@rossi.com"))
    change(desk, desk.all(Company)[0], owner_id=desk.manager, province="VI", country="it", name="Rossi S.r.l.")
    (message,) = messages(desk, conversation)
    told = facts_now(desk, message)
    assert (told["owner"], told["known_contact"]) == ("giulia@firm.test", True)
    assert (told["country"], told["region"], told["province"]) == ("it", "Veneto", "VI")
    assert (told["place.source"], told["place.from"]) == ("company", "Rossi S.r.l.")
    assert facts_then(desk, message)[0].values["province"] == "VI"
    anna = desk.add_user("anna@firm.test")
    change(desk, desk.all(Contact)[0], owner_id=anna)
    assert facts_now(desk, message)["owner"] == "anna@firm.test"


@pytest.mark.parametrize(
    ("sender", "kept", "place"),
    [
        ("a@rossi.it", {"province": "VI", "country": "it"}, ("it", "VI", "company")),
        ("a@rossi.de", {"province": "VI", "country": "it"}, ("de", None, "domain")),
        ("a@rossi.com", {"country": "de"}, ("de", None, "company")),
        ("a@rossi.com", {}, (None, None, None)),
    ],
)
def test_a_message_counts_more_than_what_is_kept(
    desk: Desk, sender: str, kept: dict[str, str], place: tuple[str | None, ...]
) -> None:
    conversation = desk.arrive(mail("Joints", "Good morning", sender=sender))
    change(desk, desk.all(Company)[0], **kept)
    told = facts_now(desk, messages(desk, conversation)[0])
    assert tuple(told.get(name) for name in ("country", "province", "place.source")) == place


def test_earlier_conversations_and_messages(desk: Desk) -> None:
    first = desk.arrive(mail("Uno", "Buongiorno", Message_ID="<1@x.test>"), at=MONDAY)
    later = MONDAY + timedelta(days=1)
    again = desk.arrive(mail("Re: Uno", "E ancora", In_Reply_To="<1@x.test>"), at=later)
    spam = desk.arrive(mail("Due", "Buongiorno"), at=MONDAY + timedelta(days=2))
    third = desk.arrive(mail("Tre", "Buongiorno"), at=MONDAY + timedelta(days=3))
    desk.do(conversations.mark_spam, spam, SYSTEM)
    assert again.id == first.id
    old, new = messages(desk, first)
    (last,) = messages(desk, third)
    told = [
        [one.values[name] for name in ("earlier", "follow_up", "known_contact")]
        for one in facts_then(desk, old, new, last)
    ]
    assert told == [[0, False, False], [0, True, True], [1, False, True]]
    assert facts_now(desk, last)["earlier"] == 1


def test_a_robots_conversations_are_not_counted_to_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "MOST_EARLIER", 3)
    for number in range(6):
        desk.ask(f"Domanda {number}")
    assert [one.values["earlier"] for one in facts_then(desk, *desk.all(Message))] == [0, 1, 2, 3, 3, 3]


def test_what_continues_an_old_conversation_follows_up(desk: Desk) -> None:
    first = desk.arrive(mail("Uno", "Buongiorno", Message_ID="<1@x.test>"), at=MONDAY - timedelta(days=60))
    desk.do(conversations.close, first, SYSTEM, at=MONDAY - timedelta(days=50))
    second = desk.arrive(mail("Re: Uno", "Ancora", In_Reply_To="<1@x.test>"), at=MONDAY)
    assert second.id != first.id
    assert facts_now(desk, messages(desk, second)[0])["follow_up"] is True


@pytest.mark.parametrize(
    ("at", "weekday", "hour", "in_hours", "holiday"),
    [
        (MONDAY, "mon", 10, True, False),
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), "mon", 23, False, False),
        (datetime(2026, 7, 3, 22, 30, tzinfo=UTC), "sat", 0, False, True),
        (datetime(2026, 3, 29, 6, 0, tzinfo=UTC), "sun", 8, False, True),
    ],
)
def test_the_companys_time(desk: Desk, at: datetime, weekday: str, hour: int, in_hours: bool, holiday: bool) -> None:
    told = facts_now(desk, messages(desk, desk.arrive(mail("Uno", "Buongiorno"), at=at))[0])
    assert [told[name] for name in ("weekday", "hour", "in_hours", "holiday")] == [weekday, hour, in_hours, holiday]


def test_without_a_calendar_the_companys_time_is_not_known(desk: Desk) -> None:
    conversation = desk.arrive(mail("Uno", "Buongiorno"))
    with desk.database.writing() as session:
        session.delete(session.scalars(select(Calendar)).one())
    told = facts_now(desk, messages(desk, conversation)[0])
    assert not {"weekday", "hour", "in_hours", "holiday"} & set(told)


def test_waiting_counts_the_companys_minutes(desk: Desk) -> None:
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    conversation = desk.arrive(mail("Uno", "Buongiorno", Message_ID="<1@x.test>"), at=friday)
    (message,) = messages(desk, conversation)
    monday = friday + timedelta(days=3)
    hours = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    with desk.database.writing() as session:
        session.scalars(select(Calendar)).one().hours = hours
    assert facts_now(desk, message)["waiting_minutes"] == 0
    assert facts_now(desk, message, monday)["waiting_minutes"] == 60 + 60 + 4 * 60 + 3 * 60 - 60
    desk.do(conversations.answered_by_phone, conversation, at=monday)
    assert facts_now(desk, message, monday)["waiting_minutes"] == 0


def test_stored_messages_are_seen_as_they_were(desk: Desk) -> None:
    then = {"team": "rd", "priority": "high", "kind": "customer", "tags": ["giunti"]}
    rule = {"slug": "t", "name": "T", "when": [{"fact": "text", "has_any": ["tolleranza"]}], "then": then}
    rest = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([rule, rest]))
    conversation = desk.arrive(mail("Uno", "Quale tolleranza?", Message_ID="<1@x.test>"), at=MONDAY)
    desk.arrive(mail("Re: Uno", "Allora?", In_Reply_To="<1@x.test>"), at=MONDAY + timedelta(hours=2))
    with desk.database.reading() as session:
        sales = session.scalars(select(Team.id).where(Team.slug == "sales")).one()
    desk.do(conversations.assign, conversation, SYSTEM, team_id=sales)
    desk.do(conversations.set_priority, conversation, SYSTEM, "low")
    desk.do(conversations.add_tags, conversation, SYSTEM, ["offerta"])
    desk.do(conversations.answered_by_phone, conversation, at=MONDAY + timedelta(days=1))
    first, second = facts_then(desk, *messages(desk, conversation))
    names = ("team", "priority", "kind", "tags", "waiting_minutes", "follow_up")
    assert [first.values[name] for name in names] == ["", "normal", "enquiry", (), 0, False]
    told = [second.values[name] for name in names]
    assert told[:4] == ["rd", "high", "customer", ("giunti",)]
    assert told[4] > 0
    assert told[5] is True
    today = facts_now(desk, messages(desk, conversation)[1])
    assert [today[name] for name in names[:5]] == ["sales", "low", "customer", ("giunti", "offerta"), 0]


def test_the_past_looks_as_the_rules_saw_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a backtest reads later is what routing read at the time."""
    seen: dict[int, Facts] = {}
    facts = gather.Gathering.facts

    def noted(self: gather.Gathering, message: Message, *rest: Any) -> Facts:
        seen[message.id] = facts(self, message, *rest)
        return seen[message.id]

    monkeypatch.setattr(gather.Gathering, "facts", noted)
    for number in range(3):
        conversation = desk.arrive(mail(f"Uno {number}", "Qual è la tolleranza?"), at=now())
        desk.answer(conversation)
    rows = desk.all(Message, Message.direction == "inbound")
    assert len(seen) == 3
    for row, later in zip(rows, facts_then(desk, *rows), strict=True):
        assert later.values == seen[row.id].values


@pytest.mark.parametrize("size", ["few", "many"])
def test_routing_asks_no_more_for_more_messages(desk: Desk, size: str) -> None:
    """Selects of one batch: as many for forty messages of twenty senders as for four of two."""
    counts = []
    for rounds in (2, 20):
        for number in range(rounds):
            sender = f"a{number}@{size}{rounds}-{number}.test"
            desk.receive(mail("Uno", "Quale tolleranza?", sender=sender), mail("Due", SIGNED, sender=sender))
        desk.take_in()
        jobs = desk.claim("route", 100)
        assert len(jobs) == 2 * rounds
        with queries(desk.database.engine) as made:
            handler.route(desk.database, jobs, "https://desk.firm.test")
        counts.append(len([one for one in made if "nextval" not in one and "max(" not in one]))
    assert counts[0] == counts[1]


def test_gathering_asks_no_more_for_more_messages(desk: Desk) -> None:
    for number in range(12):
        desk.ask("Quale tolleranza?", sender=f"a{number}@firm{number}.test")
    for one in desk.all(Contact):
        change(desk, one, owner_id=desk.manager)
    counts = []
    for some in (2, 12):
        with desk.database.reading() as session:
            rows = session.scalars(select(Message).order_by(Message.id).limit(some)).all()
            with queries(session.get_bind().engine) as made:
                assert len(gather.gather(session, rows)) == some
        counts.append(len(made))
    assert counts[0] == counts[1] <= 16


def test_many_are_gathered_in_their_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "CHUNK", 2)
    for number in range(5):
        desk.ask(f"Domanda {number}")
    rows = list(reversed(desk.all(Message)))
    assert [one.value("text") for one in facts_then(desk, *rows)] == [row.reply for row in rows]


def test_a_mail_that_is_not_taken_in_has_what_it_tells_itself() -> None:
    seen = preview.facts(read(mail("Giunti", SIGNED, sender="anna@rossi.it")), "info").values
    assert (seen["province"], seen["channel"], seen["channel_kind"], seen["kind"]) == ("VI", "info", "mail", "enquiry")
    assert seen["language"] == "it"
    assert not {"earlier", "products", "hour", "owner", "team", "tags"} & set(seen)


def test_facts_are_kept_as_data_and_come_back(desk: Desk) -> None:
    row = messages(desk, desk.arrive(mail("Giunti", SIGNED), at=MONDAY))[0]
    (facts,) = facts_then(desk, row)
    data = factdata.as_data(facts)
    assert not set(data) & set(TEXTS)
    assert data["earlier"] == 0
    assert "certified" not in data
    again = factdata.from_data(data, {name: facts.value(name) for name in ("subject", "text", "whole_text")})
    assert {name: facts.texts(name) for name in facts.values} == {name: again.texts(name) for name in facts.values}
    assert again.value("subject_or_text") == facts.value("subject_or_text")
    assert factdata.from_data({"tags": ["a"]}).values == {"tags": ("a",)}


def test_an_owner_who_left_is_still_told(desk: Desk) -> None:
    """An owner who has left still owns: the rules decide what that means."""
    conversation = desk.arrive(mail("Giunti", "Buongiorno"))
    leaver = desk.add_user("luca@firm.test")
    change(desk, desk.all(Contact)[0], owner_id=leaver)
    with desk.database.writing() as session:
        session.get_one(User, leaver).disabled_at = now()
    assert facts_now(desk, messages(desk, conversation)[0])["owner"] == "luca@firm.test"
