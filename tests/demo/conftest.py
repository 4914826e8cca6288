"""One demo for all tests of a run; those that change it take a copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from config.settings import Settings
from inbox import demo
from inbox.app import App


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demo that was made with every socket forbidden."""
    folder = tmp_path_factory.mktemp("demo") / "var-demo"
    disable_socket()
    try:
        opened = opened_app(folder)
        assert demo.prepare(opened)
        opened.close()
    finally:
        enable_socket()
    return folder


@pytest.fixture
def app(made: Path, tmp_path: Path) -> Iterator[App]:
    """A copy of the demo, opened."""
    shutil.copytree(made, tmp_path / "var-demo")
    opened = opened_app(tmp_path / "var-demo")
    yield opened
    opened.close()


def opened_app(folder: Path) -> App:
    app = App(Settings(data=folder, language="it"))
    app.prepare()
    return app
