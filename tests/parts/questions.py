"""Invented questions to a maker of couplings, whose place is known: many ways to say what three teams are asked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

RD, SALES, ADMIN = "rd", "sales", "administration"
GREETINGS = {
    "it": ("Buongiorno,", "Salve,", "Gentili signori,", "Spettabile ditta,"),
    "en": ("Good morning,", "Hello,", "Dear Sirs,"),
    "de": ("Guten Tag,", "Sehr geehrte Damen und Herren,"),
}
ENDS = {
    "it": ("Resto in attesa di un riscontro.", "Grazie mille e buon lavoro.", "Cordiali saluti", "Attendo notizie."),
    "en": ("Looking forward to your reply.", "Thank you and kind regards", "Best wishes"),
    "de": ("Vielen Dank im Voraus.", "Mit freundlichen Grüßen"),
}
# Some say it in words that rules know (tolleranza, preventivo, fattura); most do not.
SAYINGS: dict[str, dict[str, tuple[str, ...]]] = {
    RD: {
        "it": (
            "che gioco ammette il foro del {product} su un albero da {size}?",
            "il {product} si scalda molto dopo un'ora di lavoro, è normale per quella velocità?",
            "ci serve il modello tridimensionale del {product} per inserirlo nel nostro assieme.",
            "quale acciaio usate per il mozzo e che trattamento superficiale ha?",
            "a {size} mm di diametro quale momento torcente sopporta il {product}?",
            "abbiamo misurato vibrazioni forti sul {product} appena montato, da cosa può dipendere?",
            "si può lavorare una cava per linguetta più larga senza indebolire il pezzo?",
            "qual è la tolleranza del {product} e avete un disegno quotato?",
            "il {product} resiste in ambiente salino e a temperature sotto zero?",
            "l'elastomero si è sbriciolato dopo tre mesi: quale durezza consigliate?",
            "di quanto possono essere disallineati i due alberi prima che il giunto si rovini?",
            "con quale coppia vanno serrate le viti del morsetto?",
        ),
        "en": (
            "how much misalignment can the {product} take at full speed?",
            "could you send the CAD model of the {product} with a {size} mm bore?",
            "our {product} makes a knocking noise under load, what might be wrong with it?",
            "which grade of steel is the hub made of, and how is it hardened?",
        ),
        "de": (
            "welches Drehmoment hält der {product} bei einer Bohrung von {size} mm aus?",
            "unsere Kupplung {product} vibriert nach der Montage stark, woran kann das liegen?",
            "welche Shore-Härte hat der Zahnkranz und bis zu welcher Temperatur ist er einsetzbar?",
        ),
    },
    SALES: {
        "it": (
            "quanto verrebbero {size} pezzi del {product} consegnati in azienda?",
            "vorremmo diventare vostri rivenditori per la zona di Brescia, con chi possiamo parlarne?",
            "mi può dire che sconto fate oltre i {size} pezzi?",
            "in quante settimane riuscite a spedire {size} {product}?",
            "possiamo avere un preventivo per {size} {product}?",
            "vorremmo comprare una prima fornitura di prova, quanto costa la più piccola?",
            "il vostro concorrente ci chiede meno per lo stesso pezzo, potete venirci incontro?",
            "avete {size} {product} pronti a magazzino per questa settimana?",
            "ci mandate il listino aggiornato con le condizioni per i nuovi clienti?",
            "un vostro agente può passare a trovarci il mese prossimo?",
            "stiamo cercando un fornitore stabile per circa {size} giunti al mese.",
            "quale sarebbe il costo del trasporto fino a Lione?",
        ),
        "en": (
            "what would {size} pieces of the {product} cost, delivered to Lyon?",
            "do you have {size} {product} in stock for shipment this week?",
            "we would like to resell your couplings in Poland, who can we talk to?",
            "how long would you need to deliver {size} {product}?",
        ),
        "de": (
            "was würden {size} Stück {product} frei Haus kosten?",
            "wie schnell könnten Sie {size} {product} liefern, und zu welchem Preis?",
            "wir suchen einen festen Lieferanten für etwa {size} Kupplungen im Monat.",
        ),
    },
    ADMIN: {
        "it": (
            "l'importo che ci avete addebitato a ottobre non coincide con quello concordato.",
            "potete rimandarci il documento contabile di settembre? Non lo troviamo.",
            "abbiamo cambiato banca, ecco il nuovo IBAN per gli addebiti.",
            "il bonifico per il vostro saldo parte domani, scusate il ritardo.",
            "ci serve una nota di credito per i pezzi resi il mese scorso.",
            "a quale codice destinatario dobbiamo inviarvi i documenti elettronici?",
            "nella fattura manca il nostro numero d'ordine, potete correggerla?",
            "risulta una scadenza non pagata, ma noi abbiamo versato tutto il {size}.",
            "la nostra ragione sociale è cambiata: aggiornate i dati per la fatturazione?",
            "possiamo dilazionare il saldo in tre rate?",
        ),
        "en": (
            "the amount you charged us in October differs from what was agreed.",
            "please resend last month's invoice, our accountant cannot find it.",
            "our bank details have changed, please use the new account for direct debits.",
        ),
        "de": (
            "der im Oktober abgebuchte Betrag stimmt nicht mit der Vereinbarung überein.",
            "bitte senden Sie uns eine Gutschrift für die zurückgegebenen Teile.",
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question, whose it is, and which of the sayings it uses."""

    place: str
    language: str
    subject: str
    text: str
    saying: str


def questions(count: int, seed: int, *, known: bool | None = None) -> Iterator[Question]:
    """Questions at random; `known`: only of the sayings that a history knows, or only of the rest (a third of each)."""
    chosen = random.Random(seed)
    pool = [(place, language, saying) for place, language, saying, is_known in _sayings() if known in (None, is_known)]
    for _ in range(count):
        place, language, saying = chosen.choice(pool)
        values = {"product": f"GX-{chosen.choice((25, 40, 63))}", "size": chosen.choice((14, 20, 28, 40, 80))}
        said = saying.format(**values)
        text = f"{chosen.choice(GREETINGS[language])}\n\n{said}\n\n{chosen.choice(ENDS[language])}"
        yield Question(place, language, chosen.choice(("Richiesta", "GX", "Info", "")), text, saying)


def _sayings() -> Iterator[tuple[str, str, str, bool]]:
    for place, by_language in SAYINGS.items():
        for language, sayings in by_language.items():
            for number, saying in enumerate(sayings):
                yield place, language, saying, number % 3 != 0
