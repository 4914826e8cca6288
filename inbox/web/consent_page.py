"""Permission instead of a password: a person signs in with Google or Microsoft, and we may read and answer."""

import secrets
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inbox import access, grants, mailboxes
from inbox.models import Channel
from inbox.web import context
from inbox.web.labels import SERVICES
from inbox.web.mailbox_form import MailboxForm, settings_of
from inbox.web.wording import sentence

blueprint = Blueprint("consent", __name__, url_prefix="/channels/permission")


def begin(form: MailboxForm, provider: str) -> str | None:
    """The page that leads to the service for a new mailbox; None where something is wrong with the form."""
    settings = settings_of(form, {"auth": provider})
    if settings is None or provider not in grants.PROVIDERS:
        return None
    settings = {**context.app().consent_servers(provider), **settings}
    name = form.name.data or settings["address"].partition("@")[0]
    return _lead(provider, {"settings": settings, "name": name, "channel_id": 0})


@blueprint.post("/<int:channel_id>")
def again(channel_id: int) -> str:
    """Sign in anew for a mailbox whose permission has ended."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channel = session.get(Channel, channel_id) or abort(404)
        settings = mailboxes.settings_of(channel, context.app().vault, mailboxes.state(session, channel_id))
    provider = settings.get("auth", "")
    if provider not in grants.PROVIDERS:
        abort(404)
    kept = {key: value for key, value in settings.items() if key not in ("grant", "code", "verifier")}
    return _lead(provider, {"settings": kept, "name": channel.name, "channel_id": channel_id})


@blueprint.get("/back")
def back() -> str | tuple[str, int]:
    """Where the service sends the person back; nothing is done before the button is pressed."""
    context.user(access.CHANNELS)
    code, state = request.args.get("code", ""), request.args.get("state", "")
    wanted = _wanted(state)
    if wanted is None or not code:
        said = request.args.get("error_description") or request.args.get("error") or ""
        return render_template("consent.html", url="", wanted=None, said=said[:300]), 422
    return render_template("consent.html", url="", wanted=wanted, code=code, state=state)


@blueprint.post("/back")
def finish() -> Response | tuple[str, int]:
    """Take the permission: a job turns its code into tokens and tries the mailbox."""
    context.user(access.CHANNELS)
    wanted, code = _wanted(request.form.get("state", "")), request.form.get("code", "")
    if wanted is None or not code:
        return render_template("consent.html", url="", wanted=None, said=""), 422
    vault = context.app().vault
    settings = {**wanted["settings"], "code": code, "verifier": wanted["verifier"], "redirect_uri": _here()}
    try:
        with context.writing() as session:
            grants.forget(session, g.user.id)
            channel = session.get(Channel, wanted["channel_id"]) if wanted["channel_id"] else None
            if channel is None:
                channel = mailboxes.add(session, vault, wanted["name"], settings, context.actor())
            else:
                mailboxes.attempt(session, vault, channel, settings)
            number = channel.id
    except mailboxes.Refused as error:
        return render_template("consent.html", url="", wanted=None, said=sentence(str(error))), 422
    return redirect(url_for("mailbox.show", channel_id=number))


def registered() -> dict[str, str]:
    """The services that the company is registered with, and their names."""
    with context.reading() as session:
        vault = context.app().vault
        return {one: SERVICES[one] for one in grants.PROVIDERS if grants.registration(session, vault, one)}


def _lead(provider: str, wanted: dict[str, Any]) -> str:
    verifier = secrets.token_urlsafe(48)
    with context.writing() as session:
        vault = context.app().vault
        values = grants.registration(session, vault, provider) or abort(404)
        state = grants.ask(session, vault, g.user.id, {**wanted, "verifier": verifier, "provider": provider})
    address = wanted["settings"]["address"]
    url = context.app().consent_url(values, _here(), state, verifier, address)
    return render_template("consent.html", url=url, wanted={**wanted, "provider": provider}, said="")


def _wanted(state: str) -> dict[str, Any] | None:
    with context.reading() as session:
        return grants.asked(session, context.app().vault, g.user.id, state)


def _here() -> str:
    return context.app().public_url.rstrip("/") + url_for("consent.back")
