"""Texts, times and names as templates write them, in the reader's language and the company's zone."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g
from markupsafe import Markup, escape

from config import i18n
from inbox import previews
from inbox.access import may
from inbox.elsewhere import Place
from inbox.held import FULL
from inbox.listing import Filter
from inbox.models import Event, now
from inbox.reporting.said import percent as percent
from inbox.reporting.said import worked as worked
from inbox.reporting.said import working as working
from inbox.web import cleaning, context, labels, troubles
from inbox.web.person_labels import NAMED
from inbox.web.why import highlighted


def gettext(text: str) -> str:
    """A text in the reader's language."""
    return i18n.translator(g.get("language", "en"))(text)


def label(group: str, code: str) -> str:
    """The reader's word for a code."""
    known = labels.LABELS[group].get(code)
    return gettext(known) if known else str(code)


def moment(value: datetime | None) -> str:
    """A moment as short as it can be told today: 14:32, 20 Nov, 14:32, 20 Nov 2025."""
    return i18n.moment(value, g.language, context.app().settings.timezone, today()) if value else ""


def trouble(code: str, host: str, said: str) -> str:
    """What is wrong with a mail server, and what to do."""
    known = troubles.TROUBLES.get(code)
    return gettext(known).replace("%s", host) if known else said


def sentence(reason: str) -> str:
    """A reason that the core words in English, as a sentence in the reader's language."""
    said = gettext(reason)
    return f"{said[:1].upper()}{said[1:]}" + ("" if said.endswith((".", "!", "?")) else ".")


def service(place: Place) -> str:
    """Where a conversation is answered: LinkedIn, or Google review ★★☆☆☆."""
    if not place.is_review:
        return place.name
    said = gettext("%s review") % place.name
    return f"{said} {place.starred}".strip()


def full_moment(value: datetime) -> str:
    """A moment with everything, for whoever points at the short one."""
    return i18n.moment(value, g.language, context.app().settings.timezone)


def today() -> date:
    """This day where the company is."""
    return now().astimezone(ZoneInfo(context.app().settings.timezone)).date()


def duration(seconds: float | None) -> str:
    """A length of time in at most two units: 3 d 4 h, 2 h 15 min, 40 s."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    day = gettext("d")
    if days:
        return f"{days} {day} {hours} h" if hours else f"{days} {day}"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{rest} s"


def waited(since: datetime | None) -> str:
    """How long ago, as a duration."""
    return duration((now() - since).total_seconds()) if since else ""


def size(count: int) -> str:
    """A file size."""
    if count >= 1_000_000:
        return f"{i18n.number(count / 1_000_000, g.language, 1)} MB"
    return f"{max(1, count // 1000)} kB"


def money(cents: int | None, currency: str = "EUR") -> str:
    """A sum of hundredths, or a dash for none."""
    return "–" if cents is None else i18n.money(cents, currency, g.language)


def brief(value: date) -> str:
    """A day as short as it can be told today: 15 Dec, 15 Dec 2027."""
    return i18n.brief(value, g.language, today())


def _step(data: dict[str, Any]) -> str:
    on = i18n.day(date.fromisoformat(data["on"]), g.language) if data.get("on") else ""
    return ", ".join(filter(None, (data.get("step", ""), on))) or "–"


def emphasised(text: str) -> Markup:
    """A sentence whose *words between stars* stand out."""
    return Markup(re.sub(r"\*([^*]+)\*", r"<em>\1</em>", str(escape(text))))  # noqa: S704 - escaped just before


def happened(event: Event, target: str) -> str:
    """What an event was, with whom or what it names."""
    text, data = label("event", event.action), event.data
    if event.action in ("snoozed", "reminder_set"):
        target = moment(datetime.fromisoformat(data["until"]))
    elif "name" in data and "kept" in data:
        target = f"{data['name']}, {data['kept']}"
    elif event.action in NAMED:
        target = data["name"] or gettext("(no subject)")
    details = {
        "kind_set": lambda: label("kind", data.get("kind", "")),
        "priority_set": lambda: label("priority", data.get("priority", "")),
        "answer_delivered": lambda: str(data.get("recipient", "")),
        "answer_unreached": lambda: f"{data.get('recipient', '')} – {data.get('reason', '')}",
        "assigned": lambda: str(label("given", data["why"]) if data.get("why") else data.get("note", "")),
        "mail_refused": lambda: label("mail_refused", data.get("why", "")).replace("%s", str(data.get("address", ""))),
        "press_refused": lambda: label("press_refused", data.get("why", "")).replace("%s", str(data.get("name", ""))),
        "approval_given": lambda: gettext("with changes") if data.get("changed") else "",
        "approval_late": lambda: ", ".join(data.get("names", ())),
        "answered_there": lambda: str(data.get("name", "")),
        "reminded": lambda: label("forgotten", data.get("why", "")),
        "tagged": lambda: ", ".join(data.get("tags", ())),
        "stage_set": lambda: label("stage", data.get("stage", "")),
        "value_set": lambda: money(data.get("cents"), data.get("currency", "EUR")),
        "next_step_set": lambda: _step(data),
        "lost_because": lambda: ", ".join(filter(None, (label("lost_reason", data["reason"]), data.get("note", "")))),
        "content_set": lambda: label("content", data.get("content", "")),
        "language_set": lambda: label("language", data.get("language", "")),
        "target_set": lambda: working(data.get("minutes", 0)),
        "not_acknowledged": lambda: label("not_acknowledged", data.get("why", "")),
        "acknowledgement_failed": lambda: str(data.get("reason", "")),
        "consent_failed": lambda: str(data.get("reason", "")),
        "announced": lambda: str(data.get("name", "")),
        "not_announced": lambda: str(data.get("name", "")),
        "webhook_failed": lambda: str(data.get("reason", "")),
        "chat_told": lambda: _answer_by(data.get("due", "")),
        "chat_email": lambda: str(data.get("email", "")),
        "opinion_given": lambda: _opinion(data),
    }
    more = details[event.action]() if event.action in details else data.get("note", "")
    said = text.replace("%s", target)
    return f"{said}: {more}" if more else said


def _answer_by(due: str) -> str:
    """What a visitor was told of when an answer comes; "" where that was nothing."""
    return gettext("an answer comes by %s") % moment(datetime.fromisoformat(due)) if due else ""


def _opinion(data: dict[str, Any]) -> str:
    """What a customer said of an answer, with the comment."""
    said, comment = label("opinion", data.get("value", "")), data.get("comment", "")
    return f"{said}, «{comment}»" if comment else said


def told_later(later: dict[str, Any], name: str) -> str:
    """Who is told later, when and why."""
    why = label("held", later["why"])
    if later["why"] == FULL:
        return gettext("%(name)s is told later: %(why)s") % {"name": name, "why": why}
    when = moment(datetime.fromisoformat(later["due_at"]))
    return gettext("%(name)s is told later (%(when)s): %(why)s") % {"name": name, "when": when, "why": why}


def filter_args(wanted: Filter | None, **changed: str | None) -> dict[str, Any]:
    """The filter as arguments of an address, some of them changed."""
    if wanted is None:
        return changed
    kept = {"state": wanted.state, "team": wanted.team, "channel": wanted.channel, "mine": "1" if wanted.mine else ""}
    return {name: value or None for name, value in (kept | changed).items()}


def install(flask: Flask) -> None:
    """Give templates their words."""
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = True
    flask.jinja_env.add_extension("jinja2.ext.i18n")
    flask.jinja_env.install_gettext_callables(gettext, _ngettext, newstyle=True, pgettext=_pgettext)  # type: ignore[attr-defined]
    flask.jinja_env.filters.update(
        highlighted=highlighted, service=service,
        moment=moment, full_moment=full_moment, duration=duration, waited=waited, size=size, worked=worked,
        percent=percent, emphasised=emphasised, working=working,
        money=money,
        money_exact=lambda euros: i18n.money_exact(euros, "EUR", g.language),
        month=lambda value: i18n.month(value, g.language), brief=brief,
        has_remote_images=cleaning.has_remote_images,
        weekday_and_day=lambda value: i18n.weekday_and_day(value, g.language),
        day=lambda value: i18n.day(value, g.language), number=lambda value: i18n.number(value, g.language),
    )  # fmt: skip
    flask.jinja_env.globals.update(
        MINOR_PROBLEMS=labels.MINOR_PROBLEMS,
        PREVIEWED=previews.KINDS,
        label=label,
        happened=happened,
        told_later=told_later,
        trouble=trouble,
        sentence=sentence,
        filter_args=filter_args,
    )
    flask.context_processor(_common)


def _ngettext(one: str, many: str, count: int) -> str:
    return i18n.translations(g.get("language", "en")).ngettext(one, many, count)


def _pgettext(context: str, text: str) -> str:
    return i18n.translations(g.get("language", "en")).pgettext(context, text)


def _common() -> dict[str, Any]:
    return {
        "user": g.get("user"),
        "demo": context.app().demo,
        "language": g.get("language", "en"),
        "may": lambda action, conversation=None: g.user is not None and may(g.user, action, conversation),
    }
