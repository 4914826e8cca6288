"""Signing in and out, the first account, and invitations."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from inbox import sessions, users
from inbox.models import User, now
from inbox.models.user import MANAGER
from inbox.web import context
from inbox.web.forms import Form, refuse
from inbox.web.wording import gettext as _

blueprint = Blueprint("auth", __name__)
ATTEMPTS = parse("10 per 5 minutes")
_limiter = MovingWindowRateLimiter(MemoryStorage())


class LoginForm(Form):
    email = StringField(validators=[InputRequired()])
    password = PasswordField(validators=[InputRequired()])


class AccountForm(Form):
    name = StringField(validators=[DataRequired()])
    email = StringField()
    password = PasswordField(validators=[InputRequired()])


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Sign in; after too many tries from one place a pause is asked for."""
    form = LoginForm()
    if request.method == "GET" or not form.validate():
        return render_template("login.html", form=form), 422 if form.errors else 200
    if not _limiter.hit(ATTEMPTS, request.remote_addr or "", form.email.data.lower()):
        form.password.errors = [_("Too many tries: please wait five minutes.")]
        return render_template("login.html", form=form), 429
    with context.reading() as session:
        user = session.scalar(select(User).where(User.email == form.email.data.strip().lower()))
    if not users.verify(user, form.password.data) or user is None:
        form.password.errors = [_("Address or password is not right.")]
        return render_template("login.html", form=form), 401
    return _signed_in(user.id, _safe_next())


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out of this browser."""
    with context.writing() as session:
        sessions.end(session, request.cookies.get(sessions.COOKIE, ""))
    response = redirect(url_for("auth.login"))
    response.delete_cookie(sessions.COOKIE)
    return response


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> Response | str | tuple[str, int]:
    """The first account, made by whoever started the program and holds its link."""
    return _take_up(users.FIRST_RUN, token)


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Response | str | tuple[str, int]:
    """An invited colleague chooses a password."""
    return _take_up(users.INVITATION, token)


def _take_up(purpose: str, token: str) -> Response | str | tuple[str, int]:
    form = AccountForm()
    with context.reading() as session:
        ticket = users.open_ticket(session, purpose, token)
        invited = session.get(User, ticket.user_id) if ticket and ticket.user_id else None
    if ticket is None:
        return render_template("link_over.html"), 410
    if request.method == "GET" and invited is not None:
        form.name.data, form.email.data = invited.name, invited.email
    if request.method == "POST" and form.validate():
        try:
            return _signed_in(_make_account(purpose, token, form), url_for("queue.index"))
        except users.AccountError as error:
            refuse(form, error)
    page = render_template("account.html", form=form, invited=invited, first=purpose == users.FIRST_RUN)
    return page, 422 if form.errors else 200


def _make_account(purpose: str, token: str, form: AccountForm) -> int:
    with context.writing() as session:
        ticket = users.open_ticket(session, purpose, token)
        if ticket is None:
            raise users.AccountError("password", "this link has been used")
        user = session.get(User, ticket.user_id) if ticket.user_id else None
        if user is None:
            user = users.create(session, form.email.data or "", form.name.data, MANAGER, g.language)
        user.name = form.name.data.strip()
        users.set_password(user, form.password.data)
        ticket.used_at = now()
        return user.id


def _signed_in(user_id: int, target: str) -> Response:
    with context.writing() as session:
        token = sessions.begin(session, session.get_one(User, user_id))
    response = redirect(target)
    response.set_cookie(
        sessions.COOKIE, token, max_age=int(sessions.LIFETIME.total_seconds()), httponly=True, samesite="Lax",
        secure=context.app().settings.public_url.startswith("https://"),
    )  # fmt: skip
    return response


def _safe_next() -> str:
    """Only a path of our own may follow a sign-in."""
    target = request.args.get("next", "")
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else url_for("queue.index")
