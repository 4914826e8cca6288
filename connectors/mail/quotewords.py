"""The words by which mail programs introduce what they quote: Italian, English, German, French, Spanish, and others."""

import re

# Gmail, Apple Mail, Thunderbird, OWA and phones: "On … wrote:", "Il giorno … ha scritto:", "Am … schrieb …:".
VERB = re.compile(
    r"\b(?:wrote|writes|ha scritto|scrive(?:va)?|hai scritto|schrieb(?:en)?|geschrieben|a écrit|a ecrit|écrit"
    r"|escribi[óo]|escreveu|schreef|skrev|kirjoitti|napisał(?:\(a\))?|napsal|írta|a scris|yazd[ıi]|έγραψε|написала?"
    r"|пишет|писал)\b"
    r"|написал\(а\)|写道|寫道|写了|のメール|書きました|님이 작성",
    re.IGNORECASE,
)
BEGINS = re.compile(
    r"[\s>*_-]{0,12}(?:on|at|il(?: giorno)?|in data|nel messaggio|am|le|el|em|op|den|dne|w dniu|dnia|pada|在|"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}年|\d{1,2}\.? \w{3,12}\.? \d{4})\b",
    re.IGNORECASE,
)
HAS_TIME = re.compile(r"\d{4}|\d{1,2}[:.]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
DATED = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)(?=.{0,60}\b\d{1,2}[:.]\d\d\b)|\b\d{1,2}[:.]\d\d\b(?=.{0,60}(?<!\d)(?:19|20)\d\d(?!\d))"
)
SIGNED = re.compile(r"<[^\s@<>]{1,64}@[^\s@<>]{1,200}>\s?[:：]\s{0,5}$")
HAS_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>]{1,200}")
ENDS = re.compile(
    r"[:：][\s*_\u200e\u200f\u202a-\u202e]{0,9}$|\b(?:wrote|scritto|schrieb|écrit|escribió)\s{0,3}-{0,9}\s{0,3}$",
    re.IGNORECASE,
)

# Outlook, and all programs that forward: a line of dashes with words.
_ORIGINAL = (
    r"(?:original(?:e|nachricht)?|urspr(?:ü|ue)ngliche|forwarded|inoltrato|weitergeleitete|transf[ée]r[ée]"
    r"|réexpédié|reenviado|origine|d.origine|initial|mensagem|encaminhada|oorspronkelijk|doorgestuurd|ursprungligt"
    r"|videresendt"
    r"|oprindelig|przekazana|oryginalna|пересылаемое|перенаправленное|исходное|原始|转发)"
)
SEPARATOR = re.compile(
    rf"[\s>*_]{{0,9}}-{{2,40}}\s{{0,3}}[^-\n]{{0,40}}{_ORIGINAL}[^\n-]{{0,60}}(?:-{{2,40}}[\s*_]{{0,9}}|:)?$",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"[\s>*_]{0,9}(?:begin forwarded message|inizio (?:del )?messaggio inoltrato|messaggio inoltrato"
    r"|anfang der weitergeleiteten (?:e-mail|nachricht)|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado)\s?:[\s*]{0,5}$",
    re.IGNORECASE,
)
REPLY_ABOVE = re.compile(
    r"\W{0,20}(?:please )?(?:(?:type|write|enter) your (?:reply|response) above|reply above|rispondi(?:ere)? sopra"
    r"|scriv\w+ .{0,20}sopra|(?:bitte )?antwort\w+ .{0,20}(?:oberhalb|über)|répond\w+ au-dessus"
    r"|respond\w+ (?:por )?encima)"
    r".{0,20}(?:line|riga|linea|zeile|linie|ligne|línea).{0,40}$",
    re.IGNORECASE,
)
DASHED = re.compile(r"[\s>*]{0,9}-{3,40}\s{0,3}\S[^-\n]{2,50}\S\s{0,3}-{3,40}\s{0,3}$")
RULE = re.compile(r"\s{0,9}(?:[-_=*]\s?){5,200}$")

INVISIBLE = " \t\r\xa0*_\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
ENDINGS = (":", "：", "-", "wrote", "scritto", "schrieb", "écrit", "escribió")
SIGNS = (":", "：", "--", "__", "==", "**", "- -", "_ _")
ORNAMENT = " \t\r\xa0-_=*~+—ᐧ"

# Header lines of the quoted mail, by what they hold.
_KEYS = {
    "from": r"from|da|mittente|von|absender|de|expéditeur|remitente|van|fra|från|od|от|lähettäjä|发件人|差出人",
    "sent": r"sent|inviato(?: il)?|gesendet(?: am)?|envoyé(?: le)?|enviado(?: (?:el|em))?|verzonden|sendt|skickat"
    r"|wysłano|отправлено|发送时间|送信日時",
    "date": r"date|message du|data|datum|fecha|dato|дата|日期",
    "to": r"to|a|an|à|para|aan|till|til|do|кому|收件人|宛先|destinatario|empfänger|destinataire",
    "subject": r"subject|oggetto|betreff|objet|sujet|asunto|assunto|onderwerp|emne|ämne|temat|тема|主题|件名",
    "else": r"cc|ccn|bcc|kopie|copia|copie(?: à)?|reply-to|rispondi a|risposta|antwort an|répondre à|responder a"
    r"|importance|priorit\w+|attachments?|allegat[io]|anlagen?|organization",
}
_ANY_KEY = "|".join(f"(?P<{kind}>{keys})" for kind, keys in _KEYS.items())
HEADER = re.compile(rf"[\s>*_|]{{0,12}}(?:{_ANY_KEY})[*_\s]{{0,4}}[:：](?!//)", re.IGNORECASE)
