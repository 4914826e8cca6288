"""Connecting an account elsewhere by which customers write: what is asked for, whether it works, what the platform is
to be given, and the texts that it has approved."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Optional, Regexp

from config.i18n import translator
from inbox import access, channels, hooks
from inbox.events import record
from inbox.models import Channel
from inbox.social import costs, trials, windows
from inbox.social.kinds import KINDS, Field, Kind
from inbox.web import context
from inbox.web.forms import Form
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence

blueprint = Blueprint("social", __name__, url_prefix=f"/channels/<any({','.join(KINDS)}):kind>")
_NUMBER = r"^\+?[\d ./()-]{6,25}$"
PROMISE = "promise"


def _lean(text: str | None) -> str:
    return (text or "").strip()


class GreetingForm(Form):
    to = StringField(filters=[_lean], validators=[DataRequired(), Regexp(_NUMBER)])


def _form(about: Kind, *, new: bool, **given: Any) -> Any:
    """The form of a kind; secrets of a channel that is there may be left empty."""
    made: dict[str, Any] = {"name": StringField(filters=[_lean], validators=[DataRequired()])}
    made |= {one.name: _field(one, new=new) for one in about.fields}
    if new and about.promise:
        made[PROMISE] = BooleanField(validators=[DataRequired()])
    return type("AccountForm", (Form,), made)(formdata=request.form or None, data=given)


def _field(one: Field, *, new: bool) -> Any:
    if one.tick:
        return BooleanField()
    must = DataRequired() if one.needed and (new or not one.secret) else Optional()
    return (PasswordField if one.secret else StringField)(
        filters=[_lean], validators=[must, Regexp(f"^(?:{one.pattern})$")]
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new(kind: str) -> Response | str | tuple[str, int]:
    """Connect an account."""
    context.user(access.CHANNELS)
    about = KINDS[kind]
    ticks = {one.name: one.ticked for one in about.fields if one.tick}
    form = _form(about, new=True, name=_(about.name), **ticks)
    if request.method == "POST" and not context.app().demo and form.validate():
        try:
            with context.writing() as session:
                vault, actor = context.app().vault, context.actor()
                made = trials.add(session, vault, kind, form.name.data, _settings(about, form), actor)
            return redirect(url_for("social.show", kind=kind, channel_id=made.id))
        except channels.ChannelError as error:
            _refuse(form, str(error))
    page = render_template("social_new.html", form=form, kind=kind, about=about, costs=costs)
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/<int:channel_id>", methods=["GET", "POST"])
def show(kind: str, channel_id: int) -> Response | str | tuple[str, int]:
    """An account: how it is, what the platform is to be given, its settings and approved texts."""
    context.user(access.CHANNELS)
    about = KINDS[kind]
    with context.reading() as session:
        channel = _found(session, kind, channel_id)
        known = trials.state(session, channel_id)
    given = {one.name: channel.settings.get(one.name, "") for one in about.fields if not one.secret}
    form = _form(about, new=False, name=channel.name, **given)
    if request.method == "POST" and form.validate():
        try:
            with context.writing() as session:
                found = _found(session, kind, channel_id)
                trials.change(session, context.app().vault, found, form.name.data, _settings(about, form))
                record(session, "channel_changed", context.actor(), channel_id=channel_id)
            return redirect(url_for("social.show", kind=kind, channel_id=channel_id))
        except channels.ChannelError as error:
            _refuse(form, str(error))
    return _page(kind, channel, known, form), 422 if request.method == "POST" else 200


@blueprint.post("/<int:channel_id>/<any(look,start,stop):verb>")
def change(kind: str, channel_id: int, verb: str) -> Response:
    """Ask the platform once more, switch the account on or off."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, kind, channel_id)
        if verb == "look":
            trials.look(session, channel)
        else:
            channels.switch(session, channel, context.actor(), on=verb == "start")
    return redirect(url_for("social.show", kind=kind, channel_id=channel_id))


@blueprint.post("/<int:channel_id>/greeting")
def greet(kind: str, channel_id: int) -> Response:
    """Send oneself a message."""
    context.user(access.CHANNELS)
    form = GreetingForm()
    if not KINDS[kind].greets:
        abort(404)
    if not form.validate():
        flash(_("Please write your own number with its country code, for example +39 333 1234567."))
    else:
        to = "".join(one for one in form.to.data if one.isdigit())
        with context.writing() as session:
            words = translator(g.user.language)("A test from Centralino: this number can send.")
            trials.greet(session, _found(session, kind, channel_id), to, words)
    return redirect(url_for("social.show", kind=kind, channel_id=channel_id, _anchor="greeting"))


@blueprint.post("/<int:channel_id>/texts/<any(add,remove):verb>")
def texts(kind: str, channel_id: int, verb: str) -> Response:
    """Enter one more approved text, or forget one."""
    context.user(access.CHANNELS)
    if not KINDS[kind].templates:
        abort(404)
    typed = {name: _lean(request.form.get(name)) for name in ("name", "language", "text")}
    one = windows.Template(typed["name"], typed["language"], typed["text"].replace("\r\n", "\n"))
    try:
        with context.writing() as session:
            channel = _found(session, kind, channel_id)
            kept = [old for old in windows.templates(channel) if (old.name, old.language) != (one.name, one.language)]
            windows.set_templates(channel, [*kept, one] if verb == "add" else kept)
            record(session, "channel_changed", context.actor(), channel_id=channel_id)
    except channels.ChannelError as error:
        flash(sentence(str(error).partition(": ")[2]))
    return redirect(url_for("social.show", kind=kind, channel_id=channel_id, _anchor="texts"))


def _page(kind: str, channel: Channel, known: trials.State, form: Form) -> str:
    app = context.app()
    return render_template(
        "social.html", form=form, channel=channel, known=known, greeting=GreetingForm(formdata=None), kind=kind,
        about=KINDS[kind], address=hooks.address(app.public_url, kind, channel.id),
        public=app.settings.public_url.startswith("https://"),
        costs=costs, verify=app.vault.open(channel.secrets).get(hooks.SECRET, ""), texts=windows.templates(channel),
    )  # fmt: skip


def _refuse(form: Any, reason: str) -> None:
    """Say at its field what is wrong; `reason` is "field: words"."""
    name, _colon, words = reason.partition(": ")
    field = form[name] if name in form else form.name  # noqa: SIM401 - a form has no get
    field.errors = [sentence(words or reason)]


def _settings(about: Kind, form: Any) -> dict[str, Any]:
    """What was typed; secrets left empty stay as they are."""
    given = {one.name: form[one.name].data for one in about.fields}
    return {name: value for name, value in given.items() if value not in ("", None)}


def _found(session: Session, kind: str, channel_id: int) -> Channel:
    found = session.get(Channel, channel_id)
    if found is None or found.kind != kind:
        abort(404)
    return found
