"""Connecting a mailbox: its form, what came of trying it, a look at the last weeks, a quiet import."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask import request as asked
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, channels, mailboxes, signatures
from inbox.connecting import MACHINE, UNREADABLE
from inbox.mailboxes import State, Walk
from inbox.models import Channel, Team
from inbox.secrets import WrongKey
from inbox.web import consent_page, context
from inbox.web.labels import SERVICES
from inbox.web.mailbox_form import MailboxForm, answers_form, form_for, opened, settings_of
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence

blueprint = Blueprint("mailbox", __name__, url_prefix="/channels/mailboxes")


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Connect one more."""
    context.user(access.CHANNELS)
    form = form_for()
    if asked.method == "POST" and not context.app().demo and form.validate():
        provider = asked.form.get("sign_in", "")
        leads = consent_page.begin(form, provider) if provider else None
        made = None if provider else _add(form)
        if leads is not None:
            return leads
        if made is not None:
            return redirect(url_for("mailbox.show", channel_id=made))
    page = render_template("mailbox_new.html", form=form, opened=opened(form), services=consent_page.registered())
    return page, 422 if asked.method == "POST" else 200


@blueprint.route("/<int:channel_id>", methods=["GET", "POST"])
def show(channel_id: int) -> Response | str | tuple[str, int]:
    """One mailbox: how it is, and its settings."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = _found(session, channel_id)
        known = mailboxes.state(session, channel_id)
        teams = {team.slug: team.name for team in session.scalars(select(Team).order_by(Team.position))}
        removable = mailboxes.unused(session, channel)
    settings = _settings(channel, known)
    form = form_for(channel.name, settings)
    form.personal.data = form.personal.data or (asked.method == "GET" and settings.get("read_sent") is False)
    if asked.method == "POST" and not context.app().demo and form.validate() and _change(form, channel_id, settings):
        return redirect(url_for("mailbox.show", channel_id=channel_id))
    works = mailboxes.works(channel)
    page = render_template(
        "mailbox.html", form=form, opened=opened(form), channel=channel, known=known, works=works,
        look=_counted(known.look, teams), removable=removable, failed=_failed(known),
        service=SERVICES.get(settings.get("auth", ""), ""),
        signature=answers_form(channel),
    )  # fmt: skip
    return page, 422 if asked.method == "POST" else 200


@blueprint.post("/<int:channel_id>/<any(test,start,stop,look,taking,removal):verb>")
def change(channel_id: int, verb: str) -> Response:
    """Try it again, switch it on or off, look at older mails or take them in, forget it."""
    context.user(access.CHANNELS)
    if context.app().demo:
        abort(404)
    with context.writing() as session:
        channel = _found(session, channel_id)
        known = mailboxes.state(session, channel_id)
        if verb == "removal":
            gone = mailboxes.remove(session, channel, context.actor())
            flash(_("The mailbox was removed.") if gone else _("It has been used and stays: it can be switched off."))
            return redirect(url_for("channels.index"))
        if verb == "test":
            vault = context.app().vault
            mailboxes.attempt(session, vault, channel, mailboxes.settings_of(channel, vault, known))
        elif verb in ("start", "stop"):
            _switch(session, channel, verb == "start")
        elif verb == "look" or channel.enabled:
            mailboxes.begin_walk(session, channel, "look" if verb == "look" else "taking")
    return redirect(url_for("mailbox.show", channel_id=channel_id))


@blueprint.post("/<int:channel_id>/signature")
def sign(channel_id: int) -> Response:
    """What stands under the answers that leave by it."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        channel = _found(session, channel_id)
        form = answers_form(channel, sent=True)
        if not form.validate():
            abort(400)
        channel.signature, channel.thread_mark = signatures.tidy(form.text.data), form.mark.data
    flash(_("Saved."))
    return redirect(url_for("mailbox.show", channel_id=channel_id, _anchor="signature"))


@blueprint.post("/<int:channel_id>/<any(look,taking):which>/end")
def end(channel_id: int, which: str) -> Response:
    """Stop looking or taking in; what was taken in stays."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        mailboxes.stop_walk(session, _found(session, channel_id), "look" if which == "look" else "taking")
    return redirect(url_for("mailbox.show", channel_id=channel_id))


def _found(session: Session, channel_id: int) -> Channel:
    channel = session.get(Channel, channel_id)
    if channel is None or channel.kind != "mail":
        abort(404)
    return channel


def _settings(channel: Channel, known: State) -> dict[str, Any]:
    try:
        return mailboxes.settings_of(channel, context.app().vault, known)
    except WrongKey:
        # The password has to be typed again; all the rest is not secret.
        return dict(channel.settings)


def _add(form: MailboxForm) -> int | None:
    settings = settings_of(form, {})
    if settings is None:
        return None
    name = form.name.data or settings["address"].partition("@")[0]
    try:
        with context.writing() as session:
            return mailboxes.add(session, context.app().vault, name, settings, context.actor()).id
    except mailboxes.Refused as error:
        form[error.field].errors = [sentence(str(error))]
        return None


def _change(form: MailboxForm, channel_id: int, old: dict[str, Any]) -> bool:
    settings = settings_of(form, old)
    if settings is None:
        return False
    try:
        with context.writing() as session:
            channel = _found(session, channel_id)
            mailboxes.rename(session, channel, form.name.data or channel.name)
            mailboxes.attempt(session, context.app().vault, channel, settings)
    except mailboxes.Refused as error:
        form[error.field].errors = [sentence(str(error))]
        return False
    return True


def _switch(session: Session, channel: Channel, on: bool) -> None:
    if channel.enabled != on and (mailboxes.works(channel) or not on):
        channel.error, channel.error_at = "", None
        channels.switch(session, channel, context.actor(), on=on)


def _failed(known: State) -> bool:
    return any(way is not None and not way.works for way in (known.reading, known.sending))


def _counted(walk: Walk | None, teams: dict[str, str]) -> list[tuple[str, int]]:
    """Who would get the mails looked at, the most first; what programs wrote comes last."""
    counts = walk.counts if walk else {}
    names = {f"team:{slug}": name for slug, name in teams.items()} | {"team:": _("stay in the common queue")}
    people = [(names.get(key, key), count) for key, count in counts.items() if key not in (MACHINE, UNREADABLE)]
    rest = {MACHINE: _("automatic: newsletters, receipts, reports"), UNREADABLE: _("could not be read in full")}
    last = [(text, counts[key]) for key, text in rest.items() if counts.get(key)]
    return sorted(people, key=lambda one: -one[1]) + last
