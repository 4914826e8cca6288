"""Promises in answers are found, and hardly anything else. Today is Wednesday, 2 December 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.promises import find

TODAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Buongiorno,\nle mando il preventivo entro venerdì.\nCordiali saluti", 4),
        ("Le invio la scheda tecnica domani.", 3),
        ("Entro venerdì Le invieremo l'offerta.", 4),
        ("Vi faremo avere il disegno entro il 15 dicembre.", 15),
        ("La richiamo lunedì mattina.", 7),
        ("Le faccio sapere entro 2 giorni lavorativi.", 4),
        ("Riceverà il preventivo entro la prossima settimana.", 11),
        ("Risponderemo in giornata.", 2),
        ("Grazie della richiesta. Vi aggiorniamo entro fine settimana. Buona giornata", 4),
        ("Provvederemo alla spedizione entro il 10/12.", 10),
        ("We will send you the quote by Friday.", 4),
        ("I'll get back to you tomorrow.", 3),
        ("We’ll let you know by the end of the week.", 4),
        ("You will receive our offer within two working days.", 4),
        ("I will call you on Monday.", 7),
        ("Thank you. We shall prepare the drawing by the 15th.", 15),
        ("Wir senden Ihnen das Angebot bis Freitag.", 4),
        ("Bis Montag schicken wir Ihnen die Unterlagen.", 7),
        ("Ich melde mich morgen bei Ihnen.", 3),
        ("Sie erhalten das Angebot bis zum 15. Dezember.", 15),
        ("Wir werden Ihnen die Zeichnung bis Ende der Woche zukommen lassen.", 4),
        ("Le mando il listino entro lunedì e il disegno entro mercoledì. Le invio il certificato domani.", 3),
    ],
)
def test_promises(text: str, day: int) -> None:
    found = find(text, TODAY)
    assert found is not None
    assert (found.day.month, found.day.day) == (12, day)


@pytest.mark.parametrize(
    "text",
    [
        "", "Grazie, cordiali saluti.", "Ci mandi il disegno entro venerdì.", "Può inviarci il disegno entro venerdì?",
        "Se ci conferma entro venerdì, le mando il materiale lunedì.", "Le mando il preventivo.",
        "Non riusciamo a inviarle il preventivo entro venerdì.", "La consegna è prevista per venerdì.",
        "Le abbiamo inviato il preventivo venerdì.", "Le invio il verbale della riunione di lunedì.",
        "Appena riceviamo il pezzo, le invieremo l'offerta entro venerdì.", "L'offerta è valida fino al 15 dicembre.",
        "Siamo chiusi dal 24 dicembre.", "> Le mando il preventivo entro venerdì.", "Please send us the drawing by Friday.",
        "Could you confirm by Friday?", "We will send it once you confirm by Friday.", "We sent the quote on Friday.",
        "The offer is valid until 15 December.", "We cannot send it by Friday.", "Will you be there on Friday?",
        "Bitte senden Sie uns die Zeichnung bis Freitag.", "Wir können das Angebot leider nicht bis Freitag senden.",
        "Wenn Sie bis Freitag bestellen, senden wir Ihnen die Ware.", "Guten Morgen, wir senden Ihnen die Unterlagen.",
        "Das Angebot gilt bis zum 15. Dezember.", "La richiamo.", "Il giunto GX-40 è disponibile: 40 pezzi, consegna lunedì.",
        "Forse le mando qualcosa domani.", "Ha ricevuto la mail di venerdì?", "Vi ricordo la scadenza di venerdì.",
    ],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert find(text, TODAY) is None


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    find(text, TODAY)


def test_a_long_answer_costs_nothing() -> None:
    find("Le mando il preventivo entro " * 20_000, TODAY)
    find("a" * 100_000, TODAY)
    find("le mand" + "o " * 50_000, TODAY)
