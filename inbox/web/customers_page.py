"""Customers: the list, who follows them, and bringing them in from a file, first as a look."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inbox import access
from inbox.customers import importing, register, words
from inbox.customers.importing import State
from inbox.customers.keeping import holders
from inbox.customers.planning import FIELDS
from inbox.customers.reading import EMPTY, MAX_BYTES, Unreadable
from inbox.customers.summary import Change
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


@blueprint.get("")
def index() -> str:
    """The list, page by page."""
    context.user(access.PEOPLE)
    search = request.args.get("q", "").strip()
    with context.reading() as session:
        found = register.listed(session, search, request.args.get("after", type=int))
        shown = found[: register.PAGE]
        return render_template(
            "customers.html", customers=shown, search=search, colleagues=holders(session),
            count=register.count(session, search), following=shown[-1].id if len(found) > len(shown) else None,
        )  # fmt: skip


@blueprint.post("/<int:company_id>/owner")
def set_owner(company_id: int) -> AnyResponse:
    """Say who follows a customer."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        kept = register.set_owner(session, company_id, request.form.get("owner", "-"), context.actor())
    flash(_("Saved.") if kept else _("Nothing was changed: please choose once more."))
    after, search = request.args.get("after", type=int), request.args.get("q") or None
    return redirect(url_for("customers.index", q=search, after=after, _anchor=f"customer-{company_id}"))


@blueprint.route("/import", methods=["GET", "POST"])
def bring() -> AnyResponse | str | tuple[str, int]:
    """Choose a file; then what came of looking at it, or of importing it."""
    user = context.user(access.PEOPLE)
    if request.method == "GET":
        return _page()
    upload = request.files.get("file")
    content = upload.read(MAX_BYTES + 1) if upload else b""
    try:
        if upload is None or not upload.filename:
            return _page(_("Please choose a file.")), 422
        if not content:
            raise Unreadable(EMPTY)
        sha256 = importing.upload(context.app().blobs, content)
    except Unreadable as error:
        return _page(words.fault(error.code, error.line, g.language)), 422
    with context.writing() as session:
        name = upload.filename.replace("\0", "")[-200:]
        importing.begin(session, user.id, sha256, name, g.language)
    return redirect(url_for("customers.bring"))


@blueprint.post("/import/<any(start,removal):verb>")
def go_on(verb: str) -> AnyResponse:
    """Import what was looked at, or begin with another file."""
    user = context.user(access.PEOPLE)
    with context.writing() as session:
        if verb == "removal":
            importing.forget(session, user.id)
        elif not importing.go_on(session, user.id, request.form.get("file", "")):
            flash(_("Nothing was changed: please choose the file once more."))
    return redirect(url_for("customers.bring"))


@blueprint.get("/import/report")
def report() -> Response:
    """The lines that were left out, with reasons, as a CSV file."""
    user = context.user(access.PEOPLE)
    with context.reading() as session:
        known = importing.state(session, user.id)
    try:
        content = context.app().blobs.get(known.report) if known.report else abort(404)
    except KeyError:
        abort(404)
    name = _("left out") + ".csv"
    heads = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="text/csv", headers=heads)


def _page(error: str = "") -> str:
    with context.reading() as session:
        known = importing.state(session, g.user.id)
        called = {one.id: one.name for one in holders(session)}
    fault = words.fault(known.code, known.line, g.language) if known.code else ""
    summary = known.summary
    return render_template(
        "customers_import.html", known=known, error=error, fault=fault, max_bytes=MAX_BYTES,
        changes=[_told(one, called) for one in summary.changes] if summary else [],
        told=[(one, words.problem(one, g.language)) for one in summary.told] if summary else [],
        used=[(words.field(name, g.language), text) for name, text in summary.used.items()] if summary else [],
        stages=_stages(known),
    )  # fmt: skip


def _stages(known: State) -> str:
    """What is under way."""
    if known.stage == importing.LOOKING:
        return _("The file is being looked at.")
    return _("The customers are being imported.") if known.stage == importing.IMPORTING else ""


def _told(change: Change, called: dict[int, str]) -> dict[str, Any]:
    """A change in words: what each field was and would be."""

    def said(name: str, values: dict[str, Any]) -> str:
        value = values.get(name)
        if name == "owner_id":
            return called.get(value or 0, "")
        return str(value or "").upper() if name == "country" else str(value or "")

    fields = [name for name in FIELDS if name in change.now and not (change.is_new and name == "name")]
    parts = [(words.field(name, g.language), said(name, change.before), said(name, change.now)) for name in fields]
    return {"line": change.line, "name": change.name, "is_new": change.is_new, "parts": parts}
