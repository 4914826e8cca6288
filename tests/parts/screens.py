"""A day in a colleague's chat, from the first question to the last command: what Marco sees, in the order he sees it."""

import email
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from typing import Any

from config.i18n import translator
from connectors.base import Outbound
from inbox import contents, conversations, replies
from inbox.events import SYSTEM
from inbox.models import Conversation, Message, Team, User, now
from routing import asking
from tests.parts.chat import ChatDesk
from tests.parts.company import mail
from tests.parts.desk import URL, Desk
from tests.parts.visitors import Guest, make_chat

MARCO, SARA, STRANGER = 4242, 4343, 777
LANGUAGES = ("en", "it")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that is new or has changed: its number in the chat, the number that it answers, and what it shows."""

    number: int
    answers: int | None
    message: Outbound
    changed: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """What happened, as code; what Marco did; what the bot shows; what flashes up."""

    code: str
    did: str
    seen: list[Seen]
    flash: str = ""


class Day(ChatDesk):
    """Marco and Sara of R&D with a chat each; the manager is Giulia."""

    def __init__(self, desk: Desk, language: str) -> None:
        super().__init__(desk)
        self.language, self.words = language, translator(language)
        self.screens: list[Screen] = []
        self._known: dict[str, Outbound] = {}
        for name in ("Marco Neri", "Sara Blu"):
            address = f"{name.split()[0].lower()}@firm.test"
            number = desk.add_user(address, "colleague", "rd", name=name, language=language, notify_by_mail=False)
            self.link(number, MARCO if name.startswith("Marco") else SARA)
        with desk.database.writing() as session:
            session.get_one(User, desk.manager).name = "Giulia Verdi"

    def screen(self, code: str, did: str = "", flash: str = "") -> None:
        """Keep what is new or has changed in Marco's chat."""
        numbers = [one for one in self.bot.shown if one.startswith(f"{MARCO}:")]
        seen = []
        for number in numbers:
            shown, before = self.bot.shown[number], self._known.get(number)
            if shown != before:
                answers = numbers.index(shown.in_reply_to) + 1 if shown.in_reply_to in numbers else None
                seen.append(Seen(numbers.index(number) + 1, answers, shown, before is not None))
                self._known[number] = shown
        self.screens.append(Screen(code, did, seen, flash))

    def press(self, code: str, button: str, on: str = "") -> None:
        """Marco presses a button, named by its English words."""
        label = self.words(button)
        flash, _alert = self.presses(MARCO, label, on)
        self.screen(code, f"[{label}]", flash)

    def write(self, code: str, text: str = "", answers: str = "", **content: Any) -> None:
        """Marco writes."""
        self.says(MARCO, text, answers, **content)
        file = content.get("document", {}).get("file_name") or ("(voice)" if "voice" in content else "")
        self.screen(code, "\n".join(part for part in (file, text, content.get("caption", "")) if part))

    def mail(self, subject: str, text: str, filename: str = "", **how: str) -> Conversation:
        """A customer's mail arrives."""
        message = email.message_from_bytes(mail(subject, text, **how), policy=policy.default)
        if filename:
            message.add_attachment(b"%PDF-1.7 drawing", maintype="application", subtype="pdf", filename=filename)
        found = self.desk.arrive(message.as_bytes())
        self.run()
        return found


def day(desk: Desk, language: str) -> Day:
    """Everything that can be seen, once."""
    one = Day(desk, language)
    question = _arrives(one)
    _answers(one, question)
    _asks_and_tells(one)
    _waits_for_a_word(one)
    _is_quiet_about_it(one)
    _commands(one)
    _chats(one)
    return one


def _arrives(one: Day) -> Conversation:
    question = one.mail(
        "Giunto GX-40", "Buongiorno,\nqual è la tolleranza del foro del GX-40?\nGrazie, Anna Bianchi", "disegno.pdf"
    )
    one.screen("question")
    for code, menu in (("pass", "Not mine →"), ("later", "Later"), ("done", "Done")):
        one.press(f"menu_{code}", menu)
        one.press("menu_back", "Back")
    one.press("take", "Take")
    return question


def _answers(one: Day, question: Conversation) -> None:
    one.bot.files = {"f1": b"%PDF-1.7", "v1": b"OggS"}
    one.write("answer", "La tolleranza del foro è H7.", one.card(MARCO))
    document = {"file_id": "f1", "file_unique_id": "u", "file_name": "scheda-GX40.pdf", "mime_type": "application/pdf"}
    one.write("answer_file", document=document, caption="Ecco la scheda.")
    one.press("send", "Send to the customer")
    (first,) = one.desk.all(Message, Message.conversation_id == question.id, Message.direction == "inbound")
    one.mail("Re: Giunto GX-40", "Perfetto. E quanto pesa?", References=first.external_id)
    one.screen("again")
    voice = {"file_id": "v1", "file_unique_id": "v", "duration": 3, "mime_type": "audio/ogg"}
    one.write("voice", voice=voice, answers=one.card(MARCO))
    one.press("drop", "Drop it")
    one.write("facts", "Pesa 1,2 kg, senza viti.", one.card(MARCO))
    one.press("facts_given", "To the manager as facts")
    one.write("faster", "Pesa 1,2 kg.", one.card(MARCO))
    with one.desk.database.writing() as session:
        found = session.get_one(Conversation, question.id)
        sara = session.query(User).filter_by(email="sara@firm.test").one()
        replies.reply(session, found, sara, "Pesa 1,2 kg.")
    one.run()
    one.screen("faster_answered")
    one.press("faster_warned", "Send to the customer")
    one.press("faster_dropped", "Drop it")
    one.press("thread", "Whole thread", one.card(MARCO))


def _asks_and_tells(one: Day) -> None:
    offer = one.mail(
        "Offerta guarnizioni", "Vorrei un'offerta per 500 guarnizioni.", sender="ugo@terzo.test", name="Ugo Bruni"
    )
    with one.desk.database.writing() as session:
        people = {user.email: user for user in session.query(User)}
        other = session.get_one(Conversation, offer.id)
        conversations.assign(session, other, SYSTEM, team_id=None, user_id=one.desk.manager)
        asking.ask(session, other, people["giulia@firm.test"], people["marco@firm.test"],
                   "Reggerebbe 80 °C? Rispondo io al cliente.", URL)  # fmt: skip
    one.run()
    one.screen("asked")
    one.write("asked_answer", "Sì, fino a 90 °C.", one.newest(MARCO)[0])
    one.press("asked_given", "To the manager as facts")


def _waits_for_a_word(one: Day) -> None:
    with one.desk.database.writing() as session:
        team = session.query(Team).filter_by(slug="rd").one()
        team.approver_id = session.query(User).filter_by(email="sara@firm.test").one().id
    one.mail(
        "Tolleranza albero", "Qual è la tolleranza dell'albero da 20?", sender="luca@altro.test", name="Luca Gialli"
    )
    one.screen("second_question")
    one.write("word", "h6.", one.card(MARCO))
    one.press("word_asked", "Send to the customer")


def _is_quiet_about_it(one: Day) -> None:
    with one.desk.database.writing() as session:
        team = session.query(Team).filter_by(slug="rd").one()
        contents.set_team(session, team, "minimal", SYSTEM)
    one.mail("Prototipo segreto", "Qual è la tolleranza del prototipo?", sender="eva@segreto.test", name="Eva Rosa")
    one.screen("confidential")
    with one.desk.database.writing() as session:
        contents.set_team(session, session.query(Team).filter_by(slug="rd").one(), "full", SYSTEM)


def _commands(one: Day) -> None:
    italian = one.language == "it"
    for english, word in (
        ("help", "/aiuto"), ("mine", "/mie"), ("queue", "/coda"), ("search giunto", "/cerca giunto"),
        ("stats", "/tempi"), ("away", "/assente"), ("away 24/12", "/assente 24/12"), ("back", "/rientro"),
        ("dance", "/balla"),
    ):  # fmt: skip
        text = word if italian else f"/{english}"
        begin = {"offset": 0, "length": len(text.split()[0]), "type": "bot_command"}
        one.write(f"command_{english.split()[0]}", text, entities=[begin])
    one.write("no_card", "Sì, in acciaio.")
    flash, _alert = one.presses_data(STRANGER, "card:1:take:")
    one.screen("stranger", "", flash)


def _chats(one: Day) -> None:
    guest = Guest(one.desk.app, make_chat(one.desk.app, one.desk.channel), "Ada Viola")
    guest.set(email="ada@nuovo.test")
    guest.writes("Buongiorno, qual è la tolleranza del GX-60?")
    one.run()
    one.screen("visitor")
    guest.set(seen_at=now() - timedelta(minutes=5))
    one.press("visitor_left", "Take", one.card(MARCO))
