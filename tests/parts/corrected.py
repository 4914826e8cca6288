"""A history of questions to a firm, a part of them passed on by hand: rules with planted mistakes, and who put them right.

Italian, English and German questions of several sentences from word lists. 15 % were passed on: 12 % because of a
mistake in the rules, 3 % for no reason that a rule could know. Of each mistake's messages one in forty was left lying.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from routing import amend, rules
from routing.backtest import Seen
from routing.facts import Facts
from routing.proposals import Proposal
from routing.rules import Rule

TEAMS = ("rd", "sales", "triage")
NOISE, LEFT_LYING = 0.03, 40
RULES = [
    {"slug": "jobs", "name": "Candidature", "then": {"team": "triage"}, "when": [
        {"fact": "subject_or_text", "has_any": ["curriculum", "candidatura", "posizione", "job application", "Bewerbung"]}]},
    {"slug": "technical", "name": "Domande tecniche", "then": {"team": "rd"}, "when": [
        {"fact": "subject_or_text", "has_any": ["tolleranza", "disegno", "drawing", "tolerance", "Zeichnung", "Toleranz"]}]},
    {"slug": "administration", "name": "Amministrazione", "then": {"team": "triage"}, "when": [
        {"fact": "subject_or_text", "has_any": ["fattura", "bonifico", "invoice", "Rechnung"]}]},
    {"slug": "commercial", "name": "Domande commerciali", "then": {"team": "sales"}, "when": [
        {"fact": "subject_or_text", "has_any": ["preventivo", "prezzo", "listino", "quotation", "price", "Angebot", "Preis"]}]},
    {"slug": "all", "name": "Tutto il resto", "then": {"team": "triage"}},
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake: what would put it right, in which language its messages are, what they say, where people send them."""

    name: str
    change: tuple[str, str, str]  # what is done, the rule (for a new one the place), the value
    share: float
    language: str
    sentences: tuple[str, ...]
    to: str
    sender: str = ""


PLANTED = (
    Planted("a phrase that is missing", ("add", "technical", "coppia di serraggio"), 0.025, "it", (
        "Quale coppia di serraggio consigliate per le viti M12?", "Con che coppia di serraggio va montata la flangia?",
        "Le coppie di serraggio indicate valgono anche a secco?"), "rd"),
    Planted("an English word that is missing", ("add", "technical", "torque"), 0.02, "en", (
        "What torque does the coupling stand at low speed?", "Which torques are allowed when starting under load?"), "rd"),
    Planted("a German word that is missing", ("add", "commercial", "Lieferzeit"), 0.02, "de", (
        "Wie lang ist die Lieferzeit für dreißig Stück?", "Mit welchen Lieferzeiten rechnet man im Winter?"), "sales"),
    Planted("an earlier rule takes them", ("insert", "sales", "proforma"), 0.0175, "it", (
        "Per aprire la pratica ci occorre una fattura proforma.", "Attendiamo la proforma, poi arriva la fattura vera."), "sales"),
    Planted("a word that attracts wrongly", ("remove", "jobs", "posizione"), 0.0175, "it", (
        "La posizione dei fori sul disegno sembra sbagliata.", "Sul disegno manca la posizione della chiavetta."), "rd"),
    Planted("a firm that belongs elsewhere", ("insert", "rd", "meccanica-rossi.test"), 0.0125, "it", (
        "Come da accordi, restiamo a disposizione.", "Alleghiamo il verbale della riunione."), "rd", "@meccanica-rossi.test"),
    Planted("a person that belongs elsewhere", ("insert", "sales", "g.bianchi@gmail.com"), 0.0075, "it", (
        "Passo io in sede, come al solito.", "Ne parliamo al telefono con calma."), "sales", "g.bianchi@gmail.com"),
)  # fmt: skip
USUAL = {
    "it": {"rd": ("Qual è la tolleranza del foro?", "Potete mandarci il disegno quotato?", "Il disegno riporta altre quote."),
           "sales": ("Vorremmo un preventivo per venti pezzi.", "Qual è il prezzo della coppia conica?",
                     "Avete un listino per la chiave di serraggio?"),
           "triage": ("La fattura di marzo non torna.", "Abbiamo fatto il bonifico ieri.", "Allego il curriculum.",
                      "Dove si trova lo stabilimento?", "Siete aperti in agosto?")},
    "en": {"rd": ("Could you send the drawing of the hub?", "What is the tolerance of the bore?"),
           "sales": ("We need a quotation for forty pieces.", "What is the price of the long version?"),
           "triage": ("The invoice names the wrong firm.", "Do you have a stand at the fair?")},
    "de": {"rd": ("Bitte senden Sie die Zeichnung der Nabe.", "Welche Toleranz hat die Bohrung?"),
           "sales": ("Wir bitten um ein Angebot über zehn Stück.", "Was ist der Preis der langen Ausführung?"),
           "triage": ("Die Rechnung nennt den falschen Namen.", "Wo ist der Stand auf der Messe?")},
}  # fmt: skip
FILLERS = {
    "it": ("Lavoriamo nel settore {a} da molti anni e montiamo {b} su {c}.", "L'impianto di {a} usa {b} con {c}.",
           "Il nostro cliente chiede {b} oppure {c}, come per la {a}.", "In officina abbiamo {b}, {c} e qualche {a}.",
           "Dopo la prova sulla {a} abbiamo sostituito {b} e {c}."),
    "en": ("We build machines for {a} and mount {b} on the {c}.", "Our plant in {a} runs with {b} and a {c}.",
           "The customer insists on {b} or at least a {c} for {a}.", "After the trial in {a} we replaced {b} and the {c}."),
    "de": ("Wir bauen Anlagen für {a} und verwenden {b} mit {c}.", "In der Werkstatt stehen {b}, {c} und {a}.",
           "Unser Kunde verlangt {b} oder {c} wie bei {a}.", "Nach dem Versuch mit {a} wurden {b} und {c} getauscht."),
}  # fmt: skip
NOUNS = {
    "it": "imballaggio ceramica carta tessile conserve legno vetro plastica ghisa acciaio ottone bronzo riduttori motori pompe "
          "nastri rulli cuscinetti alberi pulegge cinghie catene ingranaggi molle boccole guarnizioni valvole cilindri pistoni "
          "presse torni frese robot quadri sensori encoder freni frizioni giunti mozzi flange viti dadi rondelle perni staffe "
          "telai carter coperchi piastre supporti basamenti colonne bracci pinze ventose manipolatori caricatori tramogge coclee",
    "en": "packaging ceramics paper textiles timber glass plastics castings steel brass bronze gearboxes motors pumps belts "
          "rollers bearings shafts pulleys chains gears springs bushes seals valves cylinders pistons presses lathes mills robots "
          "cabinets sensors encoders brakes clutches couplings hubs flanges screws nuts washers pins brackets frames housings "
          "covers plates bases columns arms grippers conveyors feeders hoppers augers mixers dryers coolers",
    "de": "Verpackung Keramik Papier Textil Holz Glas Kunststoff Guss Stahl Messing Bronze Getriebe Motoren Pumpen Riemen Walzen "
          "Lager Wellen Scheiben Ketten Zahnräder Federn Buchsen Dichtungen Ventile Zylinder Kolben Pressen Drehbänke Fräsen "
          "Roboter Schränke Sensoren Geber Bremsen Kupplungen Naben Flansche Schrauben Muttern Bolzen Winkel Rahmen Gehäuse "
          "Deckel Platten Sockel Säulen Arme Greifer Förderer Trichter Schnecken Mischer Trockner Kühler",
}  # fmt: skip
OPENINGS = {"it": ("Buongiorno,", "Gentili signori,", "Salve,"), "en": ("Dear Sirs,", "Good morning,"),
            "de": ("Guten Tag,", "Sehr geehrte Damen und Herren,")}  # fmt: skip
ENDS = {"it": ("Grazie e cordiali saluti", "Distinti saluti"), "en": ("Kind regards", "Best regards"),
        "de": ("Mit freundlichen Grüßen", "Vielen Dank")}  # fmt: skip
FREE = ("gmail.com", "libero.it", "web.de")


def rule_set() -> list[Rule]:
    """The rules with the planted mistakes."""
    return rules.from_data(RULES)


def history(count: int = 2_000, seed: int = 1, sentences: int = 5) -> list[Seen]:
    """So many messages, the newest first."""
    drawn = random.Random(seed)
    made = [*_planted(count, drawn, sentences), *_noise(count, drawn, sentences)]
    usual = (_usual(drawn, sentences) for _ in range(count - len(made)))
    made += [(values, "") for values, _ in usual]
    drawn.shuffle(made)
    return [Seen(number, str(values["subject"]), Facts(values), (hand,) if hand else ())
            for number, (values, hand) in enumerate(made, 1)]  # fmt: skip


def _planted(count: int, drawn: random.Random, sentences: int) -> Iterator[tuple[dict[str, Any], str]]:
    for one in PLANTED:
        for number in range(round(count * one.share)):
            lying = number % LEFT_LYING == LEFT_LYING - 1
            sender = f"{drawn.choice(['anna', 'ugo', 'lia'])}{one.sender}" if one.sender[:1] == "@" else one.sender
            yield _message(drawn, one.language, drawn.choice(one.sentences), sentences, sender), "" if lying else one.to


def _noise(count: int, drawn: random.Random, sentences: int) -> Iterator[tuple[dict[str, Any], str]]:
    for _ in range(round(count * NOISE)):
        values, team = _usual(drawn, sentences)
        yield values, drawn.choice([one for one in TEAMS if one != team])


def _usual(drawn: random.Random, sentences: int) -> tuple[dict[str, Any], str]:
    language = drawn.choices(["it", "en", "de"], [60, 25, 15])[0]
    team = drawn.choice(TEAMS)
    return _message(drawn, language, drawn.choice(USUAL[language][team]), sentences), team


def _message(drawn: random.Random, language: str, telling: str, sentences: int, sender: str = "") -> dict[str, Any]:
    nouns = NOUNS[language].split()
    said = [drawn.choice(FILLERS[language]).format(**{one: _noun(drawn, nouns) for one in "abc"})
            for _ in range(drawn.randint(1, 2 * sentences - 1))]  # fmt: skip
    said.insert(drawn.randint(0, len(said)), telling)
    text = f"{drawn.choice(OPENINGS[language])}\n{' '.join(said)}\n{drawn.choice(ENDS[language])}"
    if not sender:
        domain = drawn.choice(FREE) if drawn.random() < 0.1 else f"firma{drawn.randint(1, 300)}.test"
        sender = f"{drawn.choice(['info', 'ufficio', 'einkauf', 'office'])}{drawn.randint(1, 40)}@{domain}"
    subject = f"{drawn.choice(nouns).capitalize()} {drawn.randint(10, 99)}"
    return {"subject": subject, "text": text, "whole_text": text, "language": language, "sender": sender,
            "domain": sender.partition("@")[2]}  # fmt: skip


def _noun(drawn: random.Random, nouns: list[str]) -> str:
    """Some often, most seldom, as words are."""
    return (
        nouns[min(int(drawn.paretovariate(0.6)) - 1, len(nouns) - 1)] if drawn.random() < 0.5 else drawn.choice(nouns)
    )


def recovered(found: list[Proposal]) -> dict[str, bool]:
    """Which of the planted mistakes are put right by what was found."""
    done = set()
    for one in found:
        change, value = one.change, amend.asked(one.change)[1]
        where = amend.place_of(change) if change["do"] == amend.INSERT else change["rule"]
        done.add((change["do"], where, amend.root(value)))
    return {one.name: (*one.change[:2], amend.root(one.change[2])) in done for one in PLANTED}
