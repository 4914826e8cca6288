"""How long the facts of a message may be."""

from collections.abc import Mapping

from connectors import formlabels
from connectors.meta.pages.files import LONGEST

LONGEST_SUBJECT = 70
# An address is whole or nothing: Meta's are signed, and longer than other facts.
_ADDRESSES = ("media_id", "story_url", "post_url", "source_url")


def bounded(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that say something, within their bounds."""
    found = {name: one[: formlabels.LONGEST_FACT] for name, one in facts.items() if one and name not in _ADDRESSES}
    return found | {name: facts[name] for name in _ADDRESSES if 0 < len(facts.get(name, "")) <= LONGEST}
