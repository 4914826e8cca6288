"""What rules may do, as data; doing it is the matter of routing.actions."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from inbox.language import LANGUAGES
from inbox.models.conversation import KINDS, PRIORITIES, STAGES

ROUND_ROBIN, FEWEST_OPEN, OWNER, ON_DUTY = "round_robin", "fewest_open", "owner", "on_duty"
PICKS = (ROUND_ROBIN, FEWEST_OPEN, OWNER, ON_DUTY)
MAX_MINUTES = 100_000
ACTIONS = (
    "team", "person", "priority", "kind", "tags", "pick", "language", "stage", "target", "watchers", "acknowledge",
    "spam", "close", "snooze", "webhook",
)  # fmt: skip
_CHOICES = {"priority": PRIORITIES, "kind": KINDS, "pick": PICKS, "language": LANGUAGES, "stage": STAGES[1:]}
_ADDRESSES = ("person", "watchers")
_LISTS = ("tags", "watchers", "webhook")
# What of two rules cannot both be done: either side of a pair against the other.
_AGAINST = (
    (("spam",), ("team", "person", "pick", "acknowledge", "snooze")),
    (("close",), ("snooze", "acknowledge")),
    (("person",), ("pick",)),
)


@dataclass(frozen=True, slots=True)
class Actions:
    """What a rule does; "", 0, () and False leave a thing as it is.

    `team` is a slug; `person` and `watchers` are mail addresses of colleagues; `pick` says who of the team gets it;
    `target` (within which the customer is to be answered) and `snooze` are working minutes; `webhook` names channels.
    """

    team: str = ""
    person: str = ""
    priority: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    pick: str = ""
    language: str = ""
    stage: str = ""
    target: int = 0
    watchers: tuple[str, ...] = ()
    acknowledge: bool = False
    spam: bool = False
    close: bool = False
    snooze: int = 0
    webhook: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Only what is set; one webhook as its name."""
        data = {name: value for name in ACTIONS if (value := getattr(self, name))}
        data = {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}
        if len(self.webhook) == 1:
            data["webhook"] = self.webhook[0]
        return data


def parse_actions(data: Any) -> Actions:
    """What a rule does, from its data. Raises ValueError with what is wrong."""
    if not isinstance(data, dict) or set(data) - set(ACTIONS):
        raise ValueError(f"then: may hold {', '.join(ACTIONS)} (got {data!r})")
    actions = Actions(**{name: _value(name, value) for name, value in data.items()})
    for pair in _AGAINST:
        one, other = ([name for name in side if getattr(actions, name)] for side in pair)
        if one and other:
            raise ValueError(f"{one[0]}: does not go together with {', '.join(other)}")
    if actions.pick and actions.pick != OWNER and not actions.team:
        raise ValueError(f"pick: {actions.pick} needs a team to pick from")
    return actions


def merged(first: Actions, then: Actions) -> Actions:
    """What two rules do together, the first of which goes on to the other.

    Tags, watchers and webhooks add up; of single values the later rule's win, and so do they where the two cannot both
    be done (spam, then a team). Another team takes no pick along, which was meant within the first.
    """
    dropped = {name for pair in _AGAINST for one, other in (pair, pair[::-1]) if _any(then, one) for name in other}
    dropped = {name for name in dropped if not getattr(then, name)}
    if then.team and not then.pick:
        dropped.add("pick")
    nothing = Actions()
    kept = replace(first, **{name: getattr(nothing, name) for name in dropped})
    values = {name: getattr(then, name) for name in ACTIONS if getattr(then, name)}
    for name in _LISTS:
        values[name] = tuple(dict.fromkeys(getattr(kept, name) + getattr(then, name)))
    return replace(kept, **values)


def check_names(actions: Actions, people: Collection[str], webhooks: Collection[str]) -> None:
    """Raise ValueError where watchers or webhooks are named that are not there."""
    for address in actions.watchers:
        if address not in people:
            raise ValueError(f"watchers: nobody here has the address {address!r}")
    for name in actions.webhook:
        if name not in webhooks:
            raise ValueError(f"webhook: there is no webhook {name!r} ({', '.join(sorted(webhooks)) or 'none yet'})")


def _value(name: str, value: Any) -> Any:
    """One action's value as Actions holds it."""
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ValueError(f"{name}: must be one of {', '.join(_CHOICES[name])} (got {value!r})")
    if name in ("target", "snooze") and (type(value) is not int or not 1 <= value <= MAX_MINUTES):
        raise ValueError(f"{name}: must be working minutes from 1 to {MAX_MINUTES} (got {value!r})")
    if name in ("acknowledge", "spam", "close") and value is not True:
        raise ValueError(f"{name}: can only be true (got {value!r})")
    if name in ("team", "person") and not isinstance(value, str):
        raise ValueError(f"{name}: must be a text (got {value!r})")
    if name in _LISTS:
        return _texts(name, [value] if name == "webhook" and isinstance(value, str) else value)
    return value.strip().lower() if name in _ADDRESSES else value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(f"{name}: must be a list of texts (got {value!r})")
    texts = [one.strip().lower() if name in _ADDRESSES else one.strip() for one in value]
    wrong = [one for one in texts if name in _ADDRESSES and "@" not in one]
    if wrong:
        raise ValueError(f"{name}: must be mail addresses (got {wrong[0]!r})")
    return tuple(dict.fromkeys(texts))


def _any(actions: Actions, names: Collection[str]) -> bool:
    return any(getattr(actions, name) for name in names)
