"""The demo: the starter company with a month of believable days behind it, made once by the product's own ways."""

import shutil
from collections.abc import Callable

from inbox import company
from inbox.app import App
from inbox.demo import colleagues, month
from inbox.models import Channel, User

Progress = Callable[[int, int], None]


class NotADemo(Exception):
    """The data folder holds a real company."""


def prepare(app: App, progress: Progress = lambda done, total: None, seed: int = 1) -> bool:
    """Make the demo in an opened, empty data folder; False if it is there already. Raises NotADemo.

    A demo whose making was interrupted is made anew.
    """
    with app.database.reading() as session:
        mark = company.demo(session)
        used = session.query(User.id).first() or session.query(Channel.id).first()
    if mark is not None and mark.ready:
        return False
    if mark is not None:
        _clear(app)
    elif used:
        raise NotADemo(f"{app.settings.data} holds a real company: the demo needs a folder of its own")
    with app.database.writing() as session:
        colleagues.mark(session, company.DEMO_BEGUN)
    # From here on no connector of this folder has a network behind it.
    app.prepare()
    month.play(app, progress, seed)
    with app.database.writing() as session:
        colleagues.mark(session, company.DEMO_READY)
    app.prepare()
    return True


def _clear(app: App) -> None:
    """Remove what an interrupted making left; only ever called on a folder marked as a demo."""
    app.database.close()
    for path in app.settings.data.glob("centralino.db*"):
        path.unlink()
    for name in ("blobs", "outbox"):
        shutil.rmtree(app.settings.data / name, ignore_errors=True)
    (app.settings.data / "blobs").mkdir()
    app.prepare()
