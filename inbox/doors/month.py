"""The door behind the link of a monthly page: figures without names for whoever has the link, as long as it stands."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.logging import get
from inbox.db import Database
from inbox.doors.links import Gate
from inbox.models import now
from inbox.reporting.monthly import links
from inbox.reporting.monthly.links import State
from inbox.reporting.monthly.page import HEADERS, closed, written

STATUS = {State.OPEN: 200, State.UNKNOWN: 404, State.OVER: 410, State.REVOKED: 410}
log = get("reports")


class MonthDoor:
    """`language` is for links that tell none, because they are not ours. It sets no cookie and asks for none."""

    def __init__(self, database: Database, language: str, timezone: str) -> None:
        self._database, self._language, self._timezone = database, language, timezone
        self._gate = Gate("month")

    async def show(self, request: Request) -> Response:
        """The page of a link, or why it does not open."""
        token, counts = request.path_params["token"], request.method == "GET"
        return await self._gate.through(request, lambda _body: self._shown(token, counts))

    def _shown(self, token: str, counts: bool) -> Response:
        with self._database.reading() as session:
            sending = links.find(session, token)
            state, language = links.state(sending, now()), sending.language if sending else self._language
            number, kept = (sending.id, sending.content) if sending else (0, {})
        if state is not State.OPEN:
            return HTMLResponse(closed(state, language), STATUS[state], HEADERS)
        found = written(kept, language, self._timezone)
        if found is None:
            log.warning("month_unreadable", sending=number)
            return HTMLResponse(closed(State.OVER, language), STATUS[State.OVER], HEADERS)
        if counts:
            with self._database.writing() as session:
                links.count(session, number, now())
        return HTMLResponse(found, 200, HEADERS)
