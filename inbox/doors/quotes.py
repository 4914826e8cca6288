"""The door behind the links of the weekly mail about open quotes: looking changes nothing, only the button does.

Programs that look for harmful links open every link of a mail. The link is for one lead and one colleague, who need not
sign in: it counts as long as the lead is in those hands.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from urllib.parse import parse_qsl

from jinja2 import Environment, Template
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config import i18n
from config.i18n import translator
from inbox import access
from inbox.db import Database
from inbox.doors.links import HEADERS, Gate
from inbox.events import person
from inbox.forms.page import HEAD, STYLE
from inbox.leads import keeping, links, listing, money, stages
from inbox.leads.reasons import reason
from inbox.models import Lead, User, now
from inbox.models.lead import LOST, REASONS, UNDER_WAY, WON
from inbox.secrets import Vault

STILL = "open"
_BODY = """{% if error %}<p role="alert"><strong>{{ error }}</strong></p>{% endif %}
<p>{{ said }}</p>
{% if asks %}<form method="post">
{% for code, text in stages %}<p><label><input type="radio" name="stage" value="{{ code }}" required
{% if code == chosen %} checked{% endif %}> {{ text }}</label></p>{% endfor %}
<p><label>{{ words.value }}<br><input name="value" inputmode="decimal" value="{{ value }}"></label></p>
<p><label>{{ words.on }}<br><input type="date" name="on"></label></p>
<p><label>{{ words.reason }}<br><select name="reason">{% for code, text in reasons %}<option value="{{ code }}">
{{ text }}</option>{% endfor %}</select></label></p>
<button>{{ words.save }}</button></form>{% endif %}
</main></body></html>
"""


class QuoteDoor:
    """`language` is for links that tell none, because they are not ours."""

    def __init__(self, database: Database, vault: Vault, language: str) -> None:
        self._database, self._vault, self._language = database, vault, language
        self._gate = Gate("quotes")

    async def answer(self, request: Request) -> Response:
        """The page of a link (GET), and what its button does (POST)."""
        token = request.path_params["token"]

        def work(body: bytes | None) -> Response:
            told = None if body is None else dict(parse_qsl(body.decode("utf-8", "replace")))
            return self._answer(token, told)

        return await self._gate.through(request, work)

    def _answer(self, token: str, told: Mapping[str, str] | None) -> Response:
        link = links.read(self._vault, token)
        if link is None or link.is_over(now()):
            return _over(self._language, 404 if link is None else 410)
        error = ""
        if told is not None:
            with self._database.writing() as session:
                lead, user = _theirs(session, link, locked=True)
                if lead is not None and user is not None and lead.stage in UNDER_WAY:
                    error = _press(session, lead, user, told)
        with self._database.reading() as session:
            lead, user = _theirs(session, link)
            if lead is None or user is None:
                return _over(self._language, 410)
            return _shown(lead, user.language, error, is_pressed=told is not None and not error)


def _theirs(session: Session, link: links.Link, *, locked: bool = False) -> tuple[Lead | None, User | None]:
    """The lead and the colleague, as long as it is in those hands and they are one of us."""
    user = session.get(User, link.user_id)
    lead = session.get(Lead, link.lead_id, with_for_update=locked or None)
    if user is None or lead is None or not access.may(user, access.CHANGE):
        return None, None
    held = keeping.holder(session, lead)
    is_theirs = (held is not None and held.id == user.id) and listing.may_see(session, user, lead)
    return (lead, user) if is_theirs else (None, None)


def _press(session: Session, lead: Lead, user: User, told: Mapping[str, str]) -> str:
    """Carry out what was chosen; what is wrong with it, "" for nothing."""
    _, actor, stage = translator(user.language), person(user.id), told.get("stage", "")
    cents = money.cents(told["value"]) if told.get("value") else None
    if stage not in (STILL, WON, LOST) or told.get("reason", "") not in REASONS:
        return _("Please choose one that is offered here.")
    if told.get("value") and cents is None:
        return _("This is no sum; please write it like 12.400 or 12.400,50.")
    if stage == STILL:
        on = _day(told.get("on", ""))
        keeping.set_next(session, lead, actor, lead.next_step, on or lead.next_on)
        keeping.tell(session, lead, "still_open", actor)
    else:
        stages.move(session, lead, actor, stage, reason=told.get("reason", "") if stage == LOST else "")
    if cents is not None:
        keeping.set_value(session, lead, actor, cents, money.currency(told["value"]))
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(lead: Lead, language: str, error: str, *, is_pressed: bool) -> Response:
    _ = translator(language)
    asks = lead.stage in UNDER_WAY and not is_pressed
    words = {
        "value": _("Value"), "on": _("If still open: come back to it on"), "reason": _("If lost, because of"),
        "save": _("Save"),
    }  # fmt: skip
    content = _template().render(
        language=language, title=lead.title or _("Lead"), style=STYLE, error=error, asks=asks, words=words, chosen="",
        said=_("What has become of this quote?") if asks else _said(lead, language),
        value="" if lead.value_cents is None else i18n.number(lead.value_cents / 100, language),
        stages=[(STILL, _("Still open")), (WON, _("Won")), (LOST, _("Lost"))],
        reasons=[(code, reason(code, language)) for code in REASONS],
    )  # fmt: skip
    return HTMLResponse(content, 422 if error else 200, HEADERS)


def _said(lead: Lead, language: str) -> str:
    _ = translator(language)
    words = {WON: _("Marked as won."), LOST: _("Marked as lost.")}
    said = words.get(lead.stage, _("Still open: noted."))
    if lead.value_cents is None:
        return said
    return f"{said} {_('Value')}: {i18n.money(lead.value_cents, lead.currency, language)}."


def _over(language: str, status: int) -> Response:
    _ = translator(language)
    text = _("This link does not count any more. The page of leads shows all open quotes.")
    content = _template().render(language=language, title=_("Leads"), style=STYLE, said=text)
    return HTMLResponse(content, status, HEADERS)


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(HEAD + _BODY)
