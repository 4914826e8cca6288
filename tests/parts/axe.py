"""axe, which looks for what keeps people from using a page (npm's axe-core, outside of the project)."""

from pathlib import Path
from typing import Any

from tests.parts import missing

LIBRARY = Path.home() / ".cache/centralino-tests/node_modules/axe-core/axe.min.js"


def violations(page: Any) -> list[str]:
    """What axe finds on a page, as the rule and the elements it is about; skips the test where axe is missing."""
    if not LIBRARY.is_file():
        missing("axe-core is missing (npm install --prefix ~/.cache/centralino-tests axe-core)")
    page.evaluate(LIBRARY.read_text("utf-8"))
    look = "async () => (await axe.run()).violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.html))"
    found: list[str] = page.evaluate(look)
    return found
