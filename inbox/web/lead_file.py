"""The leads of the list as a file, CSV or a workbook, for a spreadsheet or another program."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from inbox import access
from inbox.contacts import address_of
from inbox.customers.reading import write
from inbox.leads import keeping, listing, sources
from inbox.models import Lead
from inbox.reporting import sheets
from inbox.reporting.sheets import Cell
from inbox.web import context
from inbox.web.lead_form import typed
from inbox.web.lead_words import source_name
from inbox.web.leads_page import wanted_leads
from inbox.web.report_files import WORKBOOK
from inbox.web.wording import gettext as _
from inbox.web.wording import label, today

blueprint = Blueprint("lead_file", __name__, url_prefix="/leads/file")


@blueprint.get("")
def as_file() -> Response:
    """All that the filter holds, not only a page of it."""
    rows = [[_written(cell) for cell in row] for row in _rows()]
    return _file(write([_heads(), *rows]), "text/csv", "csv")


@blueprint.get("/workbook")
def as_workbook() -> Response:
    """The same as a workbook: sums and numbers can be added up there."""
    rows = [[one.isoformat() if isinstance(one, date) else one for one in row] for row in _rows()]
    return _file(sheets.as_workbook([sheets.Table(_("Leads"), _heads(), rows)]), WORKBOOK, "xlsx")


def _file(content: bytes, mimetype: str, ending: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{_("leads")}.{ending}"'}
    return Response(content, mimetype=mimetype, headers=headers)


def _heads() -> list[str]:
    return [
        _("Number"), _("Lead"), _("Stage"), _("Value"), _("Currency"), _("Product"), _("Name"), _("Company"),
        _("Mail address"), _("Telephone"), _("In the hands of"), _("Next step"), _("By when"), _("First way to us"),
        _("Last way before the lead"), _("Campaign"), _("In their own words"), _("customer already"),
        _("First contact"), _("Quoted"), _("Won"), _("Lost"), _("If lost, because of"), _("More about it"), _("Note"),
    ]  # fmt: skip


def _rows() -> list[list[Cell | date]]:
    user, wanted, day = context.user(access.SEE), replace(wanted_leads(), after=0), today()
    rows: list[list[Cell | date]] = []
    with context.reading() as session:
        names = sources.names(session)
        while True:
            page = listing.leads(session, user, wanted, names, day)
            rows += [_row(session, one, names) for one in page[: listing.PAGE]]
            if len(page) <= listing.PAGE:
                return rows
            wanted = replace(wanted, after=wanted.after + listing.PAGE)


def _written(cell: Cell | date) -> str:
    """As CSV has it: sums as people type them."""
    if isinstance(cell, float):
        return typed(round(cell * 100))
    return "" if cell is None else str(cell)


def _row(session: Session, lead: Lead, names: sources.Names) -> list[Cell | date]:
    contact, held = lead.contact, keeping.holder(session, lead)
    moments = (lead.contacted_at, lead.quoted_at, lead.won_at, lead.lost_at)
    days = [one.date() if one else None for one in moments]
    value = None if lead.value_cents is None else lead.value_cents / 100
    return [
        lead.id, lead.title, label("stage", lead.stage), value, lead.currency, lead.product,
        contact.name, contact.company.name if contact.company else "", address_of(session, contact.id, "mail"),
        contact.phone, held.name if held else "", lead.next_step, lead.next_on,
        source_name(names.of(lead.first_source), names), source_name(names.of(lead.last_source), names), lead.campaign,
        lead.how_found, _("yes") if lead.is_customer else "", *days,
        label("lost_reason", lead.lost_reason) if lead.lost_reason else "", lead.lost_note, lead.note,
    ]  # fmt: skip
