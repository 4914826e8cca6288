"""What customers read about their consent, in the mail and on the pages behind its links; formal to all of them."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "subject": "La preghiamo di confermare il Suo consenso",
        "mail": """Buongiorno,

sul nostro sito, per questo indirizzo e-mail, è stata scelta la voce:

«{text}»

Se la richiesta è Sua, La preghiamo di confermarla entro sette giorni in questa pagina:

{confirm}

Se la richiesta non è Sua non occorre fare nulla: senza conferma non riceverà alcuna comunicazione. In ogni momento \
può rifiutare, o revocare il consenso, qui:

{leave}""",
        "automatic": "Questo messaggio è automatico.",
        "regards": "Cordiali saluti",
        "policy": "Informativa sulla privacy",
        "address": "Indirizzo e-mail:",
        "confirm_title": "Conferma del consenso",
        "confirm": "Premendo il pulsante acconsente a quanto segue. Potrà revocare il consenso in ogni momento.",
        "confirm_button": "Confermare",
        "given_title": "La ringraziamo",
        "given": "Il Suo consenso è confermato. Può revocarlo in ogni momento dal collegamento nell'e-mail ricevuta.",
        "leave_title": "Revoca del consenso",
        "leave": "Premendo il pulsante revoca il consenso a quanto segue: non riceverà altre comunicazioni.",
        "leave_button": "Revocare il consenso",
        "left_title": "Nessuna comunicazione",
        "left": "Il consenso è revocato: non riceverà comunicazioni a questo indirizzo.",
        "over_title": "Collegamento non più valido",
        "over": "Questa richiesta non può più essere confermata. Se lo desidera può farne un'altra dal nostro sito.",
        "unknown": "Questo collegamento non è valido: forse non è stato copiato per intero.",
    },
    "en": {
        "subject": "Please confirm your consent",
        "mail": """Good day,

on our web site, for this email address, the following was chosen:

“{text}”

If this was your request, please confirm it within seven days on this page:

{confirm}

If it was not, there is nothing to do: without a confirmation you will not hear from us. You can decline, or withdraw \
your consent, at any time here:

{leave}""",
        "automatic": "This message was sent automatically.",
        "regards": "Kind regards",
        "policy": "Privacy policy",
        "address": "Email address:",
        "confirm_title": "Confirm your consent",
        "confirm": "By pressing the button you consent to the following. You can withdraw your consent at any time.",
        "confirm_button": "Confirm",
        "given_title": "Thank you",
        "given": "Your consent is confirmed. You can withdraw it at any time by the link in our email.",
        "leave_title": "Withdraw your consent",
        "leave": "By pressing the button you withdraw your consent to the following and will get no more of it.",
        "leave_button": "Withdraw consent",
        "left_title": "No more messages",
        "left": "Your consent is withdrawn: nothing will be sent to this address.",
        "over_title": "This link is no longer valid",
        "over": "This request can no longer be confirmed. You are welcome to make a new one on our web site.",
        "unknown": "This link is not valid: perhaps it was not copied in full.",
    },
    "de": {
        "subject": "Bitte bestätigen Sie Ihre Einwilligung",
        "mail": """Guten Tag,

auf unserer Website wurde für diese E-Mail-Adresse Folgendes gewählt:

„{text}“

Wenn diese Anfrage von Ihnen stammt, bestätigen Sie sie bitte innerhalb von sieben Tagen auf dieser Seite:

{confirm}

Andernfalls brauchen Sie nichts zu tun: Ohne Bestätigung erhalten Sie keine Mitteilungen. Ablehnen oder widerrufen \
können Sie jederzeit hier:

{leave}""",
        "automatic": "Diese Nachricht wurde automatisch versandt.",
        "regards": "Mit freundlichen Grüßen",
        "policy": "Datenschutzerklärung",
        "address": "E-Mail-Adresse:",
        "confirm_title": "Einwilligung bestätigen",
        "confirm": "Mit der Schaltfläche willigen Sie in Folgendes ein. Ein Widerruf ist jederzeit möglich.",
        "confirm_button": "Bestätigen",
        "given_title": "Vielen Dank",
        "given": "Ihre Einwilligung ist bestätigt. Ein Widerruf ist über den Link in der E-Mail jederzeit möglich.",
        "leave_title": "Einwilligung widerrufen",
        "leave": "Mit der Schaltfläche widerrufen Sie die Einwilligung und erhalten Folgendes nicht mehr.",
        "leave_button": "Einwilligung widerrufen",
        "left_title": "Keine Mitteilungen",
        "left": "Ihre Einwilligung ist widerrufen: An diese Adresse werden keine Mitteilungen versandt.",
        "over_title": "Dieser Link ist nicht mehr gültig",
        "over": "Diese Anfrage kann nicht mehr bestätigt werden. Auf der Website können Sie eine neue stellen.",
        "unknown": "Dieser Link ist nicht gültig: Vielleicht wurde er nicht vollständig kopiert.",
    },
    "fr": {
        "subject": "Veuillez confirmer votre consentement",
        "mail": """Bonjour,

sur notre site, pour cette adresse e-mail, le choix suivant a été fait :

« {text} »

Si cette demande vient de vous, veuillez la confirmer dans les sept jours sur cette page :

{confirm}

Dans le cas contraire, vous n'avez rien à faire : sans confirmation vous ne recevrez aucune communication. Vous pouvez \
à tout moment refuser, ou retirer votre consentement, ici :

{leave}""",
        "automatic": "Ce message a été envoyé automatiquement.",
        "regards": "Cordialement",
        "policy": "Politique de confidentialité",
        "address": "Adresse e-mail :",
        "confirm_title": "Confirmation du consentement",
        "confirm": "En appuyant sur le bouton vous consentez à ce qui suit. Un retrait est possible à tout moment.",
        "confirm_button": "Confirmer",
        "given_title": "Merci",
        "given": "Votre consentement est confirmé. Le lien de l'e-mail reçu permet de le retirer à tout moment.",
        "leave_title": "Retrait du consentement",
        "leave": "En appuyant sur le bouton vous retirez votre consentement à ce qui suit et ne recevrez plus rien.",
        "leave_button": "Retirer le consentement",
        "left_title": "Aucune communication",
        "left": "Votre consentement est retiré : rien ne sera envoyé à cette adresse.",
        "over_title": "Ce lien n'est plus valable",
        "over": "Cette demande ne peut plus être confirmée. Vous pouvez en faire une nouvelle sur notre site.",
        "unknown": "Ce lien n'est pas valable : il n'a peut-être pas été copié en entier.",
    },
}


def words(language: str) -> Mapping[str, str]:
    """The texts in a language of ours, in English for any other."""
    return WORDS.get(language, WORDS["en"])
