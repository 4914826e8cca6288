"""The monthly page as it reads in a language: titles, figures, sentences in their order, whatever they are put on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config import i18n
from inbox.reporting.cases import CHANNEL, SOURCE
from inbox.reporting.charts.shapes import KINDS, Chart
from inbox.reporting.hops import HOLDERS
from inbox.reporting.monthly import notes, words
from inbox.reporting.monthly.content import (
    FINDINGS,
    ORIGINS,
    OUTCOMES,
    SECTIONS,
    TEAMS,
    TIME,
    WAITING,
    Case,
    Content,
    Part,
    is_month,
)
from inbox.reporting.monthly.findings import LEAST_CASES
from inbox.reporting.monthly.smallbars import Bar, small_bars
from inbox.reporting.said import percent, worked

MOST_CHANNELS, MOST_SOURCES, MOST_TEAMS = 4, 5, 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures at the top, with lines that tell more of it."""

    label: str
    figure: str
    notes: Sequence[str]
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A finding: the sentence, the numbers it rests on, and the path of the report that shows them."""

    text: str
    because: str
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a block, with something at its left and its right end."""

    left: str
    right: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the page. `rows` may be cut where there is no room; `hidden` more are not among them."""

    code: str
    title: str
    lead: str = ""
    charts: Sequence[Chart] = ()
    rows: Sequence[Row] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page. `told` is None where findings are left out, `quiet` stands instead of none; `opinion` is what
    customers said of the answers, "" where nobody said anything."""

    language: str
    title: str
    company: str
    made: str
    lead: str
    tiles: Sequence[Tile]
    opinion: str
    told: Sequence[Told] | None
    told_title: str
    quiet: str
    blocks: Sequence[Block]
    notes_title: str
    notes: Sequence[str]

    def more(self, count: int) -> str:
        """How many lines are not shown."""
        _ = i18n.translator(self.language)
        return _("and %s more") % count


def sheet(
    content: Content, language: str, timezone: str, *, company: str = "", sections: Sequence[str] = SECTIONS,
    names: bool = False,
) -> Sheet:  # fmt: skip
    """The page of some content. `names`: customers are named."""
    _ = i18n.translator(language)
    title = words.title(content.period, language)
    found: Mapping[str, Callable[[Content, str], Block | None]] = {
        ORIGINS: _origins, TIME: _time, TEAMS: _teams, OUTCOMES: _outcomes,
        WAITING: lambda content, language: _waiting(content, language, names),
    }  # fmt: skip
    blocks = [block for code in found if code in sections and (block := found[code](content, language)) is not None]
    told = [
        Told(words.sentence(one, content, language), words.because(one, language), one.path) for one in content.findings
    ]
    few = content.every.exchanges < LEAST_CASES
    return Sheet(
        language=language, title=title, company=company,
        made=_("as of %s") % words.moment(content.made_at, language, timezone),
        lead="" if content.first.exchanges else _("No enquiry in these days."),
        tiles=tiles(content, language), opinion=_opinion(content, language),
        told=told if FINDINGS in sections else None,
        told_title=_("What stands out"),
        quiet=_("Fewer than ten questions: too few to say what stands out.") if few else _("Nothing stands out."),
        blocks=blocks, notes_title=_("What the words mean"), notes=notes.notes(content, language),
    )  # fmt: skip


def tiles(content: Content, language: str) -> list[Tile]:
    """The four figures at the top."""
    _ = i18n.translator(language)

    def number(count: int) -> str:
        return i18n.number(count, language)

    first, then = content.first, content.before_first
    earlier = f"{words.before(content.period, language)}: "
    if not first.answered:
        speed = Tile(_("first answers"), "–", [earlier + worked(then.median_working)])
    elif first.few:
        label = _("%(some)s of %(all)s first answers within") % {"some": first.nine_tenths, "all": first.answered}
        speed = Tile(label, worked(first.p90_working), [earlier + worked(then.p90_working)])
    else:
        nine = _("9 of 10 within %s") % worked(first.p90_working)
        speed = Tile(_("half of the first answers within"), worked(first.median_working),
                     [earlier + worked(then.median_working), nine])  # fmt: skip
    within, was = (
        _("%(some)s of %(all)s") % {"some": number(one.within), "all": number(one.targeted)} if one.targeted else "–"
        for one in (first, then)
    )
    share = [] if first.few else [words.share(first.within, first.targeted)]
    late = _("%s longer than the target") % number(content.waiting_late)
    asked = i18n.translations(language).ngettext("enquiry", "enquiries", first.exchanges)
    return [
        Tile(asked, number(first.exchanges), [earlier + number(then.exchanges)]),
        speed,
        Tile(_("first answers within the target"), within, [earlier + was, *share]),
        Tile(_("still waiting"), number(content.waiting), [late], content.waiting_late > 0),
    ]


def _opinion(content: Content, language: str) -> str:
    """What customers said of the answers, in one line; the share of enough of them."""
    _ = i18n.translator(language)
    every = content.every
    if not every.voted:
        return ""
    said = {name: i18n.number(getattr(every, name), language) for name in ("good", "fair", "bad", "voted", "asked")}
    said["share"] = f" ({percent(every.share_good)})" if every.share_good is not None else ""
    line = _("How customers found the answers: %(good)s of %(voted)s good%(share)s, %(fair)s so-so, %(bad)s not good")
    return f"{line % said}; {_('%(asked)s asked') % said}"


def _origins(content: Content, language: str) -> Block | None:
    if not content.first.exchanges:
        return None
    _ = i18n.translator(language)
    compares = content.before_first.exchanges > 0
    by_channel = _parts(content.channels, _("By channel"), CHANNEL, MOST_CHANNELS, language, compares)
    known = any(one.value for one in content.sources)
    by_source = [_parts(content.sources, _("By source"), SOURCE, MOST_SOURCES, language, compares)] if known else []
    lead = _("The mark shows %s.") % words.before(content.period, language) if compares else ""
    return Block(ORIGINS, _("How many asked, and from where"), lead, [by_channel, *by_source])


def _parts(parts: Sequence[Part], title: str, dimension: str, most: int, language: str, compares: bool) -> Chart:
    """The most frequent by their names, the others together."""
    _ = i18n.translator(language)
    unknown = {CHANNEL: _("No channel"), SOURCE: _("Not known")}[dimension]
    bars = [
        Bar(
            one.name or one.value or unknown,
            one.count,
            i18n.number(one.count, language),
            one.before if compares else None,
        )
        for one in parts[:most]
    ]
    if rest := parts[most:]:
        count, before = sum(one.count for one in rest), sum(one.before for one in rest)
        bars.append(Bar(_("%s others") % len(rest), count, i18n.number(count, language), before if compares else None))
    return small_bars(title, bars, KINDS[0])


def _time(content: Content, language: str) -> Block | None:
    if not content.holders and not content.slowest:
        return None
    _ = i18n.translator(language)
    holders = [
        Bar(_(words.HOLDERS[one]), content.holders[one], worked(content.holders[one]))
        for one in HOLDERS if one in content.holders
    ]  # fmt: skip
    whole = {"whole": worked(sum(content.holders.values())), "count": content.every.answered}
    lead = _("%(whole)s for each of %(count)s answers, on average") % whole
    slowest = [Row(one.customer or one.team or _("No team"), worked(one.seconds), one.late) for one in content.slowest]
    first = [Row(_("The slowest first answers"), "")] if slowest else []
    charts = [small_bars(_("Where the time went"), holders, KINDS[0])] if holders else []
    return Block(TIME, _("Where the time went"), lead if holders else "", charts, [*first, *slowest])


def _teams(content: Content, language: str) -> Block | None:
    _ = i18n.translator(language)
    rows = []
    for one in content.teams[:MOST_TEAMS]:
        name = one.name if one.name != one.value else _("a team that no longer exists")
        in_time = _("%(within)s of %(targeted)s in time") % {"within": one.within, "targeted": one.targeted}
        rows.append(Row(name if one.value else _("No team"), f"{i18n.number(one.exchanges, language)} · {in_time}"))
    hidden = len(content.teams) - len(rows)
    return Block(TEAMS, _("Which teams answered"), rows=rows, hidden=hidden) if rows else None


def _outcomes(content: Content, language: str) -> Block | None:
    _ = i18n.translator(language)
    title = _("What came of it")
    if not content.outcomes:
        return Block(OUTCOMES, title, _("No conversation of these days is a lead yet."))
    rows = [
        Row(_(words.STAGES[one.value]),
            " · ".join(part for part in (i18n.number(one.count, language), words.euros(one.cents, language)) if part))
        for one in content.outcomes
    ]  # fmt: skip
    return Block(OUTCOMES, title, rows=rows)


def _waiting(content: Content, language: str, names: bool) -> Block:
    _ = i18n.translator(language)
    title = _("Who still waits")
    if not content.waiting:
        return Block(WAITING, title, _("Nobody: all have an answer."))
    rows = [_waiter(one, language, names) for one in content.longest]
    lead = "" if is_month(content.period) else _("Whoever asked until then and has no answer yet.")
    return Block(WAITING, title, lead, rows=rows, hidden=content.waiting - len(rows))


def _waiter(one: Case, language: str, names: bool) -> Row:
    _ = i18n.translator(language)
    team = one.team or _("No team")
    time = worked(one.seconds) if one.seconds else _("outside hours")
    if not names:
        return Row(team, time, one.late)
    return Row(one.customer or _("conversation %s") % one.value, f"{team} · {time}", one.late)
