"""What the company set about its CRM, and what is known of it. The key is encrypted, apart from the rest."""

import json
from datetime import datetime
from secrets import token_hex
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from connectors import http
from connectors.crm.base import About
from inbox import company
from inbox.events import Actor, record
from inbox.models import now
from inbox.models.lead import LOST, UNDER_WAY, WON
from inbox.secrets import Vault

ODOO, HUBSPOT = "odoo", "hubspot"
KINDS = (ODOO, HUBSPOT)
STAGES = (*UNDER_WAY, WON, LOST)
_SETTINGS, _KEY, _STATE, _HERE = "crm", "crm_key", "crm_state", "crm_here"


class CrmError(ValueError):
    """What is wrong with a field, as a code: missing, no_address, unknown."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


class Settings(BaseModel):
    """`url`, `database` and `login` are Odoo's (with `login` it is asked by XML-RPC). `stages`: by our stage the CRM's,
    "" or none for a stage that does not go over."""

    kind: str = ""
    url: str = ""
    database: str = ""
    login: str = ""
    on: bool = False
    stages: dict[str, str] = {}

    @property
    def account(self) -> str:
        """Tells one CRM from another: a record's number means something in one only."""
        return f"{self.kind} {self.url} {self.database}".strip()


class Known(BaseModel):
    """What came of trying: `works` in sentences, or `error` with its `code`, `at` when; `stages` as code, name and how
    it ends a sale. `asking` while a job runs. `broken_at`: since when handing over fails for a reason of the CRM's
    own, which `alarmed` managers know of."""

    asking: bool = False
    at: datetime | None = None
    works: list[str] = []
    error: str = ""
    code: str = ""
    stages: list[tuple[str, str, str]] = []
    currencies: list[str] = []
    home: str = ""
    broken_at: datetime | None = None
    alarmed: bool = False

    def offered(self, stage: str) -> dict[str, str]:
        """What of the CRM's stages one of ours may be, by code."""
        end = stage if stage in (WON, LOST) else ""
        return {code: name for code, name, ends in self.stages if ends == end}


def load(session: Session) -> Settings:
    """What is set."""
    return Settings.model_validate_json(company.get(session, _SETTINGS) or "{}")


def known(session: Session) -> Known:
    """What is known."""
    return Known.model_validate_json(company.get(session, _STATE) or "{}")


def keep(session: Session, what: Known) -> None:
    """Store it, and let open pages know."""
    company.put(session, _STATE, what.model_dump_json())
    record(session, "crm_looked_at")


def save(session: Session, vault: Vault, wanted: Settings, key: str, actor: Actor) -> None:
    """Keep where the CRM is; an empty key stays as it is. Another CRM begins without stages, and off.

    Raises CrmError.
    """
    before = load(session)
    if wanted.kind not in KINDS:
        raise CrmError("kind", "unknown")
    if wanted.kind == ODOO:
        try:
            http.check_url(wanted.url)
        except ValueError:
            raise CrmError("url", "no_address") from None
    same = wanted.account == before.account
    if not key and not (same and has_key(session)):
        # Never sent to an address that it was not entered for.
        raise CrmError("key", "missing")
    company.put(session, _SETTINGS, wanted.model_copy(
        update={"on": before.on and same, "stages": before.stages if same else {}}
    ).model_dump_json())  # fmt: skip
    if key:
        company.put(session, _KEY, json.dumps(vault.seal({"key": key}).decode()))
    if not same:
        keep(session, Known())
    record(session, "crm_set", actor, crm=wanted.kind)


def choose(session: Session, stages: dict[str, str], actor: Actor) -> None:
    """Which stages go over, and as what. Raises CrmError for what the CRM does not have."""
    there = known(session)
    for ours, theirs in stages.items():
        if ours not in STAGES or (theirs and theirs not in there.offered(ours)):
            raise CrmError(f"stage_{ours}", "unknown")
    company.put(session, _SETTINGS, load(session).model_copy(update={"stages": stages}).model_dump_json())
    record(session, "crm_set", actor, stages=stages)


def switch(session: Session, actor: Actor, *, on: bool) -> None:
    """Hand leads over, or no more."""
    company.put(session, _SETTINGS, load(session).model_copy(update={"on": on}).model_dump_json())
    record(session, "crm_set", actor, on=on)


def has_key(session: Session) -> bool:
    """Whether there is a key."""
    return bool(company.get(session, _KEY))


def for_client(session: Session, vault: Vault) -> tuple[str, dict[str, Any]]:
    """The kind and what its client is made with. Raises WrongKey."""
    one, kept = load(session), company.get(session, _KEY)
    key = vault.open(json.loads(kept).encode())["key"] if kept else ""
    if one.kind == HUBSPOT:
        return one.kind, {"key": key}
    return one.kind, {"url": one.url, "database": one.database, "login": one.login, "key": key}


def here(session: Session) -> str:
    """A name of this installation's own for its keys."""
    found = company.get(session, _HERE)
    if not found:
        found = token_hex(4)
        company.put(session, _HERE, found)
    return found


def told(about: About, before: Known) -> Known:
    """What is known after a try that worked."""
    return Known(
        at=now(), works=list(about.works), stages=[(one.code, one.name, one.end) for one in about.stages],
        currencies=list(about.currencies), home=about.home, alarmed=before.alarmed,
    )  # fmt: skip
