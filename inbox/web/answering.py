"""Writing to the customer from the page: alone, from a colleague's facts, after a colleague who was faster."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from config.failpoints import point
from inbox import access, approvals, drafts, replies
from inbox.blobs import digest, writing_with
from inbox.models import Attachment, Conversation, Draft, Message
from inbox.models.draft import LEAVING, WRITING
from inbox.social import windows
from inbox.web import context
from inbox.web.conversation_actions import back, me, refused
from inbox.web.conversation_page import desk
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence
from routing import approving, asking

blueprint = Blueprint("answering", __name__, url_prefix="/conversations/<int:conversation_id>")


class Faster(Exception):
    """A colleague has answered since the page was opened."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.id)
        self.name = said.user.name if said.user else said.from_name
        self.words = said.reply or said.text


@blueprint.post("/answer")
def answer(conversation_id: int) -> Response | tuple[str, int]:
    """Write to the customer; what was typed survives a refusal."""
    text = request.form.get("text", "").strip()
    try:
        if not text:
            raise replies.CannotReply(_("Please write something first."))
        uploads = uploaded()
        app = context.app()
        with writing_with(app.database, app.blobs, [content for _file, content in uploads]) as session:
            found = context.conversation(session, conversation_id, access.CHANGE)
            _answer(session, found, text, [file for file, _content in uploads])
        point("reply.after_commit")
    except Faster as faster:
        said = _("Not sent: %s has answered meanwhile. What you have written is below.") % faster.name
        return _again(conversation_id, said, text, already=faster.words)
    except replies.CannotReply as error:
        return _again(conversation_id, sentence(str(error)), text)
    return back(conversation_id)


@blueprint.post("/drafts/<int:draft_id>/use")
def use(conversation_id: int, draft_id: int) -> str:
    """The page with a colleague's words in the answer, below what was typed; their files go along."""
    numbers = list(dict.fromkeys([*request.form.getlist("source"), str(draft_id)]))
    with context.reading() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        draft = session.get(Draft, draft_id)
        if draft is None or not drafts.usable(draft, found.id, me(session)):
            abort(404)
        text = "\n\n".join(one for one in (request.form.get("text", "").strip(), draft.text) if one)
        kept = [*request.form.getlist("source_file"), *(str(one.id) for one in draft.files)]
        typed = {
            "form": "use", "text": text, "sources": [one for one in numbers if one.isdecimal()], "source_files": kept,
            "copies": request.form.getlist("copy"),
        }  # fmt: skip
        if _brought_files():
            flash(_("The files have to be chosen once more."))
        return render_template("conversation.html", **desk(session, found, refused=typed))


def _answer(session: Session, found: Conversation, text: str, files: list[Attachment]) -> None:
    """Send it, or let it wait for the approver's word. Raises Faster and CannotReply."""
    user = me(session)
    by = request.form.get("by", "")
    chosen = int(by) if by.isdecimal() else 0
    if not chosen:
        replies.must_be_open(session, found)
    seen = request.form.get("seen", "")
    said = replies.of_another(session, found, user.id, Message.id > int(seen)) if seen.isdecimal() else None
    if said is not None:
        raise Faster(said)
    sources = _sources(session, found)
    wanted = set(request.form.getlist("source_file"))
    files += [
        file for one in sources for row, file in zip(one.files, drafts.files_of(one), strict=True)
        if str(row.id) in wanted
    ]  # fmt: skip
    left_out = _left_out(session, found)
    if approvals.needed(session, found, user) is not None:
        draft = drafts.begin(session, user, found.id, left_out=left_out)
        drafts.add(session, draft, text, [kept(one) for one in files])
        people = approving.submit(session, draft, context.app().public_url)
        flash(_("Not sent yet: it waits for the word of %s.") % ", ".join(one.name for one in people))
    else:
        private = windows.is_public(found) and bool(request.form.get("private"))
        replies.reply(session, found, user, text, files=files, left_out=left_out, by=chosen, private=private)
    for one in sources:
        drafts.use(one, user)
    asking.settle(session, found.id, user.id)


def _sources(session: Session, found: Conversation) -> Sequence[Draft]:
    """The drafts that the answer was made of, as they are now; what somebody else is still writing is none."""
    session.refresh(found, ["status"], with_for_update=True)
    numbers = dict.fromkeys(int(one) for one in request.form.getlist("source") if one.isdecimal())
    held = [drafts.hold(session, number) for number in numbers]
    here = [one for one in held if one is not None and one.conversation_id == found.id]
    return [one for one in here if one.state not in (WRITING, LEAVING) or one.user_id == context.signed_in().id]


def _again(conversation_id: int, said: str, text: str, already: str = "") -> tuple[str, int]:
    if _brought_files():
        said += " " + _("The files have to be chosen once more.")
    form = request.form
    return refused(
        conversation_id, "answer", said, text=text, already=already, copies=form.getlist("copy"), by=form.get("by", ""),
        sources=[one for one in form.getlist("source") if one.isdecimal()], source_files=form.getlist("source_file"),
        private=form.get("private", ""),
    )  # fmt: skip


def _brought_files() -> bool:
    return any(one.filename for one in request.files.getlist("files"))


def _left_out(session: Session, found: Conversation) -> list[str]:
    """Who was offered a copy and is not ticked. Who was not offered (a mail came meanwhile) gets none either."""
    ticked = {address.lower() for address in request.form.getlist("copy")}
    return [one["address"] for one in replies.copies(session, found) if one["address"].lower() not in ticked]


def kept(file: Attachment) -> drafts.Kept:
    """A file for a draft."""
    return drafts.Kept("", file.filename, file.content_type, file.size, file.sha256)


def uploaded() -> list[tuple[Attachment, bytes]]:
    """The uploaded files with their bytes."""
    found = []
    for one in request.files.getlist("files"):
        if one.filename:
            content = one.read()
            kind = one.mimetype or "application/octet-stream"
            file = Attachment(
                filename=one.filename.replace("\0", ""), content_type=kind, size=len(content), sha256=digest(content)
            )
            found.append((file, content))
    return found
