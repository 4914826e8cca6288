"""The words of a notification, in the colleague's language; the customer's own words stay as they came."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.i18n import translator
from inbox import contents, elsewhere
from inbox.models import Conversation, Message
from inbox.models import Decision as DecisionRow
from inbox.models.forgotten import ABSENT, LATE, NOBODY, PROMISED, SOON, WINDOW
from inbox.models.user import MINIMAL, WORDS
from routing import explain
from routing.visitor import Seen

MAX_WORDS_CHARS, MAX_CHARS_BEFORE = 3000, 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail's subject and text, and how it begins."""

    subject: str
    text: str
    head: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A conversation came to its holder by a colleague's hand, with a note; or (no `by`) as nobody had taken it."""

    by: str = ""
    note: str = ""


def notice(
    conversation: Conversation,
    message: Message,
    decision: DecisionRow | None,
    language: str,
    public_url: str,
    *,
    watching: bool = False,
    handed: Handed | None = None,
    before: Sequence[Message] = (),
    there: Seen | None = None,
    twice: Sequence[str] = (),
) -> Notice:
    """What a colleague is told about a customer's message; `watching`: it is in other hands; `handed`: how it came to
    its holder, where that was no rule; `before`: what else the customer waits for; `there`: the visitor of a chat;
    `twice`: that the customer may have asked by another channel too (routing.twice). Within inbox.contents.
    """
    _ = translator(language)
    level = contents.level(conversation)
    if level == MINIMAL:
        return _confidential(conversation, language, public_url)
    who = _who(conversation, message, there)
    target = holder(conversation, language)
    why = explain.sentence(decision.rule_name, decision.reasons, target, language).replace("*", "") if decision else ""
    first = (
        _("New question for %(target)s")
        if conversation.messages_count == 1
        else _("The customer wrote again (%(target)s)")
    )
    shown = _cut(message, MAX_WORDS_CHARS, language)
    for one in reversed(before):
        shown += f"\n\n{_('Before that:')}\n{_cut(one, MAX_CHARS_BEFORE, language)}"
    files = ", ".join(attachment.filename or _("unnamed file") for attachment in message.attachments)
    if files and level == WORDS:
        files = _("on the page (%s)") % len(message.attachments)
    link = _link(conversation, public_url)
    head = first % {"target": target}
    lines = [head, *how_it_came(handed, language, watching=watching)]
    lines += [f"{_('From')}: {who}", *([f"{_('By')}: {there.source}"] if there is not None else [])]
    lines += [f"{_('Subject')}: {conversation.subject}"]
    lines += [f"{_('Files')}: {files}"] if files else []
    lines += twice
    body = ["", shown, ""] + ([why] if why else []) + _answered_at(message, language)
    body += [f"{_('Read and answer')}: {link}"]
    subject = f"{head}: {conversation.subject}".strip(": ")
    subject = f"{_('Chat on the site')} · {subject}" if there is not None else subject
    return Notice(subject, "\n".join(lines + body) + "\n", head)


def _answered_at(message: Message, language: str) -> list[str]:
    """Where it is answered, if at the service that told of it."""
    url = str(message.facts.get("notice_url", ""))
    if elsewhere.KIND not in message.facts or not url.startswith("https://"):
        return []
    _ = translator(language)
    said = _("Answer on %s") % message.facts.get("notice_name", "")
    return [f"{said}: {url}"]


def _cut(message: Message, most: int, language: str) -> str:
    words = (message.reply or message.text).strip()
    if len(words) <= most:
        return words
    return f"{words[:most]}\n… {translator(language)('(cut here: the rest is on the page)')}"


def how_it_came(handed: Handed | None, language: str, *, watching: bool = False) -> list[str]:
    """How a conversation came to its holder, where that was no rule; to who only watches it, that they do."""
    _ = translator(language)
    if watching:
        return [_("For your information: you only watch this conversation.")]
    if handed is None:
        return []
    came = _("%s passes it on.") % handed.by if handed.by else _("Nobody has taken it in time, so it comes to you.")
    return [came, *([f"{_('Note')}: {handed.note}"] if handed.note else [])]


def reminder(conversation: Conversation, why: str, language: str, public_url: str) -> Notice:
    """What a colleague is told about a conversation that was forgotten, for a reason of inbox.models.forgotten."""
    _ = translator(language)
    heads = {
        NOBODY: _("In nobody's hands"),
        ABSENT: _("%s is away, and the customer waits") % holder(conversation, language),
        PROMISED: _("An answer was promised, and the time is over"),
        LATE: _("The customer waits longer than is meant"),
        SOON: _("The time to answer is over soon"),
        WINDOW: _("Soon the platform takes no free answer any more"),
    }
    link = _link(conversation, public_url)
    if contents.level(conversation) == MINIMAL:
        return _short([heads[why], _("In the hands of: %s") % holder(conversation, language)], link, language)
    who = conversation.contact.name or (conversation.contact.company.name if conversation.contact.company else "")
    lines = [heads[why], *([f"{_('From')}: {who}"] if who else []), f"{_('Subject')}: {conversation.subject}"]
    lines += [_("In the hands of: %s") % holder(conversation, language), "", conversation.snippet, ""]
    lines += [f"{_('Read and answer')}: {link}"]
    text = "\n".join(lines)
    return Notice(f"{heads[why]}: {conversation.subject}".strip(": "), f"{text}\n", heads[why])


def _confidential(conversation: Conversation, language: str, public_url: str) -> Notice:
    _ = translator(language)
    if conversation.messages_count == 1:
        head = _("A new confidential question for %(target)s")
    else:
        head = _("A new message in a confidential conversation (%(target)s)")
    return _short([head % {"target": holder(conversation, language)}], _link(conversation, public_url), language)


def _short(lines: list[str], link: str, language: str) -> Notice:
    """A notice of these lines and the link alone."""
    button = translator(language)("Read and answer")
    text = "\n".join([*lines, "", f"{button}: {link}"])
    return Notice(lines[0], f"{text}\n", lines[0])


def _link(conversation: Conversation, public_url: str) -> str:
    return f"{public_url.rstrip('/')}/conversations/{conversation.id}"


def holder(conversation: Conversation, language: str) -> str:
    """The team or person who has the conversation, in words."""
    if conversation.user is not None:
        return conversation.user.name
    return conversation.team.name if conversation.team is not None else translator(language)("nobody yet")


def _who(conversation: Conversation, message: Message, there: Seen | None) -> str:
    company = conversation.contact.company
    name = message.from_name or conversation.contact.name
    address = there.address if there is not None else message.from_address
    address = message.facts.get("notice_name", address) if elsewhere.KIND in message.facts else address
    return " · ".join(part for part in (name, address, company.name if company else "") if part)
