"""Handwritten certified mails (PEC), as the technical rules draw them; all names are invented."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from tests.connectors.mail.letters import letter, mail, multipart, part

PROVIDER = "posta-certificata@gestore.pec.example"
ENVELOPE_ID = "<opec1.20260105090003.00001.1.1@gestore.pec.example>"
SUBJECTS = {
    "accettazione": "ACCETTAZIONE",
    "non-accettazione": "AVVISO DI NON ACCETTAZIONE",
    "presa-in-carico": "PRESA IN CARICO",
    "avvenuta-consegna": "CONSEGNA",
    "errore-consegna": "AVVISO DI MANCATA CONSEGNA",
    "preavviso-errore-consegna": "AVVISO DI MANCATA CONSEGNA PER SUPERAMENTO TEMPO MASSIMO",
    "rilevazione-virus": "PROBLEMA DI SICUREZZA",
}
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def daticert(
    kind: str, *, original: str = "<nostra@firm.test>", to: Sequence[str] = ("cliente@pec.example",),
    error: str = "nessuno", explanation: str = "", at: str = "05/01/2026 09:00:03", identifier: str = ENVELOPE_ID,
    receipt: str = "",
) -> bytes:  # fmt: skip
    """A daticert.xml; for reports on one recipient `to` is that one."""
    day, _, clock = at.partition(" ")
    one = "consegna" if kind in ("avvenuta-consegna", "errore-consegna", "preavviso-errore-consegna") else "ricezione"
    names = "".join(f"<{one}>{who}</{one}>" for who in to) if kind not in ("accettazione", "posta-certificata") else ""
    everybody = "".join(f'<destinatari tipo="certificato">{who}</destinatari>' for who in to)
    more = f'<ricevuta tipo="{receipt}"/>' if receipt else ""
    why = f"<errore-esteso>{escape(explanation)}</errore-esteso>" if explanation else ""
    return (
        f'{XML}<postacert tipo="{kind}" errore="{error}"><intestazione><mittente>noi@firm.test</mittente>'
        f"{everybody}<risposte>noi@firm.test</risposte><oggetto>Offerta</oggetto></intestazione><dati>"
        f'<gestore-emittente>Gestore</gestore-emittente><data zona="+0100"><giorno>{day}</giorno><ora>{clock}</ora></data>'
        f"<identificativo>{escape(identifier)}</identificativo><msgid>{escape(original)}</msgid>{more}{names}{why}"
        "</dati></postacert>"
    ).encode()


def receipt(kind: str, *, original: str = "<nostra@firm.test>", text: str = "", form: str = "completa",
            xml: bytes | None = None, header: bool = True, number: int = 1, **told: object) -> bytes:  # fmt: skip
    """A signed receipt. `form`: completa carries the mail, breve a mail of digests, sintetica only the data."""
    data = xml if xml is not None else daticert(kind, original=original, receipt=form, **told)  # type: ignore[arg-type]
    pieces = [
        part(text or f"Ricevuta di {kind}.\r\nIl messaggio è stato trattato dal gestore."),
        part(data, 'application/xml; name="daticert.xml"', Content_Disposition='attachment; filename="daticert.xml"'),
    ]
    if kind == "avvenuta-consegna" and form != "sintetica":
        enclosed = letter("Corpo" if form == "completa" else "SHA-256", Message_ID=original, Subject="Offerta")
        pieces.append(_enclosed(enclosed))
    more = {"X_Riferimento_Message_ID": original} if header else {}
    return signed(
        multipart("mixed", *pieces, boundary="dentro"), X_Ricevuta=kind, X_TipoRicevuta=form, To="noi@firm.test",
        From=PROVIDER, Subject=f"{SUBJECTS[kind]}: Offerta", Message_ID=f"<ricevuta{number}@gestore.pec.example>", **more,
    )  # fmt: skip


def transport(inside: bytes, *, sender: str = "ditta@pec.example", kind: str = "posta-certificata",
              identifier: str = ENVELOPE_ID, original: str = "<dentro@pec.example>", **headers: str) -> bytes:  # fmt: skip
    """A signed envelope around a mail: certified, or ("errore") around an ordinary one."""
    certified = kind == "posta-certificata"
    data = daticert(kind, original=original, to=["noi@firm.test"], identifier=identifier)
    xml = part(data, 'application/xml; name="daticert.xml"', Content_Disposition='inline; filename="daticert.xml"')
    words = "Messaggio di posta certificata" if certified else "Anomalia nel messaggio"
    pieces = [part(words), *([xml] if certified else []), _enclosed(inside)]
    given = {
        "From": f'"Per conto di: {sender}" <{PROVIDER}>', "Subject": "POSTA CERTIFICATA: Offerta",
        "Message_ID": identifier, "X_Trasporto": kind, "X_Riferimento_Message_ID": original, "Reply_To": sender,
    }  # fmt: skip
    return signed(multipart("mixed", *pieces, boundary="dentro"), **(given | headers))


def signed(content: bytes, **headers: str) -> bytes:
    """S/MIME as providers sign: multipart/signed, the signature beside what it signs."""
    name = 'application/pkcs7-signature; name="smime.p7s"'
    signature = part(b"0\x80\x06\x09 a signature", name, Content_Disposition='attachment; filename="smime.p7s"')
    whole = multipart(
        "signed", content, signature, boundary="fuori", micalg="sha-256", protocol='"application/pkcs7-signature"'
    )
    return mail(whole, **headers)


def zoned(at: datetime) -> str:
    """A moment as daticert() takes it, in the zone that it writes."""
    return f"{at + timedelta(hours=1):%d/%m/%Y %H:%M:%S}"


def _enclosed(inside: bytes) -> bytes:
    head = 'Content-Type: message/rfc822; name="postacert.eml"\r\nContent-Disposition: inline; filename="postacert.eml"'
    return f"{head}\r\n\r\n".encode() + inside + b"\r\n"
