"""The words of what colleagues tell each other, in the reader's language; of a confidential conversation none of its
own, only where to read."""

from dataclasses import dataclass

from config.i18n import translator
from inbox import contents
from inbox.models import Conversation, Draft, Message, Question, User
from inbox.models.user import MINIMAL
from routing.notify import receipts
from routing.notify.texts import MAX_WORDS_CHARS

FIRST, LATE, OWN = "first", "late", "own"


@dataclass(frozen=True, slots=True)
class Words:
    """`by_mail`, `by_chat`: how it is answered there; `button`: what leads to `link`."""

    subject: str
    text: str
    by_mail: str
    link: str
    button: str
    by_chat: str = ""


def question(asked: Question, last: Message | None, language: str, public_url: str) -> Words:
    """A colleague's question, with the customer's words."""
    _ = translator(language)
    head = _("%s asks you about a customer's message") % asked.by.name
    body = [asked.text, *_customer(asked.conversation, last, language)]
    by_mail = _(
        "An answer to this mail goes to %s, to write the answer to the customer from. The customer gets it only if "
        "#send stands in the first line."
    )
    by_chat = _("Answer this message: your words go to %s, not to the customer.")
    return _words(
        asked.conversation, head, body, by_mail % asked.by.name, language, public_url, by_chat % asked.by.name
    )  # fmt: skip


def facts(draft: Draft, conversation: Conversation, language: str, public_url: str) -> Words:
    """What a colleague has written for whoever answers the customer."""
    _ = translator(language)
    head = _("%s has written what you need") % draft.user.name
    return _words(conversation, head, _shown(draft, language), receipts.how(language), language, public_url)


def word(
    draft: Draft, conversation: Conversation, last: Message | None, why: str, user: User, public_url: str
) -> Words:
    """An answer that waits for the reader's word; `why`: FIRST, LATE (the customer waits too long) or OWN (likewise,
    and the reader has written it)."""
    language, name = user.language, draft.user.name
    _ = translator(language)
    head = {
        FIRST: _("An answer of %s waits for your word") % name,
        LATE: _("An answer of %s waits, and the customer has waited too long: you may give the word too") % name,
        OWN: _("Your answer still waits, and the customer has waited too long: you may send it yourself"),
    }[why]
    body = [_("The answer:"), *_shown(draft, language), *_customer(conversation, last, language)]
    by_mail = _(
        "Answer this mail with #ok in the first line, and it is sent as it is; anything else gives it back to %s, with "
        "your words, and nothing is sent."
    )
    return _words(conversation, head, body, by_mail % name, language, public_url)


def given_back(draft: Draft, conversation: Conversation, by: User, why: str, language: str, public_url: str) -> Words:
    """An answer that was not sent, for its author."""
    _ = translator(language)
    head = _("%s gives your answer back: it was not sent") % by.name
    body = [*([why, ""] if why else []), _("Your words:"), *_shown(draft, language)]
    return _words(conversation, head, body, receipts.how(language), language, public_url)


def _shown(draft: Draft, language: str) -> list[str]:
    _ = translator(language)
    files = ", ".join(one.filename or _("unnamed file") for one in draft.files)
    return [_cut(draft.text, language)] + ([f"{_('Files')}: {files}"] if files else [])


def _customer(conversation: Conversation, last: Message | None, language: str) -> list[str]:
    """Who the customer is, about what, and in what words."""
    _ = translator(language)
    company = conversation.contact.company
    who = " · ".join(part for part in (conversation.contact.name, company.name if company else "") if part)
    lines = ["", f"{_('From')}: {who}", f"{_('Subject')}: {conversation.subject}"]
    if last is not None:
        files = ", ".join(one.filename or _("unnamed file") for one in last.attachments)
        lines += [f"{_('Files')}: {files}"] if files else []
        lines += ["", _cut((last.reply or last.text).strip(), language)]
    return lines


def _cut(text: str, language: str) -> str:
    if len(text) <= MAX_WORDS_CHARS:
        return text
    return f"{text[:MAX_WORDS_CHARS]}\n… {translator(language)('(cut here: the rest is on the page)')}"


def _words(
    conversation: Conversation,
    head: str,
    body: list[str],
    by_mail: str,
    language: str,
    public_url: str,
    by_chat: str = "",
) -> Words:
    _ = translator(language)
    link, button = f"{public_url.rstrip('/')}/conversations/{conversation.id}", _("Read and answer")
    subject = f"{head}: {conversation.subject}".strip(": ")
    if contents.level(conversation) == MINIMAL:
        subject, body = head, [_("It is confidential: please read it on the page.")]
    text = "\n".join([head, "", *body, "", f"{button}: {link}"])
    return Words(subject, text, by_mail, link, button, by_chat)
