"""Customer satisfaction: whether customers are asked how an answer was, where, how often and in what words."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import NumberRange

from inbox import access
from inbox.models.opinion import VALUES
from inbox.satisfaction import settings
from inbox.satisfaction.settings import LEAST_DAYS, LONGEST, MOST_DAYS, Settings
from inbox.satisfaction.words import LANGUAGES, WORDS
from inbox.web import context
from inbox.web.forms import Form
from inbox.web.wording import gettext as _

blueprint = Blueprint("satisfaction", __name__, url_prefix="/channels/satisfaction")


def _question(language: str) -> StringField:
    own = {"maxlength": LONGEST, "placeholder": WORDS[language]["question"], "lang": language}
    return StringField(render_kw=own)


class SatisfactionForm(Form):
    mail = BooleanField()
    chat = BooleanField()
    pause_days = IntegerField(
        validators=[NumberRange(LEAST_DAYS, MOST_DAYS)], render_kw={"min": LEAST_DAYS, "max": MOST_DAYS}
    )
    question_it = _question("it")
    question_en = _question("en")
    question_de = _question("de")
    question_fr = _question("fr")


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | tuple[str, int]:
    """What is set, and what customers read."""
    context.user(access.CHANNELS)
    with context.reading() as session:
        kept = settings.load(session)
    asked = {f"question_{one}": kept.questions.get(one, "") for one in LANGUAGES}
    form = SatisfactionForm(data={"mail": kept.mail, "chat": kept.chat, "pause_days": kept.pause_days, **asked})
    if form.validate_on_submit():
        questions = {one: form[f"question_{one}"].data or "" for one in LANGUAGES}
        wanted = Settings(form.mail.data, form.chat.data, form.pause_days.data, questions)
        with context.writing() as session:
            settings.save(session, wanted, context.actor())
        flash(_("Saved."))
        return redirect(url_for("satisfaction.index"))
    shown = [(one, form[f"question_{one}"], [WORDS[one][value] for value in VALUES]) for one in LANGUAGES]
    page = render_template(
        "satisfaction.html", form=form, questions=shown, public=bool(context.app().settings.public_url)
    )
    return page, 422 if form.errors else 200
