"""An emulator of Odoo's CRM, by JSON-2 and by XML-RPC: a real HTTP server on 127.0.0.1 with one database.

    with OdooEmulator() as odoo:
        crm = Odoo(**odoo.json2)          # or **odoo.xmlrpc

It does what the documentation of both says (https://www.odoo.com/documentation/19.0/developer/reference/external_api.html,
…/18.0/developer/reference/external_api.html), with the controllers' answers to what is wrong
(https://github.com/odoo/odoo/tree/19.0/addons/rpc/controllers): another key, another database, a model or field that is
not there, a right that is missing, a method that returns nothing. `leads` are the records of crm.lead by number.
"""

import itertools
import json
import xmlrpc.client
from typing import Any

from tests.emulators.faulty import Answer, Call, FaultyServer, Json, Refused

FIELDS: dict[str, set[str]] = {
    "crm.lead": {
        "name", "contact_name", "partner_name", "email_from", "phone", "description", "expected_revenue", "type", "active",
        "probability", "stage_id", "user_id", "source_id", "medium_id", "campaign_id", "referred", "lost_reason_id",
    },
    "crm.stage": {"name", "is_won", "sequence"}, "crm.lost.reason": {"name"}, "res.company": {"currency_id"},
    "res.users": {"login", "email"}, "utm.source": {"name"}, "utm.medium": {"name"}, "utm.campaign": {"name"},
}  # fmt: skip
STAGES = ((1, "New", False), (2, "Qualified", False), (3, "Proposition", False), (4, "Won", True))
# Codes of XML-RPC's faults, and of HTTP.
FAULTS = {"ValueError": (1, 500), "UserError": (2, 422), "AccessDenied": (3, 401), "AccessError": (4, 403),
          "MissingError": (2, 404), "NotFound": (1, 404)}  # fmt: skip


class Wrong(Exception):
    """An exception in Odoo, by its name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name, self.message = name, message


class OdooEmulator(FaultyServer):
    """`denied` holds (model, method) that the key may not call; `without` models that are not installed."""

    database, login, key = "firm", "crm@firm.test", "0123456789abcdef0123456789abcdef01234567"

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[int, Json]] = {model: {} for model in FIELDS}
        self.tables["crm.stage"] = {
            number: {"name": name, "is_won": won, "sequence": number} for number, name, won in STAGES
        }
        self.tables["crm.lost.reason"] = {1: {"name": "Too expensive"}}
        self.tables["res.company"] = {1: {"currency_id": [125, "EUR"]}}
        self.tables["res.users"] = {7: {"login": "giulia@firm.test", "email": "giulia@firm.test"}}
        self.tables["utm.source"] = {1: {"name": "LinkedIn"}}
        self.denied: set[tuple[str, str]] = set()
        self.without: set[str] = set()
        self._numbers = itertools.count(100)

    @property
    def leads(self) -> dict[int, Json]:
        return self.tables["crm.lead"]

    @property
    def json2(self) -> dict[str, str]:
        return {"url": self.url, "database": self.database, "key": self.key}

    @property
    def xmlrpc(self) -> dict[str, str]:
        return {**self.json2, "login": self.login}

    def what(self, call: Call) -> str:
        """The method, as in "crm.lead.create"; authenticate."""
        if call.path.startswith("/json/2/"):
            return ".".join(call.path.split("/")[3:])
        arguments, method = xmlrpc.client.loads(call.body)
        return f"{arguments[3]}.{arguments[4]}" if method == "execute_kw" else str(method)

    def carry_out(self, call: Call, what: str) -> Answer:
        with self.lock:
            return self._by_json(call) if call.path.startswith("/json/2/") else self._by_xml(call)

    def _by_json(self, call: Call) -> Answer:
        if call.headers.get("x-odoo-database", self.database) != self.database:
            raise Refused(404, b"<!doctype html><title>404 Not Found</title><p>No database is selected</p>")
        try:
            if call.headers.get("authorization") != f"bearer {self.key}":
                raise Wrong("werkzeug.exceptions.Unauthorized", "Invalid apikey")
            model, method = call.path.split("/")[3:]
            named = json.loads(call.body)
            ids, context = named.pop("ids", []), named.pop("context", {})
            return Answer(self._call(model, method, ids, named, context))
        except Wrong as wrong:
            status = FAULTS.get(wrong.name, (1, 401))[1]
            name = wrong.name if "." in wrong.name else f"odoo.exceptions.{wrong.name}"
            raise Refused(status, {"name": name, "message": wrong.message, "arguments": [], "debug": ""}) from None

    def _by_xml(self, call: Call) -> Answer:
        arguments, method = xmlrpc.client.loads(call.body)
        try:
            result = self._answered(str(method), arguments)
            body = xmlrpc.client.dumps((result,), methodresponse=True, allow_none=False)
        except Wrong as wrong:
            code = FAULTS[wrong.name][0]
            said = (
                wrong.message
                if code > 1
                else f"Traceback (most recent call last):\n  x\n{wrong.name}: {wrong.message}\n"
            )
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(code, said), methodresponse=True)
        except TypeError as error:
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(1, f"Traceback\nTypeError: {error}"), methodresponse=True)
        return Answer(body.encode(), mime="text/xml")

    def _answered(self, method: str, arguments: Any) -> Any:
        if arguments[0] != self.database:
            raise Wrong("ValueError", f'database "{arguments[0]}" does not exist')
        if method == "authenticate":
            return 7 if arguments[1:3] == (self.login, self.key) else False
        _database, uid, key, model, name, places, named = arguments
        if (uid, key) != (7, self.key):
            raise Wrong("AccessDenied", "Access Denied")
        context = named.pop("context", {})
        if name == "create":
            return self._call(model, name, [], {"vals_list": places[0], **named}, context)
        return self._call(model, name, places[0] if places else [], named, context)

    def _call(self, model: str, method: str, ids: list[int], named: Json, context: Json) -> Any:
        if model in self.without or model not in FIELDS:
            raise Wrong("NotFound", f"the model '{model}' does not exist")
        if (model, method) in self.denied:
            raise Wrong("AccessError", f"You are not allowed to {method} '{model}' records.")
        return getattr(self, f"_{method}")(model, ids, context, **named)

    # The methods

    def _search_read(
        self,
        model: str,
        _ids: list[int],
        context: Json,
        domain: list[Any],
        fields: list[str],
        limit: int = 0,
        order: str = "",
    ) -> list[Json]:
        self._known(model, fields)
        conditions = [one for one in domain if isinstance(one, list)]
        either = "|" in domain
        found = []
        for number, row in self.tables[model].items():
            held = [_holds({"id": number, **row}, *one) for one in conditions]
            if (any(held) if either else all(held)) and (
                row.get("active", True) or context.get("active_test") is False
            ):
                found.append({**{name: row.get(name, False) for name in fields}, "id": number})
        return found[: limit or None]

    def _search_count(self, model: str, _ids: list[int], _context: Json, domain: list[Any]) -> int:
        return len(self.tables[model])

    def _fields_get(
        self, model: str, _ids: list[int], _context: Json, allfields: list[str], attributes: list[str]
    ) -> Json:
        return {name: {"type": "many2one"} for name in allfields if name in FIELDS[model]}

    def _create(self, model: str, _ids: list[int], _context: Json, vals_list: list[Json]) -> list[int]:
        made = []
        for values in vals_list:
            self._known(model, values)
            number = next(self._numbers)
            first = {"active": True, "stage_id": 1, "probability": 10} if model == "crm.lead" else {}
            self.tables[model][number] = {**first, **values}
            made.append(number)
        return made

    def _write(self, model: str, ids: list[int], _context: Json, vals: Json) -> bool:
        self._known(model, vals)
        for number in ids:
            if number not in self.tables[model]:
                raise Wrong("MissingError", f"Record does not exist or has been deleted.\n(Record: {model}({number},))")
            self.tables[model][number] |= vals
        return True

    def _action_set_won(self, model: str, ids: list[int], context: Json) -> bool:
        return self._write(model, ids, context, {"active": True, "stage_id": 4, "probability": 100})

    def _action_set_lost(self, model: str, ids: list[int], context: Json, **more: Any) -> None:
        self._write(model, ids, context, {"active": False, "probability": 0, **more})

    def _action_unarchive(self, model: str, ids: list[int], context: Json) -> None:
        self._write(model, ids, context, {"active": True, "probability": 10, "lost_reason_id": False})

    def _known(self, model: str, fields: Any) -> None:
        for name in fields:
            if name not in FIELDS[model] | {"id"}:
                raise Wrong("ValueError", f"Invalid field '{name}' in '{model}'")


def _holds(row: Json, name: str, operator: str, value: Any) -> bool:
    if operator == "=ilike":
        plain = value.replace("\\%", "%").replace("\\_", "_").replace("\\\\", "\\")
        return str(row.get(name, "")).lower() == plain.lower()
    return bool(row.get(name) == value)
