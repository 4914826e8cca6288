"""The starter company, made once for all tests of a process: a data folder to copy, a database that is put back."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from config.settings import Settings
from inbox.app import App
from tests.parts.postgres import Kept, fresh_database, skip_unless_wanted

KINDS = ("sqlite", "postgresql")


class Starters:
    """Made when first asked for, in each language and in as many numbers as one test needs at once."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._databases: dict[tuple[str, int], Kept] = {}

    def folder(self, language: str) -> Path:
        """The data folder on SQLite, to be copied."""
        found = self._folder / language
        if not found.exists():
            prepare(Settings(data=found, language=language))
        return found

    def lay(self, kind: str, folder: Path, language: str, number: int = 0) -> str:
        """Begin with it: the database's address, "" for SQLite in `folder`, which must not be there yet."""
        if kind == "sqlite":
            shutil.copytree(self.folder(language), folder)
            return ""
        skip_unless_wanted()
        if (language, number) not in self._databases:
            url = self._stack.enter_context(fresh_database())
            prepare(Settings(data=self._folder / f"of-{language}-{number}", database_url=url, language=language))
            self._databases[language, number] = Kept(url)
        kept = self._databases[language, number]
        kept.put_back()
        return kept.url


def prepare(settings: Settings) -> None:
    """Make the tables and the starter company."""
    one = App(settings)
    one.prepare()
    one.close()
