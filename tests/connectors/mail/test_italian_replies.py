"""Italian answers as the usual programs write them: the customer's own words, nothing else."""

import pytest

from connectors.mail.quotes import own_words

OURS = "Buongiorno,\necco la scheda tecnica.\n\nMarco Neri"
QUOTED = "\n".join(f"> {line}".rstrip() for line in OURS.split("\n"))
WORDS = "Va bene, grazie.\nQuando spedite?"
CASES = {
    "Gmail": f"{WORDS}\n\nIl giorno lun 23 nov 2026 alle ore 10:12 Firm S.r.l. <info@firm.test>\nha scritto:\n\n{QUOTED}\n",
    "Gmail, frase corta": f"{WORDS}\n\nIl lun 23 nov 2026, 10:12 Firm S.r.l. <info@firm.test> ha scritto:\n\n{QUOTED}\n",
    "Outlook": f"{WORDS}\n\nDa: Firm S.r.l. <info@firm.test> \nInviato: lunedì 23 novembre 2026 10:12\nA: Anna Bianchi <anna@cliente.test>\nOggetto: R: Giunto\n\n{OURS}\n",
    "Outlook, con la riga": f"{WORDS}\n\n________________________________\nDa: Firm S.r.l. <info@firm.test>\nInviato: lunedì 23 novembre 2026 10:12\nA: Anna Bianchi\nCc: Ufficio acquisti\nOggetto: R: Giunto\n\n{OURS}\n",
    "Outlook 2003": f"{WORDS}\n\n-----Messaggio originale-----\nDa: Firm S.r.l. [mailto:info@firm.test] \nInviato: lunedì 23 novembre 2026 10.12\nA: Anna Bianchi\nOggetto: Giunto\n\n{OURS}\n",
    "Outlook sul web": f"{WORDS}\n________________________________\nDa: info@firm.test <info@firm.test>\nInviato: lunedì 23 novembre 2026 10:12:33\nA: anna@cliente.test\nOggetto: Re: Giunto\n\n{OURS}\n",
    "Outlook per iOS": f"{WORDS}\n\nScarica Outlook per iOS<https://aka.ms/o0ukef>\n________________________________\nDa: Firm S.r.l. <info@firm.test>\nInviato: lunedì, novembre 23, 2026 10:12 AM\nA: Anna Bianchi\nOggetto: Re: Giunto\n\n{OURS}\n",
    "Apple Mail": f"{WORDS}\n\n> Il giorno 23 nov 2026, alle ore 10:12, Firm S.r.l. <info@firm.test> ha scritto:\n> \n{QUOTED}\n",
    "Apple Mail, senza segno": f"{WORDS}\n\nIl giorno 23 nov 2026, alle ore 10:12, Firm S.r.l. <info@firm.test> ha scritto:\n\n{QUOTED}\n",
    "iPhone": f"{WORDS}\n\nInviato da iPhone\n\n> Il giorno 23 nov 2026, alle ore 10:12, Firm S.r.l. <info@firm.test> ha scritto:\n> \n> \ufeff{OURS}\n",
    "iPad": f"{WORDS}\n\nInviato dal mio iPad\n\nIl giorno 23 nov 2026, alle ore 10:12, info@firm.test ha scritto:\n\n{QUOTED}\n",
    "Thunderbird": f"{WORDS}\n\nIl 23/11/2026 10:12, Firm S.r.l. ha scritto:\n{QUOTED}\n",
    "Thunderbird, sotto": f"Il 23/11/2026 10:12, Firm S.r.l. ha scritto:\n{QUOTED}\n\n{WORDS}\n",
    "Libero Mail": f"{WORDS}\n\nIl 23 novembre 2026 alle 10.12 Firm S.r.l. <info@firm.test> ha scritto:\n\n{OURS}\n",
    "Samsung": f"{WORDS}\n\nInviato dal mio dispositivo Samsung Galaxy.\n\n-------- Messaggio originale --------\nDa: Firm S.r.l. <info@firm.test>\nData: 23/11/26 10:12 (GMT+01:00)\nA: Anna Bianchi <anna@cliente.test>\nOggetto: Giunto\n\n{OURS}\n",
    "Yahoo": f"{WORDS}\n\nInviato da Yahoo Mail su Android\n\nIl lun, 23 nov, 2026 alle 10:12, Firm S.r.l.<info@firm.test> ha scritto:   {OURS}\n",
    "firma con trattini": f"{WORDS}\n\n-- \nAnna Bianchi\nRossi Meccanica S.r.l.\nTel. 0444 123456\n\nIl 23/11/2026 10:12, Firm S.r.l. ha scritto:\n{QUOTED}\n",
    "avviso di riservatezza": f"{WORDS}\n\n-- \nAnna Bianchi\n\nAi sensi del Regolamento UE 679/2016 (GDPR) le informazioni contenute in questo messaggio sono riservate.\n",
    "risposte in mezzo": "> Quale misura?\n\nLa 40.\n\n> Quanti pezzi?\n\nCento.",
    "nessuna citazione": WORDS,
}


@pytest.mark.parametrize("program", CASES)
def test_own_words(program: str) -> None:
    wanted = CASES[program] if program == "risposte in mezzo" else WORDS
    if program == "risposte in mezzo":
        # The first quote goes, the one that an answer stands below stays.
        wanted = "La 40.\n\n> Quanti pezzi?\n\nCento."
    assert own_words(CASES[program]) == wanted
