"""A card's words, as things are: who writes, from where, how long they have waited, why it came here, and now.

The customer's own words stand in a message of their own, so that the chat's program can translate them.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import i18n
from config.i18n import translator
from inbox import access, contents, elsewhere
from inbox.clocks import targets
from inbox.models import ChatCard, Conversation, Decision, Delivery, Message, now
from inbox.models.conversation import CLOSED, SPAM
from inbox.models.delivery import ANSWER, FAILED, SENT, UNCERTAIN
from inbox.models.message import INBOUND, MESSAGE, OUTBOUND
from inbox.models.user import FULL, MINIMAL
from inbox.persons import duplicates
from inbox.social import windows
from inbox.worktime import calendars
from inbox.worktime.hours import Hours
from routing import explain, twice, visitor
from routing.chat import keyboards
from routing.chat.shown import Lines, Shown
from routing.notify.texts import holder


def card(session: Session, row: ChatCard, public_url: str) -> Shown:
    """What the card shows now."""
    conversation, hours = row.conversation, calendars.company(session)
    link = f"{public_url.rstrip('/')}/conversations/{conversation.id}"
    lines = Lines()
    if conversation.merged_into_id is not None:
        lines.title(translator(row.language)("Joined with another conversation"))
        lines.line(link)
        return lines.shown()
    lines.title(_title(session, row, hours))
    if not _theirs(row):
        lines.line(translator(row.language)("It is in other hands now."))
        return lines.shown()
    if contents.level(conversation) == MINIMAL:
        lines.line(translator(row.language)("It is confidential: please read it on the page."))
        if not link.startswith("https://"):
            lines.line(link)
    else:
        _fields(session, row, hours, lines)
    return lines.shown(keyboards.buttons(session, row, hours, link))


def last_message(session: Session, conversation_id: int, direction: str = INBOUND) -> Message | None:
    """The newest message of a direction that no machine wrote."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, Message.direction == direction, Message.kind == MESSAGE
    )
    if direction == OUTBOUND:
        query = query.where(Message.machine.is_(None))
    return session.scalar(query.order_by(Message.at.desc(), Message.id.desc()).limit(1))


def _theirs(row: ChatCard) -> bool:
    if row.user is None:
        return row.conversation.team_id == row.team_id
    return access.may(row.user, access.SEE, row.conversation)


def _title(session: Session, row: ChatCard, hours: Hours) -> str:
    conversation, _ = row.conversation, translator(row.language)
    when = _when(row, hours)
    if conversation.status == SPAM:
        return _("Marked as spam")
    if conversation.status == CLOSED and conversation.closed_at is not None:
        return _("Closed, %s") % when(conversation.closed_at)
    if conversation.snoozed_until is not None and conversation.snoozed_until > now():
        return _("Put off until %s") % when(conversation.snoozed_until)
    if conversation.waiting_since is None:
        return _answered(session, row, when)
    if conversation.claimed_at is not None and conversation.user is not None:
        told = {"name": conversation.user.name, "when": when(conversation.claimed_at)}
        return _("Taken by %(name)s, %(when)s") % told
    if contents.level(conversation) == MINIMAL:
        return _("New confidential question for %s") % holder(conversation, row.language)
    return _("New question for %(target)s") % {"target": holder(conversation, row.language)}


def _answered(session: Session, row: ChatCard, when: Callable[[datetime], str]) -> str:
    """Who answered, when, and whether it got there."""
    _ = translator(row.language)
    answer = last_message(session, row.conversation_id, OUTBOUND)
    if answer is None:
        return _("Nobody waits for an answer")
    name = answer.user.name if answer.user is not None else answer.from_name or answer.from_address
    told = _("Answered by %(name)s, %(when)s") % {"name": name, "when": when(answer.at)}
    query = select(Delivery.state).where(Delivery.message_id == answer.id, Delivery.purpose == ANSWER)
    state = session.scalar(query.order_by(Delivery.id.desc()).limit(1))
    words = {
        None: "", SENT: _("sent"), FAILED: _("NOT sent: see the page"), UNCERTAIN: _("perhaps sent: see the page"),
    }  # fmt: skip
    state_words = words.get(state, _("being sent"))
    return f"{told} · {state_words}" if state_words else told


def _fields(session: Session, row: ChatCard, hours: Hours, lines: Lines) -> None:
    conversation, language = row.conversation, row.language
    _, when = translator(language), _when(row, hours)
    message = last_message(session, conversation.id)
    lines.field(_("From"), _who(session, conversation, message, language))
    lines.field(_("By"), _source(session, conversation, message, language))
    lines.field(_("Subject"), conversation.subject)
    if windows.is_public(conversation):
        lines.field(_("Public"), _("everybody can read the comment and the answer"))
    if conversation.language != language:
        lines.field(_("Language"), _language(conversation.language, _))
    if message is not None and message.attachments:
        names = ", ".join(one.filename or _("unnamed file") for one in message.attachments)
        beside = "" if contents.level(conversation) == FULL else f" ({_('on the page')})"
        lines.field(_("Files"), names + beside)
    if conversation.waiting_since is not None:
        since = when(conversation.waiting_since)
        if targets.counts(conversation):
            due = when(targets.due(session, hours, conversation, conversation.waiting_since))
            since = _("%(since)s · to be answered by %(due)s") % {"since": since, "due": due}
        lines.field(_("Waits since"), since)
    end = windows.until(session, conversation)
    if end is not None:
        told = _("until %s") % when(end) if end > now() else _("no longer possible: see the page")
        lines.field(_("Free answer"), told)
    for said in twice.told(session, duplicates.find(session, conversation), row.user, language):
        lines.line(said)
    if row.decision_id is not None:
        decision = session.get_one(Decision, row.decision_id)
        target = conversation.team.name if conversation.team else holder(conversation, language)
        because = explain.sentence(decision.rule_name, decision.reasons, target, language)
        lines.field(_("Why here"), because.replace("*", ""))


def _language(code: str, _: i18n.Translate) -> str:
    words = {"it": _("Italian"), "en": _("English"), "de": _("German"), "fr": _("French"), "es": _("Spanish")}
    return words.get(code, "")


def _who(session: Session, conversation: Conversation, message: Message | None, language: str) -> str:
    _ = translator(language)
    contact = conversation.contact
    name = (message.from_name if message else "") or contact.name
    there = visitor.seen(session, conversation, message, language)
    address = there.address if there is not None else message.from_address if message else ""
    address = "" if message is not None and elsewhere.KIND in message.facts else address
    parts = [name, address, contact.company.name if contact.company else ""]
    earlier = session.scalar(
        select(func.count()).where(Conversation.contact_id == contact.id, Conversation.id < conversation.id)
    )
    if contact.company is not None and contact.company.code:
        parts.append(_("customer"))
    parts.append(_("earlier conversations: %d") % earlier if earlier else _("writes for the first time"))
    return " · ".join(part for part in parts if part)


def _source(session: Session, conversation: Conversation, message: Message | None, language: str) -> str:
    there = visitor.seen(session, conversation, message, language)
    if there is not None:
        return there.source
    _ = translator(language)
    facts = message.facts if message is not None else {}
    channel = conversation.channel
    place = elsewhere.place(session, conversation)
    parts = [f"{place.name} {place.starred}".strip()] if place is not None else []
    parts += [channel.address or channel.name]
    # Of some platforms only a group's number is known.
    group = facts.get("group", "")
    parts += [_("group %s") % group] if group not in ("", conversation.thread_key) else []
    parts += [_("form of the page %s") % facts["page"]] if facts.get("page") else []
    parts += [_("campaign %s") % facts["utm_campaign"]] if facts.get("utm_campaign") else []
    return " · ".join(parts)


def _when(row: ChatCard, hours: Hours) -> Callable[[datetime], str]:
    def when(moment: datetime) -> str:
        pattern = "EEE d MMM, HH:mm"
        return i18n.formatted(moment, pattern, row.language, hours.zone_name)

    return when
