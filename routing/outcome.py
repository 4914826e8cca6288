"""What rules may do, as data; doing it is the matter of routing.actions."""

from dataclasses import dataclass
from typing import Any

from inbox.models.conversation import KINDS, PRIORITIES

ACTIONS = ("team", "person", "priority", "kind", "tags")


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule does; "" leaves a thing as it is. `team` is a slug, `person` a mail address."""

    team: str = ""
    person: str = ""
    priority: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Only what is set."""
        values = {"team": self.team, "person": self.person, "priority": self.priority, "kind": self.kind}
        return {key: value for key, value in values.items() if value} | ({"tags": list(self.tags)} if self.tags else {})


def parse_actions(data: Any) -> Actions:
    """What a rule does, from its data. Raises ValueError with what is wrong."""
    if not isinstance(data, dict) or set(data) - set(ACTIONS):
        raise ValueError(f"then: may hold {', '.join(ACTIONS)} (got {data!r})")
    if data.get("priority", "normal") not in PRIORITIES:
        raise ValueError(f"priority: must be one of {', '.join(PRIORITIES)} (got {data['priority']!r})")
    if data.get("kind", "enquiry") not in KINDS:
        raise ValueError(f"kind: must be one of {', '.join(KINDS)} (got {data['kind']!r})")
    tags = data.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
        raise ValueError(f"tags: must be a list of texts (got {tags!r})")
    return Actions(
        team=str(data.get("team", "")), person=str(data.get("person", "")).lower(),
        priority=str(data.get("priority", "")), kind=str(data.get("kind", "")),
        tags=tuple(dict.fromkeys(tag.strip() for tag in tags)),
    )  # fmt: skip
