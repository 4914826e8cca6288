"""parse, import, route-test: files instead of a mailbox."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from connectors.base import Address, Batch, Message, RawItem
from inbox import channels, intake
from inbox.app import App
from inbox.blobs import digest
from inbox.cli.common import Context, pass_context
from inbox.models import Team, now
from inbox.reader import Reader, Unreadable
from routing import engine, explain, preview, rules, starter
from routing.matcher import Matcher, compile_rules

IMPORT_FOLDER = "import"
MAX_LINE = 2_000
# "From who@where Mon Nov 23 09:15:00 2026", some with a zone: not a sentence that begins so.
_POSTMARK = re.compile(rb"From \S.{0,400}\d\d:\d\d(?::\d\d)?\b.{0,60}\d{4}\b.{0,20}$")


@click.command()
@click.argument("files", nargs=-1, required=True)
@pass_context
def parse(context: Context, /, files: Sequence[str]) -> None:
    """What mail files say, one line each."""
    reader = Reader()
    try:
        for file in files:
            context.print([as_row(file, _read(reader, file))], _text)
    finally:
        reader.close()


@click.command("route-test")
@click.argument("files", nargs=-1, required=True)
@click.option("--lang", type=click.Choice(["it", "en"]), default="it", help="Language of the sentence.")
@click.option("--channel", default="", help="Name of the channel the mail is thought to come by.")
@pass_context
def route_test(context: Context, /, files: Sequence[str], lang: str, channel: str) -> None:
    """What the rules would do with mail files, and why. Writes nothing."""
    rule_set, teams = _rules(context, lang)
    today = now().astimezone(ZoneInfo(context.settings().timezone)).date()
    reader = Reader()
    try:
        for file in files:
            context.print(
                [_route(file, preview.decide(_read(reader, file), channel, rule_set, today), teams, lang)],
                lambda row: f"{row['file']}: {row['sentence']}",
            )
    finally:
        reader.close()


@click.command("import")
@click.option("--channel", "name", required=True, help="The channel the mails belong to.")
@click.option("--as-new", is_flag=True, help="As if received now: with notifications and running clocks.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@pass_context
def import_(context: Context, /, name: str, as_new: bool, paths: Sequence[Path]) -> None:
    """Take in .eml files, mboxes and Maildirs; quietly and at their own date by default."""
    app = context.open()
    try:
        with app.database.reading() as session:
            channel = channels.by_name(session, name)
        for path in paths:
            found = new = 0
            for items in _batches(path, as_new):
                found += len(items)
                new += intake.receive(
                    app.database,
                    app.blobs,
                    channel.id,
                    IMPORT_FOLDER,
                    Batch(items, ""),
                    quiet=not as_new,
                    keep_cursor=True,
                )
            context.print(
                [{"file": str(path), "found": found, "new": new}],
                lambda row: f"{row['file']}: {row['found']} mails, {row['new']} new",
            )
        _take_in(app)
    except channels.ChannelError as error:
        raise click.ClickException(str(error)) from None
    finally:
        app.close()


COMMANDS = (parse, route_test, import_)


def as_row(file: str, message: Message) -> dict[str, Any]:
    """The parse contract's fields of one mail."""
    return {
        "file": file,
        "subject": message.subject,
        "from": _person(message.sender),
        "to": [_person(one) for one in message.to],
        "cc": [_person(one) for one in message.cc],
        "reply_to": [_person(one) for one in message.reply_to],
        "message_id": message.external_id,
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "date": message.sent_at.astimezone(UTC).isoformat() if message.sent_at else None,
        "text": message.text,
        "reply": message.reply,
        "attachments": [
            {
                "filename": one.filename, "content_type": one.content_type, "size": len(one.content),
                "sha256": digest(one.content),
            }
            for one in message.attachments
        ],
        "machine": message.machine,
        "bounce": {
            "status": message.bounce.status, "hard": message.bounce.hard, "reason": message.bounce.reason,
            "recipient": message.bounce.recipient,
        } if message.bounce else None,
        "problems": list(message.problems),
    }  # fmt: skip


def _read(reader: Reader, file: str) -> Message:
    try:
        body = Path(file).read_bytes()
    except OSError as error:
        return _hopeless(f"cannot be opened: {error.strerror}")
    readings = reader.read("mail", RawItem(file, datetime.now(UTC), body))
    if isinstance(readings, Unreadable):
        return _hopeless(f"could not be read in full: {readings.reason}")
    return next((one for one in readings if isinstance(one, Message)), _hopeless("nothing in it"))


def _hopeless(problem: str) -> Message:
    return Message(external_id="", sender=Address(""), text="", reply="", problems=[problem])


def _person(one: Address) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _text(row: Any) -> str:
    marks = [row["machine"] or "", *row["problems"]]
    shown = " ".join(f"[{mark}]" for mark in marks if mark)
    return f"{row['file']}: {row['from']['address']}: {row['subject']} {shown}".rstrip()


def _rules(context: Context, language: str) -> tuple[Matcher, dict[str, str]]:
    """The rules of the data folder, or the preset's where there is none."""
    settings = context.settings()
    if (settings.data / "centralino.db").exists() or settings.database_url:
        app = App(settings)
        try:
            with app.database.reading() as session:
                found = compile_rules(rules.load(session))
                return found, {team.slug: team.name for team in session.scalars(select(Team))}
        finally:
            app.close()
    from config import presets

    preset = presets.load()
    return compile_rules(starter.rules_of(preset, language)), {
        one["slug"]: presets.localised(one["name"], language) for one in preset["teams"]
    }


def _route(file: str, decision: engine.Decision, teams: dict[str, str], lang: str) -> dict[str, Any]:
    then = decision.actions
    target = teams.get(then.team, then.team) if then.team else then.person
    return {
        "file": file, "team": then.team or None, "person": then.person or None, "priority": then.priority or "normal",
        "tags": list(then.tags), "rule": decision.rule.slug, "reasons": decision.reasons,
        "sentence": explain.sentence(decision.rule.name, decision.reasons, target, lang),
    }  # fmt: skip


def _batches(path: Path, as_new: bool) -> Iterator[list[RawItem]]:
    batch: list[RawItem] = []
    for body in _bodies(path):
        received = now() if as_new else _own_date(body)
        batch.append(RawItem(digest(body), received, body, {"folder": "inbox"}))
        if len(batch) >= intake.BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _bodies(path: Path) -> Iterator[bytes]:
    if path.is_dir() and (path / "cur").is_dir():
        for folder in ("cur", "new"):
            yield from (one.read_bytes() for one in sorted((path / folder).glob("*")) if one.is_file())
    elif path.is_dir():
        yield from (one.read_bytes() for one in sorted(path.rglob("*.eml")))
    elif path.suffix.lower() == ".eml" or not _is_mbox(path):
        # A single mail may well begin with an mbox line, or quote one: its bytes are kept as they are.
        yield path.read_bytes()
    else:
        yield from _mails_of(path)


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return _POSTMARK.match(file.readline(MAX_LINE)) is not None


def _mails_of(path: Path) -> Iterator[bytes]:
    """The mails of an mbox (RFC 4155): each behind a "From " line with its time, before which stands an empty line."""
    lines: list[bytes] = []
    begins = True
    with path.open("rb") as file:
        for line in file:
            if begins and _POSTMARK.match(line):
                if lines:
                    yield b"".join(lines)
                lines = []
            else:
                lines.append(line)
            begins = line in (b"\n", b"\r\n")
    if lines:
        yield b"".join(lines)


def _own_date(body: bytes) -> datetime:
    """The mail's own date, from the newest Received header or Date; this moment where neither can be read."""
    head = message_from_bytes(body.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0][:65536] + b"\n\n")
    for text in (str(head.get("Received", "")).rpartition(";")[2], str(head.get("Date", ""))):
        try:
            found = parsedate_to_datetime(text.strip())
            return min(found if found.tzinfo else found.replace(tzinfo=UTC), now())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return now()


def _take_in(app: App) -> None:
    """Do the work here if no server has the data folder; a running one does it by itself."""
    from config.system import FolderInUse, lock_folder

    if not app.database.sqlite:
        return
    try:
        with lock_folder(app.settings.data):
            app.worker().drain(kinds=("take_in", "route"))
    except FolderInUse:
        return
