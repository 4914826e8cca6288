"""Odoo's External JSON-2 API, of Odoo 19 and later
(https://www.odoo.com/documentation/19.0/developer/reference/external_api.html)."""

from collections.abc import Sequence
from typing import Any

from connectors import http
from connectors.base import ConnectorError
from connectors.crm import base
from connectors.values import text, thing

# Errors of our own making, which trying again brings back (an unknown field is a ValueError).
_OURS = ("ValueError", "KeyError", "TypeError")


class Json2:
    """POST /json/2/<model>/<method> with the arguments by name; each call is a transaction of its own."""

    def __init__(self, url: str, database: str, key: str) -> None:
        self._url, self._key = url, key
        self._headers = {"authorization": f"bearer {key}"} | ({"x-odoo-database": database} if database else {})

    def call(
        self, model: str, method: str, ids: Sequence[int] = (), context: dict[str, Any] | None = None, **values: Any
    ) -> Any:
        """What the method returns. Raises ConnectorError."""
        url = f"{self._url}/json/2/{model}/{method}"
        body = values | ({"ids": list(ids)} if ids else {}) | ({"context": context} if context else {})
        answer, words = base.send("POST", url, body, self._headers)
        if answer.status == 200:
            return base.parsed(answer, url)
        raise self._refused(answer, words)

    def _refused(self, answer: http.Answer, words: str) -> ConnectorError:
        """The error object's name is that of the exception in Odoo, its message the same as people get there."""
        try:
            told = thing(base.parsed(answer, self._url))
        except ConnectorError:
            told = {}
        name, said = text(told.get("name")), text(told.get("message")) or words
        said = " ".join(said.replace(self._key, "…").split())[: base.MOST_WORDS]
        code = _code(answer.status, name, said, bool(told))
        passing = not code and (answer.status == 429 or answer.status >= 500)
        reason = f"{http.place(self._url)} answered {answer.status}: {said}"
        wait = answer.retry_after if passing else 0
        return ConnectorError(reason, permanent=not passing, code=code, retry_after=wait)


def _code(status: int, name: str, said: str, is_odoo: bool) -> str:
    kind = name.rpartition(".")[2]
    if kind == "AccessDenied" or status == 401:
        return "token"
    if kind == "AccessError" or status == 403:
        return "access"
    if kind == "MissingError":
        return "gone"
    if status == 404:
        return "module" if is_odoo and "model" in said else "database"
    return "field" if kind in _OURS or (400 <= status < 500 and status != 429) else ""
