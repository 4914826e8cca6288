"""An emulator of HubSpot's CRM API v3: a real HTTP server on 127.0.0.1 with one account.

    with HubSpotEmulator() as hubspot:
        crm = HubSpot(key=hubspot.key, url=hubspot.url)

It answers as the reference says (https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide, …/error-handling):
unique properties and addresses are refused a second time, names of properties and stages must be known, and a search does
not see what was made since `index()` last ran. `objects` are the records by kind and number, `bound` their associations.
"""

import itertools
import json
from typing import Any

from tests.emulators.faulty import Answer, Call, FaultyServer, Json, Refused

KNOWN = {
    "contacts": {"email", "firstname", "lastname", "phone", "company", "associatedcompanyid"},
    "companies": {"name", "domain"},
    "deals": {"dealname", "pipeline", "dealstage", "amount", "closedate", "hubspot_owner_id", "description",
              "closed_lost_reason", "deal_currency_code"},
}  # fmt: skip
STAGES = (("appointmentscheduled", "Appointment", "false", "0.2"), ("contractsent", "Contract sent", "false", "0.9"),
          ("closedwon", "Closed won", "true", "1.0"), ("closedlost", "Closed lost", "true", "0.0"))  # fmt: skip
UNIQUE = {"contacts": ["email"], "companies": [], "deals": []}


class HubSpotEmulator(FaultyServer):
    """`denied` holds the kinds that the token has no scope for."""

    key = "pat-eu1-01234567-89ab-cdef-0123-456789abcdef"

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, Json]] = {kind: {} for kind in KNOWN}
        self.properties: dict[str, Json] = {}
        self.bound: dict[str, dict[str, str]] = {}
        self.owners = {"giulia@firm.test": "71"}
        self.denied: set[str] = set()
        self._seen: set[str] = set()
        self._numbers = itertools.count(900)

    @property
    def deals(self) -> list[Json]:
        return list(self.objects["deals"].values())

    def index(self) -> None:
        """A search sees all that there is."""
        self._seen = {number for rows in self.objects.values() for number in rows}

    def what(self, call: Call) -> str:
        """As in "GET deals", "POST companies/search"."""
        parts = [one for one in call.path.split("/") if one]
        return f"{call.method} {'/'.join(parts[3:]) if 'objects' in parts else parts[2]}".rstrip("/")

    def carry_out(self, call: Call, what: str) -> Answer:
        with self.lock:
            if call.headers.get("authorization") != f"Bearer {self.key}":
                raise _refused(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
            parts = [one for one in call.path.split("/") if one]
            body = json.loads(call.body) if call.body else {}
            return Answer(*self._answer(call, parts, body))

    def _answer(self, call: Call, parts: list[str], body: Json) -> tuple[Any, int]:
        if parts[0] == "account-info":
            return {"portalId": 4711, "uiDomain": "app-eu1.hubspot.com", "companyCurrency": "EUR", "additionalCurrencies": ["USD"]}, 200  # fmt: skip
        area, kind = parts[2], parts[3] if len(parts) > 3 else ""
        if kind in self.denied or area in self.denied:
            scopes = [{"message": "One or more of the following scopes are required.",
                       "context": {"requiredGranularScopes": [f"crm.objects.{kind}.write"]}}]  # fmt: skip
            raise _refused(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes.", scopes)
        if area == "pipelines":
            stages = [{"id": code, "label": name, "metadata": {"isClosed": closed, "probability": chance}}
                      for code, name, closed, chance in STAGES]  # fmt: skip
            return {"results": [{"id": "default", "label": "Sales", "stages": stages}]}, 200
        if area == "owners":
            email = call.query.get("email", [""])[0]
            return {"results": [{"id": self.owners[email], "email": email}] if email in self.owners else []}, 200
        if area == "properties":
            return self._property(call, parts, body)
        if parts[1] == "v4":
            self.bound[parts[4]][parts[7]] = parts[8]
            return {"status": "COMPLETE"}, 200
        return self._object(call, kind, parts[4:], body)

    def _property(self, call: Call, parts: list[str], body: Json) -> tuple[Any, int]:
        if call.method == "POST":
            self.properties[body["name"]] = body
            return body, 201
        if parts[4] not in self.properties:
            raise _refused(404, "OBJECT_NOT_FOUND", f"Property {parts[4]} does not exist")
        return self.properties[parts[4]], 200

    def _object(self, call: Call, kind: str, rest: list[str], body: Json) -> tuple[Any, int]:
        rows = self.objects[kind]
        if call.method == "GET" and not rest:
            return {"results": list(rows.values())[:1]}, 200
        if rest == ["search"]:
            (condition,) = body["filterGroups"][0]["filters"]
            found = [row for number, row in rows.items()
                     if number in self._seen and row["properties"].get(condition["propertyName"]) == condition["value"]]  # fmt: skip
            return {"total": len(found), "results": found}, 200
        if call.method == "POST":
            return self._make(kind, body), 201
        row = self._row(kind, rest[0].replace("%40", "@"), call.query.get("idProperty", [""])[0])
        if call.method == "PATCH":
            self._check(kind, body["properties"], row["id"])
            row["properties"] |= body["properties"]
        return row, 200

    def _row(self, kind: str, value: str, by: str) -> Json:
        rows = self.objects[kind]
        found = [row for row in rows.values() if row["properties"].get(by) == value] if by else [rows.get(value)]
        if not found or found[0] is None:
            raise _refused(404, "OBJECT_NOT_FOUND", "resource not found")
        return found[0]

    def _make(self, kind: str, body: Json) -> Json:
        self._check(kind, body["properties"], "")
        number = str(next(self._numbers))
        row = {"id": number, "properties": dict(body["properties"])}
        self.objects[kind][number] = row
        types = {3: "contact", 5: "company"}
        self.bound[number] = {
            types[one["types"][0]["associationTypeId"]]: one["to"]["id"] for one in body.get("associations", ())
        }
        return row

    def _check(self, kind: str, properties: Json, but: str) -> None:
        for name in properties:
            if name not in KNOWN[kind] and name not in self.properties:
                raise _refused(
                    400, "VALIDATION_ERROR", f'Property values were not valid: Property "{name}" does not exist'
                )
        if properties.get("dealstage", "closedwon") not in {one[0] for one in STAGES}:
            raise _refused(400, "VALIDATION_ERROR", f"{properties['dealstage']} is not a valid pipeline stage ID")
        unique = [
            *UNIQUE[kind],
            *(name for name, one in self.properties.items() if one.get("hasUniqueValue") and kind == "deals"),
        ]
        for number, row in self.objects[kind].items():
            for name in unique:
                if number != but and name in properties and row["properties"].get(name) == properties[name]:
                    if kind == "contacts":
                        raise _refused(409, "CONFLICT", f"Contact already exists. Existing ID: {number}")
                    raise _refused(
                        400, "VALIDATION_ERROR", f"{number} already has that value. CONFLICTING_UNIQUE_VALUE"
                    )


def _refused(status: int, category: str, message: str, errors: list[Json] | None = None) -> Refused:
    body: Json = {"status": "error", "message": message, "correlationId": "1-2-3", "category": category}
    return Refused(status, body | ({"errors": errors} if errors else {}))
