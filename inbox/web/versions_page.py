"""The versions of the rules: who changed what and when, in words, and back to any of them."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import RuleVersion, User
from inbox.web import context
from inbox.web.rule_desk import names
from inbox.web.rules_page import save
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence
from routing import changes, rules

blueprint = Blueprint("versions", __name__, url_prefix="/rules/versions")
SHOWN = 50


@blueprint.get("")
def index() -> str:
    """The newest versions, each with what it changed."""
    context.user(access.RULES)
    with context.reading() as session:
        newest = select(RuleVersion, User.name).outerjoin(User, User.id == RuleVersion.user_id)
        rows = session.execute(newest.order_by(RuleVersion.id.desc()).limit(SHOWN + 1)).all()
        called = names(session)
    olds: list[list[Any]] = [*(row.rules for row, _name in rows[1:]), []]
    told = [
        (row, name, changes.between(old, row.rules, g.language, called) if old else [])
        for (row, name), old in zip(rows, olds, strict=True)
    ]
    return render_template("versions.html", versions=told[:SHOWN])


@blueprint.post("/<int:version_id>/restoration")
def restore(version_id: int) -> Response | tuple[str, int]:
    """Make an old version the newest; nothing of the later ones is lost."""
    context.user(access.RULES)
    with context.writing() as session:
        found = session.get(RuleVersion, version_id) or abort(404)
        moment = context.app().settings.timezone
        try:
            wrong = save(session, rules.from_data(found.rules), _("As on %s") % _when(found, moment))
            if wrong:
                return render_template("rules_broken.html", broken=wrong, order=""), 422
        except rules.RuleError as error:
            flash(sentence(str(error)))
            return redirect(url_for("versions.index"))
    flash(_("The rules are as they were then."))
    return redirect(url_for("rules.index"))


def _when(version: RuleVersion, timezone: str) -> str:
    from config import i18n

    return i18n.moment(version.at, g.language, timezone)
