"""Connecting a WhatsApp number: where to find what is asked for, whether it works, what Meta is to be given, and the
texts that Meta has approved."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Optional, Regexp

from config.i18n import translator
from inbox import access, channels, hooks, numbers, windows
from inbox.events import record
from inbox.models import Channel
from inbox.models.channel import WHATSAPP
from inbox.web import context
from inbox.web.forms import Form
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence

blueprint = Blueprint("whatsapp", __name__, url_prefix="/channels/whatsapp")
_ID, _WORD, _NUMBER = r"^\d{1,32}$", r"^[\x21-\x7e]+$", r"^\+?[\d ./()-]{6,25}$"


def _lean(text: str | None) -> str:
    return (text or "").strip()


class NumberForm(Form):
    name = StringField(filters=[_lean], validators=[DataRequired()])
    phone_number_id = StringField(filters=[_lean], validators=[DataRequired(), Regexp(_ID)])
    token = PasswordField(filters=[_lean], validators=[Optional(), Regexp(_WORD)])
    secret = PasswordField(filters=[_lean], validators=[Optional(), Regexp(_WORD)])


class NewNumberForm(NumberForm):
    token = PasswordField(filters=[_lean], validators=[DataRequired(), Regexp(_WORD)])
    secret = PasswordField(filters=[_lean], validators=[DataRequired(), Regexp(_WORD)])
    free = BooleanField(validators=[DataRequired()])


class GreetingForm(Form):
    to = StringField(filters=[_lean], validators=[DataRequired(), Regexp(_NUMBER)])


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Connect a number."""
    context.user(access.CHANNELS)
    form = NewNumberForm(formdata=request.form or None, name="WhatsApp")
    if request.method == "POST" and not context.app().demo and form.validate():
        try:
            with context.writing() as session:
                made = numbers.add(session, context.app().vault, form.name.data, _settings(form), context.actor())
            return redirect(url_for("whatsapp.show", channel_id=made.id))
        except channels.ChannelError as error:
            form.name.errors = [sentence(str(error).removeprefix("name: "))]
    return render_template("whatsapp_new.html", form=form), 422 if request.method == "POST" else 200


@blueprint.route("/<int:channel_id>", methods=["GET", "POST"])
def show(channel_id: int) -> Response | str | tuple[str, int]:
    """A number: how it is, what Meta is to be given, its settings and approved texts."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
        known = numbers.state(session, channel_id)
    given = {"name": channel.name, "phone_number_id": channel.settings.get("phone_number_id", "")}
    form = NumberForm(formdata=request.form or None, data=given)
    if request.method == "POST" and form.validate():
        try:
            with context.writing() as session:
                numbers.change(
                    session, context.app().vault, _found(session, channel_id), form.name.data, _settings(form)
                )
                record(session, "channel_changed", context.actor(), channel_id=channel_id)
            return redirect(url_for("whatsapp.show", channel_id=channel_id))
        except channels.ChannelError as error:
            form.name.errors = [sentence(str(error).removeprefix("name: "))]
    return _page(channel, known, form), 422 if request.method == "POST" else 200


@blueprint.post("/<int:channel_id>/<any(look,start,stop):verb>")
def change(channel_id: int, verb: str) -> Response:
    """Ask Meta once more, switch the number on or off."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        if verb == "look":
            numbers.look(session, channel)
        else:
            channels.switch(session, channel, context.actor(), on=verb == "start")
    return redirect(url_for("whatsapp.show", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/greeting")
def greet(channel_id: int) -> Response:
    """Send oneself a message."""
    context.user(access.CHANNELS)
    form = GreetingForm()
    if not form.validate():
        flash(_("Please write your own number with its country code, for example +39 333 1234567."))
    else:
        to = "".join(one for one in form.to.data if one.isdigit())
        with context.writing() as session:
            words = translator(g.user.language)("A test from Centralino: this number can send.")
            numbers.greet(session, _found(session, channel_id), to, words)
    return redirect(url_for("whatsapp.show", channel_id=channel_id, _anchor="greeting"))


@blueprint.post("/<int:channel_id>/texts/<any(add,remove):verb>")
def texts(channel_id: int, verb: str) -> Response:
    """Enter one more approved text, or forget one."""
    context.user(access.CHANNELS)
    typed = {name: _lean(request.form.get(name)) for name in ("name", "language", "text")}
    one = windows.Template(typed["name"], typed["language"], typed["text"].replace("\r\n", "\n"))
    try:
        with context.writing() as session:
            channel = _found(session, channel_id)
            kept = [old for old in windows.templates(channel) if (old.name, old.language) != (one.name, one.language)]
            windows.set_templates(channel, [*kept, one] if verb == "add" else kept)
            record(session, "channel_changed", context.actor(), channel_id=channel_id)
    except channels.ChannelError as error:
        flash(sentence(str(error).partition(": ")[2]))
    return redirect(url_for("whatsapp.show", channel_id=channel_id, _anchor="texts"))


def _page(channel: Channel, known: numbers.State, form: NumberForm) -> str:
    app = context.app()
    public = app.settings.public_url
    return render_template(
        "whatsapp.html", form=form, channel=channel, known=known, greeting=GreetingForm(formdata=None),
        address=hooks.address(app.public_url, WHATSAPP, channel.id), public=public.startswith("https://"),
        verify=app.vault.open(channel.secrets).get(hooks.SECRET, ""), texts=windows.templates(channel),
    )  # fmt: skip


def _settings(form: NumberForm) -> dict[str, str]:
    """What was typed; secrets left empty stay as they are."""
    given = {name: form[name].data for name in ("phone_number_id", "token", "secret")}
    return {name: value for name, value in given.items() if value}


def _found(session: Session, channel_id: int) -> Channel:
    found = session.get(Channel, channel_id)
    if found is None or found.kind != WHATSAPP:
        abort(404)
    return found
