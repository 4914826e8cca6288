"""What the rule editor needs of the company: the rules, and who and what they may name."""

from collections.abc import Mapping
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Channel, Team, User
from inbox.web import context
from inbox.web.rule_values import Words
from routing import rules


class Desk:
    """Looked up once a request."""

    def __init__(self) -> None:
        with context.reading() as session:
            self.rules = rules.load(session)
            self.teams = {team.slug: team.name for team in session.scalars(select(Team).order_by(Team.position))}
            active = select(User).where(User.disabled_at.is_(None)).order_by(User.name)
            self.people = {user.email: user.name for user in session.scalars(active)}
            channels = session.execute(select(Channel.name, Channel.kind).order_by(Channel.id)).all()
        self.webhooks = [name for name, kind in channels if kind == "webhook"]
        self.words = Words(g.language, self.teams, self.people, [name for name, kind in channels if kind != "webhook"])

    def known(self, slug: str) -> dict[str, Any] | None:
        """The rule's data, with all its parts."""
        found = next((rule.as_data() for rule in self.rules if rule.slug == slug), None)
        return {"when": [], **found} if found else None

    def changed(self, data: Mapping[str, Any]) -> list[rules.Rule]:
        """The rule set with this rule in it, a new one before the catch-all. Raises RuleError."""
        whole = [data if rule.slug == data["slug"] else rule.as_data() for rule in self.rules]
        if all(rule.slug != data["slug"] for rule in self.rules):
            whole.insert(len(whole) - 1, data)
        return rules.from_data(whole)


def names(session: Session) -> dict[str, str]:
    """What teams and people are called, by slug and address."""
    teams = {team.slug: team.name for team in session.scalars(select(Team))}
    return teams | {user.email: user.name for user in session.scalars(select(User))}
