"""Seeded mutants of mails, read by the real child: `python -m tests.fuzz.mutants --count 100000 --seed 1`.

Says what became of them, how long the slowest took and how large the child grew; ends with 1 if one broke a promise
(a crash, more than 10 s, more than 512 MB, a text that no database keeps). Mails of other projects are mutated where
they are at hand (CORPORA), else handwritten ones.
"""

import argparse
import collections
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.base import Echo, Message, RawItem
from inbox.reader import Reader, Unreadable
from tests.connectors.mail.letters import delivery_report, letter, mail, multipart, part
from tests.parts.company import mail as plain_mail

SECONDS, MEGABYTES = 10.0, 512
RECEIVED = datetime(2026, 1, 5, 9, tzinfo=UTC)
LARGEST_SEED = 300_000
Mutation = Callable[[random.Random, bytes, bytes], bytes]


def seeds(corpora: Path | None) -> list[bytes]:
    """The mails to begin with."""
    own = [
        letter(),
        plain_mail("Preventivo", "Buongiorno,\nè possibile?\n\n> Il 3 marzo scrisse:\n> certo\n-- \nAnna"),
        mail(multipart("mixed", part("ciao"), part(b"%PDF", 'application/pdf; name="=?utf-8?q?offerta=C3=A0.pdf?="'))),
        mail(multipart("alternative", part("ciao"), part("<b>ciao</b><img src=cid:1>", "text/html"))),
        delivery_report("Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"),
    ]
    if corpora is None or not corpora.is_dir():
        return own
    files = (path for folder in ("mail", "bounces") for path in sorted((corpora / folder).rglob("*")) if path.is_file())
    return own + [path.read_bytes()[:LARGEST_SEED] for path in files]


def mutants(count: int, seed: int, corpora: Path | None, share: int = 0, shares: int = 1) -> Iterator[bytes]:
    """`count` mutants; of several processes each takes its share of the same ones."""
    begun = seeds(corpora)
    for number in range(share, count, shares):
        dice = random.Random(f"{seed}:{number}")
        raw = dice.choice(begun)
        for _ in range(dice.choice((1, 1, 2, 3, 6))):
            raw = dice.choice(MUTATIONS)(dice, raw, dice.choice(begun))[: 2 * LARGEST_SEED]
        yield raw


def _flip(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    out = bytearray(raw)
    for _ in range(dice.randint(1, 40) if out else 0):
        out[dice.randrange(len(out))] = dice.randrange(256)
    return bytes(out)


def _cut(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    start, end = sorted(dice.randint(0, len(raw)) for _ in range(2))
    return dice.choice((raw[:start], raw[end:], raw[:start] + raw[end:]))


def _splice(dice: random.Random, raw: bytes, other: bytes) -> bytes:
    return raw[: dice.randint(0, len(raw))] + other[dice.randint(0, len(other)) :]


def _repeat(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    start = dice.randint(0, len(raw))
    end = min(len(raw), start + dice.randint(1, 400))
    return raw[:end] + raw[start:end] * dice.randint(1, 300) + raw[end:]


def _headers(dice: random.Random, raw: bytes, other: bytes) -> bytes:
    head, mark, body = raw.partition(b"\n\n") if b"\n\n" in raw else raw.partition(b"\r\n\r\n")
    lines = head.split(b"\n") + dice.sample(other[:5_000].split(b"\n"), k=1)
    dice.shuffle(lines)
    return b"\n".join(lines[: dice.randint(0, len(lines))]) + mark + body


def _boundary(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    wanted = dice.choice((b"x", b"", b'"', b"--", b"limite", b"\xff", b"a" * 2_000))
    return re.sub(rb"(boundary=)\"?[^\";\r\n]*", lambda found: found[1] + wanted, raw, count=dice.randint(1, 3))


def _charset(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    names = (
        b"utf-7",
        b"utf-16",
        b"iso-2022-jp",
        b"hz",
        b"idna",
        b"unicode_escape",
        b"x-unknown",
        b"",
        b"cp037",
        b"gb18030",
    )
    wanted = dice.choice(names)
    return re.sub(rb"(charset=|=\?)[\w-]{1,30}", lambda found: found[1] + wanted, raw, count=dice.randint(1, 4))


def _encoding(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    wanted = dice.choice((b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"", b"base64;x"))
    if b"ncoding:" not in raw:
        return b"Content-Transfer-Encoding: " + wanted + b"\n" + raw
    return re.sub(rb"(ncoding:)[^\r\n]*", lambda found: found[1] + b" " + wanted, raw, count=dice.randint(1, 3))


def _newlines(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    wanted = dice.choice((b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\r", b" \n", b"\x0b", b"\x85"))
    return raw.replace(b"\r\n", b"\n").replace(b"\n", wanted)


def _signs(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    at = dice.randint(0, len(raw))
    signs = (
        b"\0",
        b"\x1b$B",
        b"\xff\xfe",
        b"=?",
        b"?=",
        b"<",
        b'"',
        b"(",
        b"\\",
        b";",
        b"=",
        b"&#x",
        b"<!--",
        b"\xed\xa0\x80",
    )
    return raw[:at] + dice.choice(signs) * dice.choice((1, 3, 50, 5_000)) + raw[at:]


def _nest(dice: random.Random, raw: bytes, _other: bytes) -> bytes:
    for number in range(dice.choice((1, 5, 60))):
        if dice.random() < 0.5:
            raw = b"Content-Type: message/rfc822\n\n" + raw
        else:
            raw = (
                b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
                + raw
                + b"\n--b%d--\n" % number
            )
    return raw


MUTATIONS: Sequence[Mutation] = (
    _flip, _cut, _splice, _repeat, _headers, _boundary, _charset, _encoding, _newlines, _signs, _nest
)  # fmt: skip


@dataclass
class Told:
    """What became of some mutants."""

    outcomes: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest: float = 0.0
    largest_mb: float = 0.0
    broken: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def add(self, other: "Told") -> None:
        self.outcomes += other.outcomes
        self.slowest, self.largest_mb = max(self.slowest, other.slowest), max(self.largest_mb, other.largest_mb)
        self.broken += other.broken
        self.failed += other.failed


def run(count: int, seed: int, corpora: Path | None, share: int = 0, shares: int = 1) -> Told:
    """Read the mutants of one share."""
    told, reader = Told(), Reader()
    try:
        for number, raw in enumerate(mutants(count, seed, corpora, share, shares)):
            began = time.perf_counter()
            read = reader.read("mail", RawItem(f"1:{number}", RECEIVED, raw, {"folder": "inbox"}))
            told.slowest = max(told.slowest, took := time.perf_counter() - began)
            name = f"mutant {share + number * shares} of seed {seed}"
            if took > SECONDS:
                told.broken.append(f"{name}: {took:.1f} s")
            if isinstance(read, Unreadable):
                told.outcomes[f"unreadable: {read.reason}"] += 1
                told.broken.append(f"{name}: {read.reason}")
            else:
                for one in read:
                    told.outcomes[type(one).__name__] += 1
                    message = one.message if isinstance(one, Echo) else one
                    if isinstance(message, Message) and not storable(message):
                        told.broken.append(f"{name}: a text that no database keeps")
                    if isinstance(message, Message) and any(one.startswith("unreadable") for one in message.problems):
                        told.outcomes["with a stage that failed"] += 1
                        failed = [one for one in message.problems if one.startswith("unreadable")]
                        told.failed.append(f"{name}: {', '.join(failed)}")
            if number % 500 == 0:
                told.largest_mb = max(told.largest_mb, resident_mb(reader))
        told.largest_mb = max(told.largest_mb, resident_mb(reader))
    finally:
        reader.close()
    return told


def storable(message: Message) -> bool:
    """Whether all texts can be written as UTF-8, without NUL."""
    texts = json.dumps(
        [message.subject, message.text, message.reply, message.html, message.external_id, list(message.references),
         message.sender.address, message.sender.name, [(one.filename, one.content_type) for one in message.attachments],
         dict(message.facts)],
        ensure_ascii=False,
    )  # fmt: skip
    try:
        texts.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in texts


def resident_mb(reader: Reader) -> float:
    """How large the child has been at most."""
    child = reader._child
    if child is None:
        return 0.0
    try:
        status = Path(f"/proc/{child.pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    default = os.environ.get("CORPORA") or str(Path(__file__).parents[3] / "shared" / "corpora")
    options.add_argument("--corpora", type=Path, default=Path(default))
    chosen = options.parse_args()
    began, told, shares = time.perf_counter(), Told(), chosen.processes
    with ProcessPoolExecutor(shares) as pool:
        for one in pool.map(
            run,
            *zip(*[(chosen.count, chosen.seed, chosen.corpora, share, shares) for share in range(shares)], strict=True),
        ):
            told.add(one)
    seconds = time.perf_counter() - began
    print(f"{chosen.count} mutants of {len(seeds(chosen.corpora))} mails in {seconds:.0f} s")
    for outcome, number in told.outcomes.most_common():
        print(f"{number:>9}  {outcome}")
    print(f"slowest {told.slowest:.2f} s, child at most {told.largest_mb:.0f} MB")
    for line in [*told.broken, *told.failed][:50]:
        print(line)
    return 1 if told.broken else 0


if __name__ == "__main__":
    sys.exit(main())
