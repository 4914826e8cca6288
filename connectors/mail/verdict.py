"""Hard or soft: what the words and codes of a mail server's refusal say about the address."""

import re

# What says nothing final about the address, although words of the other list may stand beside it.
_SOFT = re.compile(
    r"mail ?box (?:is )?full|over ?quota|quota (?:exceeded|limit)|exceed\w* (?:\w+ ){0,4}(?:quota|limit|size|storage)"
    r"|(?:insufficient|not enough|no) (?:disk |storage |system )?(?:space|storage)|disk (?:is )?full|limit exceeded"
    r"|casella (?:\w+ ){0,3}piena|spazio (?:\w+ ){0,2}(?:insufficiente|esaurito)|postfach (?:\w+ ){0,2}voll"
    r"|spam(?! ?cop\.net/policy)|block(?:ed|list)|black ?list|\bdnsbl\b|\brbl\b|reputation|abuse|suspicious"
    r"|\bpolicy\b|dmarc|\bdkim\b|\bspf\b|(?:not|un)[- ]?authenticat|authentication (?:required|check|info)"
    r"|relay(?:ing)?\b"
    r"|reverse dns|\br?dns (?:record|ptr)|\bptr\b|virus|banned|too many|frequen(?:cy|tly)|rate limit|throttl"
    r"|sender (?:address |domain )?(?:is )?(?:rejected|denied|not)|domain of sender|sender address|\b5\.1\.[78]\b"
    r"|(?:account|mail ?box|user)[\w ().',@<>-]{0,40}(?:disabled|suspended|inactive|locked|frozen|disconti|deactivat)"
    r"|refused due to recipient pref|group (?:\w+ ){0,6}(?:not|permission)|permission|timed? ?out|try (?:again )?later"
    r"|temporar(?:y|ily)|too (?:large|big|long)|size limit|connection (?:refused|reset|lost)"
    r"|lost connection|name server reply",
    re.IGNORECASE,
)
_HARD = re.compile(
    r"(?:user|recipient|address|mail ?box|account|addressee|destinatario|email) (?:\S+ ){0,6}"
    r"(?:unknown|not (?:be )?(?:found|known|listed|exist)|does(?: not|n.t) exist|doesn.t have|invalid|inesistente)"
    r"|(?:unknown|invalid|no such|non ?existent|nonexistent|bad|no) (?:\S+ ){0,1}"
    r"(?:user\w*|recipient|address\w*|mailbox|account|person|local ?part|destinat\w+)"
    r"|no mailbox here|not (?:our|a (?:known|valid)) (?:user|customer|recipient|mailbox)|not listed in"
    r"|address rejected(?! ?:)"
    r"|mailbox (?:unavailable|not available)|recipnotfound|couldn.t be found|delivery userid|no valid recipients"
    r"|doesn.t have an? \S+ account"
    r"|no longer (?:\w+ )?(?:valid|on|in use|active)"
    r"|utente (?:\w+ )?(?:sconosciuto|inesistente)|indirizzo (?:\w+ )?(?:inesistente|non (?:valido|trovato|esiste))"
    r"|casella (?:\w+ ){0,2}(?:inesistente|non (?:esiste|trovata))|empfänger (?:\w+ )?unbekannt|unbekannter empfänger"
    r"|destinataire (?:\w+ )?(?:inconnu|invalide)|adresse (?:\S+ ){0,6}(?:inexistante|invalide)|usuario desconocido"
    r"|(?:ユーザー|宛先|受信者|リスト)[^\n]{0,80}(?:見つかりません|ありません|存在しません)",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:host|domain|site)(?: or domain)?(?: name)?(?: \S+)? (?:unknown|not found|does(?: not|n.t) exist|isn.t found)"
    r"|(?:unknown|no such|invalid|non-?existent|bad) (?:host|domain)|couldn.t find (?:any host|a mail exchanger)"
    r"|unrout(?:e?able)|name or service not known|nullmx|null mx|domain is not reachable|no mail (?:exchanger|server)"
    r"|dominio (?:\w+ )?(?:inesistente|non (?:esiste|trovato))|dns\w* (?:lookup )?(?:failure: )?nxdomain"
    r"|has (?:moved|changed)|mailbox has moved|no forwarding address|forwarding address|new address"
    r"|(?:does not|doesn.t|not) accept(?:ing)? (?:any |network )?(?:e?-?mail|messages)\b(?! from)",
    re.IGNORECASE,
)
# Microsoft 365 calls an unknown address so.
_DENIED = re.compile(r"recipient (?:address )?rejected: access denied", re.IGNORECASE)
_AT_DATA = re.compile(r"in reply to (?:end of )?data|after end of data|>>> (?:data|\.)\b", re.IGNORECASE)
# Yahoo's words, which it says only after the text: no filter speaks so.
_NO_ACCOUNT = re.compile(r"user doesn.t have an? \S+ account", re.IGNORECASE)
_OF_SENDER = re.compile(r"(?:in reply to|after) mail from", re.IGNORECASE)
_HARD_CODES = re.compile(r"5\.1\.(?:[0-46]|10|351)$|5\.3\.2$|5\.4\.4$|5\.7\.27$")


def is_hard(status: str, *texts: str) -> bool:
    """Whether mail to the address can never arrive: address or host unknown, moved, or not accepting mail.

    `status` is an RFC 3463 code or ""; `texts` are what the server said, the most exact first.
    """
    if status.startswith("4") or any(_OF_SENDER.search(text) for text in texts[:2]):
        return False
    late = any(_AT_DATA.search(text) for text in texts)
    for text in texts:
        said = _says(text)
        if said == "unknown" and not _NO_ACCOUNT.search(text):
            # Refused only once the text was known: a filter's answer, whatever it calls the user.
            return not late or status.startswith("5.1.")
        if said:
            return said != "soft"
    return bool(_HARD_CODES.match(status))


def _says(text: str) -> str:
    """ "soft", "gone", "unknown", or "" where nothing is clear."""
    text = " ".join(text.split())
    if _DENIED.search(text):
        return "unknown"
    for word, pattern in (("soft", _SOFT), ("gone", _GONE), ("unknown", _HARD)):
        if pattern.search(text):
            return word
    return ""
