"""Receipts: what became of a colleague's mail, in their language, with their own words so that nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import cards, contents, replies
from inbox.models import Card, Channel, Delivery
from inbox.models.delivery import NOTIFICATION
from inbox.models.user import MINIMAL
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

MAX_WORDS_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What happened, as a code with values; `done`: something was."""

    code: str
    values: Mapping[str, str]
    done: bool = True


def send(session: Session, card: Card, receipt: Receipt, mail: Mapping[str, Any]) -> None:
    """Answer a colleague's mail, by the mailbox that it came to."""
    channel = session.get_one(Channel, mail["channel_id"])
    subject, text = words(receipt, card, card.user.language, calendars.company(session))
    names = [one for one in (*mail["names"], mail["external_id"]) if one]
    envelope = {
        "to": [{"address": card.user.email, "name": card.user.name}], "subject": subject, "text": text,
        "in_reply_to": mail["external_id"], "references": names[-replies.MAX_REFERENCES :],
        "headers": replies.AUTO_REPLIED,
        # It goes also to whoever has just passed the conversation on.
        "receipt": True,
    }  # fmt: skip
    replies.queue_delivery(session, Delivery(
        purpose=NOTIFICATION, channel_id=channel.id, recipient=card.user.email, user_id=card.user_id,
        conversation_id=card.conversation_id, envelope=envelope, external_id=cards.message_id(card, channel.address),
    ))  # fmt: skip


def words(receipt: Receipt, card: Card, language: str, hours: Hours) -> tuple[str, str]:
    """Subject and text; of a confidential conversation only what the colleague wrote."""
    if contents.level(card.conversation) == MINIMAL:
        return _words(_confidential(receipt, language), card, language, hours, "")
    return _words(receipt, card, language, hours, card.conversation.subject)


def _confidential(receipt: Receipt, language: str) -> Receipt:
    _ = translator(language)
    values = {**receipt.values, "address": "", "files": ""}
    if receipt.code == "answered":
        values["said"] = _("(on the page)")
    return Receipt(receipt.code, values, receipt.done)


def _words(receipt: Receipt, card: Card, language: str, hours: Hours, about: str) -> tuple[str, str]:
    _ = translator(language)
    values = {"name": "", "said": "", "to": "", "address": "", "offered": "", "why": "", "until": "", **receipt.values}
    if values["until"]:
        moment = datetime.fromisoformat(values["until"])
        values["until"] = i18n.formatted(moment, "EEEE d MMMM, HH:mm", language, hours.zone_name)
    heads = _rarer(language) | {
        "sent": _("Sent to %(to)s (%(address)s).") if values["address"] else _("Sent to the customer."),
        "noted": _("Kept as an internal note; the customer does not see it."),
        "passed": _("Passed on to %(to)s."),
        "took": _("Taken: it is in your hands now."),
        "closed": _("Closed."),
        "no_sum": _("Nothing was done: this is no sum: %(said)s"),
        **_of_leads(language, values),
        "called": _("Kept as answered by phone; the customer's time has ended."),
        "put_off": _("Put off until %(until)s."),
        "answered": _(
            "Not sent: %(name)s has answered meanwhile, as stands below. To send yours all the same, write #send in "
            "the first line."
        ),
        "empty": _("Nothing was sent: your mail held no words and no file."),
        "quoted": _(
            "Nothing was sent: your words could not be told from those of our mail. Please write them above everything "
            "else, or answer on the page."
        ),
        "spam": _("Nothing was sent: the conversation is marked as spam."),
        "no_address": _("Nothing was sent: the customer gave no address to answer to."),
        "window": _("Nothing was sent: the customer last wrote too long ago for an answer. See the page."),
        "taken": _("%(name)s has already taken this."),
        "pass_whom": _('Nothing was done: there is no single team or colleague called "%(said)s". Teams: %(offered)s.'),
        "over": _("Nothing was done: the conversation is closed already."),
        "unknown": _("Nothing was done: #%(said)s is no command."),
        "broken": _("Nothing was sent: something failed here. Please answer on the page."),
    }
    head = heads[receipt.code] % values
    lines = [head]
    if values.get("files"):
        lines += [f"{_('Files')}: {values['files']}"]
    if receipt.code == "answered":
        lines += ["", f"{values['name']}:", "", values["said"][:MAX_WORDS_CHARS]]
    if values.get("words"):
        lines += ["", _("Your words:"), "", values["words"][:MAX_WORDS_CHARS]]
    if not receipt.done:
        lines += ["", how(language)]
    lines += ["", cards.mark(card)]
    subject = f"{_('Done') if receipt.done else _('Not done')}: {about}".strip(": ")
    return subject, "\n".join(lines) + "\n"


def _rarer(language: str) -> dict[str, str]:
    return _of_drafts(language) | _of_services(language)


def _of_leads(language: str, values: Mapping[str, str]) -> dict[str, str]:
    _ = translator(language)
    heads = {
        "lead_qualified": _("Marked as qualified."),
        "lead_quoted": _("Marked as quoted."),
        "lead_won": _("Marked as won."),
        "lead_lost": _("Marked as lost."),
        "lead_still_open": _("Still open: noted."),
    }
    more = f" {_('Value')}: %(sum)s." if values.get("sum") else ""
    more += f" {_('By when')}: %(on)s." if values.get("on") else ""
    return {code: head + more for code, head in heads.items()}


def _of_drafts(language: str) -> dict[str, str]:
    _ = translator(language)
    return {
        "facts": _(
            "Given to %(name)s to write the answer from; nothing was sent to the customer. To send it yourself, write "
            "#send in the first line."
        ),
        "facts_kept": _(
            "Kept on the page to write the answer from; nothing was sent to the customer. To send it yourself, write "
            "#send in the first line."
        ),
        "waits": _("It waits for the word of %(name)s; nothing was sent to the customer yet."),
        "approved": _("Sent to %(to)s (%(address)s) in the name of %(name)s."),
        "given_back": _("Given back to %(name)s; nothing was sent to the customer."),
        "no_draft": _("Nothing was done: no answer waits here for your word."),
    }


def _of_services(language: str) -> dict[str, str]:
    _ = translator(language)
    return {
        "answered_there": _("Kept as answered on %(to)s; the customer's time has ended."),
        "there": _(
            "Nothing was sent: this service takes no answer by mail. Please answer there; then answer our mail with "
            "#answered, and below it the words that you wrote there, if they are to be kept."
        ),
        "not_there": _("Nothing was done: this customer did not write at a service. An answer by mail reaches them."),
    }


def how(language: str, there: str = "") -> str:
    """How a mail is answered, for the foot of it; `there`: the service that takes no answer by mail."""
    _ = translator(language)
    if there:
        elsewhere = _(
            "%s takes no answers by mail: please answer there, by the link above. Then answer this mail with #answered "
            "in its first line, and below it what you wrote, if that is to be kept. In the first line may also stand "
            "#note, #pass sales, #take, #close, #called or #tomorrow."
        )
        return elsewhere % there
    return _(
        "An answer to this mail goes to the customer. In its first line may stand #note, #facts, #pass sales, #take, "
        "#close, #called, #tomorrow, #quote 8,000 by 15/12, #won 12,400 or #lost price instead."
    )
