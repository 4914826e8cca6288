"""Programs' mail told from people's: a person taken for a program is never answered."""

import pytest

from connectors.base import Machine
from connectors.mail.read import read
from tests.connectors.mail.letters import delivery_report, letter, mail, multipart, part


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("auto_reply", {"Auto_Submitted": "auto-replied"}),
        ("auto_reply", {"Auto_Submitted": "Auto-Replied; owner=x"}),
        ("auto_reply", {"Precedence": "auto_reply"}),
        ("auto_reply", {"X_Autoreply": "yes"}),
        ("auto_reply", {"X_Autorespond": ""} | {"X_Mail_Autoreply": "x"}),
        ("auto_reply", {"Subject": "Risposta automatica: preventivo"}),
        ("auto_reply", {"Subject": "Automatic reply: quote"}),
        ("auto_reply", {"Subject": "Abwesenheitsnotiz"}),
        ("auto_reply", {"Subject": "Réponse automatique : devis"}),
        ("auto_reply", {"Subject": "Fuori ufficio"}),
        ("auto_reply", {"Subject": "In ferie fino al 20", "Return_Path": "<>", "In_Reply_To": "<x@y>"}),
        ("auto_reply", {"Subject": "Assente", "X_Auto_Response_Suppress": "All"}),
        ("bulk", {"Auto_Submitted": "auto-generated"}),
        ("bulk", {"List_Unsubscribe": "<https://x.example/u>"}),
        ("bulk", {"Precedence": "bulk"}),
        ("list", {"List_Id": "<l.example>", "List_Post": "<mailto:l@example>"}),
        ("list", {"Precedence": "list"}),
        ("receipt", {"X_Ricevuta": "avvenuta-consegna"}),
        ("receipt", {"X_Ricevuta": "accettazione"}),
        ("bounce", {"X_Ricevuta": "errore-consegna"}),
        ("bounce", {"X_Failed_Recipients": "x@y.example"}),
        ("bounce", {"Subject": "Mancata consegna", "Return_Path": "<>"}),
        ("complaint", {"X_Apple_Unsubscribe": "true"}),
    ],
)
def test_machines(kind: Machine, headers: dict[str, str]) -> None:
    assert read(letter("Sono via.", **headers)).machine == kind


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Subject": "Re: Risposta automatica: preventivo"},
        {"Subject": "Vacation rental in July"},
        {"Subject": "Assenza di imballo"},
        {"Subject": "Delivery problem: 450 pieces not delivered"},
        {"Subject": "Mancata consegna ordine 550"},
        {"Subject": "Fwd: Undelivered Mail Returned to Sender"},
        {"Auto_Submitted": "auto-generated", "Reply_To": "cliente@x.example"},
        {"Precedence": "list", "List_Id": "<info.azienda.example>", "X_Google_Group_Id": "123"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_people(headers: dict[str, str]) -> None:
    text = "Buongiorno, 450 pezzi non sono stati consegnati (could not be delivered). Potete verificare?"
    assert read(letter(text, **headers)).machine is None


def report(kind: str, status: str) -> bytes:
    return mail(multipart("report", part("Report"), part("Version: 1", status), report_type=kind))


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("complaint", report("feedback-report", "message/feedback-report")),
        ("receipt", report("disposition-notification", "message/disposition-notification")),
        ("bounce", delivery_report("Final-Recipient: rfc822; x@y.example\r\nAction: delivered\r\nStatus: 2.0.0")),
    ],
)
def test_reports(kind: Machine, raw: bytes) -> None:
    assert read(raw).machine == kind


def test_a_forwarded_report_is_a_persons_letter() -> None:
    report = delivery_report("Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1")
    raw = mail(
        multipart("mixed", part("Cosa vuol dire?"), b"Content-Type: message/rfc822\r\n\r\n" + report, boundary="fuori")
    )

    assert read(raw).machine is None
