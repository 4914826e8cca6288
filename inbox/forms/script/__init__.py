"""The script that works before a form of ours is posted, as browsers load it."""

import gzip
import json
from functools import cache
from pathlib import Path

from inbox.forms.words import WORDS

# What visitors read from it, in every language of a form.
SAID = ("moment", "away")
_FILE, _PLACE = Path(__file__).parent / "work.js", '"@words@"'


@cache
def script() -> bytes:
    """The script with its words, without what only readers need."""
    words = {language: [told[name] for name in SAID] for language, told in WORDS.items()}
    lines = [line.strip() for line in _FILE.read_text("utf-8").splitlines()]
    plain = "\n".join(line for line in lines if line and not line.startswith("//"))
    told = plain.replace(_PLACE, json.dumps(words, ensure_ascii=False))
    return f"{{\n{told}\n}}\n".encode()


@cache
def compressed() -> bytes:
    """The same as most browsers take it (RFC 1952)."""
    return gzip.compress(script(), 9, mtime=0)
