"""A lead's contact and company in HubSpot: found, or made; a field that is empty there is filled, others stay
(https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from connectors.base import ConnectorError
from connectors.crm import base
from connectors.crm.base import Lead
from connectors.values import text, thing, things

CONTACTS, COMPANIES = "/crm/v3/objects/contacts", "/crm/v3/objects/companies"
# So a refusal names the contact that has the address already.
_EXISTING = re.compile(r"Existing ID: (\d+)")


class People:
    """`ask` calls the API; `maybe` gets what lies at a path, {} for nothing."""

    def __init__(self, ask: Callable[..., Any], maybe: Callable[[str], dict[str, Any]]) -> None:
        self._ask, self._maybe = ask, maybe

    def found(self, lead: Lead) -> dict[str, str]:
        """The numbers by kind: contact, for a mail address, and company, for a domain or a name."""
        contact, company = self._contact(lead) if lead.email else ("", "")
        company = company or (self._company(lead) if lead.domain or lead.company else "")
        return {kind: number for kind, number in (("contact", contact), ("company", company)) if number}

    def _contact(self, lead: Lead) -> tuple[str, str]:
        """The contact with that address, and the company that it already belongs to."""
        wanted = _contact(lead)
        names = ",".join([*wanted, "associatedcompanyid"])
        query = urlencode({"idProperty": "email", "properties": names})
        there = self._maybe(f"{CONTACTS}/{quote(lead.email, safe='@')}?{query}")
        number = text(there.get("id"))
        if not number:
            try:
                return text(thing(self._ask("POST", CONTACTS, {"properties": wanted})).get("id")), ""
            except ConnectorError as error:
                # Another address of a contact that is there.
                taken = _EXISTING.search(error.reason)
                if error.code != "conflict" or taken is None:
                    raise
                return taken[1], ""
        has = thing(there.get("properties"))
        empty = {name: value for name, value in wanted.items() if name != "email" and not has.get(name)}
        if empty:
            self._ask("PATCH", f"{CONTACTS}/{number}", {"properties": empty})
        return number, text(has.get("associatedcompanyid"))

    def _company(self, lead: Lead) -> str:
        """The company with that domain, else with that name."""
        name, value = ("domain", lead.domain) if lead.domain else ("name", base.clean(lead.company))
        asked = {
            "filterGroups": [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]}],
            "properties": ["name", "domain"], "limit": 1,
        }  # fmt: skip
        rows = thing(self._ask("POST", f"{COMPANIES}/search", asked)).get("results")
        there = next(things(rows), None)
        if there is not None:
            return text(there.get("id"))
        made = {"name": base.clean(lead.company) or lead.domain} | ({"domain": lead.domain} if lead.domain else {})
        return text(thing(self._ask("POST", COMPANIES, {"properties": made})).get("id"))


def _contact(lead: Lead) -> dict[str, str]:
    first, _, last = base.clean(lead.name).strip().partition(" ")
    told = {"email": lead.email, "firstname": first, "lastname": last.strip(), "phone": base.clean(lead.phone),
            "company": base.clean(lead.company)}  # fmt: skip
    return {name: value for name, value in told.items() if value}
