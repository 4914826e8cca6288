"""Attachments and raw mails, always as a download, whatever they claim to be; pictures also small, made anew."""

from io import BytesIO

from flask import Blueprint, abort, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from inbox import access, previews
from inbox.models import Attachment, Channel, Draft, DraftFile, Intake, Message
from inbox.models.draft import LEAVING, WRITING
from inbox.social.kinds import SOCIAL
from inbox.web import context

blueprint = Blueprint("files", __name__)


@blueprint.get("/attachments/<int:attachment_id>")
def attachment(attachment_id: int) -> Response:
    """One attachment of a message one may see."""
    found = _visible(attachment_id)
    return _download(found.sha256, found.filename or "file")


@blueprint.get("/attachments/<int:attachment_id>/preview")
def small(attachment_id: int) -> Response:
    """A small picture of an attachment, made anew: nothing of the stranger's file is sent."""
    found = _visible(attachment_id)
    if found.content_type not in previews.KINDS or found.size > previews.MAX_BYTES:
        abort(404)
    made = previews.preview(found.sha256, _content(found.sha256))
    if not made:
        abort(404)
    response = send_file(BytesIO(made), "image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@blueprint.get("/draft-files/<int:file_id>")
def draft_file(file_id: int) -> Response:
    """A file of what a colleague has written and has not gone to the customer yet."""
    context.user(access.SEE)
    with context.reading() as session:
        found = session.get(DraftFile, file_id)
        draft = session.get(Draft, found.draft_id) if found else None
        if found is None or draft is None or draft.conversation_id is None:
            abort(404)
        # While it is being written it is its author's alone.
        if draft.state in (WRITING, LEAVING) and draft.user_id != context.signed_in().id:
            abort(404)
        context.conversation(session, draft.conversation_id, access.SEE)
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
        ending = "json" if session.get_one(Channel, intake.channel_id).kind in SOCIAL else "eml"
    return _download(intake.sha256, f"message-{message_id}.{ending}")


def _visible(attachment_id: int) -> Attachment:
    """An attachment of a message that the signed-in user may see; else 404."""
    context.user(access.SEE)
    with context.reading() as session:
        found = session.get(Attachment, attachment_id)
        message = session.get(Message, found.message_id) if found else None
        if found is None or message is None:
            abort(404)
        context.conversation(session, message.conversation_id, access.SEE)
    return found


def _content(sha256: str) -> bytes:
    try:
        return context.app().blobs.get(sha256)
    except KeyError:
        abort(404)


def _download(sha256: str, name: str) -> Response:
    response = send_file(BytesIO(_content(sha256)), "application/octet-stream", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
