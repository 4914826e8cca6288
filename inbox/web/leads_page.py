"""Leads: the list of what is under way, one lead with its history, and those that are entered by hand."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from inbox import access
from inbox.customers.keeping import holders
from inbox.leads import entering, keeping, listing, sources
from inbox.leads.entering import MAX_NAME, EnteringError, Met
from inbox.leads.listing import Filter
from inbox.models import Event, Lead, User
from inbox.models.lead import CURRENCIES, UNDER_WAY, WON
from inbox.web import context, crm_lead
from inbox.web.forms import choices
from inbox.web.lead_form import LeadForm, apply, blank, product_names
from inbox.web.lead_words import source_name, sums, wrong
from inbox.web.wording import gettext as _
from inbox.web.wording import label, today

blueprint = Blueprint("leads", __name__, url_prefix="/leads")
# What an event is told of on a lead's page, besides those of its conversations' timelines.
TOLD = (
    "stage_set",
    "value_set",
    "next_step_set",
    "lost_because",
    "lead_owner_set",
    "lead_linked",
    "lead_described",
    "still_open",
    "crm_handed",
    "crm_failed",
)


class NewForm(LeadForm):
    """Whom somebody met, and where."""

    source = SelectField()
    on = DateField(validators=[DataRequired()])
    name = StringField(validators=[Length(max=MAX_NAME)])
    company = StringField(validators=[Length(max=MAX_NAME)])
    email = StringField()
    phone = StringField(validators=[Length(max=MAX_NAME)])


@blueprint.get("")
def index() -> str:
    """The list, filtered."""
    user, wanted, day = context.user(access.SEE), wanted_leads(), today()
    with context.reading() as session:
        names = sources.names(session)
        found = listing.leads(session, user, wanted, names, day)
        count, worth = listing.totals(session, user, wanted, names, day)
        return render_template(
            "leads.html", leads=found[: listing.PAGE], wanted=wanted, count=count, worth=sums(worth),
            counts=listing.counts(session, user, day, names), people=holders(session), today=day,
            sources=_offered(session, names), more=wanted.after + listing.PAGE if len(found) > listing.PAGE else None,
            source_of=lambda lead: source_name(names.of(lead.last_source), names), states=listing.STATES,
        )  # fmt: skip


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Enter a lead by hand."""
    context.user(access.BEGIN)
    with context.reading() as session:
        form = _new_form(session)
        products = product_names(session)
    if request.method == "GET":
        return render_template("lead_new.html", form=form, product_names=products)
    lead = _enter(form) if form.validate() else None
    if lead is None:
        return render_template("lead_new.html", form=form, product_names=products), 422
    flash(_("Entered."))
    return redirect(url_for("leads.show", lead_id=lead.id))


@blueprint.route("/<int:lead_id>", methods=["GET", "POST"])
def show(lead_id: int) -> Response | str | tuple[str, int]:
    """One lead: what is known, its conversations, what happened; and changing it."""
    context.user(access.SEE if request.method == "GET" else access.CHANGE)
    with context.reading() as session:
        lead = _lead(session, lead_id)
        form = blank(session, lead)
        page = _page(session, lead) | {"form": form, "product_names": product_names(session)}
    if request.method == "GET":
        return render_template("lead.html", **page)
    if not form.validate():
        return render_template("lead.html", **page), 422
    with context.writing() as session:
        _lead(session, lead_id)
        found = session.get_one(Lead, lead_id, with_for_update=True)
        apply(session, form, found, None, context.actor())
    flash(_("Saved."))
    return redirect(url_for("leads.show", lead_id=lead_id))


def wanted_leads() -> Filter:
    """The filter in the address; unknown values fall back to what is under way."""
    told = {name: request.args.get(name, "").strip() for name in ("state", "owner", "source", "q")}
    state = told["state"] if told["state"] in listing.STATES else listing.OPEN
    after = min(request.args.get("after", 0, type=int), 1_000_000)
    owner = told["owner"] if told["owner"].isascii() and told["owner"].isdecimal() and len(told["owner"]) < 19 else ""
    return Filter(state, owner, told["source"][:200], told["q"][:200], max(after, 0))


def _lead(session: Session, lead_id: int) -> Lead:
    """A lead that the user may see; else 404, which tells nothing."""
    lead = session.get(Lead, lead_id)
    if lead is None or not listing.may_see(session, g.user, lead):
        abort(404)
    return lead


def _page(session: Session, lead: Lead) -> dict[str, Any]:
    names, conversations = sources.names(session), keeping.conversations_of(session, lead)
    # Rendering happens after the session is closed.
    _loaded = [lead.contact.company, list(lead.contact.identities), lead.owner, [one.channel for one in conversations]]
    return {
        "lead": lead,
        "holder": keeping.holder(session, lead),
        "conversations": [one for one in conversations if access.may(g.user, access.SEE, one)],
        "crm": crm_lead.shown(session, lead),
        "history": _history(session, lead, [one.id for one in conversations]),
        "ways": [source_name(names.of(code), names) for code in (lead.first_source, lead.last_source)],
    }


def _history(session: Session, lead: Lead, numbers: list[int]) -> list[tuple[Event, str]]:
    """What happened to it, the newest first; one act on several conversations is told once."""
    query = select(Event).where(Event.action.in_(TOLD))
    told = Event.data["lead_id"].as_integer() == lead.id
    rows = list(session.scalars(query.where(Event.conversation_id.is_(None), told)))
    rows += session.scalars(query.where(Event.conversation_id.in_(numbers)))
    once = {(row.at, row.action, row.data.get("stage")): row for row in rows}
    people = {one.id: one.name for one in session.scalars(select(User))}
    ordered = sorted(once.values(), key=lambda row: (row.at, row.id), reverse=True)
    _loaded = [row.user for row in ordered]
    nobody = _("whoever has the conversation")
    return [(row, people.get(row.data.get("user_id") or 0, nobody)) for row in ordered]


def _offered(session: Session, names: sources.Names) -> list[tuple[str, str]]:
    """Sources that leads have, by name."""
    codes = {names.of(code) for code in session.scalars(select(Lead.last_source).distinct()) if code}
    return sorted(((code, source_name(code, names)) for code in codes), key=lambda one: one[1].casefold())


def _new_form(session: Session) -> NewForm:
    names = sources.names(session)
    base = blank(session, None)
    form = NewForm(
        data={"on": today(), "stage": "new", "owner": str(g.user.id), "lost_reason": "", "currency": CURRENCIES[0]}
    )
    form.source.choices = choices({"": _("choose")} | {one: source_name(one, names) for one in sources.BY_HAND})
    form.stage.choices = choices({code: label("stage", code) for code in (*UNDER_WAY, WON)})
    form.lost_reason.choices = base.lost_reason.choices
    form.owner.choices = choices({str(one.id): one.name for one in holders(session)})
    return form


def _enter(form: NewForm) -> Lead | None:
    """The lead; None where it is refused, with the reasons beside the fields."""
    plain = ("source", "title", "name", "company", "email", "phone", "product", "note", "next_step")
    met = Met(
        on=form.on.data, stage=form.stage.data, cents=form.cents, currency=form.currency.data,
        next_on=form.next_on.data, **{name: form[name].data or "" for name in plain},
    )  # fmt: skip
    try:
        with context.writing() as session:
            owner = session.get(User, int(form.owner.data))
            return entering.enter(session, context.actor(), met, owner, context.app().settings.timezone)
    except EnteringError as error:
        for field, code in error.wrong.items():
            form[field].errors = [wrong("no_one" if (field, code) == ("name", "missing") else code)]
    return None
