"""What the settings page asks for, as jobs: whether the connection works, and all leads under way at once."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.logging import get
from connectors.base import ConnectorError
from connectors.crm.base import About, Crm
from inbox import queue
from inbox.crm import queueing, settings
from inbox.crm.outcome import ITS_OWN
from inbox.db import Database
from inbox.models import CrmRecord, Lead, now
from inbox.models.crm import FAILED
from inbox.secrets import WrongKey

KIND = "crm_ask"
LOOK, ALL = "look", "all"
log = get("crm")


def look(session: Session) -> None:
    """Try the connection, and read which stages there are."""
    settings.keep(session, settings.known(session).model_copy(update={"asking": True}))
    queue.enqueue(session, KIND, 0, KIND, payload={"do": LOOK})


def send_all(session: Session) -> None:
    """Hand over all that is under way."""
    queue.enqueue(session, KIND, 0, KIND, payload={"do": ALL})


def work(database: Database, build: Callable[[], Crm], jobs: Sequence[queue.Claim]) -> None:
    """The handler of these jobs. Nothing is tried twice: a person is looking, and may press once more."""
    for job in jobs:
        if job.payload["do"] == ALL:
            with database.writing() as session:
                queueing.ask_all(session)
                queue.acknowledge(session, job)
            continue
        about = _looked(build)
        with database.writing() as session:
            known = settings.known(session)
            if isinstance(about, About):
                settings.keep(session, settings.told(about, known))
                _again(session)
            else:
                said = {"asking": False, "at": now(), "works": [], "error": about.reason, "code": about.code}
                settings.keep(session, known.model_copy(update=said))
            queue.acknowledge(session, job)


def _looked(build: Callable[[], Crm]) -> About | ConnectorError:
    try:
        return build().look()
    except ConnectorError as error:
        log.info("crm_refused", code=error.code, reason=error.reason)
        return error
    except (WrongKey, ValueError) as error:
        return ConnectorError(str(error), permanent=True, code="token")
    except Exception as error:
        log.error("crm_look_failed", exc_info=error)
        return ConnectorError(type(error).__name__, code="format")


def _again(session: Session) -> None:
    """What failed because of the CRM goes again, now that it works."""
    if settings.load(session).on:
        failed = select(CrmRecord.lead_id).where(CrmRecord.state == FAILED, CrmRecord.code.in_(ITS_OWN))
        queueing.ask(session, session.scalars(select(Lead).where(Lead.id.in_(failed)).order_by(Lead.id)).all())
