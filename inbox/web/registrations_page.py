"""The company's registrations with Microsoft and Google, and the page to print for whoever makes them."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Optional, Regexp

from inbox import access, grants
from inbox.web import context
from inbox.web.forms import Form
from inbox.web.labels import SERVICES
from inbox.web.wording import gettext as _

blueprint = Blueprint("registrations", __name__, url_prefix="/channels/registrations")


def _lean(text: str | None) -> str:
    return (text or "").strip()


class RegistrationForm(Form):
    client_id = StringField(filters=[_lean], validators=[DataRequired(), Regexp(r"^[\x21-\x7e]{1,200}$")])
    client_secret = PasswordField(filters=[_lean])
    tenant = StringField(filters=[_lean], validators=[Optional(), Regexp(r"^[A-Za-z0-9.-]{1,100}$")])


@blueprint.route("/<any(microsoft,google):provider>", methods=["GET", "POST"])
def edit(provider: str) -> Response | str | tuple[str, int]:
    """What the service gave: client id, secret, directory."""
    context.user(access.CHANNELS)
    vault = context.app().vault
    with context.reading() as session:
        known = grants.registration(session, vault, provider)
    form = RegistrationForm(data={key: value for key, value in known.items() if key != "client_secret"})
    if request.method == "POST" and form.validate():
        if context.app().demo:
            abort(404)
        secret = form.client_secret.data or known.get("client_secret", "")
        if secret:
            values = {"client_id": form.client_id.data, "client_secret": secret}
            with context.writing() as session:
                grants.register(session, vault, provider, {**values, "tenant": form.tenant.data or "common"})
            flash(_("Saved."))
            return redirect(url_for("mailbox.new"))
        form.client_secret.errors = [_("Please give the secret.")]
    page = render_template("registration.html", form=form, provider=provider, service=SERVICES[provider], known=known)
    return page, 422 if form.errors else 200


@blueprint.get("/<any(microsoft,google):provider>/request")
def to_print(provider: str) -> str:
    """One page for whoever administers the company's accounts."""
    context.user(access.CHANNELS)
    redirect_uri = context.app().public_url.rstrip("/") + url_for("consent.back")
    return render_template(
        "registration_request.html", provider=provider, service=SERVICES[provider], redirect_uri=redirect_uri
    )
