"""Words: folding, stems in five languages, phrases with any ending, and stems that are kept."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import words
from routing.words import Stemmed, fold, joined, pack, phrase, stemmed, unpack

TEXTS = st.text(max_size=60)
# Words that meet each other often, in several languages and scripts.
WORDS = st.sampled_from([
    "preventivo", "preventivi", "tolleranza", "tolleranze", "drawing", "drawings", "Angebot", "Angebote", "devis",
    "livraison", "livraisons", "presupuesto", "presupuestos", "œuvre", "œuvres", "größe", "grösse", "40", "gx40",
    "foo_bar", "товар", "図面", "x",
])  # fmt: skip
SENTENCES = st.lists(WORDS, max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("preventivi", "un preventivo"),
        ("devis", "Merci de nous envoyer vos DEVIS."),
        ("livraison", "les délais de livraisons"),
        ("commande", "nos commandes"),
        ("qualité", "la QUALITE"),
        ("œuvre", "les œuvres"),
        ("presupuesto", "dos presupuestos, por favor"),
        ("factura", "las facturas"),
        ("envío", "los envios"),
        ("scheda tecnica", "le schede tecniche"),
        ("fiche technique", "les fiches techniques"),
        ("ficha técnica", "las fichas tecnicas"),
        ("GX-40", "il giunto gx 40"),
        ("товар", "ТОВАР"),
        ("tolleran*", "le tolleranze"),
        ("tolleran*", "tolleran"),
        ("gx*", "il giunto GX40s"),
        ("sched* tecnica", "le schedine tecniche"),
        ("scheda tecn*", "le schede tecnologiche"),
        ("mes* di tollera*", "mesi di tolleranza"),
        ("größ*", "die grösste"),
    ],
)
def test_words_are_found_by_stem_or_beginning(word: str, text: str) -> None:
    assert stemmed(text).has(phrase(word))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("prezzo", "apprezzo molto"),
        ("scheda tecnica", "scheda di consegna tecnica"),
        ("tolleran*", "intolleranza"),
        ("sched* tecnica", "schede e tecnica"),
        ("scheda tecn*", "le schede. Una tecnica"[:12]),
        ("5*3", "5 e 3"),
        ("40", "gx40"),
        ("x", ""),
        ("x*", ""),
    ],
)
def test_parts_of_words_and_scattered_phrases_are_not_found(word: str, text: str) -> None:
    assert not stemmed(text).has(phrase(word))


def test_a_star_counts_only_at_the_end_of_a_word() -> None:
    assert phrase("5*3") == phrase("5 3")
    assert phrase("* a *").words == ("a",)
    assert phrase("a* b").wild == (True, False)


def test_no_phrase_spans_two_texts() -> None:
    two = stemmed("le schede", "tecniche")
    assert two.has(phrase("scheda"))
    assert two.has(phrase("tecnica"))
    assert not two.has(phrase("scheda tecnica"))
    assert not two.has(phrase("scheda tecn*"))
    assert joined([stemmed("le schede"), stemmed("tecniche")]).texts == two.texts


@given(TEXTS)
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_a_text_contains_itself(text: str) -> None:
    assert stemmed(text).has(stemmed(text))


@given(SENTENCES, WORDS)
def test_a_word_is_found_where_a_stem_of_one_language_is_the_same(text: str, word: str) -> None:
    """`found` says by set and bits what `has` says by searching."""
    one = stemmed(text)
    by_bits = any(one.found.get(stem, 0) & mask for stem, mask in words.masks(*words.split(word)))
    assert by_bits == one.has(phrase(word))


@given(SENTENCES, st.lists(st.tuples(WORDS, st.integers(1, 6), st.booleans()), min_size=1, max_size=3))
def test_wild_phrases_are_found_as_by_looking_at_each_place(text: str, wished: list[tuple[str, int, bool]]) -> None:
    row = [(fold(word)[:length] if wild else fold(word), wild) for word, length, wild in wished]
    searched = phrase(" ".join(word + "*" * wild for word, wild in row))
    there = words.split(text)

    def fits(place: int, language: int) -> bool:
        return all(
            one.startswith(word) if wild else words.stems(one)[language] == words.stems(word)[language]
            for one, (word, wild) in zip(there[place:], row, strict=False)
        )

    places = range(len(there) - len(row) + 1)
    assert stemmed(text).has(searched) == any(fits(place, language) for place in places for language in words.EVERY)


@given(st.dictionaries(st.sampled_from(["subject", "text", "fact.page"]), st.lists(TEXTS | SENTENCES, max_size=3)))
def test_what_is_kept_comes_back(texts: dict[str, list[str]]) -> None:
    made = {name: stemmed(*some) for name, some in texts.items()}
    back = unpack(pack(made))
    assert {name: contents(one) for name, one in back.items()} == {name: contents(one) for name, one in made.items()}


def contents(one: Stemmed) -> object:
    return one.words, one.texts, one.found


@pytest.mark.parametrize("kept", [b"", b"x", pack({})[:-3]])
def test_what_is_no_kept_stems_is_none(kept: bytes) -> None:
    assert unpack(kept) == {}


def test_stems_of_other_stemmers_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pack({"text": stemmed("ciao")})
    monkeypatch.setattr(words, "_PACKED", "2 it en")
    assert unpack(kept) == {}


def test_endless_words_and_texts_cost_no_time() -> None:
    began = time.process_time()
    for text in ("a" * 1_000_000, "ing" * 300_000, "a " * 500_000, "\u0301" * 1_000_000, "\u0f73" * 1_000_000):
        assert not stemmed(text).has(phrase("tolleran* massima"))
    assert time.process_time() - began < 5
    assert len(stemmed("a " * 500_000).words) <= words.MAX_CHARS + 1


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from("a\u0301\u0316\u0345\u0344\u0f73ᾳ각ཱxßÉﬁᏣ"), max_size=99).map("".join)
)
def test_letters_are_folded_each_as_all_together(text: str) -> None:
    whole = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    assert fold(text) == "".join(char for char in whole if not unicodedata.combining(char))


def test_every_language_has_a_stemmer() -> None:
    assert set(words.LANGUAGES) == {"it", "en", "de", "fr", "es"}
    assert all(re.fullmatch(r"\w+", stem) for stem in words.stems("tolleranze"))
