"""Questions that ask for the same stand together, with what was answered."""

import time
from datetime import UTC, datetime, timedelta

from inbox.models import now
from routing import questions, words
from routing.questions import Asked
from tests.parts.desk import Desk

ASKED = (
    ("Coppia di serraggio GX-40", "Buongiorno, qual è la coppia di serraggio delle viti del giunto GX-40?"),
    ("Viti GX-40", "Salve, non trovo la coppia di serraggio per le viti del giunto. Potete indicarmela?"),
    ("Serraggio", "Vi chiedo la coppia di serraggio corretta delle viti."),
    ("Preventivo", "Vorremmo un preventivo per 40 giunti con consegna a Brescia."),
    ("Offerta", "Chiedo un preventivo per 12 giunti, consegna a Torino."),
    ("Visita", "Sarebbe possibile visitare lo stabilimento a maggio?"),
    ("Fattura", "Manca la fattura elettronica del mese scorso."),
    ("Colore", "Il catalogo esiste anche stampato?"),
)


def asked(number: int, subject: str, text: str, language: str = "it") -> Asked:
    packed = words.pack({"subject": words.stemmed(subject), "text": words.stemmed(text)})
    return Asked(number, subject, text, questions.stems_of(packed, language))


def test_similar_ones_stand_together() -> None:
    groups = questions.grouped([asked(n, *one) for n, one in enumerate(ASKED)])
    assert [sorted(one.conversation_id for one in group.asked) for group in groups] == [[0, 1, 2], [3, 4]]
    assert {"coppia", "serraggio", "viti"} <= set(groups[0].words)


def test_courtesies_make_nobody_alike() -> None:
    polite = "Buongiorno, gentilmente vorrei chiedere informazioni. Grazie, cordiali saluti. {}"
    some = ["Guarnizione", "Fattura", "Stabilimento", "Cuscinetto"]
    assert questions.grouped([asked(n, "Richiesta", polite.format(one)) for n, one in enumerate(some)]) == []


def test_nothing_and_blank_ones() -> None:
    assert questions.grouped([]) == []
    assert questions.grouped([asked(n, "", "") for n in range(3)]) == []
    assert questions.stems_of(words.pack({"text": words.stemmed("привет")}), "ru") != {}


def test_as_many_as_are_looked_at_are_quick() -> None:
    many = [asked(n, *ASKED[n % len(ASKED)]) for n in range(questions.MOST)]
    began = time.process_time()
    assert len(questions.grouped(many)) == 5
    print(f"{questions.MOST} questions grouped in {1000 * (time.process_time() - began):.0f} ms")


def test_they_come_with_the_answers_given(desk: Desk) -> None:
    for n, (subject, text) in enumerate(ASKED[:3]):
        one = desk.ask(text, subject=subject, sender=f"c{n}@cliente{n}.test", at=now() - timedelta(hours=3))
        desk.answer(one, "La coppia di serraggio è 12 Nm." if n else "Sono 12 Nm.")
        desk.deliver()
    for n, (subject, text) in enumerate(ASKED[5:]):
        desk.ask(text, subject=subject, sender=f"d{n}@altro{n}.test")
    with desk.database.reading() as session:
        found = questions.frequent(session, now() - timedelta(days=1), now() + timedelta(days=1))
        nothing = questions.frequent(session, datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
    (group,) = found.groups
    assert (found.looked_at, found.cut, len(group.asked)) == (5, False, 3)  # an invoice is no customer's question
    assert sorted(one.answer for one in group.answers) == ["La coppia di serraggio è 12 Nm.", "Sono 12 Nm."]
    assert nothing.groups == []
