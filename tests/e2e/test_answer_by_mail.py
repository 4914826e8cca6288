"""From end to end by mail alone: a question comes, a colleague answers the mail about it, the customer has it."""

import re
from email.message import EmailMessage

from tests.parts.company import CUSTOMER, ENGINEER, mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer

DATA_SHEET = b"%PDF-1.4\n% scheda tecnica\n"


def test_a_colleague_answers_the_mail_and_the_customer_has_it(
    server: Server, dovecot: Dovecot, smtp_peer: Peer
) -> None:
    user = set_up(server, dovecot, smtp_peer)
    server.start()
    question = mail("Giunto GX-40", "Buongiorno, qual è la tolleranza del foro?")
    original = re.search(rb"Message-ID: (<[^>]+>)", question)
    assert original
    dovecot.append(user, question)
    notice = smtp_peer.wait_for(ENGINEER)[0]
    assert "La risposta a questa e-mail va al cliente." in notice.get_content()

    dovecot.append(user, as_answered(notice, "Buongiorno,\n\nla tolleranza è H7, la scheda in allegato."))
    sent = smtp_peer.wait_for(CUSTOMER)[0]
    assert sent["In-Reply-To"] == original[1].decode(), "in the customer's thread"
    assert sent["From"].addresses[0].addr_spec == "info@firm.test"
    body = sent.get_body(("plain",))
    assert body is not None
    assert " ".join(body.get_content().split()) == "Buongiorno, la tolleranza è H7, la scheda in allegato."
    assert "card" not in body.get_content()
    assert [(one.get_filename(), one.get_content()) for one in sent.iter_attachments()] == [("scheda.pdf", DATA_SHEET)]

    receipt = smtp_peer.wait_for(ENGINEER, 2)[1]
    assert "Inviata a Anna Bianchi" in receipt.get_content()
    eventually(lambda: not server.queue("waiting"))
    assert server.queue("pending")[0]["messages"] == 2

    dovecot.append(user, as_answered(notice, "Sconto del 50%!", sender="marco@evil.test"))
    dovecot.append(user, as_answered(notice, "#nota sentire anche Luca"))
    noted = smtp_peer.wait_for(ENGINEER, 3)[2]
    assert "nota interna" in noted.get_content()
    assert len(smtp_peer.to(CUSTOMER)) == 1, "neither the forged one nor the note"


def as_answered(notice: EmailMessage, text: str, sender: str = ENGINEER) -> bytes:
    """An answer as a mail program writes it, with the notice below and a file."""
    quoted = "\n".join(f"> {line}" for line in notice.get_content().splitlines())
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = (
        f"Marco Neri <{sender}>",
        "info@firm.test",
        f"R: {notice['Subject']}",
    )
    answer["Message-ID"] = f"<{abs(hash((text, sender)))}@firm.test>"
    answer["In-Reply-To"] = answer["References"] = notice["Message-ID"]
    answer.set_content(
        f"{text}\n\nIl giorno mar 3 mar 2026 alle ore 10:00 Info <info@firm.test> ha scritto:\n\n{quoted}\n"
    )
    answer.add_attachment(DATA_SHEET, maintype="application", subtype="pdf", filename="scheda.pdf")
    return answer.as_bytes()
