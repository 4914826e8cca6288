"""The one HTTP client: a single request, no redirects, a deadline for all of it, and an answer of bounded size."""

import asyncio
import functools
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from connectors.base import ConnectorError

SECONDS = 10.0
MOST_BYTES = 64 * 1024
# No service is believed that wants to be left alone for longer.
MAX_WAIT_SECONDS = 6 * 3600.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is its beginning; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float:
        """Seconds that the service asks to wait, 0 without a wish (RFC 9110 section 10.2.3)."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return min(float(value), MAX_WAIT_SECONDS)
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), MAX_WAIT_SECONDS)


def check_url(url: str) -> None:
    """Raise ValueError for an address that is not https (http only to this machine), or holds a password."""
    parts = urlsplit(url)
    if not url.isprintable() or " " in url or not parts.hostname:
        raise ValueError(f"url: must be an address such as https://example.com/hook (got {url!r})")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"url: must begin with https:// (http:// only for this machine) (got {url!r})")
    if parts.username is not None or parts.password is not None:
        raise ValueError("url: must not hold a user name or password")
    if parts.port == 0:
        raise ValueError(f"url: port 0 is none (got {url!r})")


def place(url: str) -> str:
    """Host and port of an address, as people name them: example.com, example.com:8443, [::1]:80."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return host if parts.port in (None, PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def post(url: str, body: bytes, headers: Mapping[str, str], *, ca_file: str = "", seconds: float = SECONDS) -> Answer:
    """Post `body`; whatever the status, it is an answer. Raises ConnectorError where none came within `seconds`."""
    return _ask("POST", url, body, headers, ca_file, seconds, MOST_BYTES)


def get(url: str, headers: Mapping[str, str], *, seconds: float = SECONDS, most: int = MOST_BYTES) -> Answer:
    """Get what lies there, at most the first `most` bytes; otherwise like `post`."""
    return _ask("GET", url, b"", headers, "", seconds, most)


def ask(
    method: str, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS, most: int = MOST_BYTES
) -> Answer:
    """A request by any method; otherwise like `get`."""
    return _ask(method, url, body, headers, "", seconds, most)


def probe(url: str, *, ca_file: str = "", seconds: float = SECONDS) -> str:
    """Connect, and for https agree on encryption; sends nothing. One sentence. Raises ConnectorError."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or PORTS[parts.scheme])
    try:
        with socket.create_connection(address, seconds) as plain:
            if parts.scheme == "http":
                return f"{place(url)} answers, without encryption"
            with _context(ca_file).wrap_socket(plain, server_hostname=parts.hostname):
                return f"{place(url)} answers, and its certificate is valid"
    except OSError as error:
        raise explained(error, url, ca_file, seconds) from error


def _ask(
    method: str, url: str, body: bytes, headers: Mapping[str, str], ca_file: str, seconds: float, most: int
) -> Answer:
    import httpx

    try:
        return asyncio.run(_carried(method, url, body, headers, ca_file, seconds, most))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise explained(error, url, ca_file, seconds) from error


async def _carried(
    method: str, url: str, body: bytes, headers: Mapping[str, str], ca_file: str, seconds: float, most: int
) -> Answer:
    import httpx

    # Plain bytes only: a small answer that unpacks into a huge one is not unpacked here.
    asked = {"accept-encoding": "identity", "user-agent": "Centralino", **headers}
    async with asyncio.timeout(seconds), httpx.AsyncClient(verify=_context(ca_file), timeout=None) as client:  # noqa: S113
        async with client.stream(method, url, content=body or None, headers=asked) as response:
            began = bytearray()
            async for chunk in response.aiter_raw():
                began += chunk
                if len(began) >= most:
                    break
            return Answer(response.status_code, dict(response.headers), bytes(began[:most]))


def _context(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file) if ca_file else _system_context()


@functools.cache
def _system_context() -> ssl.SSLContext:
    # Reading the machine's certificates takes 25 ms of a processor, which each request would pay.
    return ssl.create_default_context()


def explained(error: Exception, url: str, ca_file: str, seconds: float) -> ConnectorError:
    """What went wrong with a request, in one sentence; all of it may pass."""
    where = place(url)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            told = f"the certificate of {where} could not be verified ({cause.verify_message})"
            return ConnectorError(told, code="certificate")
        if isinstance(cause, ssl.SSLError):
            return ConnectorError(f"{where} does not speak TLS as expected", code="tls")
        if isinstance(cause, socket.gaierror):
            return ConnectorError(f"no server is known by the name {urlsplit(url).hostname}", code="host")
        if isinstance(cause, ConnectionRefusedError):
            return ConnectorError(f"{where} refused the connection", code="refused")
        if isinstance(cause, FileNotFoundError):
            return ConnectorError(f"the certificate file {ca_file} is not there")
        if isinstance(cause, TimeoutError):
            return ConnectorError(f"{where} did not answer within {seconds:g} s", code="timeout")
    return ConnectorError(f"{where} could not be reached: {error or type(error).__name__}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it stems from, also where several addresses were tried."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _causes(one)
        error = error.__cause__ or error.__context__
