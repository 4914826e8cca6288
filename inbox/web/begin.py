"""Writing to a customer first."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from inbox import access, replies, users
from inbox.models import Channel, Conversation, User
from inbox.web import context
from inbox.web.forms import Form, choices, refuse
from inbox.web.wording import sentence

blueprint = Blueprint("begin", __name__)


class BeginForm(Form):
    channel = SelectField(coerce=int)
    to = StringField(validators=[DataRequired()])
    name = StringField()
    subject = StringField(validators=[DataRequired()])
    text = TextAreaField(validators=[DataRequired()], render_kw={"rows": 12})


@blueprint.route("/conversations/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Start a conversation."""
    context.user(access.BEGIN)
    form = BeginForm(to=request.args.get("to", ""), name=request.args.get("name", ""))
    with context.reading() as session:
        rows = session.scalars(select(Channel).where(Channel.kind == "mail", Channel.enabled).order_by(Channel.name))
        form.channel.choices = choices({channel.id: f"{channel.name} ({channel.address})" for channel in rows})
    if request.method == "GET":
        return render_template("begin.html", form=form)
    begun = _begin(form) if form.validate() else None
    if begun is None:
        return render_template("begin.html", form=form), 422
    return redirect(url_for("conversation.show", conversation_id=begun.id, state="pending", _anchor="latest"))


def _begin(form: BeginForm) -> Conversation | None:
    """The conversation; None where it is refused, with the reason beside the field."""
    try:
        to = users.check_email(form.to.data)
        with context.writing() as session:
            channel, user = session.get_one(Channel, form.channel.data), session.get_one(User, g.user.id)
            subject = " ".join(form.subject.data.split())
            return replies.begin(session, channel, user, to, (form.name.data or "").strip(), subject, form.text.data)
    except users.AccountError as error:
        refuse(form, error, "to")
    except replies.CannotReply as error:
        form.to.errors = [sentence(str(error))]
    return None
