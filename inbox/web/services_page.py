"""The services whose notification mails count as messages: those known, and the firm's own."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from inbox import access, services
from inbox.web import context
from inbox.web.forms import Form
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence

blueprint = Blueprint("services", __name__, url_prefix="/channels/services")


class ServiceForm(Form):
    name = StringField(render_kw={"maxlength": services.LONGEST_NAME, "required": True})
    sender = StringField(render_kw={"maxlength": 320, "required": True})
    subject = TextAreaField(render_kw={"rows": 2})


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """All of them; one more."""
    context.user(access.CHANNELS)
    form = ServiceForm()
    known = context.app().services()
    if asked.method == "POST" and form.validate() and _add(form, [one.name for one in known]):
        flash(_("Saved."))
        return redirect(url_for("services.index"))
    with context.reading() as session:
        page = render_template(
            "services.html", form=form, known=[one for one in known if not one.relays], own=services.own(session),
            off=services.off(session), brought=services.brought(session),
        )  # fmt: skip
    return page, 422 if asked.method == "POST" else 200


@blueprint.post("/<code>/<any(start,stop):verb>")
def switch(code: str, verb: str) -> Response:
    """Let its mails count as messages, or not."""
    context.user(access.CHANNELS)
    if code not in {one.code for one in context.app().services() if not one.relays}:
        abort(404)
    with context.writing() as session:
        services.switch(session, code, on=verb == "start")
    return redirect(url_for("services.index"))


@blueprint.post("/<code>/removal")
def remove(code: str) -> Response:
    """Forget one of the firm's own."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        if not services.remove(session, code):
            abort(404)
    return redirect(url_for("services.index"))


def _add(form: ServiceForm, taken: list[str]) -> bool:
    lines = (form.subject.data or "").splitlines()
    try:
        with context.writing() as session:
            services.add(session, form.name.data or "", form.sender.data or "", lines, taken)
    except services.ServiceError as error:
        getattr(form, error.field).errors = [sentence(str(error))]
        return False
    return True
