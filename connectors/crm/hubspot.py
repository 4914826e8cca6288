"""HubSpot: a lead is a deal with its contact and company, by the CRM API v3 and the token of a private app
(https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide).

Our key is a property of deals that HubSpot keeps unique (`hasUniqueValue`,
https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide): no deal is made twice, and unlike a search,
which may lag by half a minute, reading by it tells what is there now. A contact is known by its mail address; what
people filled in of a contact or company is never changed.
"""

from collections.abc import Callable, Collection
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from connectors import http
from connectors.base import ConnectorError
from connectors.crm import base, hubspot_people
from connectors.crm.base import LOST, WON, About, Lead, Stage
from connectors.crm.hubspot_http import Caller
from connectors.values import text, thing, things

OFFICIAL = "https://api.hubapi.com"
KEY = "centralino_lead"
DEALS = "/crm/v3/objects/deals"
PROPERTY = {
    "name": KEY, "label": "Centralino", "description": "The lead in Centralino. Please leave it as it is.",
    "groupName": "dealinformation", "type": "string", "fieldType": "text", "hasUniqueValue": True,
}  # fmt: skip
# https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide#association-type-id-values
_TO = {"contact": 3, "company": 5}
_OBJECT = "0-3"


class HubSpot:
    """`key` is a private app's access token."""

    # A second deal of the same key is refused, whatever became of the first.
    settles: ClassVar[float] = 0.0

    def __init__(self, *, key: str, url: str = OFFICIAL) -> None:
        http.check_url(url)
        if not key:
            raise ValueError("key: is needed")
        self._ask = Caller(url.rstrip("/"), key).ask

    def look(self) -> About:
        """See `Crm`. Makes the property of our key, where it is not there yet."""
        account = thing(self._ask("GET", "/account-info/v3/details"))
        number, domain = text(account.get("portalId")), text(account.get("uiDomain"))
        stages = [stage for one in things(self._results("/crm/v3/pipelines/deals")) for stage in _stages(one)]
        for kind in ("contacts", "companies"):
            self._ask("GET", f"/crm/v3/objects/{kind}?limit=1")
        self._ask("GET", "/crm/v3/owners?limit=1")
        made = self._prepare()
        more = account.get("additionalCurrencies")
        currencies = [text(account.get("companyCurrency")), *(more if isinstance(more, list) else ())]
        works = [f"the account {number} takes the token", f"{len(stages)} stages of deals were read", made]
        return About(works, stages, [text(one) for one in currencies if text(one)],
                     f"https://{domain}/contacts/{number}/record/{_OBJECT}/")  # fmt: skip

    def find(self, key: str) -> str:
        """See `Crm`."""
        found = self._maybe(f"{DEALS}/{quote(key, safe='')}?{urlencode({'idProperty': KEY})}")
        return text(found.get("id"))

    def create(self, lead: Lead, committing: Callable[[], None]) -> str:
        """See `Crm`."""
        properties = self._properties(lead, ("title", "cents", "stage", "owner", "closed", "reason"))
        properties |= {KEY: lead.key, "description": base.clean(lead.note)}
        people = hubspot_people.People(self._ask, self._maybe).found(lead)
        bound = [
            {"to": {"id": number},
             "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TO[kind]}]}
            for kind, number in people.items()
        ]  # fmt: skip
        committing()
        try:
            made = thing(self._ask("POST", DEALS, {"properties": properties, "associations": bound}))
        except ConnectorError as error:
            if error.code == "conflict" and (there := self.find(lead.key)):
                return there
            raise base.maybe_done(error) from None
        if not text(made.get("id")):
            raise ConnectorError("HubSpot answered no number of a deal", uncertain=True)
        return text(made["id"])

    def update(self, record: str, lead: Lead, changed: Collection[str]) -> None:
        """See `Crm`. Contact and company are bound once more, which changes nothing where they are."""
        properties = self._properties(lead, changed)
        if properties:
            self._ask("PATCH", f"{DEALS}/{record}", {"properties": properties})
        if {"email", "company", "domain"} & set(changed):
            for kind, number in hubspot_people.People(self._ask, self._maybe).found(lead).items():
                self._ask("PUT", f"/crm/v4/objects/deal/{record}/associations/default/{kind}/{number}")

    def _prepare(self) -> str:
        there = self._maybe(f"/crm/v3/properties/deals/{KEY}")
        if there and not there.get("hasUniqueValue"):
            said = f"there is a property {KEY} of deals that does not ask for unique values: delete it in HubSpot"
            raise ConnectorError(said, permanent=True, code="property")
        if there:
            return f"the property {KEY} of deals is there"
        self._ask("POST", "/crm/v3/properties/deals", PROPERTY)
        return f"the property {KEY} of deals was made"

    def _properties(self, lead: Lead, fields: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        if "title" in fields:
            found["dealname"] = base.clean(lead.title) or "–"
        if "cents" in fields or "currency" in fields:
            found["amount"] = "" if lead.cents is None else f"{lead.cents / 100:.2f}"
            found |= {"deal_currency_code": lead.currency} if lead.currency else {}
        if "stage" in fields:
            found["pipeline"], _, found["dealstage"] = lead.stage.partition("/")
        if ("stage" in fields or "closed" in fields) and lead.closed is not None:
            found["closedate"] = lead.closed.isoformat()
        if "reason" in fields and lead.end == LOST:
            found["closed_lost_reason"] = base.clean(lead.reason)
        if "owner" in fields and (number := self._owner(lead.owner)):
            found["hubspot_owner_id"] = number
        return found

    def _owner(self, email: str) -> str:
        """Whose address it is there, "" for nobody's."""
        query = urlencode({"email": email, "limit": 1})
        found = next(things(self._results(f"/crm/v3/owners?{query}")), {}) if email else {}
        return text(found.get("id"))

    def _results(self, path: str) -> Any:
        return thing(self._ask("GET", path)).get("results")

    def _maybe(self, path: str) -> dict[str, Any]:
        """What lies there, {} for nothing."""
        try:
            return dict(thing(self._ask("GET", path)))
        except ConnectorError as error:
            if error.code == "gone":
                return {}
            raise


def _stages(pipeline: Any) -> list[Stage]:
    """A pipeline's stages; a closed one is won where its probability is 1
    (https://developers.hubspot.com/docs/api-reference/crm-pipelines-v3/guide)."""
    found = []
    for one in things(pipeline.get("stages")):
        about = thing(one.get("metadata"))
        closed = text(about.get("isClosed")).lower() == "true"
        end = (WON if text(about.get("probability")) in ("1", "1.0") else LOST) if closed else ""
        code = f"{text(pipeline.get('id'))}/{text(one.get('id'))}"
        found.append(Stage(code, f"{text(pipeline.get('label'))}: {text(one.get('label'))}", end))
    return found
