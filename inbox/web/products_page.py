"""The company's products and how customers call them: one row a product."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from inbox import access, products
from inbox.products import DOUBLE, NAMELESS, TOO_LONG, WORDLESS, Product, ProductError
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("products", __name__, url_prefix="/products")
EMPTY_ROWS, MORE_ROWS = 3, 10


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """The list, to be changed and saved as a whole; "more" only gives more empty rows."""
    context.user(access.RULES)
    if request.method == "GET":
        with context.reading() as session:
            return _page(products.load(session), EMPTY_ROWS)
    typed = _typed(request.form)
    if "more" in request.form:
        return _page(typed, MORE_ROWS)
    errors: dict[str, str] = {}
    for one in products.problems(typed):
        errors.setdefault(f"{one.field}-{one.number}", _said(one))
    if len(typed) > products.MAX_PRODUCTS:
        errors["name-0"] = _("These are too many products: at most %s.") % products.MAX_PRODUCTS
    if errors:
        return _page(typed, EMPTY_ROWS, errors), 422
    with context.writing() as session:
        products.save(session, products.from_data([one.as_data() for one in typed]), context.actor())
    flash(_("Saved."))
    return redirect(url_for("products.index"))


def _page(rows: Sequence[Product], empty: int, errors: dict[str, str] | None = None) -> str:
    return render_template("products.html", rows=[*rows, *[Product("")] * empty], errors=errors or {})


def _typed(form: MultiDict[str, str]) -> list[Product]:
    """The rows that are filled in and not to be removed; aliases are separated by commas, semicolons and lines."""
    removed = set(form.getlist("removal"))
    found = []
    for number, (name, aliases) in enumerate(zip(form.getlist("name"), form.getlist("aliases"), strict=False)):
        listed = (" ".join(one.split()) for one in aliases.replace("\n", ",").replace(";", ",").split(","))
        one = Product(" ".join(name.split()), tuple(alias for alias in listed if alias))
        if str(number) not in removed and (one.name or one.aliases):
            found.append(one)
    return found


def _said(error: ProductError) -> str:
    texts = {
        NAMELESS: _("Please give the product a name."),
        WORDLESS: _("This is too short to be found: %s") % error.value,
        DOUBLE: _("%(alias)s also means %(product)s.") % {"alias": error.value, "product": error.other},
        TOO_LONG: _("At most %(chars)s characters each, and %(aliases)s names.")
        % {"chars": products.MAX_CHARS, "aliases": products.MAX_ALIASES},
    }
    return texts[error.code]
