"""Attachments and raw mails, always as a download, whatever they claim to be."""

from io import BytesIO

from flask import Blueprint, abort, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Attachment, Intake, Message
from inbox.web import context

blueprint = Blueprint("files", __name__)


@blueprint.get("/attachments/<int:attachment_id>")
def attachment(attachment_id: int) -> Response:
    """One attachment of a message one may see."""
    context.user(access.SEE)
    with context.reading() as session:
        found = session.get(Attachment, attachment_id)
        message = session.get(Message, found.message_id) if found else None
        if found is None or message is None:
            abort(404)
        context.conversation(session, message.conversation_id, access.SEE)
    return _download(found.sha256, found.filename or "file")


@blueprint.get("/messages/<int:message_id>/raw")
def raw(message_id: int) -> Response:
    """A message exactly as it came."""
    context.user(access.SEE)
    with context.reading() as session:
        intake = session.scalar(select(Intake).where(Intake.message_id == message_id).order_by(Intake.id).limit(1))
        message = session.get(Message, message_id)
        if intake is None or message is None:
            abort(404)
        context.conversation(session, message.conversation_id, access.SEE)
    return _download(intake.sha256, f"message-{message_id}.eml")


def _download(sha256: str, name: str) -> Response:
    try:
        content = context.app().blobs.get(sha256)
    except KeyError:
        abort(404)
    response = send_file(BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
