"""The texts of the demo: customers and stories as TOML, filled in by a seeded choice."""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "letters"
PRODUCTS = ("GX-25", "GX-40", "GX-63", "GXL-80", "GXL-110")
SEALS = ("TL-30/52", "TL-35/58", "TL-45/62", "TR-60/85")
FIRST_NAMES = ("Elisa", "Davide", "Laura", "Simone", "Giada", "Andrea")
SURNAMES = ("Villa", "Serra", "Costa", "Neri", "Bruno", "Gatti")
ACTS = (
    "says", "answers", "elsewhere", "notes", "phones", "passes", "takes", "enough", "closes", "spam", "away", "bounces",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes to the firm."""

    name: str
    address: str
    firm: str = ""
    phone: str = ""

    @property
    def signature(self) -> str:
        """The lines under a letter."""
        lines = (self.name, self.firm, f"Tel. {self.phone}" if self.phone else "")
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a story: which (see ACTS), by whom of ours, how many working hours after the one before."""

    act: str
    text: str
    by: str = ""
    after: float = 0.0
    note: str = ""
    ends: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation. `ago` (hours) or `ago_working` (working hours) fix its beginning; else it is spread."""

    slug: str
    team: str
    language: str
    subject: str
    writer: Writer
    steps: tuple[Step, ...]
    form: str = ""
    ago: float = 0.0
    ago_working: float = 0.0
    values: dict[str, str] = field(default_factory=dict)


def stories(rng: random.Random) -> list[Story]:
    """All stories, each as often as it is told, with names and products chosen."""
    writers = _writers()
    unused: dict[str, list[Writer]] = {language: [] for language in writers}
    found = []
    for number, data in enumerate(_data(), 1):
        times = data.get("times", 1)
        for product, seal in zip(rng.sample(PRODUCTS, times), rng.sample(SEALS, times), strict=True):
            language = data["language"]
            if not unused[language]:
                unused[language] = _shuffled(rng, writers[language])
            writer = _stranger(rng) if data.get("form") in ("person", "newsletter", "pec") else unused[language].pop()
            values = {"product": product, "seal": seal, **_values(rng, writer, number)}
            found.append(_story(data, writer, values))
    return found


def _story(data: dict[str, Any], writer: Writer, values: dict[str, str]) -> Story:
    def filled(text: str) -> str:
        return text.strip().format(**values)

    steps = tuple(_step(one, filled) for one in data["step"])
    return Story(
        data["slug"], data["team"], data["language"], filled(data["subject"]), writer, steps,
        data.get("form", ""), data.get("ago", 0.0), data.get("ago_working", 0.0), values,
    )  # fmt: skip


def _step(data: dict[str, Any], filled: Any) -> Step:
    act = next(name for name in ACTS if name in data)
    text = filled(data[act]) if isinstance(data[act], str) else ""
    return Step(
        act, text, data.get("by", ""), data.get("after", 0.0), data.get("note", ""), data.get("ends", ""),
        tuple(data.get("files", ())),
    )  # fmt: skip


def _values(rng: random.Random, writer: Writer, number: int) -> dict[str, str]:
    return {
        "quantity": str(rng.choice((12, 20, 24, 40, 50, 80, 120, 200))),
        "size": str(rng.choice((14, 19, 24, 28, 38, 42))),
        "lot": f"L{rng.randint(2300, 2999)}",
        "order": f"{rng.randint(4100, 4990)}/{number}",
        "invoice": f"{rng.randint(210, 980)}/A",
        "issue": str(rng.randint(80, 99)),
        "writer": writer.name,
    }


def _stranger(rng: random.Random) -> Writer:
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"
    return Writer(name, f"{name.lower().replace(' ', '.')}{rng.randint(2, 99)}@posta.example")


def _writers() -> dict[str, list[Writer]]:
    found: dict[str, list[Writer]] = {}
    for one in tomllib.loads((FOLDER / "customers.toml").read_text("utf-8"))["customer"]:
        found.setdefault(one.pop("language"), []).append(Writer(**one))
    return found


def _data() -> Iterator[dict[str, Any]]:
    for name in ("technical", "commercial", "other"):
        yield from tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["story"]


def _shuffled(rng: random.Random, writers: list[Writer]) -> list[Writer]:
    return rng.sample(writers, len(writers))
