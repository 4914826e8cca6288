"""What would be worth writing about, on a page and as Markdown for an FAQ or a blog."""

from datetime import timedelta

from flask import Blueprint, Response, g, render_template
from sqlalchemy import select

from inbox import access
from inbox.models import Conversation, now
from inbox.web import context
from inbox.web.wording import gettext as _
from routing import topics

blueprint = Blueprint("topics", __name__, url_prefix="/leads/topics")
# So far back is looked; so many conversations of each are named.
DAYS, NAMED = 180, 5


@blueprint.get("")
def index() -> str:
    """Questions asked three times or more, and trouble by product."""
    context.user(access.RULES)
    since = now() - timedelta(days=DAYS)
    with context.reading() as session:
        questions, troubles = topics.questions(session, since), topics.troubles(session, since)
        found = [one.conversations for one in questions] + [one.conversations for one in troubles]
        numbers = {number for some in found for number in some[:NAMED]}
        chosen = select(Conversation.id, Conversation.subject).where(Conversation.id.in_(numbers))
        subjects = {row.id: row.subject for row in session.execute(chosen)}
    return render_template(
        "topics.html", questions=questions, troubles=troubles, subjects=subjects, most=NAMED, days=DAYS
    )


@blueprint.get("/file")
def as_file() -> Response:
    """The same as Markdown: headings to be answered."""
    context.user(access.RULES)
    since = now() - timedelta(days=DAYS)
    with context.reading() as session:
        questions, troubles = topics.questions(session, since), topics.troubles(session, since)
    lines = [f"# {_('To write about')}", ""]
    for one in questions:
        lines += [f"## {_plain(one.words)}", "", _("(asked by %s customers; write the answer here)") % one.asked, ""]
    if troubles:
        lines += [f"# {_('Trouble by product')}", ""]
        lines += [f"- {_plain(one.product)}: {one.told}" for one in troubles]
    headers = {"Content-Disposition": f'attachment; filename="faq-{g.language}.md"'}
    return Response("\n".join(lines).rstrip() + "\n", mimetype="text/markdown", headers=headers)


def _plain(text: str) -> str:
    """A customer's words as words, whatever marks of Markdown or HTML they hold."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]#|" else sign for sign in text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;")
