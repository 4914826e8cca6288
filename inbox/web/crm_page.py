"""The company's CRM: where it is, whether it works, which stages go over as what, and what waits."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length

from inbox import access
from inbox.crm import asking, handing, queueing, settings
from inbox.crm.settings import CrmError, Settings
from inbox.models import CrmRecord, Lead
from inbox.models.crm import FAILED, KEPT
from inbox.web import context, crm_words
from inbox.web.forms import Form, choices
from inbox.web.wording import gettext as _

blueprint = Blueprint("crm", __name__, url_prefix="/leads/crm")
MOST_FAILED = 20


class CrmForm(Form):
    """Where the CRM is; an empty key stays as it is."""

    kind = SelectField()
    url = StringField(validators=[Length(max=300)])
    database = StringField(validators=[Length(max=100)])
    login = StringField(validators=[Length(max=200)])
    key = PasswordField(validators=[Length(max=400)])


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """How it is; saving where it is, which tries it at once."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        form = _form(settings.load(session))
    if request.method == "GET":
        return _page(form)
    if context.app().demo is not None or not form.validate():
        return _page(form), 422
    given: dict[str, Any] = {name: (form[name].data or "").strip() for name in ("kind", "url", "database", "login")}
    if given["kind"] == settings.HUBSPOT:
        given |= {"url": "", "database": "", "login": ""}
    wanted = Settings(**{**given, "url": given["url"].rstrip("/")})
    try:
        with context.writing() as session:
            settings.save(session, context.app().vault, wanted, (form.key.data or "").strip(), context.actor())
            asking.look(session)
    except CrmError as error:
        form[error.field].errors = [_(crm_words.WRONG[error.code])]
        return _page(form), 422
    return redirect(url_for("crm.index"))


@blueprint.post("/stages")
def choose() -> Response:
    """Which stages go over, and as what."""
    context.user(access.CHANNELS)
    wanted = {stage: request.form.get(f"stage_{stage}", "") for stage in settings.STAGES}
    try:
        with context.writing() as session:
            settings.choose(session, wanted, context.actor())
        flash(_("Saved."))
    except CrmError:
        flash(_("Nothing was changed: please choose once more."))
    return redirect(url_for("crm.index"))


@blueprint.post("/<any(look,start,stop,everything,again):verb>")
def change(verb: str) -> Response:
    """Try the connection, switch it on or off, hand over all that is under way, try again what failed."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        there = settings.load(session)
        if verb == "look" and there.kind and context.app().demo is None:
            asking.look(session)
        elif verb == "start" and not any(there.stages.values()):
            flash(_("Please choose first which stages go over."))
        elif verb in ("start", "stop"):
            settings.switch(session, context.actor(), on=verb == "start")
            if verb == "start":
                queueing.ask_again(session, state=KEPT, code=handing.OFF)
        elif verb == "everything" and there.on:
            asking.send_all(session)
        elif verb == "again" and there.on:
            queueing.ask_again(session)
    return redirect(url_for("crm.index"))


def _form(there: Settings) -> CrmForm:
    form = CrmForm(data=there.model_dump(include={"kind", "url", "database", "login"}))
    form.kind.choices = choices(crm_words.NAMES)
    return form


def _page(form: CrmForm) -> str:
    with context.reading() as session:
        there, known = settings.load(session), settings.known(session)
        return render_template(
            "crm.html", form=form, there=there, known=known, counts=queueing.counts(session), failed=_failed(session),
            has_key=settings.has_key(session), names=crm_words.NAMES, stages=_stages(there, known),
            trouble=crm_words.trouble,
        )  # fmt: skip


def _stages(there: Settings, known: settings.Known) -> dict[str, dict[str, str]]:
    """By our stage what it may be there, by code."""
    return {
        ours: {code: crm_words.stage_name(there, code, name) for code, name in known.offered(ours).items()}
        for ours in settings.STAGES
    }


def _failed(session: Session) -> list[tuple[CrmRecord, Lead]]:
    query = select(CrmRecord, Lead).join(Lead, Lead.id == CrmRecord.lead_id).options(joinedload(Lead.contact))
    rows = session.execute(query.where(CrmRecord.state == FAILED).order_by(CrmRecord.id.desc()).limit(MOST_FAILED))
    return [(row, lead) for row, lead in rows]
