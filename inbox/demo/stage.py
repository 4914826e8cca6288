"""Where the demo's acts happen: real mails through the intake, and people's acts by the product's own verbs."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.base import Batch, RawItem
from inbox import conversations, intake, outcomes, queue, replies
from inbox.app import App
from inbox.demo import papers, post
from inbox.demo.colleagues import COLLEAGUES, DOMAIN, MAILBOX
from inbox.demo.letters import Step, Story, Writer
from inbox.events import person
from inbox.models import Attachment, Conversation, Delivery, Intake, Message, Team, User, now
from inbox.models.delivery import ANSWER
from inbox.reader import Reader
from inbox.worktime.hours import Hours
from routing import handler as routing_handler
from routing import releasing

INBOX, SENT = "inbox", "sent"
BROKEN_OFF = "the connection broke after the mail was handed over"
AWAY = {"it": "Risposta automatica: ", "en": "Automatic reply: ", "de": "Automatische Antwort: "}
HEADERS = {
    "newsletter": {"List-Unsubscribe": "<https://posta.example/via>", "Precedence": "bulk"},
    "away": {"Auto-Submitted": "auto-replied"},
}


@dataclass(slots=True)
class Told:
    """How far one story is: its conversation, the mails in it, when something last happened."""

    conversation_id: int
    at: datetime
    ids: list[str] = field(default_factory=list)
    last: post.Earlier | None = None


class Stage:
    """Plays acts one after the other on an opened demo."""

    def __init__(self, app: App, channel_id: int, staff: Mapping[str, int], hours: Hours, rng: random.Random) -> None:
        self._app, self._channel_id, self._staff, self._hours, self._rng = app, channel_id, staff, hours, rng
        self._reader = Reader()
        self._told: dict[int, Told] = {}
        self._count = 0

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def act(self, number: int, story: Story, step: Step, at: datetime) -> None:
        """Let one step of a story happen at its moment; what was held until then is told first."""
        if releasing.sweep(self._app.database, self._app.public_url, at):
            self._post(at)
        if step.act in ("says", "away", "bounces", "elsewhere"):
            self._mail(number, story, step, at)
            return
        told = self._told[number]
        with self._app.database.writing() as session:
            conversation = session.get_one(Conversation, told.conversation_id)
            user = session.get_one(User, self._staff[step.by])
            written = self._done(session, conversation, user, step, at, told)
        if written is not None:
            self._remember(told, written.external_id, user.name, at, step.text)
            self._post(at + timedelta(seconds=4), step.ends)
        told.at = at

    def _done(
        self, session: Session, conversation: Conversation, user: User, step: Step, at: datetime, told: Told
    ) -> Message | None:
        verbs: dict[str, Callable[[], Any]] = {
            "takes": lambda: conversations.claim(session, conversation, user, at=at),
            "notes": lambda: conversations.add_note(session, conversation, user, step.text, at=at),
            "phones": lambda: conversations.answered_by_phone(session, conversation, user, step.text, at=at),
            "passes": lambda: self._pass(session, conversation, user, step, at),
            "enough": lambda: conversations.no_answer_needed(session, conversation, user, at=at),
            "closes": lambda: conversations.close(session, conversation, person(user.id), at=at),
            "spam": lambda: conversations.mark_spam(session, conversation, person(user.id), at=at),
        }
        if step.act in verbs:
            verbs[step.act]()
            return None
        conversations.claim(session, conversation, user, at=self._claimed_at(told, at))
        files = [self._attachment(conversation, name) for name in step.files]
        return replies.reply(session, conversation, user, step.text, files=files, at=at)

    def _claimed_at(self, told: Told, at: datetime) -> datetime:
        """Somebody takes a question in working hours, before answering it."""
        moment = told.at + (at - told.at) * self._rng.uniform(0.3, 0.8)
        return moment if self._hours.is_working(moment) else at - timedelta(minutes=4)

    def _pass(self, session: Session, conversation: Conversation, user: User, step: Step, at: datetime) -> None:
        team_id, to = conversation.team_id, self._staff.get(step.text)
        if to is None:
            team_id = session.scalar(select(Team.id).where(Team.slug == step.text))
        actor = person(user.id)
        conversations.assign(session, conversation, actor, team_id=team_id, user_id=to, note=step.note, at=at)

    def _attachment(self, conversation: Conversation, name: str) -> Attachment:
        kind, content = papers.paper(name, conversation.subject, conversation.id)
        sha256 = self._app.blobs.put([content])[0]
        return Attachment(filename=name, content_type=kind, size=len(content), sha256=sha256)

    def _mail(self, number: int, story: Story, step: Step, at: datetime) -> None:
        told = self._told.get(number)
        letter = self._letter(story, step, at, told)
        folder = SENT if step.act == "elsewhere" else INBOX
        if step.act == "bounces" and told is not None:
            body = post.bounce(letter, told.ids[-1], story.writer.address)
        else:
            body = post.certified(letter) if story.form == "pec" else post.mail(letter)
        conversation_id = self._arrive(folder, letter.sender.address, body, at)
        if told is None:
            told = self._told[number] = Told(conversation_id, at)
        if step.act != "bounces":
            self._remember(told, letter.id, letter.sender.name, at, step.text)
        told.at = at + timedelta(minutes=1)

    def _letter(self, story: Story, step: Step, at: datetime, told: Told | None) -> post.Letter:
        self._count += 1
        sender = self._sender(story, step)
        subject = story.subject if told is None else f"Re: {story.subject}"
        if step.act == "away":
            subject = AWAY[story.language] + story.subject
        files = tuple((name, *papers.paper(name, story.subject, self._count)) for name in step.files)
        return post.Letter(
            id=f"<{self._count}.{int(at.timestamp())}@{sender.address.rpartition('@')[2]}>",
            sender=sender,
            to=story.writer.address if step.act == "elsewhere" else MAILBOX,
            subject=subject,
            text=step.text,
            at=at,
            language=story.language,
            earlier=told.last if told and step.act != "bounces" else None,
            files=files,
            headers=HEADERS.get(step.act, HEADERS.get(story.form, {})),
        )

    def _sender(self, story: Story, step: Step) -> Writer:
        if step.act == "elsewhere":
            name = next(one.name for one in COLLEAGUES if one.key == step.by)
            return Writer(name, MAILBOX)
        if step.act == "bounces":
            return Writer("Mail Delivery System", f"mailer-daemon@{DOMAIN}")
        return story.writer

    def _arrive(self, folder: str, sender: str, body: bytes, at: datetime) -> int:
        """Let a mail come in, be read, routed and told; the number of its conversation."""
        key = f"1:{self._count}"
        item = RawItem(key, at, body, {"folder": folder, "lane": sender})
        fetched = at + timedelta(seconds=self._rng.uniform(1, 20))
        database, blobs = self._app.database, self._app.blobs
        intake.receive(database, blobs, self._channel_id, folder, Batch([item], key), fetched_at=fetched)
        self.take_in(fetched)
        with database.reading() as session:
            query = select(Message.conversation_id).join(Intake, Intake.message_id == Message.id)
            return session.scalars(query.where(Intake.folder == folder, Intake.key == key)).one()

    def take_in(self, at: datetime | None = None) -> None:
        """What has come in is read, routed and told, at a moment (None: now)."""
        moment = at or now()
        intake.take_in(self._app.database, self._app.blobs, self._reader, self._claim("take_in"))
        routing_handler.route(self._app.database, self._claim("route"), self._app.public_url, moment)
        self._post(moment + timedelta(seconds=2))

    def _claim(self, kind: str) -> list[queue.Claim]:
        with self._app.database.writing() as session:
            return queue.claim(session, (kind,), intake.BATCH)

    def _post(self, at: datetime, ends: str = "") -> None:
        """What was queued to go out has gone out; nothing is really sent."""
        with self._app.database.writing() as session:
            for job in queue.claim(session, ("deliver",), intake.BATCH):
                delivery = session.get_one(Delivery, job.subject_id)
                delivery.attempts, delivery.created_at = 1, at
                if ends == "uncertain" and delivery.purpose == ANSWER:
                    outcomes.settle_uncertain(session, delivery, BROKEN_OFF, at)
                else:
                    outcomes.settle_sent(session, delivery, at=at)
                queue.acknowledge(session, job)

    def _remember(self, told: Told, external_id: str, name: str, at: datetime, text: str) -> None:
        told.ids.append(external_id)
        told.last = post.Earlier(tuple(told.ids[-10:]), name, at, text)
