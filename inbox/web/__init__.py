"""The pages: Flask, server-rendered, working without JavaScript and made live by a little of it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from inbox.web import (
    answering,
    approved,
    auth,
    begin,
    care_actions,
    cases_page,
    channels_page,
    consent_page,
    context,
    conversation_actions,
    conversation_page,
    correction_page,
    crm_lead,
    crm_page,
    customers_page,
    draft_actions,
    files,
    funnel_page,
    hours_page,
    joining_actions,
    lead_actions,
    lead_file,
    lead_sources_page,
    leads_page,
    mailbox_page,
    mailing_page,
    marketing_page,
    me,
    month_page,
    my_times_page,
    now_page,
    people,
    person_actions,
    personal_times_page,
    products_page,
    proposals_page,
    queue_page,
    registrations_page,
    reminder_actions,
    report_cases,
    report_files,
    report_page,
    report_questions,
    requests,
    rule_page,
    rule_trial,
    rules_page,
    satisfaction_page,
    services_page,
    sheet,
    sitechats_page,
    social_page,
    targets_page,
    teams_page,
    topics_page,
    versions_page,
    visitor_signs,
    webforms_page,
    week_page,
    why_page,
    wording,
)

if TYPE_CHECKING:
    from inbox.app import App

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
MAX_FORM_BYTES = 30 * 1024 * 1024
BLUEPRINTS = (
    auth,
    queue_page,
    conversation_page,
    conversation_actions,
    answering,
    approved,
    visitor_signs,
    draft_actions,
    care_actions,
    person_actions,
    joining_actions,
    lead_actions,
    reminder_actions,
    leads_page,
    lead_file,
    topics_page,
    funnel_page,
    lead_sources_page,
    crm_page,
    crm_lead,
    begin,
    files,
    sheet,
    me,
    my_times_page,
    hours_page,
    targets_page,
    correction_page,
    week_page,
    people,
    personal_times_page,
    teams_page,
    customers_page,
    marketing_page,
    cases_page,
    rule_page,
    rule_trial,
    versions_page,
    why_page,
    rules_page,
    products_page,
    proposals_page,
    channels_page,
    mailbox_page,
    services_page,
    satisfaction_page,
    sitechats_page,
    webforms_page,
    social_page,
    consent_page,
    registrations_page,
    now_page,
    report_page,
    report_cases,
    report_files,
    month_page,
    mailing_page,
    report_questions,
)


class Number(IntegerConverter):
    """A row's number in an address; what no database can hold leads nowhere, like any other that is not there."""

    regex = "[0-9]{1,18}"


def create_app(app: "App") -> Flask:
    """The Flask application over an opened App."""
    flask = Flask(__name__)
    flask.request_class = requests.PlainRequest
    secure = app.settings.public_url.startswith("https://")
    flask.config.update(
        SECRET_KEY=app.vault.key_for("flask"),
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        SESSION_COOKIE_NAME="centralino_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
        WTF_CSRF_TIME_LIMIT=None,
        CENTRALINO=app,
    )
    CSRFProtect(flask)
    flask.url_map.converters["int"] = Number
    for module in BLUEPRINTS:
        flask.register_blueprint(module.blueprint)
    wording.install(flask)
    flask.before_request(context.load_user)
    flask.after_request(_secure)
    flask.register_error_handler(HTTPException, _error_page)
    flask.register_error_handler(CSRFError, _stale_form)
    flask.register_error_handler(
        context.SignInFirst, lambda _error: redirect(url_for("auth.login", next=request.full_path))
    )
    return flask


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "user" in g and not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _error_page(error: HTTPException) -> AnyResponse | tuple[str, int]:
    return render_template("error.html", code=error.code or 500), error.code or 500


def _stale_form(_error: CSRFError) -> tuple[str, int]:
    return render_template("error.html", code=400, stale=True), 400
