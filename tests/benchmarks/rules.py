"""How fast the rules that hold are found, beside one Python closure a rule: prints, never judges.

    python -m tests.benchmarks.rules [--runs 7] [--messages 20]

The rules are mixed (MIX), their words drawn from 10,000 that messages are made of too, frequent ones often and rare ones
seldom; a message has a subject and 2 kB of text. Before the clock starts, each message is prepared, for both sides alike:
folded, stemmed in five languages, its stems looked up as a set. The clock then runs over finding all rules that hold.
The closures are the honest naive way: one for each rule, over the same prepared message; words and phrases by `in` on
strings of stems, pieces by `in`, patterns by Python's re, all with an early end. Both must find the same rules. Beside it
the same closures with single words looked up in the message's set of stems.
"""

import argparse
import os
import platform
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from operator import contains
from typing import Any

from routing import engine, facts, patterns, words
from routing.conditions import ANY, NONE, Group, Node
from routing.facts import Facts
from routing.matcher import Matcher
from routing.operators import cased, under
from routing.rules import Rule, from_data

Ask = Callable[[Facts], bool]
Has = Callable[[Facts, str, words.Phrase], bool]
SIZES = (10, 100, 1_000, 10_000)
SEED, VOCABULARY, CHARACTERS = 7, 10_000, 2_000
SYLLABLES = [
    first + second for first in "bcdfglmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "er", "in", "or")
]
ENDINGS = ("o", "a", "i", "e", "are", "azione", "azioni", "mento", "ibile", "ing", "s", "ung", "ment", "ación")
LANGUAGES, CHANNELS = ("it", "en", "de"), ("info", "vendite", "tecnico")


class World:
    """Words, names, rules and messages, the same at every run."""

    def __init__(self) -> None:
        self.rng = random.Random(SEED)
        roots = {"".join(self.rng.choices(SYLLABLES, k=self.rng.choice((2, 2, 3)))) for _ in range(2 * VOCABULARY)}
        self.words = [root + self.rng.choice(ENDINGS) for root in sorted(roots)]
        self.rng.shuffle(self.words)
        self.words = self.words[:VOCABULARY]
        self.weights = [1 / rank for rank in range(1, len(self.words) + 1)]
        self.domains = [f"{word}.test" for word in self.words[:3_000]]

    def some(self, least: int, most: int) -> list[str]:
        """Words as rules name them: not the hundred commonest."""
        return self.rng.sample(self.words[100:], self.rng.randint(least, most))

    def message(self) -> Facts:
        """A prepared message."""
        text = ""
        while len(text) < CHARACTERS:
            sentence = self.rng.choices(self.words, self.weights, k=self.rng.randint(4, 18))
            text += " ".join(sentence).capitalize() + self.rng.choice((". ", "? ", f" {self.rng.randint(1, 9_999)}.\n"))
        domain = self.rng.choice(self.domains)
        made = Facts({
            "subject": " ".join(self.rng.choices(self.words, self.weights, k=6)), "text": text[:CHARACTERS],
            "language": self.rng.choice(LANGUAGES), "channel": self.rng.choice(CHANNELS), "channel_kind": "mail",
            "sender": f"{self.rng.choice(self.words)}@{domain}", "domain": domain, "hour": self.rng.randint(0, 23),
            "earlier": self.rng.randint(0, 5), "known_contact": self.rng.random() < 0.5, "weekday": "mon",
            "attachment_names": [f"{one}.pdf" for one in self.some(0, 2)],
        })  # fmt: skip
        for name in (*made.values, *facts.TOGETHER):
            made.folded(name)
            _ = made.words(name).found
        return made

    def rules(self, count: int) -> list[Rule]:
        """Mixed rules, and one that takes what is left."""
        makers, shares = zip(*MIX, strict=True)
        drawn = [maker(self) for maker in self.rng.choices(makers, shares, k=count - 1)]
        data = [{"slug": f"r{number}", "when": when, "then": {"team": "rd"}} for number, when in enumerate(drawn)]
        return from_data([*data, {"slug": "rest", "then": {"team": "triage"}}])


def text_fact(world: World) -> str:
    return world.rng.choice(("subject_or_text", "subject_or_text", "text", "subject"))


def of_words(world: World) -> list[Any]:
    return [{"fact": text_fact(world), "has_any": world.some(1, 5)}]


def of_phrases(world: World) -> list[Any]:
    return [{"fact": text_fact(world), "has_any": [" ".join(world.some(2, 3)) for _ in range(world.rng.randint(1, 3))]}]


def of_all_words(world: World) -> list[Any]:
    return [{"fact": text_fact(world), "has_all": world.some(2, 3)}]


def of_beginnings(world: World) -> list[Any]:
    return [{"fact": text_fact(world), "has_any": [f"{word[:6]}*" for word in world.some(1, 3)]}]


def of_pieces(world: World) -> list[Any]:
    operator = world.rng.choice(("contains", "contains", "starts_with", "ends_with"))
    fact = world.rng.choice((text_fact(world), "attachment_names", "sender"))
    return [{"fact": fact, operator: [" ".join(world.some(1, 2)) for _ in range(world.rng.randint(1, 3))]}]


def of_patterns(world: World) -> list[Any]:
    one, other = world.some(2, 2)
    pattern = world.rng.choice((
        rf"\b{one[:6]}\w* ?\d{{2,4}}", rf"{one} (?:{other[:5]}|{other})", rf"\b{one[:5]}-?{world.rng.randint(1, 99)}\b",
        rf"(?:{one}|{other})\w* \w+\?", rf"ord\w* (?:n\.? ?)?{world.rng.randint(100, 999)}\d\d",
    ))  # fmt: skip
    return [{"fact": text_fact(world), "matches": [pattern]}]


def of_senders(world: World) -> list[Any]:
    domains = world.rng.sample(world.domains, world.rng.randint(1, 4))
    return [world.rng.choice(({"fact": "domain", "is_any": domains}, {"fact": "sender", "under": domains}))]


def of_names_and_words(world: World) -> list[Any]:
    fact, names = world.rng.choice((("language", LANGUAGES), ("channel", CHANNELS)))
    return [{"fact": fact, "is": world.rng.choice(names)}, *of_words(world)]


def of_nested(world: World) -> list[Any]:
    return [
        {"any": [*of_phrases(world), {"all": [*of_words(world), *of_senders(world)]}]},
        *of_names_and_words(world)[:1],
    ]


def of_none(world: World) -> list[Any]:
    return [*of_words(world), {"none": [*of_names_and_words(world)[:1], *of_words(world)]}]


def of_numbers(world: World) -> list[Any]:
    asked = (
        {"fact": "earlier", "at_least": 2},
        {"fact": "hour", "at_most": 12},
        {"fact": "known_contact", "exists": True},
    )
    return [world.rng.choice(asked), *of_words(world)]


MIX = (
    (of_words, 30), (of_phrases, 10), (of_all_words, 10), (of_beginnings, 5), (of_pieces, 8), (of_patterns, 7),
    (of_senders, 10), (of_names_and_words, 8), (of_nested, 4), (of_none, 4), (of_numbers, 4),
)  # fmt: skip


def closure(node: Node, has: Has) -> Ask:
    """The naive way to ask one condition, `has` telling how words are looked for."""
    if isinstance(node, Group):
        parts = [closure(part, has) for part in node.parts]
        if node.kind == ANY:
            return lambda known: any(part(known) for part in parts)
        if node.kind == NONE:
            return lambda known: not any(part(known) for part in parts)
        return lambda known: all(part(known) for part in parts)
    fact, values, number = node.fact, node.values, node.number
    needles = [words.phrase(one) for one in values]
    folded, names = [facts.folded(one) for one in values], [cased(one) for one in values]
    # Without (?i), which Python's re is slow with: these patterns are in small letters, as the text is.
    written = [patterns.personal(one).removeprefix("(?i)") for one in values if node.operator == facts.MATCHES]
    searches = [re.compile(one).search for one in written]
    is_under = node.operator == facts.UNDER or (fact == "domain" and node.operator == facts.IS_ANY)
    if is_under:
        return lambda known: any(under(text, one) for text in known.texts(fact) for one in names)
    return {
        facts.HAS_ANY: lambda known: any(has(known, fact, needle) for needle in needles),
        facts.HAS_ALL: lambda known: all(has(known, fact, needle) for needle in needles),
        facts.IS: lambda known: any(text.casefold() in names for text in known.texts(fact)),
        facts.IS_ANY: lambda known: any(text.casefold() in names for text in known.texts(fact)),
        facts.STARTS_WITH: lambda known: any(text.startswith(one) for text in known.folded(fact) for one in folded),
        facts.ENDS_WITH: lambda known: any(text.endswith(one) for text in known.folded(fact) for one in folded),
        facts.CONTAINS: lambda known: any(one in text for text in known.folded(fact) for one in folded),
        facts.MATCHES: lambda known: any(search(text) for text in known.folded(fact) for search in searches),
        facts.AT_LEAST: lambda known: known.number(fact) is not None and known.number(fact) >= number,
        facts.AT_MOST: lambda known: known.number(fact) is not None and known.number(fact) <= number,
        facts.EXISTS: lambda known: known.exists(fact) is node.wanted,
    }[node.operator]


def by_text(known: Facts, fact: str, needle: words.Phrase) -> bool:
    """As asked for: words and phrases by `in` on strings of stems."""
    text = known.words(fact)
    if needle.wild[0]:
        return f" {needle.words[0]}" in text.words
    return any(map(contains, text.texts, needle.texts))


def by_set(known: Facts, fact: str, needle: words.Phrase) -> bool:
    """Less naive: single words by a look into the message's stems."""
    if len(needle.words) > 1 or needle.wild[0]:
        return by_text(known, fact, needle)
    found = known.words(fact).found
    return any(found.get(stem, 0) & mask for stem, mask, _ in needle.lookups)


def closures(rules: Sequence[Rule], has: Has) -> list[tuple[Rule, list[Ask]]]:
    return [(rule, [closure(node, has) for node in rule.when]) for rule in rules]


def asked(known: Facts, made: list[tuple[Rule, list[Ask]]]) -> list[Rule]:
    return [rule for rule, asks in made if all(ask(known) for ask in asks)]


def clocked(work: Callable[[], object], runs: int) -> float:
    """The median of some runs, in microseconds."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1e6)
    return statistics.median(taken)


def compare(rules: list[Rule], messages: list[Facts], runs: int) -> dict[str, float]:
    """One size of rule set: microseconds a message of each way, and how many rules held."""
    matcher, naive, sets = Matcher(rules), closures(rules, by_text), closures(rules, by_set)
    began = time.perf_counter()
    found = [matcher.every(known) for known in messages]
    first = (time.perf_counter() - began) * 1e6 / len(messages)
    for made in (naive, sets):
        assert found == [asked(known, made) for known in messages], "the two ways do not find the same"
    return {
        "closures": statistics.median(clocked(lambda known=known: asked(known, naive), runs) for known in messages),
        "sets": statistics.median(clocked(lambda known=known: asked(known, sets), runs) for known in messages),
        "matcher": statistics.median(clocked(lambda known=known: matcher.every(known), runs) for known in messages),
        "first": first, "held": statistics.mean(len(some) for some in found),
    }  # fmt: skip


def compiling(rules: list[Rule], world: World, runs: int) -> tuple[float, float]:
    """Milliseconds to compile rules for the first time, and again with one of them changed."""
    words.phrase.cache_clear()
    patterns.personal.cache_clear()
    first = clocked(lambda: Matcher(rules), 1) / 1e3
    changed = [*world.rules(2)[:1], *rules[1:]]
    return first, clocked(lambda: Matcher(changed), runs) / 1e3


def others(rules: list[Rule], messages: list[Facts], runs: int) -> dict[str, float]:
    """What else a message costs: deciding with reasons and near misses; and with stems that were kept, all in all."""
    matcher = Matcher(rules)
    packed = [words.pack({name: known.words(name) for name in ("subject", "text")}) for known in messages]

    def again(known: Facts, kept: bytes) -> list[Rule]:
        return matcher.every(Facts(known.values, words.unpack(kept)))

    for known, kept in zip(messages, packed, strict=True):
        assert again(known, kept) == matcher.every(known)
        engine.decide(known, matcher)
    deciding = [clocked(lambda known=known: engine.decide(known, matcher), runs) for known in messages]
    from_kept = [
        clocked(lambda known=known, kept=kept: again(known, kept), runs)
        for known, kept in zip(messages, packed, strict=True)
    ]
    return {
        "deciding": statistics.median(deciding), "from_kept": statistics.median(from_kept),
        "bytes": statistics.mean(map(len, packed)),
    }  # fmt: skip


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--messages", type=int, default=20)
    given = parser.parse_args()
    world = World()
    messages, rules = [world.message() for _ in range(given.messages)], world.rules(max(SIZES))
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; medians of {given.runs} runs, {CHARACTERS} characters"
    )
    rows = {}
    for size in SIZES:
        rows[size] = row = compare([*rules[: size - 1], rules[-1]], messages, given.runs)
        print(f"{size:6,} rules: closures {row['closures']:9,.0f} µs  matcher {row['matcher']:7.1f} µs  "
              f"1/{row['closures'] / row['matcher']:,.0f}  (closures by sets {row['sets']:,.0f} µs, first sight {row['first']:,.0f} µs; {row['held']:.1f} rules hold)")  # fmt: skip
    print(f"10 to 10,000 rules: {rows[10_000]['matcher'] / rows[10]['matcher']:.1f} times as long")
    first, again = compiling([*rules[:999], rules[-1]], world, given.runs)
    more = others([*rules[:999], rules[-1]], messages, given.runs)
    print(f"1,000 rules: a decision with reasons and near misses {more['deciding']:.0f} µs; all that hold, from stems kept "
          f"as {more['bytes']:,.0f} bytes, {more['from_kept']:.0f} µs")  # fmt: skip
    print(f"compiling 1,000 rules: {first:.1f} ms the first time, {again:.1f} ms with one changed")


if __name__ == "__main__":
    main()
