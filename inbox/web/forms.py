"""What all forms share: messages in the reader's language, choices as boxes to tick."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectMultipleField
from wtforms.i18n import get_translations
from wtforms.widgets import CheckboxInput, ListWidget

from inbox.users import AccountError
from inbox.web.troubles import REASONS
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose refusals are in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Any:
            return get_translations([g.language])


def choices(texts: Mapping[Any, str]) -> list[SelectChoice]:
    """What a field offers: values and how they are called."""
    return [SelectChoice(value, text) for value, text in texts.items()]


class TickField(SelectMultipleField):  # type: ignore[misc]
    """Several of a few choices, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def refuse(form: Form, error: AccountError, field: str = "") -> None:
    """Put the reason of a refusal beside its field."""
    getattr(form, field or error.field).errors = [reason_of(error)]


def reason_of(error: AccountError) -> str:
    """A refusal as a sentence."""
    if error.reason not in REASONS and error.field == "email":
        return _("This is not a mail address.")
    return sentence(error.reason)
