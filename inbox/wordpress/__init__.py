"""Plugins for the firm's WordPress: one keeps what visitors fill in until a form of ours has it, one shows the chat."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from inbox.forms import settings as forms
from inbox.forms.words import words
from inbox.models import Channel

NAME, CHAT = "centralino-forms", "centralino-chat"
_HERE = Path(__file__).parent
_PLACE = re.compile(r"'@(\w+)@'")


def plugin(address: str, channel: Channel, told: Mapping[str, str]) -> bytes:
    """The zip to upload to WordPress, for the form with this address.

    `told`: what the site's administrators read, in their language: `waiting` and `refused` (each with %d posts),
    `look`, `title`, `again`, `remove`, `none`, `answer`.
    """
    settings = forms.settings_of(channel)
    language = words(settings["language"])
    values: Mapping[str, object] = {
        "address": address,
        "thanks": settings["thanks"],
        "required": settings["required"],
        "words": dict(language),
        "told": dict(told),
    }
    return _zipped(NAME, values, readme=True)


def chat_plugin(script: str, key: str, mail: str) -> bytes:
    """The zip to upload to WordPress, which puts a chat into all pages of the site. `script` is the address of its
    script, `key` the chat's, `mail` the firm's address where we cannot be reached."""
    return _zipped(CHAT, {"script": script, "key": key, "mail": mail}, readme=False)


def _zipped(name: str, values: Mapping[str, object], *, readme: bool) -> bytes:
    template = (_HERE / f"{name}.php").read_text("utf-8")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        php = _PLACE.sub(lambda place: literal(values[place[1]]), template)
        archive.writestr(zipfile.ZipInfo(f"{name}/{name}.php"), php)
        if readme:
            archive.writestr(zipfile.ZipInfo(f"{name}/readme.txt"), (_HERE / "readme.txt").read_text("utf-8"))
    return made.getvalue()


def literal(value: object) -> str:
    """A text, a list or a mapping of texts as PHP writes it; nothing in it is ever code."""
    if isinstance(value, Mapping):
        return f"array( {', '.join(f'{literal(str(key))} => {literal(one)}' for key, one in value.items())} )"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"array( {', '.join(map(literal, value))} )"
    plain = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{plain}'"
