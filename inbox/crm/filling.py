"""A lead as it goes into the CRM: what another program may be told of it, and what keeps it here."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from connectors.crm.base import Lead as Handed
from inbox.crm.settings import Known, Settings
from inbox.leads import handoff, sources
from inbox.leads.reasons import reason
from inbox.models import Conversation, Lead
from inbox.models.lead import LOST, WON

# Why a lead is not handed over.
STAGE, PRIVACY = "stage", "privacy"
# A person who asks what is kept of them, or that it be forgotten.
REQUEST = "privacy_request"
_MEDIUMS = {
    "phone": "Phone", "mail": "Email", "newsletter": "Email", "site": "Website", "google": "Website",
    "bing": "Website", "search": "Website", "ai": "Website", "linkedin": "Social", "facebook": "Social",
    "instagram": "Social", "youtube": "Social", "x": "Social", "social": "Social",
}  # fmt: skip


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


def kept_here(session: Session, lead: Lead, settings: Settings) -> str:
    """Why a lead does not go over, "" where it does."""
    if not settings.stages.get(lead.stage):
        return STAGE
    asked = select(Conversation.id).where(Conversation.contact_id == lead.contact_id, Conversation.kind == REQUEST)
    return PRIVACY if session.scalar(asked.limit(1)) is not None else ""


def filled(
    session: Session, lead: Lead, key: str, settings: Settings, there: Known, public_url: str, language: str
) -> Handed:
    """The lead in the CRM's terms; of a confidential one not who it is. Raises KeyError where its stage does not go."""
    told, say = handoff.facts(session, lead, public_url), translator(language)
    hidden = told["contact"] is None
    contact = told["contact"] or dict.fromkeys(("name", "company", "email", "phone"), "")
    company = None if hidden else lead.contact.company
    own = (there.currencies or ["EUR"])[0]
    fits = lead.currency in there.currencies or not there.currencies
    ended = lead.won_at or lead.lost_at
    end = lead.stage if lead.stage in (WON, LOST) else ""
    source = sources.names(session)
    code = source.of(lead.last_source)
    return Handed(
        key=key, title=told["title"] or lead.product or say(_("Lead %s")) % lead.id, stage=settings.stages[lead.stage],
        end=end, **contact, domain=(company.domain or "") if company else "",
        cents=lead.value_cents if fits else None, currency="" if lead.currency == own else lead.currency,
        owner=told["owner"] or "", source=source.names.get(code) or _plain(code), medium=_medium(code),
        campaign=lead.campaign, reason=reason(lead.lost_reason, language) if end == LOST and lead.lost_reason else "",
        closed=ended.date() if end and ended else None, note=_note(told, lead, say, fits=fits),
    )  # fmt: skip


def as_data(handed: Handed) -> dict[str, Any]:
    """What is kept of it, to know next time what changed."""
    found = {name: one for name, one in asdict(handed).items() if name not in ("key", "note")}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in found.items()}


def _note(told: dict[str, Any], lead: Lead, say: Any, *, fits: bool) -> str:
    lines = [(say(_("Product")), lead.product), (say(_("Next step")), told["next_step"])]
    if not told["contact"]:
        lines = lines[:1]
    elif lead.how_found:
        lines.append((say(_("In their own words")), lead.how_found))
    if not fits and lead.value_cents is not None:
        lines.append((say(_("Value")), f"{lead.value_cents / 100:.2f} {lead.currency}"))
    return "\n".join([*(f"{name}: {value}" for name, value in lines if value), f"Centralino: {told['link']}"])


def _plain(code: str) -> str:
    """A source as a word: "google_ads" is Google ads, "utm:fiera" is fiera."""
    word = code.partition(":")[2] or code.replace("_", " ")
    return word[:1].upper() + word[1:]


def _medium(code: str) -> str:
    return "CPC" if code.endswith("_ads") else _MEDIUMS.get(code, "")
