"""The starter rules over questions as companies get them: each must go where a person would have sent it."""

import pytest

from config import presets
from routing import engine, starter
from routing.facts import Facts

RULES = starter.rules_of(presets.load(), "it")

# rule, subject, text
QUESTIONS = (
    ("technical", "Giunto GX-40", "Buongiorno, qual è la tolleranza sul diametro del foro?"),
    ("technical", "Richiesta", "Potete mandarci le schede tecniche e i disegni del modello B12?"),
    ("technical", "Pompa ferma", "La pompa si è guastata dopo due settimane, cosa dobbiamo controllare?"),
    ("technical", "Compatibilita con acqua di mare", "Le guarnizioni sono compatibili con acqua salata?"),
    ("technical", "Manutenzione", "Ogni quante ore va fatta la manutenzione del riduttore?"),
    ("technical", "Serie K", "Che pressione massima reggono i raccordi della serie K?"),
    ("technical", "Coupling GX-40", "What torque should the screws be tightened to?"),
    ("technical", "Question about valves", "Could you send us the data sheets and a STEP drawing?"),
    ("technical", "Error after installation", "The unit fails after ten minutes, is this a malfunction?"),
    ("technical", "Serie K", "What is the maximum operating temperature?"),
    ("technical", "Anfrage Kupplung", "Welche Toleranzen hat die Bohrung? Bitte senden Sie uns das Datenblatt."),
    ("technical", "Ersatzteil", "Gibt es eine technische Zeichnung mit allen Abmessungen?"),
    ("technical", "Störung an der Anlage", "Seit gestern steht die Maschine, was können wir tun?"),
    ("commercial", "Richiesta di preventivo", "Vorremmo un preventivo per 200 pezzi."),
    ("commercial", "Listini 2027", "Potete inviarci i nuovi listini e dirci se ci sono sconti per quantità?"),
    ("commercial", "Informazioni", "Quanto costa il modello B12 e in quanti giorni lo consegnate?"),
    ("commercial", "Ordine 4411", "A che punto è la spedizione del nostro ordine?"),
    ("commercial", "Diventare distributori", "Siamo interessati a diventare vostri rivenditori in Puglia."),
    ("commercial", "Request for quotation", "Please quote 40 pcs of GX-40 delivered to Lyon."),
    ("commercial", "B12", "How much does it cost, and do you have it in stock?"),
    ("commercial", "Prices", "Could you send your current price list for resellers?"),
    ("commercial", "Lead times", "What is the lead time for 500 units?"),
    ("commercial", "Anfrage", "Bitte senden Sie uns ein Angebot für 40 Stück."),
    ("commercial", "Preisanfrage", "Was kostet das Modell B12 ab 100 Stück?"),
    ("commercial", "Lieferzeiten", "Wie lang sind zurzeit Ihre Lieferzeiten?"),
    ("administration", "Fattura 118/2026", "Non abbiamo ancora ricevuto la fattura di ottobre."),
    ("administration", "Sollecito", "Vi ricordiamo che il pagamento è scaduto da 30 giorni."),
    ("administration", "Invoice 2026-118", "There is a mistake in your invoice, please send a credit note."),
    ("administration", "Rechnung Nr. 118", "Ihre Rechnungen enthalten eine falsche USt-IdNr."),
    ("suppliers", "Collaborazione", "Siamo un'officina di Brescia e vorremmo proporvi i nostri servizi di tornitura."),
    ("suppliers", "Your website", "We offer SEO services that bring you to the first page."),
    ("suppliers", "Vorstellung", "Gerne möchten wir Ihnen unsere Dienstleistungen anbieten."),
    ("jobs", "Candidatura spontanea", "In allegato il mio curriculum."),
    ("jobs", "Invio CV", "Buongiorno, vi invio il mio CV per la posizione di tornitore."),
    ("jobs", "Application for the position of engineer", "Please find my resume attached."),
    ("jobs", "Bewerbung als Ingenieurin", "Anbei meine Unterlagen."),
    ("privacy", "Dati personali", "Chiedo la cancellazione dei miei dati ai sensi del GDPR."),
    ("everything-else", "Saluti", "Grazie di tutto e buone feste!"),
    ("everything-else", "Hello", "Are you open on Saturday?"),
)


@pytest.mark.parametrize(("rule", "subject", "text"), QUESTIONS, ids=[f"{one[0]}: {one[1]}" for one in QUESTIONS])
def test_a_question_goes_where_a_person_would_send_it(rule: str, subject: str, text: str) -> None:
    assert engine.decide(Facts({"subject": subject, "text": text}), RULES).rule.slug == rule


@pytest.mark.parametrize("machine", ["auto_reply", "bounce", "list", "bulk"])
def test_a_newsletter_about_prices_is_no_question(machine: str) -> None:
    decision = engine.decide(Facts({"subject": "Nuovi prezzi", "text": "Sconti!", "machine": machine}), RULES)
    assert (decision.rule.slug, decision.actions.kind) == ("automatic", "other")


@pytest.mark.parametrize("word", ["offerta di lavoro", "job application", "Bewerbung"])
def test_an_application_is_no_commercial_question(word: str) -> None:
    """It stands before them: "offerta" alone would be an offer of goods."""
    assert engine.decide(Facts({"text": f"{word}: prezzo, order, Angebot"}), RULES).rule.slug == "jobs"


def test_every_team_of_the_rules_is_one_of_the_starter_company() -> None:
    teams = {one["slug"] for one in presets.load()["teams"]}
    assert {rule.then.team for rule in RULES} <= teams
