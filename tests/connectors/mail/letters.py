"""Small handwritten mails."""

import base64


def letter(text: str = "Buongiorno", **headers: str) -> bytes:
    """A plain mail; header names are written with _ for -, and an empty value leaves the header out."""
    given = {
        "From": "Anna Rossi <anna@cliente.example>",
        "To": "info@azienda.example",
        "Subject": "Preventivo",
        "Date": "Mon, 05 Jan 2026 09:00:00 +0100",
        "Message-ID": "<1@cliente.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"{head}\r\n{text}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


def part(body: str | bytes, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    """A part; bytes are sent as base64."""
    head = f"Content-Type: {kind}\r\n" if kind else ""
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    if isinstance(body, bytes):
        return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(body)
    return f"{head}\r\n{body}\r\n".encode()


def multipart(kind: str, *parts: bytes, boundary: str = "limite", **parameters: str) -> bytes:
    """The Content-Type and body of a multipart."""
    more = "".join(f"; {name.replace('_', '-')}={value}" for name, value in parameters.items())
    sep = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n'.encode()
    return head + b"".join(sep + b"\r\n" + piece for piece in parts) + sep + b"--\r\n"


def mail(content: bytes, **headers: str) -> bytes:
    """A mail around a part or a multipart."""
    return letter("", **headers).removesuffix(b"\r\n") + b"MIME-Version: 1.0\r\n" + content


def delivery_report(fields: str, *, text: str = "Sorry.", **headers: str) -> bytes:
    """An RFC 3464 report on a mail with the id <nostra@azienda.example>."""
    original = part("Message-ID: <nostra@azienda.example>\r\nSubject: Offerta\r\n\r\nciao", "message/rfc822")
    status = part(f"Reporting-MTA: dns; mx.example\r\n\r\n{fields}", "message/delivery-status")
    given = {"From": "MAILER-DAEMON@mx.example", "Subject": "Undelivered Mail Returned to Sender", "Return_Path": "<>"}
    return mail(multipart("report", part(text), status, original, report_type="delivery-status"), **(given | headers))
