"""Odoo: a lead is a record of crm.lead (https://github.com/odoo/odoo/blob/19.0/addons/crm/models/crm_lead.py).

Our key stands in its field `referred`, by which it is found again. It holds contact and firm as words of its own, so
that nothing else has to be made; sources, campaigns and reasons are found by name, made where the key may, and else
left out.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, Protocol

from connectors import http
from connectors.base import ConnectorError
from connectors.crm import base
from connectors.crm.base import LOST, WON, About, Lead, Stage
from connectors.crm.json2 import Json2
from connectors.crm.xmlrpc import XmlRpc
from connectors.values import text, things

MODEL = "crm.lead"
# A lead of Odoo's before it is an opportunity; it has a place in the pipeline only then.
LEAD = "lead"
# Lost ones are archived, which a search leaves out unless it is asked not to.
_ALL = {"active_test": False}
_WORDS = {"title": "name", "name": "contact_name", "company": "partner_name", "email": "email_from", "phone": "phone"}
_FOUND = {"source": "utm.source", "medium": "utm.medium", "campaign": "utm.campaign"}


class Call(Protocol):
    """Calls a method of a model, of the records `ids` or of none."""

    def __call__(
        self, model: str, method: str, ids: Sequence[int] = (), context: dict[str, Any] | None = None, **values: Any
    ) -> Any: ...


class Odoo:
    """`url` is the address at which people open Odoo, `database` its name there. With `login` (a user's name there)
    it is asked by XML-RPC, without by JSON-2; `key` is an API key."""

    # A worker of Odoo's is ended after two minutes (--limit-time-real); the rest is for whatever stands before it.
    settles: ClassVar[float] = 600.0

    def __init__(self, *, url: str, key: str, database: str = "", login: str = "") -> None:
        http.check_url(url)
        self._url = url.rstrip("/")
        if not key:
            raise ValueError("key: is needed")
        self._call: Call = (XmlRpc(self._url, database, login, key) if login else Json2(self._url, database, key)).call

    def look(self) -> About:
        """See `Crm`. Reads what a hand-over reads; writes nothing."""
        stages = self._rows("crm.stage", [], ["name", "is_won", "sequence"], order="sequence, id")
        won = [text(one.get("name")) for one in stages if one.get("is_won")]
        under_way = [Stage(text(one.get("id")), text(one.get("name"))) for one in stages if not one.get("is_won")]
        lost = [text(one.get("name")) for one in self._rows("crm.lost.reason", [], ["name"])]
        seen = self._call(MODEL, "search_count", domain=[])
        firms = self._rows("res.company", [], ["currency_id"], limit=1, order="id")
        currencies = [_name(one.get("currency_id")) for one in firms]
        works = [f"{http.place(self._url)} takes the key: {seen} leads and opportunities can be seen",
                 f"{len(stages)} stages and {len(lost)} reasons of loss were read"]  # fmt: skip
        ends = [Stage(WON, ", ".join(won) or "won", WON), Stage(LOST, "lost", LOST)]
        found = [Stage(LEAD, "lead (not in the pipeline yet)"), *under_way, *ends]
        return About(works, found, currencies, f"{self._url}/mail/view?model={MODEL}&res_id=")

    def find(self, key: str) -> str:
        """See `Crm`."""
        rows = self._rows(MODEL, [["referred", "=", key]], ["id"], limit=1, context=_ALL)
        return text(rows[0].get("id")) if rows else ""

    def create(self, lead: Lead, committing: Callable[[], None]) -> str:
        """See `Crm`."""
        values = self._values(lead, (*_WORDS, *_FOUND, "owner", "cents", "stage"))
        values |= {"referred": lead.key, "description": base.clean(lead.note), "type": "opportunity", **values}
        committing()
        try:
            made = self._call(MODEL, "create", vals_list=[values])
        except ConnectorError as error:
            raise base.maybe_done(error) from None
        number = made[0] if isinstance(made, list) and made else made
        if not isinstance(number, int) or isinstance(number, bool):
            raise ConnectorError(f"{http.place(self._url)} answered no number of a record", uncertain=True)
        return str(number)

    def update(self, record: str, lead: Lead, changed: Collection[str]) -> None:
        """See `Crm`."""
        number = int(record)
        rows = self._rows(MODEL, [["id", "=", number]], ["active"], limit=1, context=_ALL)
        if not rows:
            raise ConnectorError(f"the record {record} is no longer there", permanent=True, code="gone")
        if not rows[0].get("active") and lead.end != LOST:
            self._call(MODEL, "action_unarchive", [number])
        values = self._values(lead, changed)
        if values:
            self._call(MODEL, "write", [number], vals=values)
        if "stage" in changed and lead.end == WON:
            self._call(MODEL, "action_set_won", [number])
        elif lead.end == LOST and {"stage", "reason"} & set(changed):
            self._call(MODEL, "action_set_lost", [number], **self._reason(lead.reason))

    def _values(self, lead: Lead, fields: Collection[str]) -> dict[str, Any]:
        """The record's fields for some of ours; what is not known there is left out."""
        found: dict[str, Any] = {
            theirs: base.clean(getattr(lead, ours)) or False for ours, theirs in _WORDS.items() if ours in fields
        }
        if "name" in found:
            found["name"] = found["name"] or "–"
        if "cents" in fields:
            found["expected_revenue"] = (lead.cents or 0) / 100
        for ours, model in _FOUND.items():
            if ours in fields and (number := self._named(model, getattr(lead, ours))):
                found[f"{ours}_id"] = number
        if "owner" in fields and (number := self._user(lead.owner)):
            found["user_id"] = number
        if "stage" in fields and lead.end != LOST:
            found["type"] = "lead" if lead.stage == LEAD else "opportunity"
            if lead.stage not in (LEAD, WON):
                found["stage_id"] = int(lead.stage)
        return found

    def _named(self, model: str, name: str) -> int:
        """The number of what has this name, made where it may be; 0 for none."""
        name = base.clean(name)
        if not name:
            return 0
        try:
            rows = self._rows(model, [["name", "=ilike", _literal(name)]], ["id"], limit=1)
            if rows:
                return int(rows[0]["id"])
            made = self._call(model, "create", vals_list=[{"name": name}])
            return int(made[0] if isinstance(made, list) else made)
        except ConnectorError as error:
            if error.code in ("access", "field"):
                return 0
            raise

    def _user(self, email: str) -> int:
        """Whose address it is there; 0 for nobody's."""
        if not email:
            return 0
        same = ["|", ["login", "=ilike", _literal(email)], ["email", "=ilike", _literal(email)]]
        rows = self._rows("res.users", same, ["id"], limit=1)
        return int(rows[0]["id"]) if rows else 0

    def _reason(self, name: str) -> dict[str, Any]:
        """Why it was lost, as the version calls that field: lost_reason_id since Odoo 16, lost_reason before."""
        number = self._named("crm.lost.reason", name)
        fields = self._call(MODEL, "fields_get", allfields=["lost_reason_id", "lost_reason"], attributes=["type"])
        known = [one for one in ("lost_reason_id", "lost_reason") if isinstance(fields, dict) and one in fields]
        return {known[0]: number} if number and known else {}

    def _rows(self, model: str, domain: list[Any], fields: list[str], **more: Any) -> list[Any]:
        found = self._call(model, "search_read", domain=domain, fields=fields, **more)
        if not isinstance(found, list):
            raise ConnectorError(f"{http.place(self._url)} answered no list of {model}", code="format")
        return list(things(found))


def _name(pair: Any) -> str:
    """The name of what a field refers to, which comes as number and name."""
    return text(pair[1]) if isinstance(pair, list) and len(pair) == 2 else ""


def _literal(words: str) -> str:
    """Words in which % and _ stand for themselves in a search."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
