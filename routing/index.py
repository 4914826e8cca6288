"""Which of many questions hold for a message, found from the message's side: its words and values are looked up.

A question of a rule (`text has_any …`) comes down to *atoms*, one for each of its values: this word in this fact, this
fact is this value. The index numbers them, each once however many rules ask it, and gives the numbers of all that hold.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from routing import facts, patterns
from routing.conditions import Condition
from routing.facts import Facts
from routing.gaps import reads
from routing.operators import cased
from routing.words import EVERY, MAX_CHARS, Phrase, Stemmed, masks, phrase, stems

# A wanted domain is at most this long (conditions.MAX_VALUE), so longer ends of a name need not be looked up.
LONGEST_DOMAIN = 500
Check = tuple[int, str, int, str]


class Source:
    """What is asked of one fact."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.exists: list[int] = []
        self.names: dict[str, list[int]] = {}
        self.domains: dict[str, list[int]] = {}
        # For each stem the words that have it: (languages as bits, atom); and the phrases that are looked for only
        # where it is found: (language as bit, another stem of the phrase, language, the phrase's stems), atom.
        self.words: dict[str, tuple[list[tuple[int, int]], list[tuple[tuple[Check, ...], int]]]] = {}
        self.wild: list[tuple[str, Phrase | None, int]] = []
        self.pieces: list[tuple[str, int]] = []
        self.gapped: list[tuple[str, int]] = []
        self.least: list[tuple[float, int]] = []
        self.most: list[tuple[float, int]] = []

    def add(self, operator: str, value: str | float, atom: int) -> None:
        """Ask one thing more."""
        match operator:
            case facts.EXISTS:
                self.exists.append(atom)
            case facts.IS:
                self.names.setdefault(str(value), []).append(atom)
            case facts.UNDER:
                self.domains.setdefault(str(value), []).append(atom)
            case facts.HAS_ANY:
                self._add_words(phrase(str(value)), atom)
            case facts.AT_LEAST:
                self.least.append((float(value), atom))
            case facts.AT_MOST:
                self.most.append((float(value), atom))
            case facts.MATCHES if reads(str(value)) < MAX_CHARS:
                # One alone would make all patterns together slow.
                self.gapped.append((str(value), atom))
            case _:
                self.pieces.append((pattern_of(operator, str(value)), atom))

    def close(self) -> None:
        """Nothing more is added."""
        self.least.sort()
        self.most.sort()
        self.thresholds = [number for number, _ in self.least], [number for number, _ in self.most]
        self.in_text = patterns.Together([pattern for pattern, _ in self.pieces]) if self.pieces else None
        beginnings = [patterns.exactly(" " + beginning) for beginning, _, _ in self.wild]
        self.in_words = patterns.Together(beginnings) if beginnings else None

    def collect(self, known: Facts, held: set[int]) -> None:
        """Add the atoms that hold."""
        texts = known.texts(self.name)
        if not texts:
            return
        held.update(self.exists)
        if self.names:
            for text in texts:
                held.update(self.names.get(cased(text), ()))
        if self.domains:
            for text in texts:
                for end in _ends(cased(text)):
                    held.update(self.domains.get(end, ()))
        if self.words:
            self._collect_words(known.words(self.name), held)
        if self.in_words:
            self._collect_wild(known.words(self.name), held)
        if self.in_text:
            for piece in known.folded(self.name):
                held.update([self.pieces[place][1] for place in self.in_text.hits(patterns.encoded(piece))])
        for pattern, atom in self.gapped:
            if any(patterns.found(pattern, piece) for piece in known.folded(self.name)):
                held.add(atom)
        if self.least or self.most:
            self._collect_numbers(known.number(self.name), held)

    def _add_words(self, wanted: Phrase, atom: int) -> None:
        if any(wanted.wild):
            # The longest beginning is the rarest; a phrase is then looked at more closely.
            rarest = max((word for word, wild in zip(wanted.words, wanted.wild, strict=True) if wild), key=len)
            self.wild.append((rarest, wanted if len(wanted.words) > 1 else None, atom))
            return
        rarest, *others = sorted(wanted.words, key=len, reverse=True)
        for stem, languages in masks(rarest):
            words, phrases = self.words.setdefault(stem, ([], []))
            if others:
                phrases.append((tuple(_checks(wanted, languages, others[0])), atom))
            else:
                words.append((languages, atom))

    def _collect_words(self, text: Stemmed, held: set[int]) -> None:
        found = text.found
        for stem in self.words.keys() & found.keys():
            languages = found[stem]
            words, phrases = self.words[stem]
            for mask, atom in words:
                if mask & languages:
                    held.add(atom)
            for checks, atom in phrases:
                for bit, other, language, row in checks:
                    if bit & languages and other in found and row in text.texts[language]:
                        held.add(atom)
                        break

    def _collect_wild(self, text: Stemmed, held: set[int]) -> None:
        assert self.in_words
        for place in self.in_words.hits(text.words.encode()):
            _, wanted, atom = self.wild[place]
            if wanted is None or (_all_there(wanted, text) and text.has(wanted)):
                held.add(atom)

    def _collect_numbers(self, number: float | None, held: set[int]) -> None:
        if number is not None:
            held.update([atom for _, atom in self.least[: bisect_right(self.thresholds[0], number)]])
            held.update([atom for _, atom in self.most[bisect_left(self.thresholds[1], number) :]])


class Index:
    """The atoms of many conditions."""

    def __init__(self) -> None:
        self._atoms: dict[tuple[str, str, str | float], int] = {}
        self._sources: dict[str, Source] = {}

    def atoms(self, condition: Condition) -> list[int]:
        """The atoms of a condition, one for each of its values; what must hold of them is its operator's matter."""
        return [self._atom(condition.fact, *one) for one in _parts(condition)]

    def close(self) -> None:
        """Nothing more is added."""
        for source in self._sources.values():
            source.close()

    def held(self, known: Facts) -> set[int]:
        """The atoms that hold for a message."""
        held: set[int] = set()
        for source in self._sources.values():
            source.collect(known, held)
        return held

    def _atom(self, fact: str, operator: str, value: str | float) -> int:
        atom = self._atoms.get((fact, operator, value))
        if atom is None:
            atom = self._atoms[fact, operator, value] = len(self._atoms)
            for name in facts.TOGETHER.get(fact, (fact,)):
                source = self._sources.get(name) or self._sources.setdefault(name, Source(name))
                source.add(operator, value, atom)
        return atom


def pattern_of(operator: str, value: str) -> str:
    """What finds a plain piece of text, or what a person's pattern finds, in folded text."""
    if operator == facts.MATCHES:
        return patterns.personal(value)
    piece = patterns.exactly(value)
    return {facts.STARTS_WITH: rf"\A{piece}", facts.ENDS_WITH: rf"{piece}\z"}.get(operator, piece)


def _parts(condition: Condition) -> Iterator[tuple[str, str | float]]:
    """What an atom is named by: operator and value, the same for all that mean the same."""
    match condition.operator:
        case facts.EXISTS:
            yield facts.EXISTS, ""
        case facts.AT_LEAST | facts.AT_MOST:
            yield condition.operator, condition.number
        case facts.IS | facts.IS_ANY | facts.UNDER:
            operator = condition.operator if condition.operator != facts.IS_ANY else facts.IS
            if condition.fact == "domain" and condition.operator == facts.IS_ANY:
                operator = facts.UNDER
            yield from ((operator, cased(one)) for one in condition.values)
        case facts.HAS_ANY | facts.HAS_ALL:
            yield from ((facts.HAS_ANY, one) for one in condition.values)
        case facts.MATCHES:
            yield from ((facts.MATCHES, one) for one in condition.values)
        case _:
            yield from ((condition.operator, facts.folded(one)) for one in condition.values)


def _all_there(wanted: Phrase, text: Stemmed) -> bool:
    """Whether a phrase's plain words are in a text at all."""
    return all(
        wild or any(stem in text.found for stem in stems(word))
        for word, wild in zip(wanted.words, wanted.wild, strict=True)
    )


def _checks(wanted: Phrase, languages: int, other: str) -> Iterator[Check]:
    for language in EVERY:
        if languages >> language & 1:
            yield 1 << language, stems(other)[language], language, wanted.texts[language]


def _ends(name: str) -> Iterator[str]:
    """The domain of a name and those that it is under: mail.example.com, example.com, com."""
    domain = name.rpartition("@")[2]
    yield domain
    place = domain.rfind(".")
    while place >= 0 and len(domain) - place <= LONGEST_DOMAIN + 1:
        yield domain[place + 1 :]
        place = domain.rfind(".", 0, place)
