"""Bringing customers in from a file: a look that writes nothing, then the same for good, each as a job for a page.

What came of it is kept for each colleague as one JSON text in the settings table. The file itself, and the list of
what was left out, lie among the blobs; no row names them, so they are swept after a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.orm import Session

from config.logging import get
from inbox import company, queue
from inbox.blobs import Blobs, digest
from inbox.customers import keeping, reading
from inbox.customers.planning import Plan
from inbox.customers.reading import Sheet, Unreadable
from inbox.customers.summary import Summary, report, summarise, where
from inbox.customers.values import Colleagues, Problem, Rows, rows_of
from inbox.db import Database
from inbox.events import Actor, person, record

KIND = "customers"
LOOK, IMPORT = "look", "import"
LOOKING, LOOKED, IMPORTING, DONE, FAILED = "looking", "looked", "importing", "done", "failed"
MAX_TRIES = 3
GONE, BROKEN = "gone", "broken"
log = get("customers")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read, and what it changes as long as things are as they are `known`."""

    sheet: Sheet
    rows: Rows
    known: keeping.Known
    plan: Plan


class State(BaseModel):
    """Where the import of one colleague stands. `report`: the blob with the lines left out; `code`: what is wrong."""

    stage: str = ""
    sha256: str = ""
    filename: str = ""
    language: str = "en"
    lines: int = 0
    summary: Summary | None = None
    report: str = ""
    code: str = ""
    line: int = 0

    @property
    def busy(self) -> bool:
        """Whether a job of it runs or waits."""
        return self.stage in (LOOKING, IMPORTING)


def state(session: Session, user_id: int) -> State:
    """Where the colleague's import stands."""
    kept = company.get(session, f"{KIND}:{user_id}")
    return State.model_validate_json(kept) if kept else State()


def begin(session: Session, user_id: int, sha256: str, filename: str, language: str) -> None:
    """Look at a file that lies among the blobs."""
    keep(session, user_id, State(stage=LOOKING, sha256=sha256, filename=filename, language=language))
    _enqueue(session, user_id, LOOK)


def go_on(session: Session, user_id: int, sha256: str) -> bool:
    """Import the file that was looked at; False where that is another one, or nothing was looked at."""
    known = state(session, user_id)
    if known.stage != LOOKED or known.sha256 != sha256:
        return False
    known.stage = IMPORTING
    keep(session, user_id, known)
    _enqueue(session, user_id, IMPORT)
    return True


def forget(session: Session, user_id: int) -> None:
    """Begin anew with another file."""
    keep(session, user_id, State())


def keep(session: Session, user_id: int, known: State) -> None:
    """Store it, and let open pages know."""
    company.put(session, f"{KIND}:{user_id}", known.model_dump_json())
    record(session, "customers_read", person(user_id))


def prepare(session: Session, sheet: Sheet) -> Prepared:
    """Check the lines of a file and compare them with what is known."""
    rows = rows_of(sheet, Colleagues(keeping.holders(session)))
    known = keeping.known(session, rows.rows)
    return Prepared(sheet, rows, known, keeping.plan(known, rows.rows, where(sheet)))


def told(prepared: Prepared) -> tuple[Summary, Sequence[Problem]]:
    """What a file would change."""
    return summarise(prepared.sheet, prepared.rows, prepared.plan)


def carry_out(session: Session, prepared: Prepared, actor: Actor) -> tuple[Summary, Sequence[Problem]]:
    """Change what a file says, in the caller's transaction. What was prepared outside it holds if nothing changed."""
    sheet, rows, plan = prepared.sheet, prepared.rows, prepared.plan
    known = keeping.known(session, rows.rows)
    if known != prepared.known:
        plan = keeping.plan(known, rows.rows, where(sheet))
    summary, problems = summarise(sheet, rows, plan)
    keeping.write(session, plan)
    counts = {name: getattr(summary, name) for name in ("lines", "new", "changed", "unchanged", "addresses", "refused")}
    record(session, "customers_imported", actor, **counts)
    return summary, problems


def work(database: Database, blobs: Blobs, job: queue.Claim) -> None:
    """Carry one job to its end."""
    user_id, task = job.subject_id, job.payload["do"]
    with database.reading() as session:
        known = state(session, user_id)
    wanted = LOOKING if task == LOOK else IMPORTING
    if known.stage != wanted or known.sha256 != job.payload["sha256"]:
        with database.writing() as session:
            queue.acknowledge(session, job)
        return
    try:
        _work(database, blobs, job, known)
    except (Unreadable, KeyError) as error:
        is_gone = isinstance(error, KeyError)
        code, line = (GONE, 0) if is_gone else (error.code, error.line)  # type: ignore[union-attr]
        _fail(database, job, known, code, line)
    except queue.LostLease:
        raise
    except Exception as error:
        log.error("customers_failed", user=user_id, task=task, exc_info=error)
        if job.attempts < MAX_TRIES:
            with database.writing() as session:
                queue.put_back(session, job, f"{type(error).__name__}: {error}")
        else:
            _fail(database, job, known, BROKEN, 0)


def _work(database: Database, blobs: Blobs, job: queue.Claim, known: State) -> None:
    sheet = reading.read(blobs.get(known.sha256))
    known.lines = len(sheet.lines)
    with database.writing() as session:
        keep(session, job.subject_id, known)
    with database.reading() as session:
        prepared = prepare(session, sheet)
    if known.stage == LOOKING:
        known.summary, problems = told(prepared)
    else:
        with database.writing() as session:
            known.summary, problems = carry_out(session, prepared, person(job.subject_id))
            _end(session, job, known, DONE)
    known.report = blobs.put([report(sheet, problems, known.language)])[0] if problems else ""
    with database.writing() as session:
        if known.stage == LOOKING:
            _end(session, job, known, LOOKED)
        elif state(session, job.subject_id).sha256 == known.sha256:
            keep(session, job.subject_id, known)


def _end(session: Session, job: queue.Claim, known: State, stage: str) -> None:
    """The job is done, unless the colleague has begun another file meanwhile."""
    queue.acknowledge(session, job)
    if state(session, job.subject_id).sha256 == known.sha256:
        known.stage = stage
        keep(session, job.subject_id, known)


def _fail(database: Database, job: queue.Claim, known: State, code: str, line: int) -> None:
    known.code, known.line = code, line
    with database.writing() as session:
        _end(session, job, known, FAILED)


def _enqueue(session: Session, user_id: int, task: str) -> None:
    known = state(session, user_id)
    queue.enqueue(session, KIND, user_id, KIND, payload={"do": task, "sha256": known.sha256})


def upload(blobs: Blobs, content: bytes) -> str:
    """Keep an uploaded file until it is imported; its name among the blobs. Raises Unreadable where it is too big."""
    if len(content) > reading.MAX_BYTES:
        raise Unreadable(reading.TOO_BIG)
    blobs.put([content])
    return digest(content)
