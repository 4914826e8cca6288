"""The Italian catalogue: complete, consistent, formal to customers."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from config import i18n, presets
from inbox.forms import words as formwords
from inbox.satisfaction import words as opinionwords
from inbox.sitechat import widgetwords
from inbox.sitechat import words as chatwords
from routing import explain

ROOT = Path(__file__).parents[2]
FOLDERS = ("config", "inbox", "routing")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
INFORMAL = {
    "it": r"ciao|tu|ti|te|tuo|tua|tuoi|tue|puoi|vuoi|devi|hai|sei|scrivici|contattaci|clicca|invia|mandaci",
    "de": r"hallo|hi|du|dich|dir|dein|deine|deinen|deinem|deiner|deines|euch|euer|eure",
    "en": r"hi|hey|hiya|cheers",
}
Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def italian() -> Catalog:
    with (i18n.FOLDER / "it.po").open("rb") as handle:
        return read_po(handle, locale="it")


@pytest.fixture(scope="module")
def marked() -> set[Key]:
    return {*_of_templates(), *_of_python()}


def test_every_text_is_translated(italian: Catalog, marked: set[Key]) -> None:
    there = {_key(message) for message in italian if message.id and all(_forms(message)) and not message.fuzzy}
    assert marked - there == set()


def test_nothing_obsolete_is_kept(italian: Catalog, marked: set[Key]) -> None:
    assert {_key(message) for message in italian if message.id} - marked == set()
    assert not italian.obsolete


def test_placeholders_are_the_same(italian: Catalog) -> None:
    for message in italian:
        if message.id:
            wanted = sorted(PLACEHOLDER.findall(_key(message)[1]))
            assert all(sorted(PLACEHOLDER.findall(form)) == wanted for form in _forms(message)), message.id


def test_edges_are_the_same(italian: Catalog) -> None:
    for message in italian:
        for form in _forms(message) if message.id else ():
            text = _key(message)[1]
            assert (form[0].isspace(), form[-1].isspace()) == (text[0].isspace(), text[-1].isspace()), text
            assert (form[-1] == "…") == (text[-1] == "…"), text


def test_colleagues_are_not_addressed_informally(italian: Catalog) -> None:
    for message in italian:
        for form in _forms(message) if message.id else ():
            assert not re.search(r"(?i)\b(ciao|tu|ti|tuo|tua|tuoi|tue|puoi|vuoi|devi|hai)\b", form), form


def test_the_explanation_reads_like_a_sentence() -> None:
    reasons = [{"fact": "subject_or_text", "operator": "has_any", "found": ["tolleranza", "scheda tecnica"]}]
    assert explain.sentence("Domande tecniche", reasons, "R&S", "it") == (
        'Assegnata a R&S dalla regola "Domande tecniche" perché il messaggio contiene *tolleranza* e *scheda tecnica*'
    )


@pytest.mark.parametrize("language", sorted(INFORMAL))
def test_customers_are_addressed_formally(language: str) -> None:
    texts = list(_customer_texts(language))
    assert texts
    for text in texts:
        assert not re.search(rf"(?i)\b({INFORMAL[language]})\b", text), text


def _of_templates() -> Iterator[Key]:
    for path in (ROOT / "inbox/web/templates").glob("*.html"):
        yield from _extracted("jinja2.ext:babel_extract", path)


def _of_python() -> Iterator[Key]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            yield from _extracted("python", path)
            # Texts inside f-strings, which the extractor sees on newer Pythons only, and translator(language)("…").
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(
                        func=ast.Name(id="_") | ast.Call(func=ast.Name(id="translator")),
                        args=[ast.Constant(value=str(text))],
                    ):
                        yield None, text


def _extracted(method: str, path: Path) -> Iterator[Key]:
    with path.open("rb") as handle:
        for _line, found, _comments, context in extract(method, handle, keywords=KEYWORDS):
            yield context, found if isinstance(found, str) else found[0]


def _key(message: object) -> Key:
    text = message.id  # type: ignore[attr-defined]
    return message.context, text if isinstance(text, str) else text[0]  # type: ignore[attr-defined]


def _forms(message: object) -> tuple[str, ...]:
    text = message.string  # type: ignore[attr-defined]
    return (text,) if isinstance(text, str) else tuple(text)


def _customer_texts(language: str) -> Iterator[str]:
    for path in sorted(presets.FOLDER.iterdir()):
        if path.is_dir():
            for one in presets.load(path.name).get("replies", ()):
                yield one[language]
                yield presets.localised(one["name"], language)
            told = presets.load(path.name).get("acknowledgement", {})
            yield from (told[language][part] for part in ("subject", "text") if told)
    for words in (formwords.WORDS, chatwords.WORDS, widgetwords.WIDGET, opinionwords.WORDS):
        yield from words[language].values()
