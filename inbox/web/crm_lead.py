"""One lead in the CRM: what its page and its conversations show, and trying it again."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, g, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.crm import handing, queueing, settings
from inbox.leads import listing
from inbox.models import CrmRecord, Lead
from inbox.models.crm import FAILED, KEPT
from inbox.models.user import EXTERNAL
from inbox.web import context, crm_words
from inbox.web.wording import gettext as _

blueprint = Blueprint("crm_lead", __name__, url_prefix="/leads/<int:lead_id>/crm")


@dataclass(frozen=True, slots=True)
class Shown:
    """A lead's record there; `said` is why it waits, stays here or failed, `detail` what the CRM said of it."""

    row: CrmRecord
    name: str
    said: str
    detail: str


def shown(session: Session, lead: Lead | None) -> Shown | None:
    """What is shown of a lead; None for nothing, and to an external agent, who has no business there."""
    row = queueing.record_of(session, lead.id) if lead is not None and g.user.role != EXTERNAL else None
    if row is None:
        return None
    there = settings.load(session)
    said = detail = ""
    if row.state == KEPT:
        said = _(crm_words.KEPT.get(row.code, row.code))
    elif row.error and row.account == there.account:
        said, detail = crm_words.trouble(row.code, there), row.error
    return Shown(row, crm_words.NAMES.get(there.kind, "CRM"), said, detail)


@blueprint.post("")
def again(lead_id: int) -> Response:
    """Try it again; a record that was deleted there is made anew."""
    user = context.user(access.CHANGE)
    with context.writing() as session:
        lead = session.get(Lead, lead_id)
        if lead is None or user.role == EXTERNAL or not listing.may_see(session, user, lead):
            abort(404)
        row = queueing.record_of(session, lead_id)
        if row is not None and row.state == FAILED and settings.load(session).on:
            queueing.ask(session, [lead], **{handing.ANEW: True})
            flash(_("It is being tried again."))
    return redirect(url_for("leads.show", lead_id=lead_id))
