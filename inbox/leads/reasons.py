"""Why a lead was lost, in words."""

from config.i18n import translator


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


# By the codes of inbox.models.lead.REASONS, in their order.
WORDS = {
    "": _("not said"),
    "price": _("the price"),
    "time": _("the delivery time"),
    "competitor": _("a competitor"),
    "unsuitable": _("our product did not fit"),
    "budget": _("no budget, or the project ended"),
    "silent": _("the customer answered no more"),
    "other": _("something else"),
}


def reason(code: str, language: str) -> str:
    """One of them in a language."""
    return translator(language)(WORDS[code])
