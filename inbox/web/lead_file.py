"""The leads of the list as a CSV file, for a spreadsheet or another program."""

from dataclasses import replace

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from inbox import access
from inbox.contacts import address_of
from inbox.customers.reading import write
from inbox.leads import keeping, listing, sources
from inbox.models import Lead
from inbox.web import context
from inbox.web.lead_form import typed
from inbox.web.lead_words import source_name
from inbox.web.leads_page import wanted_leads
from inbox.web.wording import gettext as _
from inbox.web.wording import label, today

blueprint = Blueprint("lead_file", __name__, url_prefix="/leads/file")


@blueprint.get("")
def as_file() -> Response:
    """All that the filter holds, not only a page of it."""
    user, wanted, day = context.user(access.SEE), replace(wanted_leads(), after=0), today()
    rows: list[list[str]] = []
    with context.reading() as session:
        names = sources.names(session)
        while True:
            page = listing.leads(session, user, wanted, names, day)
            rows += [_row(session, one, names) for one in page[: listing.PAGE]]
            if len(page) <= listing.PAGE:
                break
            wanted = replace(wanted, after=wanted.after + listing.PAGE)
    heads = [
        _("Number"), _("Lead"), _("Stage"), _("Value"), _("Currency"), _("Product"), _("Name"), _("Company"),
        _("Mail address"), _("Telephone"), _("In the hands of"), _("Next step"), _("By when"), _("First way to us"),
        _("Last way before the lead"), _("Campaign"), _("In their own words"), _("customer already"),
        _("First contact"), _("Quoted"), _("Won"), _("Lost"), _("If lost, because of"), _("More about it"), _("Note"),
    ]  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{_("leads")}.csv"'}
    return Response(write([heads, *rows]), mimetype="text/csv", headers=headers)


def _row(session: Session, lead: Lead, names: sources.Names) -> list[str]:
    contact, held = lead.contact, keeping.holder(session, lead)
    moments = (lead.contacted_at, lead.quoted_at, lead.won_at, lead.lost_at)
    days = [one.date().isoformat() if one else "" for one in moments]
    return [
        str(lead.id), lead.title, label("stage", lead.stage), typed(lead.value_cents), lead.currency, lead.product,
        contact.name, contact.company.name if contact.company else "", address_of(session, contact.id, "mail"),
        contact.phone, held.name if held else "", lead.next_step, lead.next_on.isoformat() if lead.next_on else "",
        source_name(names.of(lead.first_source), names), source_name(names.of(lead.last_source), names), lead.campaign,
        lead.how_found, _("yes") if lead.is_customer else "", *days,
        label("lost_reason", lead.lost_reason) if lead.lost_reason else "", lead.lost_note, lead.note,
    ]  # fmt: skip
