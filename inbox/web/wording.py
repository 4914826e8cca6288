"""Texts, times and names as templates write them, in the reader's language and the company's zone."""

from datetime import datetime
from typing import Any

from flask import Flask, g

from config import i18n
from inbox.access import may
from inbox.models import now
from inbox.web import context, labels


def gettext(text: str) -> str:
    """A text in the reader's language."""
    return i18n.translator(g.get("language", "en"))(text)


def moment(value: datetime | None, form: str = "short") -> str:
    """A moment as people write it."""
    return i18n.moment(value, g.language, context.app().settings.timezone, form) if value else ""


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
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} kB"


def install(flask: Flask) -> None:
    """Give templates their words."""
    flask.jinja_env.add_extension("jinja2.ext.i18n")
    flask.jinja_env.install_gettext_callables(gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    flask.jinja_env.filters.update(moment=moment, duration=duration, waited=waited, size=size)
    flask.context_processor(_common)


def _ngettext(one: str, many: str, count: int) -> str:
    return i18n.translations(g.get("language", "en")).ngettext(one, many, count)


def _common() -> dict[str, Any]:
    return {
        "user": g.get("user"),
        "language": g.get("language", "en"),
        "may": lambda action, conversation=None: g.user is not None and may(g.user, action, conversation),
        "label": lambda group, code: gettext(labels.LABELS[group].get(code) or str(code)),
        "now": now(),
    }
