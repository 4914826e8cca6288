"""Words and phrases that corrected messages have in common, and how customers write them.

Counted are the kept stems, each message in its own language: quick, and near enough to choose by. What is then worth a
closer look is put to all messages as a rule would put it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import islice, pairwise

from inbox.folding import MAX_CHARS, fold
from routing.learning.past import LEAST, Mask, Past, bits, mask
from routing.learning.stopwords import means_nothing
from routing.words import LANGUAGES

LONGEST = 3
# Of so many messages it is looked up how a phrase is written.
LOOKED_AT = 20
TEXTS = ("subject", "text")
# Signs that customers write within one word; any other one between two words becomes a blank.
JOINTS = ("-", "/", "'", "’")
_WORD = re.compile(r"\w+")
_meaningless = cache(means_nothing)
_LANGUAGE = {code: number for number, code in enumerate(LANGUAGES)}
# The stems in a row, in the language of this number.
Stems = tuple[str, ...]
Key = tuple[int, Stems]


def common(past: Past) -> dict[Key, Mask]:
    """The phrases that at least LEAST corrected messages meant for one place share, each with all that seem to hold it.

    Of several in the very same messages only the shortest is given, of those the longest word.
    """
    counted = _counted(past)
    found: dict[Key, list[int]] = {key: [] for key in counted}
    wanted = [[{key[1] for key in counted if key[0] == n and len(key[1]) == length} for length in range(1, LONGEST + 1)]
              for n in range(len(LANGUAGES))]  # fmt: skip
    for number in range(len(past.seen)):
        language, rows = _stems(past, number)
        for length, known in enumerate(wanted[language], 1):
            if known:
                here = [known.intersection(zip(*(row[at:] for at in range(length)), strict=False)) for row in rows]
                for stems in set().union(*here):
                    found[language, stems].append(number)
    by_mask: dict[Mask, Key] = {}
    for key, some in found.items():
        holders = mask(some)
        known_key = by_mask.get(holders)
        if known_key is None or _plainness(key) < _plainness(known_key):
            by_mask[holders] = key
    return {key: holders for holders, key in by_mask.items()}


def written(past: Past, key: Key, among: Mask) -> str:
    """How customers write a phrase, most of them, in these messages."""
    language, stems = key
    forms: Counter[str] = Counter()
    for number in islice(bits(among), LOOKED_AT):
        known = past.seen[number].facts
        for name in TEXTS:
            words = known.words(name)
            row = words.texts[language].split()
            for place in range(len(row) - len(stems) + 1):
                if tuple(row[place : place + len(stems)]) == stems:
                    folded = words.words.split()
                    forms[_as_written(str(known.value(name))[:MAX_CHARS], folded, place, len(stems))] += 1
    # As often: rather in small letters, which stand in the middle of sentences.
    return max(forms, key=lambda form: (forms[form], form.islower(), form), default="")


def _counted(past: Past) -> set[Key]:
    """The phrases that enough corrected messages of one place share."""
    found: set[Key] = set()
    for goal in past.goals.values():
        if goal.bit_count() >= LEAST:
            counts = Counter(key for number in bits(goal) for key in _phrases(past, number))
            found.update(key for key, count in counts.items() if count >= LEAST)
    return found


def _phrases(past: Past, number: int) -> set[Key]:
    """The phrases of a message that may say what it is about: each begins and ends with a word that means something."""
    language, _rows_of = _stems(past, number)
    known, found = past.seen[number].facts, set()
    for name in TEXTS:
        words = known.words(name)
        folded, stems = words.words.split(), words.texts[language].split()
        telling = [not _meaningless(word) for word in folded]
        for place, tells in enumerate(telling):
            if not tells:
                continue
            for length in range(1, LONGEST + 1):
                last = place + length - 1
                if last < len(telling) and telling[last]:
                    found.add((language, tuple(stems[place : last + 1])))
    return found


def _stems(past: Past, number: int) -> tuple[int, list[list[str]]]:
    known = past.seen[number].facts
    language = _LANGUAGE.get(str(known.value("language")), 0)
    return language, [known.words(name).texts[language].split() for name in TEXTS]


def _plainness(key: Key) -> tuple[int, int, Stems]:
    return len(key[1]), -sum(map(len, key[1])), key[1]


def _as_written(text: str, folded: Sequence[str], place: int, length: int) -> str:
    """The words from a place on as the text has them; folded, where text and kept words are not the same."""
    words = list(_WORD.finditer(text))
    row, wanted = words[place : place + length], folded[place : place + length]
    if len(words) != len(folded) or [fold(one[0]) for one in row] != list(wanted):
        return " ".join(wanted)
    pieces = [row[0][0]]
    for before, word in pairwise(row):
        between = text[before.end() : word.start()]
        pieces += [between if between in JOINTS else " ", word[0]]
    return "".join(pieces)
