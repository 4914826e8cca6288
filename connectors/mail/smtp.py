"""Handing a mail to the SMTP server, with the moment of no return marked (RFC 5321 section 4.1.1.4).

Until the final dot nothing has been promised and a failure may be tried again; after it, without the server's word,
nobody knows.
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence

from config.failpoints import point
from connectors.base import ConnectorError
from connectors.mail.imap import Login, as_connector_error


def send(
    login: Login, sender: str, recipients: Sequence[str], content: bytes, committing: Callable[[], None]
) -> list[str]:
    """Send to all recipients; returns those refused. Raises ConnectorError.

    `committing` is called after the recipients were accepted and before DATA.
    """
    try:
        server = _connect(login)
    except smtplib.SMTPAuthenticationError as error:
        raise ConnectorError(
            f"{login.host}:{login.port} refused user name or password for {login.user}: check both", permanent=True
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise as_connector_error(error, login) from error
    try:
        refused = _envelope(server, sender, recipients)
        committing()
        _data(server, content)
        return refused
    finally:
        _quit(server)


def check(login: Login) -> str:
    """Connect and log in; one sentence."""
    try:
        _quit(_connect(login))
    except smtplib.SMTPAuthenticationError as error:
        raise ConnectorError(
            f"{login.host}:{login.port} refused user name or password: check both", permanent=True
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise as_connector_error(error, login) from error
    return f"{login.host} lets us send"


def _connect(login: Login) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=login.ca_file or None)
    server: smtplib.SMTP
    if login.security == "tls":
        server = smtplib.SMTP_SSL(login.host, login.port, timeout=login.timeout, context=context)
    else:
        server = smtplib.SMTP(login.host, login.port, timeout=login.timeout)
    try:
        server.ehlo()
        if login.security == "starttls":
            server.starttls(context=context)
            server.ehlo()
        if login.user:
            server.login(login.user, login.password)
    except BaseException:
        server.close()
        raise
    return server


def _envelope(server: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> list[str]:
    options = ["SMTPUTF8"] if not all(one.isascii() for one in (sender, *recipients)) else []
    try:
        _accepted(*server.mail(sender, options))
        answers = {one: server.rcpt(one) for one in recipients}
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorError(f"the mail server broke off: {error}") from error
    refused = [one for one, (code, _) in answers.items() if code >= 400]
    if len(refused) == len(recipients):
        _accepted(*answers[recipients[0]])
    return refused


def _data(server: smtplib.SMTP, content: bytes) -> None:
    try:
        code, text = server.docmd("DATA")
        if code != 354:
            _accepted(code, text)
        # RFC 5321 section 4.5.2: a line that begins with a dot gets another.
        body = content.replace(b"\r\n.", b"\r\n..")
        server.send((b"." if body.startswith(b".") else b"") + body + (b"" if body.endswith(b"\r\n") else b"\r\n"))
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorError(f"the mail server broke off before the end of the mail: {error}") from error
    point("smtp.before_dot")
    try:
        server.send(b".\r\n")
        point("smtp.after_dot")
        code, text = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorError(f"the mail server gave no answer after the mail: {error}", uncertain=True) from error
    _accepted(code, text)


def _accepted(code: int, text: bytes) -> None:
    """Raise for a refusal: 5xx is for good, 4xx passes."""
    if code >= 400 or code < 200:
        words = text.decode("utf-8", "replace").replace("\n", " ")
        raise ConnectorError(f"the mail server refused: {code} {words}", permanent=code >= 500)


def _quit(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
