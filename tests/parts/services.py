"""Notification mails as services write them, in a manner of our own."""

from tests.parts.company import mail

TALK = "https://www.linkedin.com/comm/messaging/thread/2-{talk}/?midToken={mark}"
REVIEW = "https://business.google.com/n/77/reviews/{talk}?hl=it"
REAL = "mx.firm.test; dkim=pass header.d={0}; spf=pass smtp.mailfrom=bounce.{0}; dmarc=pass header.from={0}"
FORGED = "mx.firm.test; dkim=none; spf=fail smtp.mailfrom=linkedin.com; dmarc=fail header.from=linkedin.com"


def linkedin(
    words: str = "Buongiorno, vorrei un preventivo.", author: str = "Anna Verdi", *, talk: str = "Mm01", **headers: str
) -> bytes:
    """A message on LinkedIn."""
    link = TALK.format(talk=talk, mark=abs(hash(words)))
    text = (
        f"{author} ti ha inviato un messaggio\n\n{words}\n\nRispondi: {link}\n\n{'-' * 40}\n\n"
        "Questa e-mail è stata inviata a Marco Neri.\nAnnulla l'iscrizione: https://www.linkedin.com/e/unsub\n"
    )
    given = {
        "sender": "messages-noreply@linkedin.com", "name": f"{author} tramite LinkedIn",
        "List_Unsubscribe": "<https://www.linkedin.com/e/unsub>", "Authentication_Results": REAL.format("linkedin.com"),
    } | headers  # fmt: skip
    return mail(f"{author} ti ha inviato un messaggio", text, **given)


def review(
    stars: int = 2, words: str = "Consegna in ritardo.", author: str = "Bruno Neri", talk: str = "AbFv0001"
) -> bytes:
    """A review on Google."""
    text = (
        f"{author} ha lasciato una recensione\n\n{author}\n{'★' * stars}{'☆' * (5 - stars)}\n{words}\n\n"
        f"Rispondi alla recensione\n{REVIEW.format(talk=talk)}\n\nQuesta email è stata inviata a info@firm.test.\n"
    )
    return mail(
        f"{author} ha lasciato una recensione per Firm Srl", text, sender="businessprofile-noreply@google.com",
        name="Profilo dell'attività su Google", List_Unsubscribe="<https://www.google.com/unsub>",
        Authentication_Results=REAL.format("google.com"),
    )  # fmt: skip


def digest() -> bytes:
    """A newsletter of LinkedIn."""
    return linkedin(sender="notifications-noreply@linkedin.com", name="LinkedIn").replace(
        b"Anna Verdi ti ha inviato un messaggio", b"Sei apparso in 5 ricerche"
    )
