"""The pages over a company, by one Flask application for many tests: to make one takes a tenth of a second."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from inbox import sessions
from inbox.app import App
from inbox.models import User
from inbox.web import auth, create_app

_made: list[Flask] = []


def pages(app: App) -> Flask:
    """The Flask application, over this company from now on; nobody has tried to sign in yet."""
    auth._limiter.storage.reset()
    if app.settings.public_url:
        return create_app(app)  # cookies for https
    if not _made:
        _made.append(create_app(app))
    _made[0].config.update(CENTRALINO=app, SECRET_KEY=app.vault.key_for("flask"))
    return _made[0]


def browser(app: App, email: str) -> FlaskClient:
    """A browser in which this user has signed in."""
    client = pages(app).test_client()
    with app.database.writing() as session:
        user = session.scalars(select(User).where(User.email == email)).one()
        client.set_cookie(sessions.COOKIE, sessions.begin(session, user))
    return client
