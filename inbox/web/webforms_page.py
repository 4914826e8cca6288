"""Forms of the company's web pages: where their posts go, and what to paste there."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange

from inbox import access, channels, floods, sitechannels, wordpress
from inbox.channels import ChannelError
from inbox.consents import texts
from inbox.events import record
from inbox.forms import settings as forms
from inbox.forms import work as formwork
from inbox.models import Channel
from inbox.web import context
from inbox.web.forms import Form, TickField, choices
from inbox.web.wording import gettext as _
from inbox.web.wording import label, sentence

blueprint = Blueprint("webforms", __name__, url_prefix="/channels/forms")
MOST_A_MINUTE = 1000
# What a form can be made to ask for.
ASKABLE = ("name", "company", "email", "phone", "message")


class WebForm(Form):
    name = StringField(validators=[DataRequired()])
    mailbox = SelectField(coerce=int)
    language = SelectField()
    origins = TextAreaField(render_kw={"rows": 2, "placeholder": "https://www.azienda.it"})
    thanks = StringField()
    privacy = StringField()
    marketing = StringField()
    required = TickField()
    fields = TextAreaField(render_kw={"rows": 2, "placeholder": "richiesta = message"})
    unwanted = TextAreaField(render_kw={"rows": 3, "placeholder": "@spam.example"})
    work = SelectField(coerce=int, default=formwork.OFF)
    max_a_minute = IntegerField(default=30, validators=[NumberRange(1, MOST_A_MINUTE)])


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """One more form."""
    context.user(access.CHANNELS)
    form = _form({"language": "it", "required": ["email", "message"]})
    if form.validate_on_submit() and (made := _save(form, None)):
        return redirect(url_for("webforms.show", channel_id=made))
    return render_template("webform_new.html", form=form), 422 if form.errors else 200


@blueprint.route("/<int:channel_id>", methods=["GET", "POST"])
def show(channel_id: int) -> Response | str | tuple[str, int]:
    """A form: what to paste, and its settings."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
        mailbox = sitechannels.mailbox_of(session, channel)
        consent_text = texts.number(session, channel)
        flood = floods.of(session, channel)
    form = _form({**forms.settings_of(channel), "name": channel.name})
    if form.validate_on_submit() and _save(form, channel_id):
        return redirect(url_for("webforms.show", channel_id=channel_id))
    address = forms.address(context.app().public_url, channel)
    page = render_template(
        "webform.html", form=form, channel=channel, mailbox=mailbox, address=address, flood=flood,
        public=bool(context.app().settings.public_url), works=bool(forms.settings_of(channel)["work"]),
        snippet=forms.snippet(address, channel, consent_text, mailbox.address if mailbox else ""),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.post("/<int:channel_id>/<any(start,stop):verb>")
def switch(channel_id: int, verb: str) -> Response:
    """Take posts, or no more."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        channels.switch(session, channel, context.actor(), on=verb == "start")
    return redirect(url_for("webforms.show", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/flood/<any(genuine,spam):verb>")
def flood(channel_id: int, verb: str) -> Response:
    """What was put aside as a flood is genuine, or is spam indeed."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        if verb == "genuine":
            floods.release(session, channel, context.actor())
        else:
            floods.dismiss(session, channel, context.actor())
    return redirect(url_for("webforms.show", channel_id=channel_id))


@blueprint.get("/<int:channel_id>/wordpress.zip")
def wordpress_plugin(channel_id: int) -> Response:
    """A plugin for the company's WordPress, made for this form."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
    told = {
        "waiting": _("Centralino cannot be reached: %d posts of forms are waiting and will be sent again."),
        "refused": _("%d posts of forms did not reach Centralino and are not sent any more."),
        "look": _("Look at them"), "title": _("Posts that have not arrived"), "none": _("All posts have arrived."),
        "again": _("Send again"), "remove": _("Remove"), "answer": _("Last answer:"),
    }  # fmt: skip
    content = wordpress.plugin(forms.address(context.app().public_url, channel), channel, told)
    headers = {"Content-Disposition": f'attachment; filename="{wordpress.NAME}.zip"'}
    return Response(content, headers=headers, content_type="application/zip")


def _found(session: Session, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None or channel.kind != forms.KIND:
        abort(404)
    return channel


def _form(shown: dict[str, Any]) -> WebForm:
    """The form as sent, else with what is set."""
    fields = "\n".join(f"{name} = {meaning}" for name, meaning in shown.get("fields", {}).items())
    lines = {name: "\n".join(shown.get(name, ())) for name in ("origins", "unwanted")}
    form = WebForm(data={**shown, **lines, "fields": fields})
    with context.reading() as session:
        query = select(Channel).where(Channel.kind == "mail").order_by(Channel.name)
        form.mailbox.choices = choices({one.id: f"{one.name} · {one.address}" for one in session.scalars(query)})
    form.language.choices = choices({one: label("language", one) for one in sitechannels.LANGUAGES})
    form.work.choices = choices(_efforts(int(shown.get("work", formwork.OFF))))
    form.required.choices = choices({one: label("form_field", one) for one in ASKABLE})
    return form


def _efforts(bits: int) -> dict[int, str]:
    """How much a browser can be made to work; `bits` is what is set, by a command perhaps."""
    offered = {formwork.OFF: _("no work"), formwork.LIGHT: _("light"), formwork.HEAVY: _("heavy")}
    return offered if bits in offered else {**offered, bits: _("%s bits") % bits}


def _save(form: WebForm, channel_id: int | None) -> int | None:
    """Store what was typed; None where something is refused, said beside its field."""
    settings: dict[str, Any] = {
        "origins": form.origins.data.split(), "thanks": form.thanks.data.strip(), "privacy": form.privacy.data.strip(),
        "marketing": (form.marketing.data or "").strip(),
        "language": form.language.data, "required": form.required.data, "max_a_minute": form.max_a_minute.data,
        "unwanted": form.unwanted.data.splitlines(), "work": form.work.data,
        "fields": dict(_pair(line) for line in form.fields.data.splitlines() if line.strip()),
    }  # fmt: skip
    try:
        with context.writing() as session:
            if channel_id is None:
                vault, actor, name = context.app().vault, context.actor(), form.name.data
                channel = forms.make(session, vault, name, form.mailbox.data, actor=actor, **settings)
            else:
                channel = _found(session, channel_id)
                channels.check_name(session, form.name.data.strip(), but=channel_id)
                forms.change(session, channel, mailbox=form.mailbox.data, **settings)
                channel.name = form.name.data.strip()
                record(session, "channel_changed", context.actor(), channel_id=channel_id)
            made = channel.id
    except ChannelError as error:
        field, _colon, said = str(error).partition(": ")
        field = field if said and field in form else "name"
        form[field].errors = [sentence(said or str(error))]
        return None
    flash(_("Saved."))
    return made


def _pair(line: str) -> tuple[str, str]:
    name, _sign, meaning = line.partition("=")
    return name.strip(), meaning.strip()
