"""serve, web, worker: the long-running roles."""

import os
import signal
import sys
import threading
from contextlib import ExitStack

import click

from config.logging import get
from config.system import FolderInUse, lock_folder, on_stop
from inbox import demo, users
from inbox.app import App
from inbox.cli.common import Context, pass_context

log = get("serving")


@click.command()
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option("--port", type=int, help="Port of the pages (default 8000).")
@click.option("--public-port", type=int, help="A second port for what the outside may reach.")
@pass_context
def serve(context: Context, /, host: str | None, port: int | None, public_port: int | None) -> None:
    """All in one: pages, jobs, fetching (the default)."""
    _run(context, worker=True, pages=True, host=host, port=port, public_port=public_port)


@click.command()
@click.option("--host")
@click.option("--port", type=int)
@click.option("--public-port", type=int)
@pass_context
def web(context: Context, /, host: str | None, port: int | None, public_port: int | None) -> None:
    """Only the pages (PostgreSQL)."""
    _run(context, worker=False, pages=True, host=host, port=port, public_port=public_port)


@click.command()
@pass_context
def worker(context: Context) -> None:
    """Only jobs and fetching (PostgreSQL)."""
    _run(context, worker=True, pages=False)


COMMANDS = (serve, web, worker)


def _run(context: Context, *, worker: bool, pages: bool, **given: object) -> None:
    app = App(context.settings(**given))
    with ExitStack() as stack:
        if app.database.sqlite:
            if not (worker and pages):
                raise click.ClickException("web and worker need PostgreSQL; on SQLite use serve")
            try:
                stack.enter_context(lock_folder(app.settings.data))
            except FolderInUse as error:
                raise click.ClickException(str(error)) from None
        app.prepare()
        if context.demo:
            _prepare_demo(app)
        hands = app.worker() if worker else None
        if hands:
            hands.start()
        try:
            if pages:
                from inbox.asgi import serve as serve_pages

                serve_pages(app, lambda port: _ready(app, port))
            else:
                _wait_for_stop()
        except OSError as error:
            raise click.ClickException(f"{app.settings.host}:{app.settings.port}: {error.strerror}") from None
        finally:
            ended = hands.stop() if hands else True
            app.close()
            log.info("stopped", clean=ended)
    if not ended:
        # A thread that still talks to a slow server must not keep the process: its job's lease is void at start.
        sys.stderr.flush()
        os._exit(0)


def _prepare_demo(app: App) -> None:
    def progress(done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            click.echo(f"Making the demo company and its last month: {done * 100 // total} %", err=True)

    try:
        demo.prepare(app, progress)
    except demo.NotADemo as error:
        raise click.ClickException(str(error)) from None


def _ready(app: App, port: int) -> None:
    host = app.settings.host if ":" not in app.settings.host else f"[{app.settings.host}]"
    with app.database.reading() as session:
        anybody = users.anybody(session)
    if not anybody:
        with app.database.writing() as session:
            token = users.issue_ticket(session, users.FIRST_RUN)
        click.echo(f"First run: create the first account at http://{host}:{port}/welcome/{token}")
    if app.demo:
        click.echo(f"Demo, nothing is sent anywhere. Sign in as {app.demo.email} with the password {app.demo.password}")
    click.echo(f"Centralino is ready: http://{host}:{port}")
    sys.stdout.flush()


def _wait_for_stop() -> None:
    stopped = threading.Event()
    on_stop(stopped.set)
    click.echo("Centralino is at work.")
    sys.stdout.flush()
    while not stopped.wait(0.5):
        pass
    signal.signal(signal.SIGINT, signal.SIG_IGN)
