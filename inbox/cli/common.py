"""What all commands share: the opened data folder, and output as text or JSON lines."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from config import settings as configuration
from config.logging import configure
from inbox.app import App

DEMO_FOLDER = Path("var-demo")


@dataclass
class Context:
    """What was said before or after the command: data folder, demo, JSON."""

    data: Path | None = None
    demo: bool = False
    as_json: bool = False
    given: dict[str, Any] = field(default_factory=dict)

    def settings(self, **more: Any) -> configuration.Settings:
        """The settings of the data folder; a mistake in them ends the command with its place."""
        folder = self.data or (DEMO_FOLDER if self.demo else None)
        if self.demo:
            # The demo never goes into the company's own database.
            more["database_url"] = ""
        try:
            found = configuration.load(folder, **self.given, **more)
        except configuration.SettingsError as error:
            raise click.ClickException(str(error)) from None
        configure(found.log_level, found.log_form)
        return found

    def open(self, **more: Any) -> App:
        """The opened data folder, its database up to date."""
        app = App(self.settings(**more))
        app.prepare()
        return app

    def print(self, rows: Sequence[Mapping[str, Any]], text: Callable[[Mapping[str, Any]], str]) -> None:
        """One line per row: JSON with --json, else as `text` says."""
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, default=_plain) if self.as_json else text(row)
            # A file's name may hold bytes that are no text.
            click.echo(line.encode("utf-8", "replace").decode())


pass_context = click.make_pass_decorator(Context, ensure=True)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
