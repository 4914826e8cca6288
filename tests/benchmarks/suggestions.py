"""How often a suggestion is right where no rule fits, beside what the rules do alone.

    python -m tests.benchmarks.suggestions [--history 600] [--asked 300]

Invented questions of three teams (tests/parts/questions.py), a fixed draw. The history holds two thirds of the ways to
say them; asked are new questions, once said in ways that the history knows, once in ways that it does not. Rules are the
Italian starter's, with a rule for invoices. Nothing is stored: it is the vote of routing.suggest over its own vectors.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence

from config import presets
from routing import engine, nearest, outcome, rules, starter, suggest
from routing.backtest import Seen
from routing.facts import Facts
from routing.matcher import Matcher, compile_rules
from routing.suggest import Past
from tests.parts import corrected
from tests.parts.questions import ADMIN, Question, questions

INVOICES = {
    "slug": "invoices",
    "name": "Fatture",
    "when": [{"fact": "subject_or_text", "has_any": ["fattura", "invoice", "Rechnung"]}],
    "then": {"team": ADMIN},
}
CORRECTED = 2_000
ALL = {"slug": "all", "name": "Tutto", "then": {"team": "triage"}}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--history", type=int, default=600)
    parser.add_argument("--asked", type=int, default=300)
    given = parser.parse_args()
    matcher = compile_rules([rules.from_data([INVOICES, ALL])[0], *starter.rules_of(presets.load(), "it")])
    memory, known = nearest.Memory(), history(given.history)
    began = time.perf_counter()
    memory.keep({number: text(one) for number, one in known.items()}, known)
    each = 1000 * (time.perf_counter() - began) / len(known)
    print(f"{len(known)} past messages, {each:.1f} ms a vector")
    for name, is_known in (("ways to say it that the history knows", True), ("other ways", False)):
        tell(name, list(questions(given.asked, 2, known=is_known)), matcher, memory, known)
    on_corrected()


def on_corrected() -> None:
    """On the history from which proposals are made (tests/parts/corrected.py): the newest quarter, by the older ones."""
    matcher, memory = compile_rules(corrected.rule_set()), nearest.Memory()
    decided = [(one, engine.decide(one.facts, matcher)) for one in corrected.history(CORRECTED)]
    asked, older = decided[: CORRECTED // 4], decided[CORRECTED // 4 :]
    known = {one.conversation_id: _question(one, it) for one, it in older if one.hand or it.rule.when}
    memory.keep({number: text(one) for number, one in known.items()}, known)
    tell("corrected history, newest quarter", [_question(*one) for one in asked], matcher, memory, known)


def _question(one: Seen, decision: engine.Decision) -> Question:
    """It belongs where a hand sent it, else where the rules did and nobody objected."""
    where = one.hand[0] if one.hand else place(decision.actions)
    return Question(where, str(one.facts.value("language")), one.subject, str(one.facts.value("text")), "")


def history(count: int) -> dict[int, Question]:
    return dict(enumerate(questions(count, 1, known=True)))


def tell(
    name: str, asked: Sequence[Question], matcher: Matcher, memory: nearest.Memory, known: dict[int, Question]
) -> None:
    counts: Counter[str] = Counter()
    for one in asked:
        decision = engine.decide(Facts({"subject": one.subject, "text": one.text}), matcher)
        if decision.rule.when:
            counts["by a rule"] += 1
            counts["by a rule, right"] += place(decision.actions) == one.place
            continue
        counts["by no rule"] += 1
        like = [(Past(number, known[number].place), cosine) for number, cosine in near(memory, one, known)]
        suggestion = suggest.vote(like)
        if suggestion:
            counts["suggested"] += 1
            counts["suggested, right"] += suggestion["place"] == one.place
    total = len(asked)
    alone, helped = counts["by a rule, right"], counts["by a rule, right"] + counts["suggested, right"]
    print(f"{name}: {total} asked")
    print(f"  rules alone: {counts['by a rule']} placed, {alone} rightly ({alone / total:.0%} of all)")
    print(f"  suggestions: for {counts['suggested']} of {counts['by no rule']} that no rule fits, "
          f"{counts['suggested, right']} right; with them {helped / total:.0%} of all are known")  # fmt: skip


def near(memory: nearest.Memory, one: Question, known: dict[int, Question]) -> list[tuple[int, float]]:
    return memory.nearest(text(one), known, suggest.VOTERS)


def text(one: Question) -> str:
    return nearest.text_of(one.subject, one.text)


def place(actions: outcome.Actions) -> str:
    return actions.team or actions.person


if __name__ == "__main__":
    main()
