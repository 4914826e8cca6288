"""The form of a lead: where it stands, what it is worth, whose it is, what comes next."""

from collections.abc import Mapping
from typing import Any

from flask import g
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from inbox import events, products
from inbox.customers.keeping import holders
from inbox.leads import keeping, money, stages
from inbox.leads.keeping import MAX_NOTE, MAX_TEXT
from inbox.models import Conversation, Lead, User
from inbox.models.conversation import STAGES
from inbox.models.lead import CURRENCIES, LOST, REASONS
from inbox.models.user import EXTERNAL
from inbox.web.forms import Form, choices
from inbox.web.lead_words import wrong
from inbox.web.wording import gettext as _
from inbox.web.wording import label


class LeadForm(Form):
    """`value` as people write sums; an empty owner is whoever has the conversation."""

    stage = SelectField()
    value = StringField(validators=[Length(max=40)])
    currency = SelectField(choices=list(CURRENCIES))
    title = StringField(validators=[Length(max=MAX_TEXT)])
    product = StringField(validators=[Length(max=MAX_TEXT)])
    owner = SelectField()
    next_step = StringField(validators=[Length(max=MAX_TEXT)])
    next_on = DateField(validators=[Optional()])
    lost_reason = SelectField()
    lost_note = StringField(validators=[Length(max=MAX_NOTE)])
    is_customer = BooleanField()
    note = TextAreaField(validators=[Length(max=MAX_NOTE)], render_kw={"rows": 3})

    def validate_value(self, field: Any) -> None:
        """A sum, or nothing."""
        if (field.data or "").strip() and money.cents(field.data) is None:
            raise ValidationError(wrong("no_sum"))

    @property
    def cents(self) -> int | None:
        """The sum in hundredths."""
        return money.cents(self.value.data or "")


def blank(session: Session, lead: Lead | None, conversation: Conversation | None = None) -> LeadForm:
    """The form as a lead stands, or as a conversation would begin one; on a conversation it may be none too."""
    first: dict[str, Any] = {"stage": "", "currency": CURRENCIES[0], "owner": "", "lost_reason": ""}
    if conversation is not None:
        first["is_customer"] = stages.is_customer(session, conversation)
    form = LeadForm(data=_data(lead) if lead is not None else first)
    codes = STAGES if conversation is not None else STAGES[1:]
    form.stage.choices = choices({code: label("stage", code) for code in codes})
    form.lost_reason.choices = choices({code: label("lost_reason", code) for code in REASONS})
    people = {"": _("whoever has the conversation")} | {str(one.id): one.name for one in holders(session)}
    if lead is not None and lead.owner is not None:
        # Somebody who has left may still be named.
        people.setdefault(str(lead.owner_id), lead.owner.name)
    form.owner.choices = choices(people)
    return form


def product_names(session: Session) -> list[str]:
    """What can be chosen as a product; another can be typed."""
    return [one.name for one in products.load(session)]


def apply(
    session: Session, form: LeadForm, lead: Lead | None, conversation: Conversation | None, actor: events.Actor
) -> Lead | None:
    """Carry out a form that is valid, on a lead or on the conversation that becomes one."""
    stage, reason, note = form.stage.data, form.lost_reason.data, (form.lost_note.data or "").strip()
    told = {"reason": reason, "note": note} if stage == LOST else {}
    if lead is None or not stage:
        if conversation is None:
            return lead
        lead = stages.set_stage(session, conversation, actor, stage, **told)
    else:
        stages.move(session, lead, actor, stage, **told)
    if lead is None:
        return None
    keeping.set_value(session, lead, actor, form.cents, form.currency.data)
    if g.user.role != EXTERNAL:
        owner = session.get(User, int(form.owner.data)) if form.owner.data else None
        if owner is not None or _was_owned(form):
            keeping.set_owner(session, lead, actor, owner)
    if stage not in (LOST, "won"):
        keeping.set_next(session, lead, actor, form.next_step.data or "", form.next_on.data)
    keeping.describe(session, lead, actor, _words(form), bool(form.is_customer.data))
    return lead


def _was_owned(form: LeadForm) -> bool:
    """Whether the form showed an owner before: only then an empty choice takes it away."""
    return bool(form.owner.object_data)


def _words(form: LeadForm) -> Mapping[str, str]:
    found = {name: form[name].data for name in keeping.WORDS if name in form}
    return {name: text for name, text in found.items() if text is not None}


def _data(lead: Lead) -> dict[str, Any]:
    plain = ("stage", "currency", "title", "product", "next_step", "next_on", "lost_reason", "lost_note", "note",
             "is_customer")  # fmt: skip
    return {name: getattr(lead, name) for name in plain} | {
        "value": typed(lead.value_cents), "owner": str(lead.owner_id or ""),
    }  # fmt: skip


def typed(cents: int | None) -> str:
    """A sum as it stands in a field: 12400, or 12400,50."""
    if cents is None:
        return ""
    return str(cents // 100) if cents % 100 == 0 else f"{cents // 100},{cents % 100:02}"
