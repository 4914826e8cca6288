"""Managers are told, once, that no lead has gone into the CRM for a quarter of an hour, and that it works again."""

from collections.abc import Callable

from config import i18n
from inbox import alarms
from inbox.crm import settings
from inbox.db import Database
from inbox.events import record
from inbox.models import now


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


BROKEN = (
    _("Leads do not reach the CRM"),
    _("For a quarter of an hour no lead could be handed over to the CRM. Nothing is lost: they go once it works."),
)
WORKS = (_("Leads reach the CRM again"), _("The CRM works again; what waited is being handed over."))


def look(database: Database, public_url: str) -> bool:
    """Tell what began or ended since the last look; whether anything was told."""
    with database.reading() as session:
        if not _due(settings.known(session), settings.load(session).on):
            return False
    with database.writing() as session:
        known, on = settings.known(session), settings.load(session).on
        if not _due(known, on):
            return False
        broken = not known.alarmed
        if on:
            texts, said = BROKEN if broken else WORKS, known.error if broken else ""
            told = alarms.tell_managers(session, _words(*texts, said, public_url))
            record(session, "alarm_raised" if broken else "alarm_over", what="crm", told=told)
        settings.keep(session, known.model_copy(update={"alarmed": broken}))
        return True


def _due(known: settings.Known, on: bool) -> bool:
    is_broken = on and known.broken_at is not None and known.broken_at <= now() - alarms.PATIENCE
    over = known.broken_at is None or not on
    return (is_broken and not known.alarmed) or (over and known.alarmed)


def _words(subject: str, text: str, error: str, public_url: str) -> Callable[[str], tuple[str, str]]:
    def words(language: str) -> tuple[str, str]:
        say = i18n.translator(language)
        parts = [say(text), say("What it says: %s") % error if error else "",
                 say("Here it is mended: %s") % f"{public_url}/leads/crm" if error and public_url else ""]  # fmt: skip
        return say(subject), "\n\n".join(part for part in parts if part)

    return words
