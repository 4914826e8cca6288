"""The chat on the company's web site: how it looks, when it rings, and what to paste there."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, NumberRange
from wtforms.widgets import ColorInput

from inbox import access, channels, floods, sitechannels, wordpress
from inbox.channels import ChannelError
from inbox.events import record
from inbox.models import Channel
from inbox.sitechat import settings
from inbox.sitechat.words import words
from inbox.web import context
from inbox.web.forms import Form, TickField, choices
from inbox.web.wording import gettext as _
from inbox.web.wording import label, sentence

blueprint = Blueprint("sitechats", __name__, url_prefix="/channels/chats")
# The preview holds our script alone, and stands only in a page of ours.
PREVIEW_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'"
LINES = ("origins", "unwanted")


class ChatForm(Form):
    name = StringField(validators=[DataRequired()])
    mailbox = SelectField(coerce=int)
    language = SelectField()
    origins = TextAreaField(render_kw={"rows": 2, "placeholder": "https://www.azienda.it"})
    bubble = StringField()
    title = StringField()
    greeting = TextAreaField(render_kw={"rows": 2})
    colour = StringField(widget=ColorInput())
    position = SelectField()
    ask = TickField()
    needed = TickField()
    topics = TextAreaField(render_kw={"rows": 3})
    consent = StringField()
    privacy = StringField()
    unwanted = TextAreaField(render_kw={"rows": 3, "placeholder": "@spam.example"})
    patience_seconds = IntegerField(validators=[NumberRange(*settings.BOUNDS["patience_seconds"])])
    claim_seconds = IntegerField(validators=[NumberRange(*settings.BOUNDS["claim_seconds"])])
    max_a_minute = IntegerField(validators=[NumberRange(*settings.BOUNDS["max_a_minute"])])


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """One more chat."""
    context.user(access.CHANNELS)
    form = _form(settings.DEFAULTS)
    if form.validate_on_submit() and (made := _save(form, None)):
        return redirect(url_for("sitechats.show", channel_id=made))
    return render_template("sitechat_new.html", form=form), 422 if form.errors else 200


@blueprint.route("/<int:channel_id>", methods=["GET", "POST"])
def show(channel_id: int) -> Response | str | tuple[str, int]:
    """A chat: what to paste, how it looks, and its settings."""
    context.user(access.CHANNELS)
    app = context.app()
    with context.reading() as session:
        channel = _found(session, channel_id)
        mailbox = sitechannels.mailbox_of(session, channel)
        flood = floods.of(session, channel)
    form = _form({**settings.settings_of(channel), "name": channel.name})
    if form.validate_on_submit() and _save(form, channel_id):
        return redirect(url_for("sitechats.show", channel_id=channel_id))
    page = render_template(
        "sitechat.html", form=form, channel=channel, mailbox=mailbox, flood=flood,
        snippet=settings.snippet(app.public_url, channel, mailbox.address if mailbox else ""),
        address=settings.address(app.public_url, channel),
        secret=sitechannels.signing(app.vault, channel), public=bool(app.settings.public_url),
        labels=[(name, words(form.language.data)[name]) for name in settings.QUESTIONS],
    )  # fmt: skip
    return page, 422 if form.errors else 200


@blueprint.get("/<int:channel_id>/preview")
def preview(channel_id: int) -> Response:
    """The chat as visitors see it, in a page that holds nothing else; it sends nothing."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
    language = settings.settings_of(channel)["language"]
    page = render_template("sitechat_preview.html", key=channel.address, language=language)
    response: Response = make_response(page)
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@blueprint.post("/<int:channel_id>/<any(start,stop):verb>")
def switch(channel_id: int, verb: str) -> Response:
    """Show the chat on the site, or no more."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        channels.switch(session, channel, context.actor(), on=verb == "start")
    return redirect(url_for("sitechats.show", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/flood/<any(genuine,spam):verb>")
def flood(channel_id: int, verb: str) -> Response:
    """What was put aside as a flood is genuine, or is spam indeed."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        decide = floods.release if verb == "genuine" else floods.dismiss
        decide(session, channel, context.actor())
    return redirect(url_for("sitechats.show", channel_id=channel_id))


@blueprint.get("/<int:channel_id>/wordpress.zip")
def wordpress_plugin(channel_id: int) -> Response:
    """A plugin that puts the chat into all pages of the company's WordPress."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
        mailbox = sitechannels.mailbox_of(session, channel)
    script, mail = f"{context.app().public_url.rstrip('/')}/chat.js", mailbox.address if mailbox else ""
    content = wordpress.chat_plugin(script, channel.address, mail)
    headers = {"Content-Disposition": f'attachment; filename="{wordpress.CHAT}.zip"'}
    return Response(content, headers=headers, content_type="application/zip")


def _found(session: Session, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None or channel.kind != settings.KIND:
        abort(404)
    return channel


def _form(shown: dict[str, Any]) -> ChatForm:
    """The form as sent, else with what is set."""
    asked = {one["name"]: one for one in shown["questions"]}
    form = ChatForm(data={
        **shown, **{name: "\n".join(shown[name]) for name in LINES},
        "ask": list(asked), "needed": [name for name, one in asked.items() if one["required"]],
        "topics": "\n".join(asked.get(settings.TOPIC, {}).get("choices", ())),
    })  # fmt: skip
    with context.reading() as session:
        query = select(Channel).where(Channel.kind == "mail").order_by(Channel.name)
        form.mailbox.choices = choices({one.id: f"{one.name} · {one.address}" for one in session.scalars(query)})
    form.language.choices = choices({one: label("language", one) for one in sitechannels.LANGUAGES})
    form.position.choices = choices({"right": _("on the right"), "left": _("on the left")})
    for field in (form.ask, form.needed):
        field.choices = choices({one: label("form_field", one) for one in settings.QUESTIONS})
    told = words(form.language.data if form.language.data in sitechannels.LANGUAGES else "it")
    for name in ("bubble", "title", "greeting"):
        form[name].render_kw = {**(form[name].render_kw or {}), "placeholder": told[name]}
    return form


def _save(form: ChatForm, channel_id: int | None) -> int | None:
    """Store what was typed; None where something is refused, said beside its field."""
    wanted: dict[str, Any] = {
        name: (form[name].data or "").strip() for name in ("bubble", "title", "greeting", "consent", "privacy")
    }
    wanted |= {name: form[name].data for name in ("language", "colour", "position", *settings.BOUNDS)}
    wanted |= {"origins": form.origins.data.split(), "unwanted": form.unwanted.data.splitlines()}
    topics = [one.strip() for one in form.topics.data.splitlines() if one.strip()]
    wanted["questions"] = [
        {"name": name, "required": name in form.needed.data, "choices": topics if name == settings.TOPIC else []}
        for name in settings.QUESTIONS
        if name in form.ask.data or name in form.needed.data
    ]
    try:
        with context.writing() as session:
            if channel_id is None:
                vault, actor, name = context.app().vault, context.actor(), form.name.data
                channel = settings.make(session, vault, name, form.mailbox.data, actor=actor, **wanted)
            else:
                channel = _found(session, channel_id)
                channels.check_name(session, form.name.data.strip(), but=channel_id)
                settings.change(session, channel, mailbox=form.mailbox.data, **wanted)
                channel.name = form.name.data.strip()
                record(session, "channel_changed", context.actor(), channel_id=channel_id)
            made = channel.id
    except ChannelError as error:
        field, _colon, said = str(error).partition(": ")
        field = {"questions": "topics"}.get(field, field)
        field = field if said and field in form else "name"
        form[field].errors = [sentence(said or str(error))]
        return None
    flash(_("Saved."))
    return made
