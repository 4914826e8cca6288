"""The words of notification mails: what a subject tells of and of whom, which lines of the body the author wrote."""

import re
from collections.abc import Collection, Iterator

from connectors.mail.services import COMMENT, INQUIRY, LEAD, MESSAGE, REVIEW

LONGEST_NAME = 80
_LINES, _HEAD_LINES, _LABEL_WORDS = 400, 15, 6
_WHO = r"(?P<author>[^\n]{1,200}?)"
_FROM = rf"(?:[ :]*(?:from|by|da parte di|da|di|von):? {_WHO})?"
_YOURS = r"(?:your|tu[oaei]|vostr[oaei]|ihr\w*|dein\w*|eu(?:er|re\w*)|page|pagina|seite)"
_END = r"(?: (?:for|to|on|about|per|su|für|auf|zu|über) [^\n]*| erhalten)?[.!:]?"


def _any(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one + r"$", re.IGNORECASE) for one in patterns)


# What subjects say in Italian, English and German, by what they tell of.
SUBJECTS = {
    MESSAGE: _any(
        rf"{_WHO} (?:ti|vi) ha (?:inviato|mandato|scritto)\b[^\n]*",
        rf"{_WHO} ha (?:inviato un (?:messaggio|inmail)|risposto al (?:tuo|vostro) messaggio)\b[^\n]*",
        rf"{_WHO} (?:just )?(?:sent (?:you )?an? (?:new )?(?:message|inmail)|messaged)\b[^\n]*",
        rf"{_WHO} (?:has )?replied to your message\b[^\n]*",
        rf"{_WHO} hat (?:(?:ihnen|dir|euch) )?(?:eine? )?(?:neue )?(?:nachricht|inmail)[^\n]*"
        r" (?:gesendet|geschickt|geschrieben)[.!]?",
        rf"(?:hai (?:ricevuto )?|avete ricevuto )?(?:\d+ |un )?nuov[oi] messagg(?:io|i){_FROM}{_END}",
        rf"(?:you have |you(?:'|’)ve got )?(?:\d+ |a )?(?:new |unread )+(?:message|inmail)s?{_FROM}{_END}",
        rf"(?:(?:sie|du) ha(?:ben|st) )?(?:\d+ |eine )?(?:neue|ungelesene)n? (?:nachricht(?:en)?|inmail){_FROM}{_END}",
        r"hai (?:\d+ |un )messagg(?:io|i) non lett[oi][^\n]*",
    ),
    COMMENT: _any(
        rf"{_WHO} ha (?:commentato|risposto al?(?:la)?)\b[^\n]*\b{_YOURS}\b[^\n]*",
        rf"{_WHO} (?:(?:ti|vi) )?ha (?:menzionat|taggat)\w+\b[^\n]*",
        rf"{_WHO} (?:has )?(?:commented on|replied to)\b[^\n]*\b{_YOURS}\b[^\n]*",
        rf"{_WHO} (?:has )?(?:mentioned|tagged)\b[^\n]*",
        rf"{_WHO} hat\b[^\n]*\b{_YOURS}\b[^\n]* (?:kommentiert|geantwortet)[.!]?",
        rf"{_WHO} hat\b[^\n]* (?:erwähnt|markiert)[.!]?",
        rf"nuovo commento{_FROM}{_END}",
        rf"new comment{_FROM}{_END}",
        rf"neuer kommentar{_FROM}{_END}",
    ),
    REVIEW: _any(
        rf"{_WHO} ha (?:lasciato|scritto|pubblicato|aggiunto|aggiornato|modificato)\b[^\n]*\brecensione\b[^\n]*",
        rf"{_WHO} (?:(?:ti|vi) )?ha (?:recensito|valutato|consigliato)\b[^\n]*",
        rf"{_WHO} (?:has |just )?(?:left|wrote|written|posted|added|updated|edited)\b[^\n]*\breview\b[^\n]*",
        rf"{_WHO} (?:has |just )?(?:reviewed|recommends|rated)\b[^\n]*",
        rf"{_WHO} hat\b[^\n]*\b(?:rezension|bewertung)\b[^\n]*",
        rf"{_WHO} (?:hat\b[^\n]* (?:bewertet|rezensiert|empfohlen)|empfiehlt [^\n]*)[.!]?",
        rf"(?:hai ricevuto |avete ricevuto )?(?:una )?nuova recensione(?: (?:a|da|di) \d stell[ae])?{_FROM}{_END}",
        rf"(?:you (?:have |(?:have )?received |got )|you(?:'|’)ve received )?(?:a )?new (?:[1-5]-star )?review"
        rf"{_FROM}{_END}",
        rf"(?:sie haben )?(?:eine )?neue (?:[1-5]-sterne-)?(?:rezension|bewertung){_FROM}{_END}",
    ),
    INQUIRY: _any(
        rf"{_WHO} (?:(?:ti|vi) )?ha inviato una (?:nuova )?richiesta\b[^\n]*",
        rf"(?:hai ricevuto |avete ricevuto )?(?:una )?(?:nuova )?richiesta"
        rf"(?: di (?:contatto|preventivo|offerta|informazioni))?{_FROM}{_END}",
        rf"nuovo contatto{_FROM}{_END}",
        rf"{_WHO} (?:has )?sent you an? (?:new )?(?:inquiry|enquiry|request|quote request|rfq)\b[^\n]*",
        rf"(?:you have (?:received )?)?(?:an? )?(?:new )?(?:inquiry|enquiry|rfq|request for quot(?:e|ation)|"
        rf"(?:contact|quote|information) request){_FROM}{_END}",
        rf"{_WHO} hat ihnen eine (?:neue )?anfrage (?:gesendet|geschickt)[.!]?",
        rf"(?:sie haben )?(?:eine )?(?:neue )?(?:kontakt|angebots|preis)?anfrage{_FROM}{_END}",
    ),
    LEAD: _any(
        rf"(?:hai (?:ricevuto )?)?(?:\d+ |un )?nuov[oi] (?:lead|contatt[oi])\b{_FROM}{_END}",
        rf"(?:you have )?(?:\d+ |a )?new leads?\b{_FROM}{_END}",
        rf"(?:sie haben )?(?:\d+ |einen )?neuer?n? leads?\b{_FROM}{_END}",
    ),
}  # fmt: skip
_NOBODY = re.compile(
    r"(?:the |il |la |das )?(?:messag\w*|nachrichten?|notif\w*|benachrichtigung\w*|support|team|info|service|servizio"
    r"|kundenservice|no-?reply|hai|you|sie|du|new|nuov\w*|neue\w*|member|membro|mitglied|inmail|lead"
    r"|un (?:utente|cliente)|a (?:user|customer))"
    r"|.*\b(?:and|e|und) (?:\d+ )?(?:others?|altr[ei]|altre persone|weitere)\b.*|[\W\d]+|.*@.*",
    re.IGNORECASE,
)  # fmt: skip
# "Anna Verdi for Rossi Srl": small letters, so that nobody's name is cut.
_BEHIND = re.compile(r"\s+(?:for|on|about|per|su|für|auf|zu|über|via|tramite)\s.*$")
_STATED = re.compile(
    r"^\W{0,3}(?:da|from|von|nome|name|autore|author|cliente|customer|buyer|acquirente|käufer|mittente|sender|absender"
    r"|contatto|contact|kontakt|recensore|reviewer|rezensent)\s*:\s*(?P<author>[^\n:<]{2,80})$",
    re.IGNORECASE | re.MULTILINE,
)
_STARS = (
    re.compile(r"(★{1,5})[☆✩\u2b50]{0,4}"),
    re.compile(r"\b([1-5])(?:[.,]0)?[ -]?(?:stars?|stell[ae]|sterne?)\b", re.IGNORECASE),
    re.compile(r"\b([1-5])(?:[.,]0)?\s?(?:/|su|out of|von|of)\s?5\b", re.IGNORECASE),
)
_FOOTER = re.compile(
    r"\W{0,4}(?:(?:to |per )?unsubscribe|annulla(?: l[’']| )?iscrizione|disiscriv|disattiva"
    r"|gestisci le (?:tue )?notifiche"
    r"|abbestellen|abmelden|vom newsletter"
    r"|th(?:is|ese) (?:e-?mails?|messages?|notifications?) (?:was|were|is) (?:sent|intended)|you(?:'|’| a)re receiving"
    r"|you received this|quest[ao] (?:e-?mail|messaggio|notifica) (?:è|e'|era) (?:stat|destinat|inviat)|ricevi quest"
    r"|diese (?:e-?mail|nachricht) wurde|sie erhalten diese|(?:©|\(c\)|copyright)\s?\d{4}"
    r"|(?:linkedin (?:ireland|corporation)|google (?:llc|ireland)|meta platforms|trustpilot a/s)\b)",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:[-_=*~·—–]\s?){5,}\s*")
# What links say that lead to the service.
ACTION = re.compile(
    r"\b(?:reply|respond|answer|rispond\w*|antworten|beantworten|view|see|read|open|go to|check|visualizza|vedi|leggi"
    r"|apri|vai|mostra|anzeigen|ansehen|lesen|öffnen|zur|zum|help|aiuto|hilfe|settings|impostazioni|einstellungen)\b",
    re.IGNORECASE,
)
_LED = re.compile(r"(?P<label>[^:<>\n]{0,60}?)[:\s\[(<]*(?P<url>https?://\S+)\s*")


def subject(text: str, told: Collection[str]) -> tuple[str, str] | None:
    """What a subject tells of, one of `told`, and the author, "" where it names none; None where it tells of none."""
    text = re.sub(r"^[^\w\"'«]+", "", " ".join(text.split()))[:300]
    for kind in told:
        for pattern in SUBJECTS.get(kind, ()):
            found = pattern.match(text)
            if found:
                return kind, name(found.groupdict().get("author") or "")
    return None


def name(text: str) -> str:
    """A person's or firm's name, "" for what can be none."""
    plain = _BEHIND.sub("", text).strip(" \t\"'“”«»<>()[]:,.-–—|·•")
    is_one = 2 <= len(plain) <= LONGEST_NAME and not _NOBODY.fullmatch(plain)
    return plain if is_one else ""


def of_display(display: str, service: str) -> str:
    """The author in a sender's display name ("Anna Verdi via LinkedIn"), "" where it names none."""
    own = re.escape(service)
    behind = rf"(?P<author>.{{2,120}}?)(?:\s+\(?(?:via|tramite|attraverso|su|über|on)\s+|\s*[-–|·•]\s*){own}\b"
    before = rf"(?:member |membro |mitglied )?{own}(?: member| mitglied)?\s*[-–:|]\s*(?P<author>.+)"
    found = re.match(behind, display, re.IGNORECASE) or re.match(before, display, re.IGNORECASE)
    return name(found["author"]) if found else ""


def stated(text: str) -> str:
    """The author on a line of the body ("Nome: Anna Verdi")."""
    found = _STATED.search(text[:20_000])
    return name(found["author"]) if found else ""


def stars(*texts: str) -> int:
    """How many of five stars a review gives, by the first text that tells; 0 where none does."""
    for text in texts:
        for pattern in _STARS:
            found = pattern.search(text[:20_000])
            if found:
                return int(found[1]) if found[1].isdigit() else len(found[1])
    return 0


def words(text: str, subject_line: str, author: str, told: Collection[str], links: Collection[tuple[str, str]]) -> str:
    """The author's own words: what stands below the line that tells of them, without the service's links and lines.

    `links`: the service's own, as address and words.
    """
    lines = [line.strip() for line in text.split("\n")[:_LINES]]
    lines = lines[_beginning(lines, subject_line, author, told) :]
    urls = {url for url, _ in links}
    actions = {label.casefold() for _, label in links if len(label.split()) <= _LABEL_WORDS and ACTION.search(label)}
    kept = list(_own(lines, urls, actions, author if REVIEW in told else ""))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _beginning(lines: list[str], subject_line: str, author: str, told: Collection[str]) -> int:
    """Below the last of the first lines that says what the mail tells of, and the author's name right below it."""
    head, who = subject_line.strip(" .!:").casefold(), author.casefold()
    found = 0
    for number, line in enumerate(lines[:_HEAD_LINES]):
        plain = line.strip(" .!:").casefold()
        tells = subject(line, told) if who and who in plain and len(line) < 200 else None
        is_head = bool(plain) and (plain == head or (tells is not None and tells[1].casefold() == who))
        is_author = bool(who) and plain == who and not any(lines[found:number])
        if is_head or is_author:
            found = number + 1
    return found


def _own(lines: list[str], urls: Collection[str], actions: Collection[str], reviewer: str) -> Iterator[str]:
    is_begun = False
    for number, line in enumerate(lines):
        if _FOOTER.match(line) or (is_begun and _RULE.fullmatch(line)):
            return
        following = next((one for one in lines[number + 1 :] if one), "")
        is_ours = (
            _leads(line, urls)
            or _is_labels(line, actions)
            or (len(line.split()) <= _LABEL_WORDS and bool(ACTION.search(line)) and _leads(following, urls))
            or bool(_RULE.fullmatch(line))
            or (bool(reviewer) and not is_begun and (line.casefold() == reviewer.casefold() or _is_rating(line)))
        )
        if line and is_ours:
            continue
        is_begun = is_begun or bool(line)
        yield line


def _is_labels(line: str, actions: Collection[str]) -> bool:
    """Whether a line is nothing but what the service's links say."""
    rest = line.casefold()
    for one in sorted(actions, key=len, reverse=True):
        rest = rest.replace(one, " ")
    return not rest.strip(" >→›:|·•-")


def _leads(line: str, urls: Collection[str]) -> bool:
    """Whether a line is nothing but a link of the service, maybe with a label."""
    found = _LED.fullmatch(line)
    return found is not None and found["url"].rstrip(".,;:!?)>]") in urls


def _is_rating(line: str) -> bool:
    return bool(line) and len(line) <= 40 and stars(line) > 0
