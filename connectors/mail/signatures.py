"""Where a sender's own words end and a signature begins."""

import re

_LONGEST = 30  # lines; what is longer is no signature
_DELIMITER = re.compile(r"(?:--|—|––|_{2,4})[ \t]{0,3}$")
_RULE = re.compile(r"[-_=]{5,80}$")  # also above the footer of a mailing list
_DEVICES = (
    r"(?:i(?:phone|pad|pod|os|cloud)|android|samsung|galaxy|huawei|xiaomi|htc|nokia|alcatel|smartphone|mobil\w*|cell\w*"
    r"|telefon\w*|phone|handy|tablet|device|dispositivo|appareil|gerät|pc|computer|mac|outlook|e?-?mail|webmail"
    r"|yahoo|gmail"
    r"|gmx|web\.de|libero|tiscali|proton\w*|thunderbird|spark|airmail|mailbox|blackberry|windows|aqua|k-9"
    r"|blue ?mail|app)\b"
)
_MOBILE = re.compile(
    r"[\s(<*_\[]{0,6}(?:"
    rf"dal mio .{{0,30}}{_DEVICES}.{{0,30}}|"
    r"sent (?:from|via|with|by|using) (?:my |a |the )?.{1,80}|from my (?:i|mobile|phone|android|cell).{0,40}"
    rf"|(?:inviato|spedito) (?:da|dal|dalla|con|tramite|mediante)\b.{{0,40}}{_DEVICES}.{{0,60}}"
    rf"|(?:von mein\w+|mit|aus) .{{0,40}}{_DEVICES}.{{0,30}} gesendet"
    rf"|gesendet (?:von|mit|über|via)\b.{{0,40}}{_DEVICES}.{{0,60}}"
    rf"|diese nachricht wurde .{{0,40}}{_DEVICES}.{{0,40}} gesendet"
    rf"|envoyé (?:depuis|de|à partir|avec|par)\b.{{0,40}}{_DEVICES}.{{0,60}}"
    rf"|enviado (?:desde|con|do|da|de|a partir)\b.{{0,40}}{_DEVICES}.{{0,60}}"
    rf"|(?:verzonden|verstuurd|sendt|skickat|wysłano|odesláno|lähetetty) \w{{2,6}} .{{0,40}}{_DEVICES}.{{0,60}}"
    r"|отправлено (?:с|из) .{1,60}|從我的.{1,30}傳送|从我的.{1,30}发送|.{1,20}から送信"
    r"|(?:get|download|ottieni|scarica|obtenir|télécharger|obtener|holen sie sich|laden sie) \[?outlook.{0,100}"
    r"|outlook (?:für|for|per|pour|para) (?:ios|android).{0,100}"
    r")[\s.>)*_\]]{0,6}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\W{0,3}(?:(?:con i (?:miei|nostri|più) )?(?:i miei |i nostri )?(?:più )?(?:cordiali|distinti|migliori"
    r"|tanti) saluti"
    r"|cordialmente|cordialità|un (?:cordiale )?saluto|saluti|grazie e (?:buona|cordiali|saluti).{0,40}"
    r"|(?:kind|best|warm|many|with best|with kind)(?:est)? (?:regards|wishes|thanks)|regards|best|cheers|sincerely"
    r"|yours (?:sincerely|faithfully|truly)|(?:mit )?(?:freundliche\w*|beste\w*|herzliche\w*|viele|liebe\w*"
    r"|schöne\w*) gr(?:ü|ue)(?:ß|ss)e\w*"
    r"|hochachtungsvoll|mfg|bien (?:cordialement|à vous)|cordialement|sincères salutations"
    r"|(?:un )?(?:cordial )?saludos?"
    r"|atentamente|saludos cordiales)\b[^\n]{0,60}$",
    re.IGNORECASE,
)  # fmt: skip
_CONTACT = re.compile(
    r"(?:\b(?:tel|tél|telefon\w*|phone|fax|mob|mobil\w*|cell|p\.? ?iva|vat|ust-?id\w*|c\.f|rea|handelsregister|hrb"
    r"|siret)\b"
    r"[.: ]|www\.|https?://|[^\s@]{1,64}@[^\s@]{1,200}|\+\d[\d ()/.-]{7,}|\b\d{4,5} [A-Z][\w']+|\bvia [A-Z]"
    r"|stra(?:ß|ss)e \d"
    r"|\b(?:s\.?r\.?l|s\.?p\.?a|gmbh|ltd|inc|ag|sarl)\b\.?)",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"\W{0,6}(?:ai sensi d\w+ .{0,60}(?:196|679|gdpr|privacy|d\. ?lgs)|le informazioni (?:contenute"
    r"|trasmesse) (?:in|nel|sono)"
    r"|(?:questo|il presente) (?:messaggio|e-?mail).{0,80}(?:riservat|confidenzial|destinatari)|(?:avviso"
    r"|nota) di riservatezza"
    r"|rispetta l.ambiente|prima di stampare|please consider the environment|confidentiality notice|disclaimer\b"
    r"|th(?:is|e) (?:information|e-?mail|message|communication)\b.{0,80}(?:confidential|privileged|intended)"
    r"|diese e-?mail (?:enthält|kann|ist).{0,60}vertraulich|ce (?:message|courriel).{0,80}confidentiel"
    r"|este (?:mensaje|correo).{0,80}confidencial)",
    re.IGNORECASE,
)


def without_signature(lines: list[str]) -> list[str]:
    """The lines before a signature: a delimiter (RFC 3676 4.3), a phone's line, contact data after a greeting.

    `lines` are own words without the quotes that follow them. What stands first is never a signature.
    """
    for index in range(first_word(lines) + 1, len(lines)):
        line = lines[index].strip()
        if not line:
            continue
        short = len(lines) - index <= _LONGEST
        if short and (_DELIMITER.match(line) or _is_phones(line)):
            return lines[:index]
        if (
            len(line) > 20
            and _DISCLAIMER.match(line[:300])
            and not any(text.rstrip().endswith("?") for text in lines[index:])
        ):
            return lines[:index]
        if short and len(line) < 80 and (_CLOSING.match(line) or _RULE.match(line)):
            end = _contact_data(lines, index)
            if end:
                return lines[: index if _RULE.match(line) else end]
    return lines


def _is_phones(line: str) -> bool:
    """Whether a program put the line there; "Sent from my desk it is easier" is a sentence."""
    return len(line) < 200 and bool(_MOBILE.match(line)) and not re.search(r"\b(?:is|was|are|were|will)\b", line)


def first_word(lines: list[str]) -> int:
    """The index of the first line that is not empty; their number where all are."""
    return next((index for index, line in enumerate(lines) if line.strip()), len(lines))


def _contact_data(lines: list[str], closing: int) -> int:
    """Where contact data after a greeting and a name begin; 0 where there are none."""
    rest = [index for index in range(closing + 1, len(lines)) if lines[index].strip()]
    if len(rest) < 2 or any(len(lines[index]) > 160 or lines[index].rstrip().endswith("?") for index in rest):
        return 0
    # The name stays: it says who writes.
    return rest[1] if any(_CONTACT.search(lines[index]) for index in rest[1:]) else 0
