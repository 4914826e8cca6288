"""The mails that reports come with: figures, what stands out, and where to see more; nothing personal."""

from urllib.parse import urlencode

from config import i18n
from inbox.models.report_mail import MONTHLY
from inbox.reporting.monthly.content import Content
from inbox.reporting.monthly.sheet import Sheet, Tile


def subject(sheet: Sheet, content: Content) -> str:
    """What a report is about, and its first figure: October 2026: 58 enquiries, 3 still waiting."""
    _ = i18n.translator(sheet.language)
    asked = i18n.translations(sheet.language).ngettext("%s enquiry", "%s enquiries", content.first.exchanges)
    waiting = _("%s still waiting") % i18n.number(content.waiting, sheet.language)
    return f"{sheet.title}: {asked % i18n.number(content.first.exchanges, sheet.language)}, {waiting}"


def text(sheet: Sheet, content: Content, kind: str, public_url: str, link: str = "") -> str:
    """The mail's text. `link`: where the page opens without signing in, "" for no page."""
    _ = i18n.translator(sheet.language)
    base = public_url.rstrip("/")
    days = {"from": content.period.begins.isoformat(), "to": content.period.ends.isoformat()}
    parts = [" – ".join(one for one in (sheet.company, sheet.title) if one)]
    parts += [sheet.lead] if sheet.lead else []
    parts.append("\n".join(_figure(one) for one in sheet.tiles))
    if kind == MONTHLY:
        if sheet.told:
            parts.append("\n".join([f"{sheet.told_title}:", *(f"- {one.text}" for one in sheet.told)]))
        parts.append(_("The page is attached as a PDF. It opens here too, without names and without signing in, for "
                       "90 days:") + f"\n{link}")  # fmt: skip
    parts.append(_("All figures with the questions behind them:") + f"\n{base}/report?{urlencode(days)}")
    parts.append(_("Who gets which report is set here:") + f"\n{base}/report/mailing")
    return "\n\n".join(parts) + "\n"


def _figure(tile: Tile) -> str:
    notes = f" ({' · '.join(tile.notes)})" if tile.notes else ""
    return f"{tile.label}: {tile.figure}{notes}"
