"""The jobs behind connecting a mailbox: trying its servers, looking at its older mails, taking them in quietly.

The network is outside every transaction; each job does one page of mails and puts the next one into the queue.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.logging import get
from connectors.abilities import TwoWay
from connectors.base import Batch, Connector, ConnectorError, Message, Pull
from inbox import channels, intake, mailboxes, queue
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.mailboxes import DAYS, DONE, FAILED, RUNNING, Walk, Way, Which
from inbox.models import Channel
from inbox.reader import Reader
from inbox.secrets import Vault

# A server that is only guessed gets less time to answer than one that a person named; all together a minute.
GUESS_SECONDS, NAMED_SECONDS, SEARCH_SECONDS = 8.0, 15.0, 60.0
# A page that fails as often ends the walk.
MAX_TRIES = 3
PASSWORD = "password"  # noqa: S105 - a code
# How mails are counted that go to no team.
MACHINE, UNREADABLE = "machine", "unreadable"
Offers = Sequence[tuple[Mapping[str, Any], str]]
Build = Callable[[dict[str, Any]], Connector]
log = get("connecting")


@dataclass(frozen=True, slots=True)
class Examination:
    """The settings that fit best, and what came of trying them; sending is tried where reading works."""

    settings: dict[str, Any]
    reading: Way
    sending: Way | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What the jobs work with. `offers`: settings to try for an address; `teams_of`: the team for each message of a
    channel by its name, "" for none; `redeem`: settings with the code of a permission become such with its grant."""

    database: Database
    blobs: Blobs
    vault: Vault
    reader: Reader
    build: Build
    offers: Callable[[str], Offers]
    teams_of: Callable[[str, Sequence[Message]], Sequence[str]]
    redeem: Callable[[dict[str, Any]], dict[str, Any]]


def examine(given: Mapping[str, Any], offers: Offers, build: Build) -> Examination:
    """Try to read by each of `offers` until one works or refuses the password, then to send.

    Servers that `given` names win. Where none works, the first is told: it was the most likely.
    """
    best: Examination | None = None
    ends = time.monotonic() + SEARCH_SECONDS
    seconds = NAMED_SECONDS if given.get("imap_host") else GUESS_SECONDS
    for offered, hint in [({}, "")] if given.get("imap_host") else offers:
        settings = {**offered, **given}
        reading = _try_reading(build, settings, hint, seconds)
        right = reading.works or reading.code == PASSWORD
        if best is None or right:
            best = Examination(settings, reading)
        if reading.works:
            return _with_sending(settings, reading, given, hint, build, seconds)
        if right or time.monotonic() > ends:
            break
    return best or Examination(dict(given), Way(works=False, code="host"))


def both_work(found: Examination, address: str) -> Sequence[str]:
    """What works of a mailbox in both ways. Raises ConnectorError for one where something does not."""
    failed = next((way for way in (found.reading, found.sending) if way is not None and not way.works), None)
    if failed is None and found.sending is not None:
        return [found.reading.said, found.sending.said]
    reason = failed.said if failed else "no server is known"
    if failed is not None and (failed.code == PASSWORD or found.reading.works):
        raise ConnectorError(f"{reason} ({failed.hint})" if failed.hint else reason, permanent=True)
    raise ConnectorError(f"no mail server was found for {address} ({reason}): please name it", permanent=True)


def work(tools: Tools, job: queue.Claim) -> None:
    """Carry one job to its end."""
    task = job.payload["do"]
    if task == "try":
        _attempt(tools, job)
    else:
        _walk(tools, job, task)


def _with_sending(
    settings: dict[str, Any], reading: Way, given: Mapping[str, Any], hint: str, build: Build, seconds: float
) -> Examination:
    """Sending as offered; else, where nobody named the way, by the other usual port (RFC 8314 section 3.3)."""
    sending = _try_sending(build, settings, hint, seconds)
    if sending.works or sending.code == PASSWORD or given.get("smtp_host") or given.get("smtp_port"):
        return Examination(settings, reading, sending)
    late = settings.get("smtp_security", "tls") == "tls"
    other = {**settings, "smtp_port": 587 if late else 465, "smtp_security": "starttls" if late else "tls"}
    again = _try_sending(build, other, hint, seconds)
    if again.works or again.code == PASSWORD:
        return Examination(other, reading, again)
    return Examination(settings, reading, sending)


def _try_reading(build: Build, settings: dict[str, Any], hint: str, seconds: float) -> Way:
    host = str(settings.get("imap_host", ""))
    return _try(lambda: _two_way(build, settings, seconds).check_reading(), host, hint)


def _try_sending(build: Build, settings: dict[str, Any], hint: str, seconds: float) -> Way:
    host = str(settings.get("smtp_host") or settings.get("imap_host", ""))
    return _try(lambda: _two_way(build, settings, seconds).check_sending(), host, hint)


def _try(check: Callable[[], str], host: str, hint: str) -> Way:
    try:
        return Way(works=True, host=host, said=check())
    except ConnectorError as error:
        told = hint if error.code == PASSWORD else ""
        return Way(works=False, host=host, code=error.code, said=error.reason, hint=told)
    except (ValueError, TypeError) as error:
        return Way(works=False, host=host, said=str(error))


def _two_way(build: Build, settings: dict[str, Any], seconds: float) -> TwoWay:
    connector = build({**settings, "timeout": seconds})
    if not isinstance(connector, TwoWay):
        raise ValueError("this channel has no older messages and no servers to try")
    return connector


def _attempt(tools: Tools, job: queue.Claim) -> None:
    with tools.database.reading() as session:
        trial = mailboxes.state(session, job.subject_id).trial
    found, settings = None, {}
    if trial:
        settings = tools.vault.open(trial.encode())
        try:
            settings = tools.redeem(settings)
            offers = [] if settings.get("imap_host") else tools.offers(str(settings["address"]))
            found = examine(settings, offers, tools.build)
        except Exception as error:
            code = error.code if isinstance(error, ConnectorError) else ""
            log.warning("trial_failed", channel=job.subject_id, reason=channels.sentence(error))
            host = {"microsoft": "Microsoft 365", "google": "Google"}.get(str(settings.get("auth")), "")
            found = Examination(settings, Way(works=False, host=host, code=code, said=channels.sentence(error)))
    with tools.database.writing() as session:
        queue.acknowledge(session, job)
        channel = session.get(Channel, job.subject_id)
        known = mailboxes.state(session, job.subject_id, changing=True)
        if channel is None or found is None or known.trial != trial:
            return
        known.trying, known.reading, known.sending = False, found.reading, found.sending
        # A code of a permission is good for once: what it became is kept.
        known.trial = tools.vault.seal(settings).decode()
        if found.reading.works and found.sending is not None and found.sending.works:
            mailboxes.proved(session, tools.vault, channel, found.settings, known)
        mailboxes.keep(session, channel.id, known)


def _walk(tools: Tools, job: queue.Claim, which: Which) -> None:
    """One page of a walk."""
    with tools.database.reading() as session:
        channel = session.get(Channel, job.subject_id)
        walk = getattr(mailboxes.state(session, job.subject_id), which)
    going = channel is not None and walk is not None and walk.state == RUNNING
    if channel is None or not going:
        with tools.database.writing() as session:
            queue.acknowledge(session, job)
        return
    try:
        folders, batch = _page(tools, channel, walk, which)
        counts = _looked_at(tools, channel, batch) if which == "look" else {}
        folder = walk.folder or folders[0]
        new = 0
        if which == "taking":
            new = intake.receive(
                tools.database, tools.blobs, channel.id, folder, batch, quiet=True, keep_cursor=True
            )  # fmt: skip
    except Exception as error:
        _failed(tools, job, which, error)
        return
    with tools.database.writing() as session:
        queue.acknowledge(session, job)
        known = mailboxes.state(session, channel.id, changing=True)
        walk = getattr(known, which)
        if walk is None or walk.state != RUNNING:
            return
        walk.mails, walk.new = walk.mails + len(batch.items), walk.new + new
        walk.counts = {key: walk.counts.get(key, 0) + counts.get(key, 0) for key in {**walk.counts, **counts}}
        _next(walk, folders, folder, batch)
        if walk.state == RUNNING:
            mailboxes.go_on(session, channel.id, which)
        mailboxes.keep(session, channel.id, known)


def _page(tools: Tools, channel: Channel, walk: Walk, which: Which) -> tuple[list[str], Batch]:
    """The folders to walk through, and the next page of the one at hand."""
    connector = tools.build(channels.all_settings(channel, tools.vault))
    if not (isinstance(connector, TwoWay) and isinstance(connector, Pull)):
        raise ValueError("this channel has no older messages")
    try:
        # What customers wrote comes before what was answered to it.
        folders = [one for one in reversed(connector.folders()) if which == "taking" or one != "sent"]
        return folders, connector.history(walk.folder or folders[0], DAYS, walk.cursor)
    finally:
        connector.close()


def _next(walk: Walk, folders: Sequence[str], folder: str, batch: Batch) -> None:
    rest = folders[folders.index(folder) + 1 :]
    if batch.more:
        walk.folder, walk.cursor = folder, batch.cursor
    elif rest:
        walk.folder, walk.cursor = rest[0], ""
    else:
        walk.state = DONE


def _looked_at(tools: Tools, channel: Channel, batch: Batch) -> dict[str, int]:
    """Who would get these mails, counted; nothing of them is kept."""
    counts: dict[str, int] = {}
    people = []
    for item in batch.items:
        readings = tools.reader.read(channel.kind, item)
        found = [one for one in readings if isinstance(one, Message)] if isinstance(readings, list) else []
        letters = [one for one in found if not one.machine]
        if letters:
            people += letters
        else:
            kind = MACHINE if isinstance(readings, list) else UNREADABLE
            counts[kind] = counts.get(kind, 0) + 1
    for team in tools.teams_of(channel.name, people):
        counts[f"team:{team}"] = counts.get(f"team:{team}", 0) + 1
    return counts


def _failed(tools: Tools, job: queue.Claim, which: Which, error: Exception) -> None:
    log.warning("walk_failed", channel=job.subject_id, task=which, reason=channels.sentence(error))
    known_error = error if isinstance(error, ConnectorError) else None
    with tools.database.writing() as session:
        if known_error is not None and not known_error.permanent and job.attempts < MAX_TRIES:
            queue.put_back(session, job, known_error.reason, after_seconds=known_error.retry_after or None)
            return
        queue.acknowledge(session, job)
        known = mailboxes.state(session, job.subject_id, changing=True)
        walk = getattr(known, which)
        if walk is not None and walk.state == RUNNING:
            walk.state, walk.said = FAILED, channels.sentence(error)
            walk.code = known_error.code if known_error else ""
            mailboxes.keep(session, job.subject_id, known)
