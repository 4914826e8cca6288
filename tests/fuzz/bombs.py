"""Mails made to choke whoever reads them."""

from tests.connectors.mail.letters import letter, mail, multipart, part

KILO = 1_000


def bombs() -> dict[str, bytes]:
    """Name and bytes of each; no two are the same message."""
    made = _made().items()
    return {name: raw.replace(b"<1@", b"<%d@" % number) for number, (name, raw) in enumerate(made)}


def _made() -> dict[str, bytes]:
    return {
        "From of 146 kB of backslashes": letter("x", From='"' + "\\" * 146 * KILO + '" <a@b.test>'),
        "1,000 nested multiparts": _nested(KILO),
        "1,000 nested mails": b"Content-Type: message/rfc822\r\n\r\n" * KILO + letter("in fondo"),
        "100,000 headers": b"".join(b"X-%d: y\r\n" % number for number in range(100 * KILO)) + letter("x"),
        "one header 100,000 times": b"Received: from a by b\r\n" * (100 * KILO) + letter("x"),
        "62 kB of nested comments": letter("x", From="(" * 31 * KILO + ")" * 31 * KILO + " <a@b.test>"),
        "62 kB of open comments": letter("x", To="(" * 62 * KILO),
        "a header of 5 MB": letter("x", Subject="y" * 5_000 * KILO),
        "50,000 encoded words": letter("x", Subject=" ".join(["=?utf-8?q?=C3=A8?="] * 50 * KILO)),
        "20,000 parts": mail(multipart("mixed", *[part("x")] * 20 * KILO)),
        "20 MB of base64": mail(part(b"\0" * 20_000 * KILO, "application/zip; name=a.zip")),
        "20 MB of text": letter("parola " * 3_000 * KILO),
        "100,000 nested divs": mail(part("<div>" * 100 * KILO, "text/html")),
        "200,000 open tags": mail(part("<b><i>" * 100 * KILO, "text/html")),
        "a table in a table 5,000 times": mail(part("<table><tr><td>" * 5 * KILO + "x", "text/html")),
        "100,000 quoted lines": letter("> x\n" * 100 * KILO),
        "20,000 quotes in quotes": letter("\n".join(">" * (number % 500) for number in range(20 * KILO))),
        "100,000 references": letter("x", References=" ".join(f"<{number}@x.test>" for number in range(100 * KILO))),
        "20,000 recipients": letter("x", To=", ".join(f"p{number}@x.test" for number in range(20 * KILO))),
        "a name of 100,000 pieces": mail(
            part(b"x", "application/pdf" + "".join(f";\r\n name*{number}=a" for number in range(20 * KILO)))
        ),
        "a boundary of 500 kB": mail(multipart("mixed", part("x"), boundary="b" * 500 * KILO)),
        "quoted-printable without end": mail(part("=" * 2_000 * KILO, Content_Transfer_Encoding="quoted-printable")),
    }


def _nested(depth: int) -> bytes:
    inner = part("in fondo")
    for number in range(depth):
        inner = multipart("mixed", inner, boundary=f"b{number}")
    return mail(inner)
