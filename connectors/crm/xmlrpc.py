"""Odoo's External RPC API by XML-RPC, of Odoo 13 to 19
(https://www.odoo.com/documentation/18.0/developer/reference/external_api.html).

Only the standard library's writing and reading of values is used, not its transport. An answer is hostile until it is
read: it is of bounded size, and one that declares a document type, without which no entity can be declared, is refused
(https://docs.python.org/3/library/xml.html#xml-security).
"""

import xmlrpc.client
from collections.abc import Sequence
from typing import Any
from xml.parsers import expat

from connectors import http
from connectors.base import ConnectorError
from connectors.crm import base

# https://github.com/odoo/odoo/blob/18.0/odoo/addons/base/controllers/rpc.py
_CODES = {2: "field", 3: "token", 4: "access"}
# A method that returns nothing has been carried out; only its answer cannot be written.
_NOTHING = "cannot marshal None"


class XmlRpc:
    """/xmlrpc/2/common tells who the key belongs to, /xmlrpc/2/object carries out."""

    def __init__(self, url: str, database: str, login: str, key: str) -> None:
        self._url, self._database, self._login, self._key = url, database, login, key
        self._uid = 0

    def call(
        self, model: str, method: str, ids: Sequence[int] = (), context: dict[str, Any] | None = None, **values: Any
    ) -> Any:
        """What the method returns. Raises ConnectorError."""
        if not self._uid:
            told = self._ask("common", "authenticate", (self._database, self._login, self._key, {}))
            if not isinstance(told, int) or told <= 0:
                reason = f"{http.place(self._url)} does not know this user name with this key"
                raise ConnectorError(reason, permanent=True, code="token")
            self._uid = told
        # Of `create` alone Odoo wants what to create by its place.
        places: list[Any] = [values.pop("vals_list")] if method == "create" else [list(ids)] if ids else []
        named = values | ({"context": context} if context else {})
        asked = (self._database, self._uid, self._key, model, method, places, named)
        return self._ask("object", "execute_kw", asked)

    def _ask(self, service: str, method: str, arguments: tuple[Any, ...]) -> Any:
        url = f"{self._url}/xmlrpc/2/{service}"
        body = xmlrpc.client.dumps(arguments, method, encoding="utf-8").encode()
        answer, words = base.send("POST", url, body, {}, "text/xml")
        if answer.status == 200:
            return self._read(answer.body)
        passing = answer.status == 429 or answer.status >= 500
        code = "" if passing else {404: "database", 401: "token", 403: "access"}.get(answer.status, "field")
        reason = f"{http.place(url)} answered {answer.status}: {words}".replace(self._key, "…")
        wait = answer.retry_after if passing else 0
        raise ConnectorError(reason, permanent=not passing, code=code, retry_after=wait)

    def _read(self, body: bytes) -> Any:
        try:
            return read(body)
        except xmlrpc.client.Fault as fault:
            if _NOTHING in fault.faultString:
                return None
            raise self._refused(fault) from None
        except ValueError:
            raise ConnectorError(f"{http.place(self._url)} answered no XML-RPC", code="format") from None

    def _refused(self, fault: xmlrpc.client.Fault) -> ConnectorError:
        """A fault of code 1 is a traceback, whose last line says what happened."""
        said = fault.faultString.strip().replace(self._key, "…")
        code = _CODES.get(fault.faultCode, "")
        if not code:
            said = said.rpartition("\n")[2]
            code = _told(said)
        reason = f"{http.place(self._url)}: {' '.join(said.split())[: base.MOST_WORDS]}"
        return ConnectorError(reason, permanent=bool(code), code=code)


def read(body: bytes) -> Any:
    """The one value of an answer. Raises ValueError for what is none, xmlrpc.client.Fault for a fault."""
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = target.start, target.end
    parser.CharacterDataHandler = target.data
    # Text comes decoded.
    target.xml(None, None)  # type: ignore[arg-type]
    try:
        parser.Parse(body, True)
        (value,) = target.close()
    except xmlrpc.client.Fault:
        raise
    # What the library makes of values that are none differs by value.
    except Exception as error:
        raise ValueError(f"no XML-RPC: {error}") from None
    return value


def _refuse(*_told: object) -> None:
    raise ValueError("a document type is declared")


def _told(last_line: str) -> str:
    """What an error of Odoo's own is about, by its last line."""
    if "does not exist" in last_line and "database" in last_line:
        return "database"
    if "Object crm." in last_line or last_line.startswith("KeyError: 'crm."):
        return "module"
    return "field" if last_line.startswith(("ValueError", "KeyError", "TypeError")) else ""
