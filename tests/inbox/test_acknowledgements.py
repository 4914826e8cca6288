"""The automatic acknowledgement: what it says, to whom it never goes, and that it is no answer."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from connectors import registry
from connectors.base import ConnectorError, RawItem
from connectors.base import Message as MailMessage
from inbox import acknowledgements, channels, deliveries, signatures
from inbox.models import Calendar, Channel, Closure, Delivery, Event, Message, now
from inbox.models.delivery import ACKNOWLEDGEMENT
from routing import rules
from tests.parts.company import CUSTOMER, mail
from tests.parts.desk import Desk
from tests.parts.pec import transport
from tests.parts.smtp import Peer
from tests.routing.test_actions import set_rule

ROME = "Europe/Rome"
# A Tuesday, 12:00 in Rome: half an hour before lunch.
NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
ITALIAN, GERMAN, ENGLISH = (
    "Buongiorno, vorremmo sapere quali sono le tolleranze del giunto. Grazie, cordiali saluti",
    "Guten Tag, welche Toleranzen hat die Bohrung? Bitte senden Sie uns das Datenblatt. Vielen Dank",
    "Dear all, could you please send us the data sheet of the coupling? Thank you, best regards",
)
FRENCH = "Bonjour, pouvez-vous nous envoyer votre fiche technique? Merci, cordialement"


@pytest.fixture
def asking(desk_on_both: Desk) -> Desk:
    """A company whose rule acknowledges everything."""
    set_rule(desk_on_both, team="rd", acknowledge=True)
    return desk_on_both


@pytest.fixture
def one_desk(desk: Desk) -> Desk:
    """The same on SQLite alone."""
    set_rule(desk, team="rd", acknowledge=True)
    return desk


def sent(desk: Desk) -> list[Delivery]:
    return list(desk.all(Delivery, Delivery.purpose == ACKNOWLEDGEMENT))


def why(desk: Desk) -> list[str]:
    return [one.data["why"] for one in desk.all(Event, Event.action == "not_acknowledged")]


def test_it_names_the_day_and_the_time_and_none_of_the_customers_words(asking: Desk) -> None:
    with time_machine.travel(NOON, tick=False):
        asked = asking.ask(ITALIAN, subject="Giunto segreto GX-40", Message_ID="<1@cliente.test>")
    (delivery,) = sent(asking)
    envelope = delivery.envelope
    assert delivery.recipient == CUSTOMER
    assert envelope["subject"] == "Abbiamo ricevuto la Sua richiesta"
    assert "Le risponderemo entro le ore 17:30 di martedì 3 marzo." in envelope["text"], "four working hours"
    everything = f"{envelope['subject']} {envelope['text']} {envelope['to']}"
    assert not re.search("segreto|GX-40|tolleranze|Anna|Bianchi", everything)
    assert (envelope["in_reply_to"], envelope["references"]) == ("<1@cliente.test>", ["<1@cliente.test>"])
    assert envelope["headers"] == {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    assert delivery.external_id.endswith("@firm.test>")
    assert delivery.conversation_id == asked.id


@pytest.mark.parametrize(
    ("text", "subject", "promised"),
    [
        (ITALIAN, "Abbiamo ricevuto la Sua richiesta", "entro le ore 09:30 di mercoledì 4 marzo"),
        (GERMAN, "Wir haben Ihre Anfrage erhalten", "bis Mittwoch, 4. März, 09:30 Uhr"),
        (ENGLISH, "We have received your request", "by 09:30 (Rome time) on Wednesday 4 March"),
        (FRENCH, "We have received your request", "by 09:30 (Rome time) on Wednesday 4 March"),
        ("GX-40?", "We have received your request", "by 09:30 (Rome time) on Wednesday 4 March"),
    ],
    ids=["it", "de", "en", "fr", "unknown"],
)
def test_it_speaks_the_customers_language(desk: Desk, text: str, subject: str, promised: str) -> None:
    set_rule(desk, team="rd", acknowledge=True, target=60)
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        desk.ask(text)
    (delivery,) = sent(desk)
    assert delivery.envelope["subject"] == subject
    assert promised in delivery.envelope["text"]


def test_a_rule_may_say_in_which_language(desk: Desk) -> None:
    set_rule(desk, team="rd", acknowledge=True, language="de")
    desk.ask(ITALIAN)
    assert sent(desk)[0].envelope["subject"] == "Wir haben Ihre Anfrage erhalten"


def test_no_promise_lies_in_the_past(one_desk: Desk) -> None:
    """Fetched only a day later."""
    with time_machine.travel(NOON, tick=False):
        one_desk.ask(ITALIAN, at=NOON - timedelta(days=1))
    assert "entro le ore 17:30 di martedì 3 marzo" in sent(one_desk)[0].envelope["text"]


def test_it_counts_from_when_somebody_is_there(desk: Desk) -> None:
    """The only manager works in the mornings, and is away on Wednesday."""
    set_rule(desk, acknowledge=True)
    mornings = {day: [["08:30", "12:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    with desk.database.writing() as session:
        session.add(Calendar(name="", user_id=desk.manager, timezone="", hours=mornings, valid_from=date(2026, 1, 1)))
        session.add(Closure(user_id=desk.manager, starts=date(2026, 3, 4), ends=date(2026, 3, 4)))
    for moment, promised in (
        (NOON - timedelta(hours=1), "entro le ore 16:30 di martedì 3 marzo"),
        (NOON + timedelta(hours=4), "entro le ore 12:30 di giovedì 5 marzo"),
    ):
        with time_machine.travel(moment, tick=False):
            desk.ask(ITALIAN, sender=f"{moment.hour}@cliente.test")
        assert promised in sent(desk)[-1].envelope["text"]


def test_it_is_no_answer(asking: Desk) -> None:
    asked = asking.ask(ITALIAN)
    before = asking.fresh(asked)
    asking.deliver()
    after = asking.fresh(asked)
    assert [one.state for one in sent(asking)] == ["sent"]
    (exchange,) = asking.exchanges(asked)
    assert (exchange.closed_at, after.status, after.waiting_since) == (None, "open", before.waiting_since)
    assert (after.snippet, after.messages_count, after.last_at) == (before.snippet, 1, before.last_at)
    assert after.snippet.startswith("Buongiorno, vorremmo")
    asking.answer(asked)
    asking.deliver()
    (exchange,) = asking.exchanges(asked)
    assert (exchange.outcome, exchange.first) == ("answered", True)
    assert asking.fresh(asked).status == "pending"
    notice = asking.notices()[0].envelope["subject"] if asking.notices() else ""
    assert "wrote again" not in notice


def test_who_answers_it_is_in_the_same_conversation(asking: Desk) -> None:
    asked = asking.ask(ITALIAN)
    number = sent(asking)[0].external_id
    again = asking.ask("Aggiungo il disegno", subject="Re: Abbiamo ricevuto", In_Reply_To=number)
    assert again.id == asked.id
    assert len(asking.exchanges(asked)) == 1, "the customer still waits for the first answer"


def test_the_mailboxs_mark_and_the_companys_footer_go_along(one_desk: Desk) -> None:
    with one_desk.database.writing() as session:
        session.get_one(Channel, one_desk.channel).thread_mark = "subject"
        signatures.set_footer(session, "Firm S.p.A. - Via Roma 1 - P.IVA 01234567890")
    asked = one_desk.ask(ITALIAN)
    envelope = sent(one_desk)[0].envelope
    assert envelope["subject"] == f"Abbiamo ricevuto la Sua richiesta [#{one_desk.fresh(asked).token}]"
    assert envelope["text"].endswith("\n\n-- \nFirm S.p.A. - Via Roma 1 - P.IVA 01234567890")
    with one_desk.database.writing() as session:
        session.get_one(Channel, one_desk.channel).thread_mark = "address"
    again = one_desk.ask(ITALIAN, sender="b@cliente.test")
    envelope = sent(one_desk)[1].envelope
    assert envelope["subject"] == "Abbiamo ricevuto la Sua richiesta"
    assert envelope["headers"]["Reply-To"] == f"info+{one_desk.fresh(again).token}@firm.test"


@pytest.mark.parametrize(
    ("reason", "headers"),
    [
        ("machine", {"Auto_Submitted": "auto-replied"}),
        ("machine", {"Auto_Submitted": "auto-generated"}),
        ("machine", {"Precedence": "bulk"}),
        ("machine", {"List_Id": "<news.cliente.test>"}),
        ("machine", {"List_Unsubscribe": "<https://cliente.test/u>"}),
        ("machine", {"Return_Path": "<>", "Subject": "Undelivered mail returned to sender"}),
        (
            "machine",
            {"Auto_Submitted": "auto-generated", "Reply_To": "anna@cliente.test", "sender": "shop@negozio.test"},
        ),
        ("no_reply", {"sender": "noreply@cliente.test"}),
        ("no_reply", {"sender": "no-reply@cliente.test"}),
        ("no_reply", {"sender": "ordini.no_reply@cliente.test"}),
        ("no_reply", {"sender": "donotreply+17@cliente.test"}),
        ("no_reply", {"sender": "non-rispondere@cliente.test"}),
        ("no_reply", {"sender": "keine-antwort@kunde.test"}),
        ("no_reply", {"sender": "bounce-77@cliente.test"}),
        ("ours", {"sender": "info@firm.test"}),
        ("ours", {"sender": "INFO+abcdefghij@firm.test"}),
        ("ours", {"sender": "giulia@firm.test"}),
        ("forged", {"Authentication_Results": "firm.test; spf=fail; dkim=none; dmarc=fail header.from=cliente.test"}),
    ],
    ids=str,
)
def test_it_never_goes_to_these(one_desk: Desk, reason: str, headers: dict[str, str]) -> None:
    one_desk.ask(ITALIAN, **headers)
    assert sent(one_desk) == []
    assert why(one_desk) == [reason]


@pytest.mark.parametrize(
    "sender", ["noreen@cliente.test", "bouncer@club.test", "postmasters.office@cliente.test", "nora.replyka@c.test"]
)
def test_names_that_only_look_so_are_people(one_desk: Desk, sender: str) -> None:
    one_desk.ask(ITALIAN, sender=sender)
    assert [one.recipient for one in sent(one_desk)] == [sender]


def test_certified_mail_gets_none(one_desk: Desk) -> None:
    one_desk.arrive(transport(mail("Giunto", ITALIAN, sender="ditta@pec.example")))
    assert (sent(one_desk), why(one_desk)) == ([], ["certified"])


def test_imported_history_gets_none(asking: Desk) -> None:
    asking.ask(ITALIAN, quiet=True)
    asking.ask(ITALIAN, quiet=True, at=now() - timedelta(days=400), sender="b@cliente.test")
    assert (sent(asking), why(asking)) == ([], [])


def test_reply_to_is_not_written_to(one_desk: Desk) -> None:
    """Who names somebody else there would have us write to them."""
    for number in range(3):
        one_desk.ask(ITALIAN, sender=f"c{number}@cliente.test", Reply_To="victim@elsewhere.test")
    assert {one.recipient for one in sent(one_desk)} == {f"c{number}@cliente.test" for number in range(3)}


def test_who_fills_in_a_form_gets_one(one_desk: Desk) -> None:
    text = (
        f"Nome: Anna Bianchi\nEmail: anna@cliente.test\nMessaggio: {ITALIAN}\n\n"
        "Questa e-mail è stata inviata da un modulo di contatto su Firm (https://firm.test)\n"
    )
    answer = "Anna Bianchi <anna@cliente.test>"
    one_desk.ask(text, sender="wordpress@firm-site.test", Reply_To=answer, Auto_Submitted="auto-generated")
    assert [one.recipient for one in sent(one_desk)] == ["anna@cliente.test"]


def test_once_in_a_day_also_within_one_batch(asking: Desk) -> None:
    with time_machine.travel(NOON, tick=False):
        asking.receive(
            *(
                mail(f"Domanda {number}", ITALIAN, sender=sender)
                for number in range(3)
                for sender in (CUSTOMER, CUSTOMER.upper())
            ),
            mail("Altro", ITALIAN, sender="b@cliente.test"),
        )
        asking.take_in()
        asking.route()
    assert sorted(one.recipient for one in sent(asking)) == [CUSTOMER, "b@cliente.test"]
    assert why(asking) == ["lately"] * 5
    with time_machine.travel(NOON + timedelta(hours=23, minutes=59), tick=False):
        asking.ask(ITALIAN, subject="Ancora")
    assert len(sent(asking)) == 2
    with time_machine.travel(NOON + timedelta(hours=24, minutes=1), tick=False):
        asking.ask(ITALIAN, subject="Di nuovo")
    assert len(sent(asking)) == 3


def test_whoever_has_an_answer_already_needs_none(one_desk: Desk) -> None:
    """Somebody answered in the mailbox itself before we fetched the question."""
    one_desk.receive(mail("Giunto", ITALIAN, Message_ID="<1@cliente.test>"), at=now() - timedelta(hours=3))
    one_desk.take_in()
    answer = mail("Re: Giunto", "Ecco.", sender="info@firm.test", To=CUSTOMER, In_Reply_To="<1@cliente.test>")
    one_desk.receive(answer, folder="sent", at=now() - timedelta(hours=1))
    one_desk.take_in()
    one_desk.route()
    assert (sent(one_desk), why(one_desk)) == ([], ["nobody_waits"])


def test_one_that_fails_is_only_noted(asking: Desk) -> None:
    asked = asking.ask(ITALIAN)
    asking.wire.before.append(ConnectorError("550 no such user", permanent=True))
    asking.deliver()
    assert [one.state for one in sent(asking)] == ["failed"]
    assert asking.fresh(asked).status == "open"
    assert [one.closed_at for one in asking.exchanges(asked)] == [None]
    assert [one.data["reason"] for one in asking.all(Event, Event.action == "acknowledgement_failed")] == [
        "550 no such user"
    ]


def test_a_report_that_it_did_not_arrive_is_noted(one_desk: Desk) -> None:
    asked = one_desk.ask(ITALIAN)
    one_desk.deliver()
    number = sent(one_desk)[0].external_id
    report = (
        f"From: MAILER-DAEMON@cliente.test\nTo: info@firm.test\nSubject: Undelivered Mail Returned to Sender\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\nAuto-Submitted: auto-replied\n\n'
        f"--b\n\nuser unknown\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; cliente.test\n\n"
        f"Final-Recipient: rfc822; {CUSTOMER}\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {number}\n\n--b--\n"
    )
    one_desk.arrive(report.encode())
    assert [one.state for one in sent(one_desk)] == ["failed"]
    assert one_desk.fresh(asked).status == "open"
    assert len(sent(one_desk)) == 1, "and the report gets none"


def test_a_copy_of_it_in_the_sent_folder_is_no_answer(one_desk: Desk) -> None:
    asked = one_desk.ask(ITALIAN)
    one_desk.deliver()
    for number in (sent(one_desk)[0].external_id, "<changed@provider.test>"):
        copy = mail(
            "Abbiamo ricevuto la Sua richiesta", "Buongiorno", sender="info@firm.test", To=CUSTOMER, Message_ID=number,
            In_Reply_To=one_desk.all(Message)[0].external_id, Auto_Submitted="auto-replied",
        )  # fmt: skip
        one_desk.receive(copy, folder="sent")
        one_desk.take_in()
    assert one_desk.outcomes()[1:] == ["echo", "ignored"]
    assert one_desk.exchanges(asked)[0].closed_at is None


def test_the_whole_way_to_an_smtp_server(asking: Desk, smtp_peer: Peer) -> None:
    asking.ask(ITALIAN, subject="Giunto", Message_ID="<1@cliente.test>")
    settings: dict[str, Any] = {
        "address": "info@firm.test", "name": "Firm", "user": "x", "password": "x", "smtp_user": "", "smtp_host": "127.0.0.1",
        "smtp_port": smtp_peer.port, "smtp_security": "none", "imap_host": "127.0.0.1", "imap_port": 1, "imap_security": "none",
    }  # fmt: skip
    with asking.database.writing() as session:
        channels.set_settings(session.get_one(Channel, asking.channel), asking.app.vault, settings)
    while jobs := asking.claim("deliver", 1):
        deliveries.deliver(asking.database, asking.app.blobs, asking.app.connector_for, jobs[0])
    (got,) = smtp_peer.to(CUSTOMER)
    assert got["Subject"] == "Abbiamo ricevuto la Sua richiesta"
    assert got["From"] == "Firm <info@firm.test>"
    assert got["Auto-Submitted"] == "auto-replied"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert (got["In-Reply-To"], got["References"]) == ("<1@cliente.test>", "<1@cliente.test>")
    assert (got["Cc"], got["Reply-To"]) == (None, None)
    assert "abbiamo ricevuto la Sua richiesta" in got.get_content()
    assert [one.state for one in sent(asking)] == ["sent"]
    # Our own program on the other side takes it for what it is.
    (read,) = registry.reader("mail")(RawItem("1", now(), bytes(got)))
    assert isinstance(read, MailMessage)
    assert read.machine == "auto_reply"


def test_a_rule_without_it_sends_none(desk: Desk) -> None:
    desk.ask(ITALIAN)
    assert (sent(desk), why(desk)) == ([], [])
    with desk.database.reading() as session:
        assert not any(rule.then.acknowledge for rule in rules.load(session)), "off in a new company"


@pytest.mark.parametrize("language", ["it", "en", "de"])
def test_the_texts_are_whole_and_formal(language: str) -> None:
    subject, text = acknowledgements.words(language, NOON, ROME)
    assert subject
    assert "{" not in subject + text
    assert "12:00" in text
    informal = r"\b(ciao|tu|ti|te|tuo|tua|puoi|vuoi|hai|sei|hallo|hi|hey|du|dich|dir|dein\w*|euch|euer)\b"
    assert not re.search(informal, f"{subject} {text}", re.IGNORECASE)
    polite = {"it": r"\b(Sua|Le|La)\b", "de": r"\b(Ihre|Sie)\b", "en": "Kind regards"}
    assert re.search(polite[language], text)
