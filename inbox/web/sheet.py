"""A mail as it was sent, on a sheet of its own: a document without scripts, cookies or forms, shown in a frame."""

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Message
from inbox.web import cleaning, context

blueprint = Blueprint("sheet", __name__)
# Pictures of the mail itself are part of the document; together they may be as large as this.
MAX_PICTURE_BYTES = 10_000_000
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:{images}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@blueprint.get("/messages/<int:message_id>/sheet")
def show(message_id: int) -> Response:
    """The message's HTML, cleaned; `images=1` lets pictures of the web through."""
    context.user(access.SEE)
    remote = request.args.get("images") == "1"
    with context.reading() as session:
        message = session.get(Message, message_id)
        if message is None or not message.html:
            abort(404)
        context.conversation(session, message.conversation_id, access.SEE)
    try:
        body = cleaning.cleaned(message.html, _pictures(message), remote=remote)
    except cleaning.TooComplex:
        body = ""
    response = make_response(render_template("sheet.html", body=body, language=message.language))
    response.headers["Content-Security-Policy"] = POLICY.format(images=" https:" if remote else "")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _pictures(message: Message) -> dict[str, bytes]:
    """The pictures that the mail brought for its text, by content id."""
    wanted, room = cleaning.content_ids(message.html), MAX_PICTURE_BYTES
    found: dict[str, bytes] = {}
    for file in message.attachments:
        if file.content_id in wanted and file.size <= room:
            try:
                found[file.content_id] = context.app().blobs.get(file.sha256)
            except KeyError:
                continue
            room -= file.size
    return found
