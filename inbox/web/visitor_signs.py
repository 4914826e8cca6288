"""What a visitor's window learns of the colleague before the conversation's page: who is typing, what was read."""

from flask import Blueprint, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox.models import Conversation, Message
from inbox.models.message import INBOUND
from inbox.sitechat import visits
from inbox.web.conversation_actions import do, me
from inbox.web.queue_page import NUMBER

blueprint = Blueprint("visitor", __name__, url_prefix="/conversations/<int:conversation_id>")


@blueprint.post("/signs")
def signs(conversation_id: int) -> Response:
    """Somebody types an answer (`typing`), or has read up to a message of the visitor's (`read`: its number)."""
    told = request.get_json(silent=True) if request.is_json else request.form
    if told is None or not hasattr(told, "get"):
        abort(400)
    number = str(told.get("read") or "")

    def tell(session: Session, found: Conversation) -> None:
        if told.get("typing"):
            visits.answering(session, found, me(session))
        if NUMBER.fullmatch(number) and _is_of(session, found, int(number)):
            visits.read(session, found, int(number))

    do(conversation_id, tell)
    return Response(status=204)


def _is_of(session: Session, found: Conversation, number: int) -> bool:
    """Whether it is a message of this conversation's customer."""
    query = select(Message.id).where(Message.id == number, Message.conversation_id == found.id)
    return session.scalar(query.where(Message.direction == INBOUND)) is not None
