"""The sender's own words: by program and language."""

import pytest

from connectors.mail.quotes import own_words
from connectors.mail.read import read
from tests.connectors.mail.letters import mail, part

INTRODUCTIONS = [
    "On Mon, Jan 5, 2026 at 9:00 AM Azienda <info@azienda.example> wrote:",
    "On 5 Jan 2026, at 09:00, Azienda\n<info@azienda.example> wrote:",
    "Il giorno lun 5 gen 2026 alle ore 09:00 Azienda <\ninfo@azienda.example> ha scritto:",
    "Il 05/01/2026 09:00, Azienda ha scritto:",
    "In data 5 gennaio 2026 09:00:00 Azienda ha scritto:",
    "Am Mo., 5. Jan. 2026 um 09:00 Uhr schrieb Azienda <info@azienda.example>:",
    "Am 05.01.2026 um 09:00 schrieb Azienda:",
    "Azienda <info@azienda.example> schrieb am Mo., 5. Jan. 2026, 09:00:",
    "Le lun. 5 janv. 2026 à 09:00, Azienda <info@azienda.example> a écrit :",
    "El lun, 5 ene 2026 a las 9:00, Azienda (<info@azienda.example>) escribió:",
    "Em seg., 5 de jan. de 2026 às 09:00, Azienda <info@azienda.example> escreveu:",
    "pon., 5 sty 2026 o 09:00 Azienda <info@azienda.example> napisał(a):",
    "2026-01-05 9:00 GMT+01:00 Azienda <info@azienda.example>:",
    "2026年1月5日(月) 9:00 Azienda <info@azienda.example>:",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("quoted", ["> Ecco l'offerta.\n> Saluti", "Ecco l'offerta.\nSaluti"])
def test_a_quote_below(introduction: str, quoted: str) -> None:
    assert own_words(f"Va bene, grazie.\n\n{introduction}\n\n{quoted}\n") == "Va bene, grazie."


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_a_quote_above(introduction: str) -> None:
    assert own_words(f"{introduction}\n> Ecco l'offerta.\n\nVa bene, grazie.\n") == "Va bene, grazie."


@pytest.mark.parametrize(
    "headers",
    [
        "From: Azienda\nSent: Monday, January 5, 2026 9:00\nTo: Anna\nSubject: Offerta",
        "Da: Azienda <info@azienda.example>\nInviato: lunedì 5 gennaio 2026 09:00\nA: Anna\nOggetto: Offerta",
        "Von: Azienda [mailto:info@azienda.example]\nGesendet: Montag, 5. Januar 2026 09:00\nAn: Anna\nBetreff: Angebot",
        "De : Azienda\nEnvoyé : lundi 5 janvier 2026 09:00\nÀ : Anna\nObjet : Offre",
        "De: Azienda\nEnviado el: lunes, 5 de enero de 2026 9:00\nPara: Anna\nAsunto: Oferta",
        "*From:* Azienda\n*Date:* Monday\n*To:* Anna\n*Subject:* Offerta",
        "________________________________\nDa: Azienda\nInviato: lunedì\nA: Anna\nOggetto: Offerta",
        "-----Messaggio originale-----\nDa: Azienda",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "---------- Forwarded message ---------",
        "Inizio messaggio inoltrato:",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_a_whole_mail_below(headers: str) -> None:
    assert own_words(f"Va bene, grazie.\n\n{headers}\n\nEcco l'offerta.\n") == "Va bene, grazie."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Rossi\nCliente srl",
        "--\nAnna",
        "Inviato da iPhone",
        "Inviato dal mio Samsung Galaxy",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Get Outlook for Android",
        "Ottieni Outlook per iOS<https://aka.example>",
        "Ai sensi del D.Lgs. 196/2003 e del GDPR questo messaggio è riservato.",
        "This e-mail and any attachment are confidential and intended for the addressee.",
        "_______________\nlista clienti\nhttps://liste.example",
    ],
)
def test_signatures(signature: str) -> None:
    assert (
        own_words(f"Va bene, grazie.\nAnna\n\n{signature}\n\nIl 05/01/2026 09:00, Azienda ha scritto:\n> sì\n")
        == "Va bene, grazie.\nAnna"
    )


def test_contact_data_go_and_the_name_stays() -> None:
    text = "Attendo.\n\nCordiali saluti\nAnna Rossi\n\nCliente srl\nVia Roma 1\nTel. 02 123456\nwww.cliente.example\n"
    assert own_words(text) == "Attendo.\n\nCordiali saluti\nAnna Rossi"


def test_answers_between_quotes_keep_what_they_answer() -> None:
    text = "Ciao,\n\nIl 05/01/2026 09:00, Azienda ha scritto:\n> Quanti pezzi?\n\nCento.\n\n> Quando?\n\nDomani.\n\n> Saluti\n"
    assert own_words(text) == "Ciao,\n\n> Quanti pezzi?\n\nCento.\n\n> Quando?\n\nDomani."


@pytest.mark.parametrize(
    "text",
    [
        "Richiesta trasporto\nDa: Milano\nA: Roma\nData: 5 maggio\nPezzi: 10",
        "Nome: Anna\nEmail: anna@cliente.example\nData: 5/1/2026\nMessaggio: ciao",
        "On the other hand, we should wait.\nOn Monday it is fine.",
        "Il 5 maggio 2026 il mio capo mi ha scritto una lettera.\nEccola: non va.",
        "Il prezzo:\n- viti: 10\n- dadi: 20",
        "Il pacco fu inviato da Milano ieri.\nSpedito da Luca.",
        "Ordine:\n----------\n10 viti\n----------\n20 dadi",
        "Come concordato ecco i dati:\n\n    codice > 5\n\nGrazie",
        "> Ecco l'offerta.\n> Saluti",
        "-- \nAnna",
    ],
)
def test_own_words_stay(text: str) -> None:
    assert own_words(text) == text


def test_html_quotes_and_signatures() -> None:
    html = (
        "<p>Va bene, grazie.</p><div class='gmail_signature'>Anna<br>02 123</div>"
        "<div>5 gen 2026 Azienda &lt;info@azienda.example&gt;:</div><blockquote><p>Ecco l'offerta.</p></blockquote>"
    )
    message = read(mail(part(html, "text/html; charset=utf-8")))

    assert message.reply == "Va bene, grazie."
    assert "Ecco l'offerta." in message.text
    assert not any("\ue000" <= sign <= "\ue002" for sign in message.text + message.reply)
