"""Which text is the text, and which part is a file."""

import pytest

from connectors.base import Attachment
from connectors.mail.read import read
from tests.connectors.mail.letters import letter, mail, multipart, part

HTML = "text/html; charset=utf-8"


def test_plain_text_is_preferred_and_html_kept() -> None:
    message = read(mail(multipart("alternative", part("Ciao"), part("<p>Ciao <b>a tutti</b></p>", HTML))))

    assert message.text.strip() == "Ciao"
    assert "<b>a tutti</b>" in message.html
    assert message.attachments == ()


def test_html_alone_becomes_text_with_lists_and_tables() -> None:
    body = "<p>Ordine:</p><ul><li>viti</li><li>dadi</li></ul><table><tr><td>Totale</td><td>10</td></tr></table>"
    message = read(mail(part(body, HTML)))

    assert [line.split() for line in message.text.split("\n") if line] == [
        ["Ordine:"],
        ["*", "viti"],
        ["*", "dadi"],
        ["Totale", "10"],
    ]


@pytest.mark.parametrize("stub", ["", "  \r\n", "This message needs an HTML viewer."])
def test_a_stub_gives_way_to_the_html(stub: str) -> None:
    long = "<p>Gentile cliente, ecco la nostra offerta per il tavolo.</p>" * 2
    message = read(mail(multipart("alternative", part(stub), part(long, HTML))))

    assert message.text.startswith("Gentile cliente")


@pytest.mark.parametrize(
    ("label", "raw"),
    [
        ("", "perché".encode()),
        ("", "perché".encode("cp1252")),
        ("; charset=us-ascii", "perché".encode()),
        ("; charset=iso-8859-1", "perché".encode()),
        ("; charset=iso-8859-1", "perché".encode("cp1252")),
        ("; charset=utf-8", "perché".encode("cp1252")),
        ("; charset=x-inventato", "perché".encode()),
        ("; charset=utf-16", "perché".encode("utf-16")),
    ],
)
def test_charsets_declared_and_lied_about(label: str, raw: bytes) -> None:
    assert read(mail(part(raw, f"text/plain{label}"))).text == "perché"


def test_one_torn_letter_does_not_spoil_the_others() -> None:
    assert (
        read(mail(part("è già così perché sì".encode() + b"\xc3", "text/plain; charset=utf-8"))).text
        == "è già così perché sì\ufffd"
    )


def test_an_unknown_charset_is_named() -> None:
    assert read(letter(Content_Type="text/plain; charset=x-inventato")).problems == ("charset_unknown:x-inventato",)


def test_flowed_lines_are_joined() -> None:
    message = read(letter("una riga \nlunga\n> citata \n> qui\n  rientrata", Content_Type="text/plain; format=flowed"))

    assert message.text == "una riga lunga\n> citata \n> qui\n rientrata"


def test_quoted_printable_with_bare_returns() -> None:
    raw = letter("perch=C3=\r\n=A9 no", Content_Transfer_Encoding="quoted-printable").replace(b"\r\n", b"\r")
    assert read(raw).text == "perché no"


def test_files_of_all_kinds() -> None:
    inner = letter("dentro", Subject="Vecchio / ordine")
    message = read(
        mail(
            multipart(
                "mixed",
                part("Vedi allegati"),
                part(
                    b"%PDF",
                    'application/pdf; name="x.pdf"',
                    Content_Disposition='attachment; filename="..\\\\doc/offerta.pdf"',
                ),
                part(b"testo", "text/plain", Content_Disposition="attachment; filename=nota.txt"),
                b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner + b"\r\n",
                part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"),
                part(b"PNG", "image/png", Content_ID="<logo>"),
                part(b"JPG", "image/jpeg", Content_ID="<image001.jpg@01DA>"),
            )
        )
    )

    assert message.text.strip() == "Vedi allegati"
    assert [file.filename for file in message.attachments] == [
        "offerta.pdf",
        "nota.txt",
        "Vecchio - ordine.eml",
        "invite.ics",
        "image-5.png",
        "image001.jpg",
    ]
    assert message.attachments[2].content.replace(b"\r\n", b"\n").strip() == inner.replace(b"\r\n", b"\n").strip()
    assert message.attachments[4] == Attachment("image-5.png", "image/png", b"PNG", "logo")


def test_text_around_an_image_is_one_text() -> None:
    message = read(mail(multipart("mixed", part("Prima"), part(b"PNG", "image/png"), part("Dopo"))))

    assert message.text == "Prima\n\nDopo"


def test_html_that_the_text_only_shows_is_a_file() -> None:
    message = read(mail(multipart("related", part("<p>Testo</p>", HTML), part("<p>Cornice</p>", HTML))))

    assert message.text == "Testo"
    assert len(message.attachments) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (part(b"\x78\x9f", "application/ms-tnef; name=winmail.dat"), "tnef"),
        (multipart("encrypted", part("Version: 1", "application/pgp-encrypted")), "encrypted"),
        (part(b"x", "application/pkcs7-mime; smime-type=enveloped-data"), "encrypted"),
    ],
)
def test_what_we_cannot_open_is_named(content: bytes, problem: str) -> None:
    assert problem in read(mail(content)).problems


def test_a_multipart_without_its_boundary_is_text() -> None:
    assert read(letter("solo testo", Content_Type="multipart/mixed; boundary=mai")).text == "solo testo"


def test_uuencode() -> None:
    message = read(letter("begin 644 x\n#0V%T\n`\nend\n", Content_Transfer_Encoding="x-uuencode"))

    assert message.text == "Cat"


def test_a_mail_forwarded_in_the_flow_of_the_text_is_read_with_it() -> None:
    """As Apple Mail forwards: its words are shown, the mail itself stays a file with all that it carries."""
    inner = mail(multipart("mixed", part("Ci serve il giunto"), part(b"%PDF", "application/pdf"), boundary="dentro"))
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n"
    message = read(mail(multipart("mixed", part("Per voi"), forwarded)))
    assert message.text.split() == ["Per", "voi", "Ci", "serve", "il", "giunto"]
    assert [file.content_type for file in message.attachments] == ["message/rfc822"]


def test_mails_in_mails_in_mails_end_somewhere() -> None:
    inner = letter("in fondo")
    for number in range(300):
        inner = f"Content-Type: message/rfc822\r\nSubject: {number}\r\n\r\n".encode() + inner
    assert len(read(inner).attachments) == 1


def test_a_report_does_not_repeat_what_was_sent() -> None:
    returned = b"Content-Type: message/rfc822\r\n\r\n" + letter("le nostre parole") + b"\r\n"
    assert "nostre" not in read(mail(multipart("report", part("Non consegnato"), returned))).text


def test_japanese_with_the_signs_of_windows() -> None:
    """Circled digits stand in row 13, which the standard set leaves empty."""
    raw = letter("\x1b$B-!#1ET\x1b(B ok", Content_Type="text/plain; charset=iso-2022-jp")
    assert read(raw).text.strip() == "①１都 ok"


def test_what_claims_to_be_uuencode_and_is_not_loses_nothing() -> None:
    broken = part(
        "begin 644 x\n#\xe8\xe8\xe8\nend\n", "application/zip; name=a.zip", Content_Transfer_Encoding="uuencode"
    )
    message = read(mail(multipart("mixed", part("Testo"), broken)))

    assert message.text.strip() == "Testo"
    assert message.attachments[0].content.startswith(b"begin 644 x")
