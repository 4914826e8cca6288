"""The requests session that vendors' libraries are given: as careful as `connectors.http`, and with one kind of error.

No redirects, a deadline for each answer, an answer of bounded size that is not unpacked, no settings of the machine
(proxies, .netrc). Libraries wrap what a session raises: `cause` finds it again.
"""

import io
import time
from collections.abc import Callable
from typing import Any

import requests

from connectors import http
from connectors.base import ConnectorError

MOST_BYTES = 8_000_000
# Then it cannot have reached the service.
_NEVER_REACHED = frozenset({"host", "refused", "certificate", "tls"})
_PIECE = 64 * 1024


class Session(requests.Session):  # type: ignore[misc, unused-ignore]
    """`explain` makes an error of an answer that is none of success; `seconds`: for each answer; `aimed`: (what the
    library's addresses begin with, where they lead instead), replaced after the library has signed them."""

    def __init__(
        self, explain: Callable[[http.Answer], ConnectorError], *, seconds: float = http.SECONDS,
        aimed: tuple[str, str] = ("", ""),
    ) -> None:  # fmt: skip
        super().__init__()
        self.trust_env = False
        self.headers.update({"accept-encoding": "identity"})
        self._explain, self._seconds, self._aimed = explain, seconds, aimed

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """Send one request. A stream is left to be read.

        Raises ConnectorError for all that is no success, `uncertain` where it may have been carried out all the same.
        """
        is_stream = how.pop("stream", False)
        timeout = how.pop("timeout", None) if is_stream else self._seconds
        how |= {"stream": True, "timeout": timeout or self._seconds, "allow_redirects": False}
        # What is shown of it: the address, without what is asked.
        url = str(request.url).partition("?")[0]
        if self._aimed[0]:
            request.url = str(request.url).replace(self._aimed[0], self._aimed[1], 1)
        try:
            answer = super().send(request, **how)
            if not (is_stream and answer.ok):
                answer.raw = io.BytesIO(self._body(answer))
        except (requests.RequestException, OSError) as error:
            told = http.explained(error, url, "", self._seconds)
            # Not chained: the library's errors hold the request, and with it the token.
            is_doubtful = told.code not in _NEVER_REACHED
            raise ConnectorError(told.reason, code=told.code, uncertain=is_doubtful) from None
        if not 200 <= answer.status_code < 300:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            raise self._explain(http.Answer(answer.status_code, headers, answer.content))
        return answer

    def _body(self, answer: requests.Response) -> bytes:
        """All of it, within its bounds. Raises OSError."""
        found, until = bytearray(), time.monotonic() + self._seconds
        try:
            while piece := answer.raw.read1(_PIECE):
                found += piece
                if len(found) > MOST_BYTES:
                    raise OSError("the answer is too large")
                if time.monotonic() > until:
                    raise TimeoutError
        except OSError:
            raise
        except Exception as error:
            # What urllib3 raises while reading; requests translates only what it reads itself.
            raise requests.ConnectionError(error) from error
        finally:
            answer.close()
        return bytes(found)


def cause(error: BaseException) -> ConnectorError | None:
    """The session's own error among what a library made of it."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ConnectorError):
        seen = seen.__cause__ or seen.__context__
    return seen
