"""A colleague's own page: language, how and when to be told, Telegram, password."""

import re
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from inbox import access, linking, sessions, signatures, users
from inbox.models import Channel, User, UserLink, UserSession
from inbox.reporting import agreements
from inbox.secrets import token_hash
from inbox.web import context
from inbox.web.forms import Form, choices, refuse
from inbox.web.labels import LANGUAGES
from inbox.web.wording import gettext as _

blueprint = Blueprint("me", __name__, url_prefix="/me")
MOST_CARDS = 50
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class SettingsForm(Form):
    language = SelectField(choices=choices(LANGUAGES))
    notify_by_mail = BooleanField()
    signature = TextAreaField(validators=[Length(max=signatures.MAX_CHARS)], render_kw={"rows": 4})


class TellingForm(Form):
    quiet = BooleanField()
    urgent_anyway = BooleanField()
    digest_at = StringField(render_kw={"type": "time"})
    max_cards = StringField(render_kw={"type": "number", "min": 1, "max": MOST_CARDS})
    straight = BooleanField()

    def validate_digest_at(self, field: StringField) -> None:
        """A time of the day, or nothing."""
        typed = (field.data or "").strip()
        found = _TIME.fullmatch(typed)
        if typed and found is None:
            raise ValidationError(_("This is not a time of the day, for example 08:30."))
        field.data = f"{int(found[1]):02}:{found[2]}" if found is not None else ""

    def validate_max_cards(self, field: StringField) -> None:
        """A whole number, or nothing."""
        typed = (field.data or "").strip()
        if typed and not (typed.isdecimal() and 1 <= int(typed[:9]) <= MOST_CARDS):
            raise ValidationError(_("Please give a whole number from 1 to %s, or nothing.") % MOST_CARDS)


class PasswordForm(Form):
    old = PasswordField(validators=[InputRequired()])
    password = PasswordField(validators=[InputRequired()])


@blueprint.get("")
def index() -> str:
    """How this colleague is told, and the links of their chats."""
    context.signed_in()
    return _page()


@blueprint.post("")
def save() -> Response | tuple[str, int]:
    """Language and whether to be told by mail."""
    context.signed_in()
    form = SettingsForm()
    if not form.validate():
        return _page(settings=form), 422
    with context.writing() as session:
        user = session.get_one(User, g.user.id)
        user.language, user.notify_by_mail = form.language.data, form.notify_by_mail.data
        user.signature = signatures.tidy(form.signature.data)
    g.language = form.language.data
    flash(_("Saved."))
    return redirect(url_for("me.index"))


@blueprint.post("/telling")
def save_telling() -> Response | tuple[str, int]:
    """When to be told: quiet hours, once a day, how much at once; whether answers from a chat go out by themselves."""
    context.signed_in()
    form = TellingForm()
    if not form.validate():
        return _page(telling=form), 422
    with context.writing() as session:
        user = session.get_one(User, g.user.id)
        user.quiet, user.urgent_anyway = form.quiet.data, form.urgent_anyway.data
        user.digest_at, user.straight = form.digest_at.data, form.straight.data
        user.max_cards = int(form.max_cards.data) if (form.max_cards.data or "").strip() else None
    flash(_("Saved."))
    return redirect(url_for("me.index"))


@blueprint.post("/telegram")
def telegram() -> str:
    """A deep link that ties this colleague's Telegram to the account, once, for ten minutes."""
    context.signed_in()
    with context.writing() as session:
        channel = session.scalar(select(Channel).where(Channel.kind == "telegram", Channel.enabled).limit(1))
        link = linking.deep_link(session, channel, session.get_one(User, g.user.id)) if channel else ""
    return _page(link=link)


@blueprint.post("/links/<int:link_id>/confirmation")
def confirm(link_id: int) -> Response:
    """A chat that asked is this colleague's: told there from now on."""
    context.signed_in()
    with context.writing() as session:
        linking.confirm(session, session.get_one(User, g.user.id), link_id)
    return redirect(url_for("me.index"))


@blueprint.post("/links/<int:link_id>/removal")
def unlink(link_id: int) -> Response:
    """Forget a chat, or refuse one that asks; nothing more goes there."""
    context.signed_in()
    with context.writing() as session:
        linking.unlink(session, session.get_one(User, g.user.id), link_id)
    return redirect(url_for("me.index"))


@blueprint.post("/password")
def password() -> Response | tuple[str, int]:
    """A new password, given the old one; whoever is signed in with the old one elsewhere is signed out."""
    context.signed_in()
    form = PasswordForm()
    if not form.validate():
        return _page(password=form), 422
    if not users.verify(g.user, form.old.data):
        form.old.errors = [_("The present password is not right.")]
        return _page(password=form), 422
    try:
        with context.writing() as session:
            user = session.get_one(User, g.user.id)
            users.set_password(user, form.password.data)
            here = token_hash(request.cookies.get(sessions.COOKIE, ""))
            session.execute(delete(UserSession).where(UserSession.user_id == user.id, UserSession.token_hash != here))
    except users.AccountError as error:
        refuse(form, error)
        return _page(password=form), 422
    flash(_("The password is changed."))
    return redirect(url_for("me.index"))


def _page(**given: Any) -> str:
    with context.reading() as session:
        me = session.get_one(User, g.user.id, options=[selectinload(User.links)])
        bot = session.scalar(select(Channel.id).where(Channel.kind == "telegram", Channel.enabled).limit(1))
        chats = {
            "waiting": users.has_ticket(session, users.TELEGRAM, me.id),
            "owners": {one.id: _owner(session, one) for one in me.links if one.confirmed_at is None},
        }
        times = {"agreement": agreements.holding(session), "answers": access.may_see_times(me, me.id, agreed=False)}
    forms = {
        "settings": SettingsForm(formdata=None, obj=me), "password": PasswordForm(formdata=None),
        "telling": TellingForm(formdata=None, obj=me),
    }  # fmt: skip
    return render_template(
        "me.html", **({"me": me, "has_bot": bot is not None, "link": ""} | chats | times | forms | given)
    )


def _owner(session: Session, asking: UserLink) -> str:
    """Whose chat it is until now, "" for nobody's."""
    found = linking.owner(session, asking)
    return found.user.name if found is not None else ""
