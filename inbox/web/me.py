"""A colleague's own page: language, how to be told, Telegram, password."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from config.i18n import LANGUAGES
from inbox import linking, users
from inbox.models import Channel, User
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("me", __name__, url_prefix="/me")


@blueprint.get("")
def index() -> str:
    """How this colleague is told, and the links of their chats."""
    return _page("")


@blueprint.post("")
def save() -> Response:
    """Language and whether to be told by mail."""
    _signed_in()
    with context.writing() as session:
        user = session.get_one(User, g.user.id)
        user.notify_by_mail = bool(request.form.get("notify_by_mail"))
        if request.form.get("language") in LANGUAGES:
            user.language = request.form["language"]
    return redirect(url_for("me.index"))


@blueprint.post("/telegram")
def telegram() -> str:
    """A deep link that ties this colleague's Telegram to the account, once, for ten minutes."""
    _signed_in()
    with context.writing() as session:
        channel = session.scalar(select(Channel).where(Channel.kind == "telegram", Channel.enabled).limit(1))
        link = linking.deep_link(session, channel, session.get_one(User, g.user.id)) if channel else ""
    return _page(link)


@blueprint.post("/links/<int:link_id>/removal")
def unlink(link_id: int) -> Response:
    """Forget a chat; nothing more goes there."""
    _signed_in()
    with context.writing() as session:
        linking.unlink(session, session.get_one(User, g.user.id), link_id)
    return redirect(url_for("me.index"))


@blueprint.post("/password")
def password() -> Response | tuple[str, int]:
    """A new password, given the old one."""
    _signed_in()
    if not users.verify(g.user, request.form.get("old", "")):
        return _page("", error=_("The present password is not right.")), 422
    try:
        with context.writing() as session:
            users.set_password(session.get_one(User, g.user.id), request.form.get("new", ""))
    except users.AccountError as error:
        return _page("", error=_(error.reason)), 422
    flash(_("The password is changed."))
    return redirect(url_for("me.index"))


def _signed_in() -> None:
    if g.user is None:
        raise context.SignInFirst


def _page(link: str, error: str = "") -> str:
    _signed_in()
    with context.reading() as session:
        me = session.get_one(User, g.user.id, options=[selectinload(User.links)])
        has_bot = (
            session.scalar(select(Channel.id).where(Channel.kind == "telegram", Channel.enabled).limit(1)) is not None
        )
    return render_template("me.html", me=me, has_bot=has_bot, link=link, error=error)
