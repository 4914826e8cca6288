"""One log, to standard error: readable lines on a terminal, JSON lines elsewhere."""

import logging
import sys
from typing import Any

import structlog


def configure(level: str = "info", form: str = "auto") -> None:
    """Set up structlog and the standard library's loggers. `form` is text, json or auto (by terminal)."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # These two write whole request addresses, and Telegram's address holds the bot's token.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def get(name: str) -> Any:
    """The logger of one module; its calls take an event name and keyword facts, never secrets or bodies."""
    return structlog.get_logger(name)
