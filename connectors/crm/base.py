"""What is handed over to a CRM, and what a client of one does. It never retries, sleeps or stores: the product does."""

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from connectors import http
from connectors.base import ConnectorError

# How a stage ends a sale; "" is under way.
WON, LOST = "won", "lost"
# A list of stages or a record is never larger; what is cut off there cannot be read, and is said to be so.
MOST_BYTES = 2 * 1024 * 1024
SECONDS = 20.0
MOST_WORDS = 300
# Before the first byte of a request: nothing can have happened there.
_NOT_SENT = frozenset({"host", "refused", "certificate", "tls"})
# XML knows no others (https://www.w3.org/TR/xml/#charsets), and no program shows them.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as it stands. `key` is ours, the same for ever; `stage` a code of the CRM's own, `end` how that ends the
    sale. `cents` are hundredths of `currency` ("": the CRM's own one); `owner` is a colleague's mail address; `closed`
    the day of the end; `reason` why it was lost. `note` is written once, when the record is made."""

    key: str
    title: str
    stage: str
    end: str = ""
    name: str = ""
    company: str = ""
    domain: str = ""
    email: str = ""
    phone: str = ""
    cents: int | None = None
    currency: str = ""
    owner: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    reason: str = ""
    closed: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that the CRM has, as it is called there."""

    code: str
    name: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a CRM said of itself: what works in sentences, its stages, the currencies it takes (its own one first), and
    the address of a record without its id."""

    works: Sequence[str]
    stages: Sequence[Stage]
    currencies: Sequence[str]
    home: str


class Crm(Protocol):
    """A client. Every method but the constructor asks the network, and raises ConnectorError with a code: token (the
    key is not taken), access (it may not do this), database, module (there is no CRM there), field (a value was
    refused), gone (the record is not there any more), redirect, format (no such program answers), or those of
    connectors.http."""

    # How long after a record's making was cut off it may still come about, in seconds.
    settles: ClassVar[float]

    def look(self) -> About:
        """Whether all that handing over needs works; makes ready what has to be made ready there."""
        ...

    def find(self, key: str) -> str:
        """The id of the record that has our key, "" for none."""
        ...

    def create(self, lead: Lead, committing: Callable[[], None]) -> str:
        """Make the record; its id. Calls `committing()` just before; an error after which it may have been made all
        the same is `uncertain`. An end is for `update` to bring about."""
        ...

    def update(self, record: str, lead: Lead, changed: Collection[str]) -> None:
        """Bring these fields of a record up to date; the others stay as people have them there."""
        ...


def send(
    method: str, url: str, body: Any, headers: dict[str, str], kind: str = "application/json"
) -> tuple[http.Answer, str]:
    """A request; the answer and its words, if any. Raises ConnectorError for a redirect, an overload or a failure."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    told = {"content-type": kind, "accept": kind, **headers}
    answer = http.ask(method, url, content, told, seconds=SECONDS, most=MOST_BYTES)
    if 300 <= answer.status < 400:
        said = f"{http.place(url)} points to another address ({answer.status})"
        raise ConnectorError(said, permanent=True, code="redirect")
    return answer, " ".join(answer.body.decode("utf-8", "replace").split())[:MOST_WORDS]


def parsed(answer: http.Answer, url: str) -> Any:
    """The answer's JSON. Raises ConnectorError."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ConnectorError(f"{http.place(url)} answered no JSON", code="format") from None


def maybe_done(error: ConnectorError) -> ConnectorError:
    """The error of a request that makes something: whether it may have been made all the same."""
    refused = error.permanent and error.code != "format"
    error.uncertain = not refused and error.code not in _NOT_SENT and not error.retry_after
    return error


def clean(text: str) -> str:
    """A text that every program takes."""
    return _NO_CHARACTER.sub("", text)
