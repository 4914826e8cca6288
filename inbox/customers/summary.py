"""What a file would change, or did, as it is kept and shown; and the list of lines left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from inbox.customers import reading, words
from inbox.customers.headings import EMAIL, PEC
from inbox.customers.planning import FIELDS, Firm, Plan
from inbox.customers.reading import Sheet
from inbox.customers.values import Problem, Rows

# So many changes are shown, and so many lines with their reasons.
SHOWN, TOLD = 20, 100


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


def summarise(sheet: Sheet, rows: Rows, plan: Plan) -> tuple[Summary, list[Problem]]:
    """What a plan changes in figures and its beginning, and all that is told of lines, in their order."""
    problems = sorted([*rows.problems, *plan.problems], key=lambda one: (one.line, not one.refused))
    refused = {one.line for one in problems if one.refused}
    new, changed = plan.new, plan.changed
    shown = sorted([*new, *changed], key=lambda firm: firm.line)[:SHOWN]
    return Summary(
        lines=len(sheet.lines), new=len(new), changed=len(changed),
        unchanged=len(plan.touched) - len(new) - len(changed), addresses=len(plan.tied) + len(plan.made),
        refused=len(refused), noted=len({one.line for one in problems} - refused),
        used=columns(sheet), unknown=sheet.unknown, changes=[_change(firm) for firm in shown],
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


def columns(sheet: Sheet) -> dict[str, str]:
    """The heading, or headings, of each field."""
    found: Mapping[str, tuple[int, ...]] = sheet.columns
    return {name: ", ".join(sheet.headings[number] for number in numbers) for name, numbers in found.items()}


def where(sheet: Sheet) -> dict[str, str]:
    """The headings as they are told with a problem: an address may stand in either of two columns."""
    found = columns(sheet)
    return found | {"email": ", ".join(found[name] for name in (EMAIL, PEC) if name in found)}


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
