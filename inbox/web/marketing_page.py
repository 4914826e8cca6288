"""Who has consented to news by mail: the list, and a file of it for the program that sends the news."""

from flask import Blueprint, Response, render_template

from inbox import access
from inbox.consents import asking
from inbox.customers.reading import write
from inbox.models import Consent
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("marketing", __name__, url_prefix="/customers/consents")


@blueprint.get("")
def index() -> str:
    """All whose consent stands."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        return render_template("marketing.html", given=asking.given(session))


@blueprint.get("/file")
def as_file() -> Response:
    """The same as CSV, with what shows each consent: the words, when they were confirmed, and where they were asked."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        rows = [_row(one) for one in asking.given(session)]
    heads = [
        _("Name"), _("Company"), _("Mail address"), _("Words"), _("Version"), _("Asked"), _("Confirmed"), _("Form"),
        _("Page"),
    ]  # fmt: skip
    name = _("consents") + ".csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write([heads, *rows]), mimetype="text/csv", headers=headers)


def _row(one: Consent) -> list[str]:
    company = one.contact.company
    confirmed = one.confirmed_at.isoformat(timespec="seconds") if one.confirmed_at else ""
    return [
        one.contact.name, company.name if company else "", one.address, one.text.text, str(one.text.version),
        one.asked_at.isoformat(timespec="seconds"), confirmed, one.channel.name, one.asked_page,
    ]  # fmt: skip
