"""The explicit tables of the work behind the pages: job kinds with what carries them out, and what is looked for every
minute."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from inbox import (
    alarms,
    colleague_chat,
    colleague_mail,
    connecting,
    copies,
    deliveries,
    intake,
    mailboxes,
    outages,
    queue,
    reminders,
    snoozing,
)
from inbox.clocks import corrections
from inbox.consents import asking, mail
from inbox.crm import alarm as crm_alarm
from inbox.crm import asking as crm_asking
from inbox.crm import handing, queueing
from inbox.customers import importing
from inbox.reporting import counting
from inbox.reporting.monthly import mailing, schedule
from inbox.satisfaction import asking as opinions
from inbox.sitechat import arrivals, waiting
from inbox.sitechat import by_mail as by_mail_chat
from inbox.sitechat import settings as chat_settings
from inbox.social import files as social_files
from inbox.social import names, trials
from inbox.worker import Handler
from routing import (
    approving,
    by_mail,
    leadweek,
    mail_instead,
    passing,
    promised,
    proposing,
    releasing,
    reminding,
    returning,
    ringing,
    suggest,
    sweep,
)
from routing import handler as routing_handler
from routing.chat import drafting, refresh
from routing.chat import handler as chat_handler

if TYPE_CHECKING:
    from inbox.app import App

DELIVERY_THREADS = 4


def handlers(app: "App") -> Sequence[Handler]:
    """Job kinds and what carries them out."""
    tools = app.tools()
    return (
        Handler(
            ("take_in",),
            intake.CLAIMED,
            1,
            lambda jobs: intake.take_in(app.database, app.blobs, app.reader, jobs),
        ),
        Handler(("route",), intake.BATCH, 1, lambda jobs: routing_handler.route(app.database, jobs, app.public_url)),
        Handler(("deliver",), 1, DELIVERY_THREADS, lambda jobs: _deliver(app, jobs)),
        Handler((snoozing.KIND,), 50, 1, lambda jobs: snoozing.wake_due(app.database, jobs)),
        Handler((colleague_chat.KIND,), 1, 2, lambda jobs: _by_chat(app, jobs)),
        Handler((drafting.KIND,), 20, 1, lambda jobs: drafting.leave(app.database, jobs, app.public_url)),
        Handler(
            refresh.KINDS,
            20,
            2,
            lambda jobs: refresh.work(app.database, app.connector_for, jobs, app.public_url),
        ),
        Handler((colleague_mail.KIND,), 20, 1, lambda jobs: by_mail.act(app.database, jobs, app.public_url)),
        Handler((reminders.KIND,), 20, 1, lambda jobs: promised.tell_due(app.database, jobs, app.public_url)),
        Handler((proposing.KIND,), 1, 1, lambda jobs: proposing.propose(app.database, jobs, app.public_url)),
        Handler((asking.KIND,), 20, 1, lambda jobs: _ask_for_consent(app, jobs)),
        Handler((chat_settings.BY_MAIL,), 20, 1, lambda jobs: by_mail_chat.work(app.database, jobs)),
        Handler((opinions.KIND,), 20, 1, lambda jobs: opinions.work(app.database, jobs)),
        Handler((arrivals.WAIT,), 20, 1, lambda jobs: waiting.work(app.database, jobs)),
        Handler((copies.KIND,), 1, 1, lambda jobs: _keep_copy(app, jobs)),
        Handler((names.KIND,), 1, 1, lambda jobs: _ask_names(app, jobs)),
        Handler((social_files.KIND,), 1, 2, lambda jobs: _fetch_files(app, jobs)),
        Handler((trials.KIND,), 1, 1, lambda jobs: trials.work(app.database, app.blobs, app.connector_for, jobs)),
        Handler((corrections.KIND,), 1, 1, lambda jobs: corrections.work(app.database, jobs)),
        Handler((mailboxes.KIND,), 1, 1, lambda jobs: _connect(tools, jobs)),
        Handler((importing.KIND,), 1, 1, lambda jobs: _import_customers(app, jobs)),
        Handler((schedule.KIND,), 1, 1, lambda jobs: _mail_reports(app, jobs)),
        Handler((queueing.KIND,), 1, 1, lambda jobs: _hand_over(app, jobs)),
        Handler((crm_asking.KIND,), 1, 1, lambda jobs: crm_asking.work(app.database, app.crm, jobs)),
        Handler((arrivals.RING,), 20, 1, lambda jobs: ringing.ring(app.database, jobs, app.public_url)),
        Handler((suggest.KIND,), suggest.LIMIT, 1, lambda jobs: suggest.work(app.database, app.memory, jobs)),
    )


def every_minute(app: "App") -> Sequence[Callable[[], object]]:
    """What the leader looks for, each by itself: one that fails holds up no other."""
    return (
        lambda: outages.beat(app.database, app.settings.timezone),
        lambda: alarms.look(app.database, app.settings.timezone, app.public_url),
        lambda: crm_alarm.look(app.database, app.public_url),
        lambda: sweep.sweep(app.database),
        lambda: passing.sweep(app.database, app.public_url),
        lambda: reminding.sweep(app.database, app.public_url),
        lambda: returning.sweep(app.database, app.public_url),
        lambda: releasing.sweep(app.database, app.public_url),
        lambda: mail_instead.sweep(app.database, app.public_url, app.settings.chat_patience_minutes),
        lambda: approving.sweep(app.database, app.public_url),
        lambda: proposing.every_week(app.database),
        lambda: counting.refresh(app.database, app.settings.timezone),
        lambda: leadweek.every_week(app.database, app.vault, app.public_url),
        lambda: schedule.look(app.database, app.settings.timezone),
    )


def _ask_for_consent(app: "App", jobs: Sequence[queue.Claim]) -> None:
    mail.work(app.database, app.vault, app.public_url, jobs)


def _keep_copy(app: "App", jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        copies.keep(app.database, app.blobs, app.build_connector, job)


def _fetch_files(app: "App", jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        social_files.fetch(app.database, app.blobs, app.connector_for, job, app.settings.max_message_bytes)


def _ask_names(app: "App", jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        names.work(app.database, app.connector_for, job)


def _mail_reports(app: "App", jobs: Sequence[queue.Claim]) -> None:
    mailing.work(app.database, app.blobs, app.public_url, app.settings.timezone, jobs)


def _hand_over(app: "App", jobs: Sequence[queue.Claim]) -> None:
    handing.work(app.database, app.crm, app.public_url, app.settings.language, jobs)


def _import_customers(app: "App", jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        importing.work(app.database, app.blobs, job)


def _connect(tools: connecting.Tools, jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        connecting.work(tools, job)


def _by_chat(app: "App", jobs: Sequence[queue.Claim]) -> None:
    chat_handler.act(app.database, app.blobs, app.connector_for, jobs, app.public_url)


def _deliver(app: "App", jobs: Sequence[queue.Claim]) -> None:
    for job in jobs:
        deliveries.deliver(app.database, app.blobs, app.connector_for, job, app.file_url, app.opinion_url)
