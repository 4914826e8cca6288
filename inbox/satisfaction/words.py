"""What customers read where they are asked how an answer was; formal, and the same three words everywhere.

Whoever is asked reads words, not stars or faces: they need no legend, are read aloud as they stand, and mean the same
at every age. The question may be the company's own; the words fit any that asks how the answer was.
"""

from collections.abc import Mapping

LANGUAGES = ("it", "en", "de", "fr")
FALLBACK = "en"
WORDS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "question": "Come valuta la nostra risposta?",
        "good": "Buona",
        "fair": "Così così",
        "bad": "Non buona",
        "title": "La Sua valutazione",
        "comment": "Desidera aggiungere qualcosa?",
        "optional": "facoltativo",
        "send": "Inviare",
        "about": "La valutazione conta solo dopo l'invio. Serve a migliorare le nostre risposte, non ad altro.",
        "reply": "Per ricevere una risposta La preghiamo di rispondere all'e-mail: qui nessuno può risponderLe.",
        "thanks_title": "La ringraziamo",
        "thanks": "Abbiamo ricevuto la Sua valutazione:",
        "change": "Dai collegamenti nell'e-mail può cambiarla fino al {day}.",
        "choose": "La preghiamo di scegliere una delle tre risposte.",
        "over_title": "Collegamento non più valido",
        "over": "Il tempo per questa valutazione è terminato.",
        "unknown": "Questo collegamento non è valido: forse non è stato copiato per intero.",
    },
    "en": {
        "question": "How was our answer?",
        "good": "Good",
        "fair": "So-so",
        "bad": "Not good",
        "title": "Your opinion",
        "comment": "Would you like to add anything?",
        "optional": "optional",
        "send": "Send",
        "about": "Your opinion counts only once it is sent. It serves to improve our answers, and nothing else.",
        "reply": "If you would like an answer, please reply to the email: nobody can answer you here.",
        "thanks_title": "Thank you",
        "thanks": "We have received your opinion:",
        "change": "You can change it until {day} by the links in the email.",
        "choose": "Please choose one of the three answers.",
        "over_title": "This link is no longer valid",
        "over": "The time for this opinion is over.",
        "unknown": "This link is not valid: perhaps it was not copied in full.",
    },
    "de": {
        "question": "Wie war unsere Antwort?",
        "good": "Gut",
        "fair": "Mittelmäßig",
        "bad": "Nicht gut",
        "title": "Ihre Meinung",
        "comment": "Möchten Sie etwas hinzufügen?",
        "optional": "freiwillig",
        "send": "Senden",
        "about": "Ihre Meinung zählt erst, wenn sie gesendet ist. Sie dient nur dazu, unsere Antworten zu verbessern.",
        "reply": "Wünschen Sie eine Antwort, antworten Sie bitte auf die E-Mail: Hier kann Ihnen niemand antworten.",
        "thanks_title": "Vielen Dank",
        "thanks": "Wir haben Ihre Meinung erhalten:",
        "change": "Über die Links in der E-Mail können Sie sie bis zum {day} ändern.",
        "choose": "Bitte wählen Sie eine der drei Antworten.",
        "over_title": "Dieser Link gilt nicht mehr",
        "over": "Die Zeit für diese Meinung ist abgelaufen.",
        "unknown": "Dieser Link ist ungültig: Vielleicht wurde er nicht vollständig kopiert.",
    },
    "fr": {
        "question": "Comment jugez-vous notre réponse ?",
        "good": "Bonne",
        "fair": "Moyenne",
        "bad": "Pas bonne",
        "title": "Votre avis",
        "comment": "Souhaitez-vous ajouter quelque chose ?",
        "optional": "facultatif",
        "send": "Envoyer",
        "about": "Votre avis ne compte qu'une fois envoyé. Il sert à améliorer nos réponses, et à rien d'autre.",
        "reply": "Pour recevoir une réponse, veuillez répondre à l'e-mail : personne ne peut vous répondre ici.",
        "thanks_title": "Merci",
        "thanks": "Nous avons bien reçu votre avis :",
        "change": "Vous pouvez le modifier jusqu'au {day} par les liens de l'e-mail.",
        "choose": "Veuillez choisir l'une des trois réponses.",
        "over_title": "Ce lien n'est plus valable",
        "over": "Le délai pour donner cet avis est écoulé.",
        "unknown": "Ce lien n'est pas valable : peut-être n'a-t-il pas été copié en entier.",
    },
}


def language_of(language: str) -> str:
    """The one of our languages in which somebody who writes in that one is asked."""
    return language if language in WORDS else FALLBACK


def words(language: str) -> Mapping[str, str]:
    """All words of a language, English where it is not one of ours."""
    return WORDS[language_of(language)]
