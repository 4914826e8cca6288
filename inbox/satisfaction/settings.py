"""Whether customers are asked, where, how often and in what words: one setting of the company, off by default."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from inbox import company
from inbox.events import Actor, record
from inbox.satisfaction.words import LANGUAGES, language_of, words

KEY = "satisfaction"
USUAL_DAYS, LEAST_DAYS, MOST_DAYS = 30, 7, 365
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Settings:
    """`pause_days`: for so long nobody is asked again; `questions`: the company's own by language, where it has one."""

    mail: bool = False
    chat: bool = False
    pause_days: int = USUAL_DAYS
    questions: Mapping[str, str] = field(default_factory=dict)

    def question(self, language: str) -> str:
        """The question in a customer's language, in English where it is not one of ours."""
        return self.questions.get(language_of(language)) or words(language)["question"]


def load(session: Session) -> Settings:
    """What is set."""
    kept = company.get(session, KEY)
    return Settings(**json.loads(kept)) if kept else Settings()


def save(session: Session, wanted: Settings, actor: Actor) -> None:
    """Change it; a question that is ours is not kept as the company's own. Raises ValueError for a wrong pause."""
    if not LEAST_DAYS <= wanted.pause_days <= MOST_DAYS:
        raise ValueError(f"pause_days: from {LEAST_DAYS} to {MOST_DAYS} (got {wanted.pause_days})")
    asked = {one: " ".join(wanted.questions.get(one, "").split())[:LONGEST] for one in LANGUAGES}
    own = {one: text for one, text in asked.items() if text and text != words(one)["question"]}
    kept = Settings(wanted.mail, wanted.chat, wanted.pause_days, own)
    company.put(session, KEY, json.dumps(asdict(kept), ensure_ascii=False))
    record(session, "satisfaction_set", actor, mail=kept.mail, chat=kept.chat, pause_days=kept.pause_days)
