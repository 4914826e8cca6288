"""Bringing customers in from a file: a look that writes nothing, then the same for good, each as a job for a page.

What came of it is kept for each colleague as one JSON text in the settings table. The file itself, and the list of
what was left out, lie among the blobs; no row names them, so they are swept after a day.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from config.logging import get
from inbox import company, queue
from inbox.blobs import Blobs, digest
from inbox.customers import keeping, reading, words
from inbox.customers.headings import EMAIL, PEC
from inbox.customers.planning import FIELDS, Firm, Plan
from inbox.customers.reading import Sheet, Unreadable
from inbox.customers.values import Colleagues, Problem, Rows, rows_of
from inbox.db import Database
from inbox.events import Actor, person, record

KIND = "customers"
LOOK, IMPORT = "look", "import"
LOOKING, LOOKED, IMPORTING, DONE, FAILED = "looking", "looked", "importing", "done", "failed"
# So many changes are shown, and so many lines with their reasons.
SHOWN, TOLD = 20, 100
MAX_TRIES = 3
GONE, BROKEN = "gone", "broken"
log = get("customers")


class Told(BaseModel):
    """See values.Problem."""

    line: int
    column: str
    code: str
    value: str
    other: str
    refused: bool


class Change(BaseModel):
    """A firm as it would be, and of a known one what it was before, by field."""

    line: int
    is_new: bool
    name: str
    now: dict[str, Any]
    before: dict[str, Any]


class Summary(BaseModel):
    """What a file would change, or did: firms, addresses, lines; `used`: heading by field; `unknown`: the others."""

    lines: int
    new: int
    changed: int
    unchanged: int
    addresses: int
    refused: int
    noted: int
    used: dict[str, str]
    unknown: list[str]
    changes: list[Change]
    told: list[Told]


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


def look(database: Database, sheet: Sheet) -> tuple[Summary, Sequence[Problem]]:
    """What a file would change."""
    with database.reading() as session:
        rows = rows_of(sheet, colleagues(session))
        return _summary(sheet, rows, keeping.plan(session, rows.rows, _where(sheet)))


def carry_out(session: Session, sheet: Sheet, rows: Rows, actor: Actor) -> tuple[Summary, Sequence[Problem]]:
    """Change what a file says, in the caller's transaction."""
    plan = keeping.plan(session, rows.rows, _where(sheet))
    told = _summary(sheet, rows, plan)
    keeping.write(session, plan)
    counts = {name: getattr(told[0], name) for name in ("lines", "new", "changed", "unchanged", "addresses", "refused")}
    record(session, "customers_imported", actor, **counts)
    return told


def colleagues(session: Session) -> Colleagues:
    """Who can follow customers."""
    return Colleagues(keeping.holders(session))


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


def report(sheet: Sheet, problems: Sequence[Problem], language: str) -> bytes:
    """The lines that were left out or not taken whole, with the reasons before them, as a CSV file."""
    reasons: dict[int, list[Problem]] = {}
    for one in problems:
        reasons.setdefault(one.line, []).append(one)
    heads = [*words.report_headings(language), *sheet.headings]
    rows = [heads]
    for number, cells in sheet.lines:
        if number in reasons:
            some = reasons[number]
            mark = words.left_out(any(one.refused for one in some), language)
            rows.append([str(number), mark, " ".join(words.problem(one, language) for one in some), *cells])
    return reading.write(rows)


def _work(database: Database, blobs: Blobs, job: queue.Claim, known: State) -> None:
    sheet = reading.read(blobs.get(known.sha256))
    known.lines = len(sheet.lines)
    with database.writing() as session:
        keep(session, job.subject_id, known)
    if known.stage == LOOKING:
        known.summary, problems = look(database, sheet)
    else:
        with database.reading() as session:
            rows = rows_of(sheet, colleagues(session))
        with database.writing() as session:
            known.summary, problems = carry_out(session, sheet, rows, person(job.subject_id))
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


def _summary(sheet: Sheet, rows: Rows, plan: Plan) -> tuple[Summary, list[Problem]]:
    problems = sorted([*rows.problems, *plan.problems], key=lambda one: (one.line, not one.refused))
    refused = {one.line for one in problems if one.refused}
    new, changed = plan.new, plan.changed
    shown = sorted([*new, *changed], key=lambda firm: firm.line)[:SHOWN]
    return Summary(
        lines=len(sheet.lines), new=len(new), changed=len(changed),
        unchanged=len(plan.touched) - len(new) - len(changed), addresses=len(plan.tied) + len(plan.made),
        refused=len(refused), noted=len({one.line for one in problems} - refused),
        used=_columns(sheet), unknown=sheet.unknown, changes=[_change(firm) for firm in shown],
        told=[Told(**{name: getattr(one, name) for name in Told.model_fields}) for one in problems[:TOLD]],
    ), problems  # fmt: skip


def _change(firm: Firm) -> Change:
    now = dict(zip(FIELDS, firm.now, strict=True))
    before = dict(zip(FIELDS, firm.before, strict=True)) if firm.before else {}
    different = {name: value for name, value in now.items() if (before.get(name) or None) != (value or None)}
    return Change(
        line=firm.line, is_new=firm.id is None, name=firm.name, now=different,
        before={name: before[name] for name in different if before.get(name)},
    )  # fmt: skip


def _columns(sheet: Sheet) -> dict[str, str]:
    found: Mapping[str, tuple[int, ...]] = sheet.columns
    return {name: ", ".join(sheet.headings[number] for number in numbers) for name, numbers in found.items()}


def _where(sheet: Sheet) -> dict[str, str]:
    """The headings as they are told with a problem: an address may stand in either of two columns."""
    found = _columns(sheet)
    return found | {"email": ", ".join(found[name] for name in (EMAIL, PEC) if name in found)}


def _enqueue(session: Session, user_id: int, task: str) -> None:
    known = state(session, user_id)
    queue.enqueue(session, KIND, user_id, KIND, payload={"do": task, "sha256": known.sha256})


def upload(blobs: Blobs, content: bytes) -> str:
    """Keep an uploaded file until it is imported; its name among the blobs. Raises Unreadable where it is too big."""
    if len(content) > reading.MAX_BYTES:
        raise Unreadable(reading.TOO_BIG)
    blobs.put([content])
    return digest(content)
