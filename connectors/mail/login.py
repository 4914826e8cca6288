"""How to reach a mail server, and what its refusals mean to a person; for reading and for sending."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from imapclient.exceptions import LoginError

from connectors.base import ConnectorError


@dataclass(frozen=True, slots=True)
class Login:
    """How to reach the account. `security` is tls, starttls or none; times in seconds.

    `token` gives an access token instead of the password (XOAUTH2); called with one that was refused, another.
    """

    host: str
    port: int
    security: str
    user: str
    password: str
    ca_file: str = ""
    timeout: float = 30.0
    token: Callable[[str], str] | None = None


def xoauth2(user: str, token: str) -> str:
    """The answer of SASL XOAUTH2 (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
    return f"user={user}\1auth=Bearer {token}\1\1"


def tls_context(login: Login) -> ssl.SSLContext | None:
    """What the server's certificate is checked with; None where there is nothing to check."""
    if login.security == "none" and not login.ca_file:
        return None  # reading the system's certificates takes 30 ms
    return ssl.create_default_context(cafile=login.ca_file or None)


def as_connector_error(error: Exception, login: Login) -> ConnectorError:
    """What went wrong with a server, in one sentence that says what to do."""
    where = f"{login.host}:{login.port}"
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, LoginError) and login.token is not None:
        return refused_permission(login)
    if isinstance(error, LoginError):
        said = f"{where} refused user name or password for {login.user}: check both"
        return ConnectorError(said, permanent=True, code="password")
    if isinstance(error, socket.gaierror):
        return ConnectorError(f"no server is known by the name {login.host}: check its spelling", code="host")
    if isinstance(error, ConnectionRefusedError):
        return ConnectorError(f"{where} refused the connection: check the port, or the server is down", code="refused")
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectorError(
            f"the certificate of {where} could not be verified ({error.verify_message})",
            permanent=True,
            code="certificate",
        )
    if isinstance(error, ssl.SSLError):
        return ConnectorError(f"{where} does not speak TLS as expected: check port and security", code="tls")
    if isinstance(error, FileNotFoundError):
        return ConnectorError(f"the certificate file {login.ca_file} is not there", permanent=True)
    if isinstance(error, TimeoutError):
        return ConnectorError(f"{where} did not answer in time", code="timeout")
    return ConnectorError(f"{where}: {error}")


def refused_permission(login: Login) -> ConnectorError:
    """The server takes the token no more, not even a new one."""
    said = f"{login.host} does not take the permission for {login.user}: sign in again on the mailbox's page"
    return ConnectorError(said, permanent=True, code="consent")
