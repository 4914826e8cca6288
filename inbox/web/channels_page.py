"""The channels and how they are: last heard, last error, what is held."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from inbox import access, intake, ledger, outages, signatures
from inbox.models import Channel, Intake
from inbox.models.intake import HELD
from inbox.social.kinds import KINDS, SOCIAL
from inbox.web import context
from inbox.web.mailbox_form import SignatureForm
from inbox.web.wording import gettext as _

blueprint = Blueprint("channels", __name__, url_prefix="/channels")

# The pages of channels by which visitors of the web site write; their addresses say nothing to a reader.
SITE_PAGES = {"webform": "webforms.show", "sitechat": "sitechats.show"}


@blueprint.get("")
def index() -> str:
    """All channels, and the items held because nothing could be made of them."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        channels = session.scalars(select(Channel).order_by(Channel.name)).all()
        query = select(Intake.channel_id, func.count()).group_by(Intake.channel_id)
        counts = dict(session.execute(query).all())
        held = session.execute(
            select(Intake, Channel.name).join(Channel).where(Intake.state == HELD).order_by(Intake.id.desc()).limit(100)
        ).all()
        books = ledger.lines(session)
        outage = outages.last(session)
        footer = SignatureForm(formdata=None, text=signatures.footer(session))
    return render_template(
        "channels.html", channels=channels, counts=counts, held=held, books=books, footer=footer,
        outage=outage, KINDS=KINDS, SITE_PAGES=SITE_PAGES, SOCIAL=SOCIAL,
    )  # fmt: skip


@blueprint.get("/new")
def new() -> str:
    """What can be connected."""
    context.user(access.CHANNELS)
    return render_template("channels_new.html", KINDS=KINDS)


@blueprint.post("/footer")
def set_footer() -> Response:
    """What stands under every answer by mail."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        signatures.set_footer(session, SignatureForm().text.data or "")
    flash(_("Saved."))
    return redirect(url_for("channels.index", _anchor="footer"))


@blueprint.post("/held/<int:intake_id>/retry")
def retry(intake_id: int) -> Response:
    """Take a held item in once more."""
    context.user(access.CHANNELS)
    with context.writing() as session:
        found = session.get(Intake, intake_id) or abort(404)
        if found.state == HELD:
            intake.retry_held(session, found)
    return redirect(url_for("channels.index"))
