"""Rules and messages that hypothesis draws: few words and names, so that they meet each other often."""

from typing import Any

from hypothesis import strategies as st

from routing import facts
from routing.conditions import GROUPS, MAX_DEPTH, Node, parse
from routing.facts import Facts, Value
from routing.occasions import EVENTS, TIMED
from routing.outcome import Actions
from routing.rules import Rule, from_data
from routing.words import pack, stemmed, unpack

WORDS = st.sampled_from([
    "preventivo", "preventivi", "Tolleranza", "tolleranze", "drawing", "drawings", "Angebote", "livraisons", "livraison",
    "presupuesto", "œuvres", "Größe", "grösse", "40", "GX-40", "foo_bar", "товар", "図面", "x", "è", "n.", "a@b.test", "(",
    "\ud800", "İ", "ﬁn", "²", "\n",
])  # fmt: skip
SENTENCES = st.lists(WORDS, min_size=2, max_size=10).map(" ".join)
TEXTS = st.one_of(SENTENCES, SENTENCES, WORDS, st.lists(WORDS, max_size=4).map("".join), st.text(max_size=20))
NAMES = st.sampled_from(
    ["a.test", "b.a.test", "X.A.test", "ba.test", "it", "IT", "en", "ß", "SS", "mon", "", " it ", "x"]
)
DOMAINS = st.sampled_from(["a.test", "b.a.test", "X.A.test", "test", "ba.test"])
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 2, 9, 9.5, 1e300, 10**18])
PATTERNS = st.sampled_from([
    "tolleranz[ae]", r"gx-?\d+", r"^preventiv", r"\bx\b", "(a+)+$", "größ", "FIN$", "n.", r"\(", "^$", ".", "[äöü]", r"\d{2}",
    "(?m)^x", "²", r"\pL{3}", "товар", "a|", r"(x+x+)+y",
])  # fmt: skip
# Values that every operator would refuse are left to the tests of what is refused.
PIECES = (
    (WORDS | WORDS | TEXTS)
    .map(lambda text: text.encode("utf-8", "ignore").decode().strip())
    .filter(lambda text: facts.folded(text) and len(text) < 100)
)
PHRASES = st.lists(st.tuples(WORDS, st.booleans(), st.integers(1, 8)), min_size=1, max_size=3).map(
    lambda some: " ".join(f"{word[:length]}*" if wild else word for word, wild, length in some)
)
WISHES = WORDS | WORDS | PHRASES
FACTS = (*facts.ALL, "fact.page")
_VALUES = {
    facts.TEXT: TEXTS,
    facts.NAME: NAMES,
    facts.LIST: st.lists(NAMES | TEXTS, max_size=3),
    facts.NUMBER: NUMBERS,
    facts.FLAG: st.booleans(),
}
# Most questions are put to few facts, or no rule would ever hold.
_ASKED = st.sampled_from(["subject", "text", "subject_or_text", "tags", "domain", "sender", "hour", "attachments"])


def values() -> st.SearchStrategy[dict[str, Value]]:
    """The facts of a message; any may be missing, those that are asked most seldom are."""
    drawn = {name: _VALUES[facts.kind_of(name) or ""] for name in FACTS if name not in facts.TOGETHER}
    often = {name: drawn[name] | drawn[name] | st.just("") for name in ("subject", "text", "tags", "domain", "sender")}
    return st.fixed_dictionaries(often, optional={name: some for name, some in drawn.items() if name not in often})


def messages() -> st.SearchStrategy[Facts]:
    """Facts, some with stems that were kept."""
    return st.builds(_message, values(), st.booleans())


def _message(drawn: dict[str, Any], kept: bool) -> Facts:
    made = Facts(drawn)
    stems = {name: stemmed(*made.texts(name)) for name in ("subject", "text")} if kept else {}
    return Facts(drawn, unpack(pack(stems)))


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions with every operator of every fact."""
    return (_ASKED | st.sampled_from(FACTS)).flatmap(
        lambda fact: st.sampled_from(facts.operators_of(fact)).flatmap(
            lambda operator: _compared(operator).map(lambda value: {"fact": fact, operator: value})
        )
    )


def _compared(operator: str) -> st.SearchStrategy[Any]:
    if operator == facts.EXISTS:
        return st.booleans()
    if operator in (facts.AT_LEAST, facts.AT_MOST):
        return NUMBERS
    if operator == facts.IS:
        return NAMES.filter(str.strip) | DOMAINS | PIECES
    one = {
        facts.IS_ANY: NAMES.filter(str.strip) | DOMAINS | PIECES, facts.UNDER: DOMAINS, facts.MATCHES: PATTERNS,
        facts.HAS_ANY: WISHES.filter(_wordy), facts.HAS_ALL: WISHES.filter(_wordy),
    }.get(operator, PIECES)  # fmt: skip
    return st.lists(one, min_size=1, max_size=4)


def _wordy(text: str) -> bool:
    try:
        parse({"fact": "text", facts.HAS_ANY: [text]})
    except ValueError:
        return False
    return True


def conditions(depth: int = MAX_DEPTH) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions and groups."""
    if depth == 0:
        return leaves()
    parts = st.lists(st.deferred(lambda: conditions(depth - 1)), min_size=1, max_size=3)
    groups = st.tuples(st.sampled_from(GROUPS), parts).map(lambda pair: {pair[0]: pair[1]})
    return st.one_of(leaves(), leaves(), groups)


def nodes() -> st.SearchStrategy[Node]:
    """Conditions and groups, parsed."""
    return conditions().map(parse)


def rule_data() -> st.SearchStrategy[dict[str, Any]]:
    """A rule's data but for its slug."""
    days = st.sampled_from(["2026-11-01", "2026-11-30", "2026-12-31"])
    then = st.builds(Actions, tags=st.lists(st.sampled_from("abc"), unique=True).map(tuple)).map(Actions.as_data)
    plain = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Uno", "Due «2»"]),
            "when": st.lists(conditions(), min_size=1, max_size=3),
            "then": then,
        },
        optional={"enabled": st.booleans(), "from": days, "until": days, "continue": st.booleans()},
    ).filter(lambda rule: rule.get("from", "") <= rule.get("until", "9"))
    events = st.sampled_from(EVENTS).flatmap(
        lambda event: (
            st.just({"on": event})
            if event not in TIMED
            else st.sampled_from([1, 30, 100_000]).map(lambda after: {"on": event, "after": after})
        )
    )
    return st.tuples(plain, events | st.just({})).map(lambda pair: pair[0] | pair[1])


def rule_sets(most: int = 6) -> st.SearchStrategy[list[Rule]]:
    """Whole rule sets, with the rule that takes whatever is left."""
    last = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
    return st.lists(rule_data(), max_size=most).map(
        lambda some: from_data([{**rule, "slug": f"r{number}"} for number, rule in enumerate(some)] + [last])
    )
