"""Writing to a customer first."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from inbox import access, replies, users
from inbox.models import Channel, User
from inbox.web import context
from inbox.web.forms import Form, choices, refuse

blueprint = Blueprint("begin", __name__)


class BeginForm(Form):
    channel = SelectField(coerce=int)
    to = StringField(validators=[InputRequired()])
    name = StringField()
    subject = StringField(validators=[InputRequired()])
    text = TextAreaField(validators=[InputRequired()], render_kw={"rows": 12})


@blueprint.route("/conversations/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """Start a conversation."""
    context.user(access.BEGIN)
    form = BeginForm()
    with context.reading() as session:
        rows = session.scalars(select(Channel).where(Channel.kind == "mail", Channel.enabled).order_by(Channel.name))
        form.channel.choices = choices({channel.id: f"{channel.name} ({channel.address})" for channel in rows})
    if request.method == "GET" or not form.validate():
        return render_template("begin.html", form=form)
    try:
        to = users.check_email(form.to.data)
    except users.AccountError as error:
        refuse(form, error, "to")
        return render_template("begin.html", form=form), 422
    with context.writing() as session:
        channel, user = session.get_one(Channel, form.channel.data), session.get_one(User, g.user.id)
        begun = replies.begin(
            session, channel, user, to, form.name.data.strip(), form.subject.data.strip(), form.text.data
        )
    return redirect(url_for("conversation.show", conversation_id=begun.id, state="pending", _anchor="latest"))
