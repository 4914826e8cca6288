"""Handing a mail to the SMTP server, with the moment of no return marked (RFC 5321 section 4.1.1.4).

Until the final dot nothing has been promised and a failure may be tried again; after it, without the server's word,
nobody knows.
"""

import smtplib
from collections.abc import Callable, Sequence

from config.failpoints import point
from connectors.base import ConnectorError
from connectors.mail.login import Login, as_connector_error, refused_permission, tls_context, xoauth2


def send(
    login: Login,
    sender: str,
    recipients: Sequence[str],
    content: bytes,
    committing: Callable[[], None],
    *,
    copies: Sequence[str] = (),
    international: bool = False,
) -> dict[str, str]:
    """Send to all recipients, or to nobody; who of `copies` was refused for good, and with what words.

    `committing` is called after the recipients were accepted and before DATA. `international`: addresses or headers
    hold letters beyond ASCII as they are (SMTPUTF8, RFC 6531). Raises ConnectorError.
    """
    server = _connected(login)
    try:
        if international and not (server.has_extn("smtputf8") and server.has_extn("8bitmime")):
            told = f"{login.host} takes no addresses with letters beyond a-z: they need another mail server"
            raise ConnectorError(told, permanent=True)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
        refused = _envelope(server, sender, recipients, copies, options)
        committing()
        _data(server, content)
        return refused
    finally:
        _quit(server)


def check(login: Login) -> str:
    """Connect and log in; one sentence."""
    _quit(_connected(login))
    return f"{login.host} lets us send"


def _connected(login: Login) -> smtplib.SMTP:
    where = f"{login.host}:{login.port}"
    try:
        return _connect(login)
    except smtplib.SMTPAuthenticationError as error:
        # 454 is the server's own trouble (RFC 4954 section 6), not a wrong password.
        if error.smtp_code < 500:
            raise ConnectorError(f"{where} cannot check passwords right now: {_words(error.smtp_error)}") from error
        if login.token is not None:
            raise refused_permission(login) from error
        told = f"{where} refused user name or password for {login.user}: check both"
        raise ConnectorError(told, permanent=True, code="password") from error
    except smtplib.SMTPResponseException as error:
        raise ConnectorError(f"{where} refused: {error.smtp_code} {_words(error.smtp_error)}") from error
    except (OSError, smtplib.SMTPException) as error:
        # smtplib wraps what the network said, a time-out for example.
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        raise as_connector_error(cause, login) from error


def _connect(login: Login) -> smtplib.SMTP:
    """A connection that is signed in; a token that is refused may just have grown old."""
    if login.token is None:
        return _signed_in(login, "")
    token = login.token("")
    try:
        return _signed_in(login, token)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise
        return _signed_in(login, login.token(token))


def _signed_in(login: Login, token: str) -> smtplib.SMTP:
    context = tls_context(login)
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
        if token:
            # After a challenge (the reason of a refusal) comes an empty answer.
            server.auth("XOAUTH2", lambda challenge=None: "" if challenge else xoauth2(login.user, token))
        elif login.user:
            server.login(login.user, login.password)
    except BaseException:
        server.close()
        raise
    return server


def _envelope(
    server: smtplib.SMTP, sender: str, recipients: Sequence[str], copies: Sequence[str], options: Sequence[str]
) -> dict[str, str]:
    """Name sender and recipients. One refused recipient stops it, since a mail sent to some is a mail lost for one; a
    copy that is refused for good keeps nobody else from theirs, and one that may pass later is waited for."""
    refused = {}
    try:
        _accepted(*server.mail(sender, options))
        for one in recipients:
            _accepted(*server.rcpt(one), about=one)
        for one in copies:
            code, text = server.rcpt(one)
            if code >= 500:
                refused[one] = f"{code} {_words(text)}"
            else:
                _accepted(code, text, about=one)
        return refused
    except (OSError, smtplib.SMTPException) as error:
        raise ConnectorError(f"the mail server broke off: {error}") from error


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


def _accepted(code: int, text: bytes, about: str = "") -> None:
    """Raise for a refusal: 5xx is for good, 4xx passes."""
    if code >= 400 or code < 200:
        what = f"refused {about}" if about else "refused"
        raise ConnectorError(f"the mail server {what}: {code} {_words(text)}", permanent=code >= 500)


def _words(text: bytes | str) -> str:
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(decoded.split())


def _quit(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
