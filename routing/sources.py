"""What is asked of one fact, kept by what a message would say to it: looked up, not gone through."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from routing import facts, patterns
from routing.facts import Facts
from routing.gaps import reads
from routing.operators import cased
from routing.words import MAX_CHARS, Check, Phrase, Stemmed, phrase, stems

# A wanted domain is at most this long (conditions.MAX_VALUE), so longer ends of a name need not be looked up.
LONGEST_DOMAIN = 500


class Source:
    """What is asked of one fact."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.exists: list[int] = []
        self.names: dict[str, list[int]] = {}
        self.domains: dict[str, list[int]] = {}
        # For each stem what is looked up by it, as in Phrase.lookups: (languages, checks, atom).
        self.words: dict[str, list[tuple[int, tuple[Check, ...], int]]] = {}
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
        for stem, languages, checks in wanted.lookups:
            self.words.setdefault(stem, []).append((languages, checks, atom))

    def _collect_words(self, text: Stemmed, held: set[int]) -> None:
        found = text.found
        for stem in self.words.keys() & found.keys():
            languages = found[stem]
            for mask, checks, atom in self.words[stem]:
                if not mask & languages:
                    continue
                if not checks:
                    held.add(atom)
                    continue
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


def pattern_of(operator: str, value: str) -> str:
    """What finds a plain piece of text, or what a person's pattern finds, in folded text."""
    if operator == facts.MATCHES:
        return patterns.personal(value)
    piece = patterns.exactly(value)
    return {facts.STARTS_WITH: rf"\A{piece}", facts.ENDS_WITH: rf"{piece}\z"}.get(operator, piece)


def _all_there(wanted: Phrase, text: Stemmed) -> bool:
    """Whether a phrase's plain words are in a text at all."""
    return all(
        wild or any(stem in text.found for stem in stems(word))
        for word, wild in zip(wanted.words, wanted.wild, strict=True)
    )


def _ends(name: str) -> Iterator[str]:
    """The domain of a name and those that it is under: mail.example.com, example.com, com."""
    domain = name.rpartition("@")[2]
    yield domain
    place = domain.rfind(".")
    while place >= 0 and len(domain) - place <= LONGEST_DOMAIN + 1:
        yield domain[place + 1 :]
        place = domain.rfind(".", 0, place)
