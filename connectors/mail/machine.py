"""Whether a program wrote a mail, and what kind: RFC 3834, 3464, 5965, 8098, 2919, and Italian certified mail (PEC).

A person's letter marked as a machine's is never answered, so that every rule here asks for a clear sign.
"""

import re

from connectors.base import Machine
from connectors.mail.body import Body
from connectors.mail.headers import Headers
from connectors.mail.parts import Part, leaves
from connectors.mail.pec import FAILED

_ROBOT = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post-?master|mail-?delivery-?(?:sub)?system|mdaemon|maildelivery"
    r"|microsoftexchange"
    r"[0-9a-f]{8,}|bounces?|amavisd?|post_master)\b",
    re.IGNORECASE,
)
_ROBOT_NAME = re.compile(r"\b(?:mail (?:delivery|router|administrator|master)|mailer-daemon|post ?master)\b", re.I)
_FAILED = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?delivered|returned (?:mail|to sender|message)"
    r"|(?:mail|message) returned"
    r"|(?:delivery|mail|message|nondelivery)[\w ]{0,20} (?:fail|error|problem|report|warning|notification|delay|status)"
    r"|failure (?:notice|report|notification|delivery)|fail(?:ed|ure)[\w ()]{0,12} (?:delivery|mail|notice)"
    r"|mail failure"
    r"|delivery (?:has )?fail|could not send|unable to deliver|mail system error|mailbox (?:full|unavailable)"
    r"|delayed mail"
    r"|unzustellbar|nicht zugestellt|zustellung|mancata consegna|non recapitabil|non consegnat|mail non recapitat"
    r"|non remis|echec de|échec de|non distribu|no se puede entregar|no entregado|devuelto|não entregue|rejected mail",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?:\[?(?:auto(?:matic|mated|matische|matisch)?[ -]?(?:reply|response|antwort|antwoord|repl(?:y|ies)|submitted)"
    r"|autorespond\w*|auto:|out of (?:the )?office|ooo(?: reply)?:|vacation (?:reply|response|message|notice|auto)"
    r"|risposta automatica|(?:messaggio|avviso) automatico|fuori (?:ufficio|sede)|messaggio di assenza|assenza dall"
    r"|abwesenheits\w*|abwesenheit:|automatische abwesenheit|automatisch generierte antwort|nicht im (?:büro|haus)"
    r"|réponse (?:automatique|auto)|reponse automatique|absence du bureau|message d.absence|absent du bureau"
    r"|respuesta (?:automática|automatica)|fuera de la oficina|resposta automática|automatyczna odpowied|自動応答))",
    re.IGNORECASE,
)
_MAYBE_AWAY = re.compile(
    r"(?:away\b|absen\w+|assen(?:te|za)\b|abwesend|ausente|ausencia|ferie\b|urlaub|vacation\b|vacanze\b|on holiday"
    r"|i am (?:away|out)|out until)",
    re.IGNORECASE,
)
# Amazon SES tells by JSON through its notification service.
_JSON = re.compile(r'\\?"(?:notification|event)Type\\?"\s{0,9}:\s{0,9}\\?"(?:Bounce|Delivery|DeliveryDelay)\\?"')
_SAYS = re.compile(
    r"undeliver|not (?:be )?(?:been )?delivered|(?:could|can|was|were)(?: ?not|n.t) (?:be )?(?:\w+ )?deliver"
    r"|unable to (?:\w+ )?deliver|delivery (?:\w+ ){0,4}(?:fail|delay)|fail(?:ed|ure)? (?:\w+ ){0,3}deliver"
    r"|returned (?:\w+ ){0,3}(?:to sender|because|by)|user unknown|unknown user|mailbox (?:is )?full|over quota"
    r"|returned mail|permanent(?:ly)? (?:fatal )?(?:error|fail)|no such (?:user|domain|mailbox)|host unknown"
    r"|delivery (?:problem|error|attempt|status)|unzustellbar|nicht zugestellt|konnte nicht|non recapitat"
    r"|mancata consegna|non è stato possibile|non (?:ha pu|a pas pu)|n.a (?:pas )?pu être"
    r"|no se (?:ha podido|pudo) entregar|(?:status|remote host) (?:said|code)|rejected|following (?:address"
    r"|recipient)|5\.[0-7]\.\d|bounce"
    r"|session follows",
    re.IGNORECASE,
)
# A customer's "Delivery problem: 450 pieces not delivered" has none of these.
_TRACE = re.compile(
    r"\b[45][0-5]\d[ -]{1,3}#?[45]\.\d\.\d|^(?:Received: from|Final-Recipient:|>>> RCPT)"
    r"|requested action (?:not taken|aborted)",
    re.MULTILINE | re.IGNORECASE,
)


# What kind of program wrote a mail, and by what sign that is known.
Sign = tuple[Machine, str]


def machine(root: Part, body: Body, sender: str) -> Sign | None:
    """What kind of program wrote a mail and how that shows, or None for a person. `sender` is the From address."""
    head = root.headers
    return _report(root) or _bounced(head, body, sender) or _automatic(head) or _mass(head)


def _report(root: Part) -> Sign | None:
    """Reports that say in MIME what they are."""
    kinds = {part.kind for part in leaves(root)}
    told = root.parameters.get("report-type", "").lower() if root.kind == "multipart/report" else ""
    subject = root.headers.text("subject").lower()
    # Hotmail's reports of junk are plain mails; Apple's unsubscribe is the customer's no.
    if "x-apple-unsubscribe" in root.headers or subject.startswith("complaint about message from "):
        return "complaint", "X-Apple-Unsubscribe, or the subject of Hotmail's reports"
    if "message/feedback-report" in kinds or told == "feedback-report" or "x-feedback-report" in root.headers:
        return "complaint", "feedback report (RFC 5965)"
    if "message/disposition-notification" in kinds or told == "disposition-notification":
        return "receipt", "disposition notification (RFC 8098)"
    receipt = root.headers.first("x-ricevuta").lower()
    if receipt:
        return "bounce" if receipt in FAILED else "receipt", f"X-Ricevuta: {receipt}"
    attached = any(part.kind == "message/delivery-status" for part in leaves(root))
    return ("bounce", "delivery status (RFC 3464)") if told == "delivery-status" or attached else None


def _bounced(head: Headers, body: Body, sender: str) -> Sign | None:
    """Reports of mail systems that know no MIME report: by sender, subject and words."""
    if "x-failed-recipients" in head:
        return "bounce", "X-Failed-Recipients"
    robot = bool(_ROBOT.match(sender.partition("@")[0]) or _ROBOT_NAME.search(head.text("from")))
    subject = head.text("subject")
    if re.match(r"(?:re|aw|r|ri|antw|fwd?|wg|i|tr|rv):", subject, re.IGNORECASE):
        # A person may well answer to a report, or send one on.
        sure = robot and says_failed(body.text) and _traced(body)
        return ("bounce", "a mail system's address, and a server's answer in the text") if sure else None
    if robot and (_FAILED.search(subject) or says_failed(body.text)):
        return "bounce", "a mail system's address, and its words"
    if null_sender(head) and _FAILED.search(subject):
        return "bounce", "null sender, and the subject"
    if _JSON.search(body.text[:2_000]):
        return "bounce", "notification of Amazon SES"
    sure = bool(_FAILED.search(subject)) and says_failed(body.text) and _traced(body)
    return ("bounce", "subject and text, and a server's answer in it") if sure else None


def null_sender(head: Headers) -> bool:
    """Whether the envelope had no sender, as machines that want no answer send (RFC 5321 4.5.5)."""
    return any(value.replace(" ", "") == "<>" for name in ("return-path", "from") for value in head.every(name))


def says_failed(text: str) -> bool:
    """Whether a text tells of a mail that was not delivered."""
    return bool(_SAYS.search(text[:20_000]))


def _traced(body: Body) -> bool:
    """Whether an answer of a mail server, or the headers of the failed mail, are in the text."""
    return bool(_TRACE.search(body.text[:20_000]))


def _automatic(head: Headers) -> Sign | None:
    told = head.first("auto-submitted").lower().partition(";")[0].strip()
    subject = head.text("subject")
    if told.startswith(("auto-replied", "auto-notified")):
        return "auto_reply", f"Auto-Submitted: {told}"
    if _marked_reply(head):
        return "auto_reply", "header of an answering program"
    if _AWAY.match(subject):
        return "auto_reply", "the subject's first words"
    suppressed = null_sender(head) or "x-auto-response-suppress" in head or told.startswith("auto-generated")
    if suppressed and _MAYBE_AWAY.match(subject):
        return "auto_reply", "it wants no answer, and its subject tells of absence"
    if (null_sender(head) or told.startswith("auto-generated")) and "in-reply-to" in head:
        return "auto_reply", "In-Reply-To of a mail without sender, or Auto-Submitted"
    if told.startswith("auto-generated") and not _speaks_for_another(head):
        return "bulk", "Auto-Submitted: auto-generated"
    return None


def _marked_reply(head: Headers) -> bool:
    """The headers that answering programs set before RFC 3834, and beside it."""
    if any(name in head for name in ("x-autorespond", "x-autoreply-from", "x-mail-autoreply", "x-vacation")):
        return True
    if head.first("x-autoreply").lower() in ("yes", "true", "1"):
        return True
    if "autorepl" in head.first("x-autogenerated").lower() or head.first("x-autogenerated").lower() == "reply":
        return True
    precedence = head.first("precedence").lower()
    return precedence in ("auto_reply", "auto-reply", "autoreply") or "vacation" in head.first("x-apple-action").lower()


def _speaks_for_another(head: Headers) -> bool:
    """A form's mail: written by a program for a customer, who is in Reply-To."""
    answer, sender = head.first("reply-to").lower(), head.first("from").lower()
    return "@" in answer and not re.search(r"no-?reply|donotreply", answer) and answer != sender


def _mass(head: Headers) -> Sign | None:
    """Mailing lists and bulk mail. A company's own group address is neither, though it looks like a list."""
    list_id = head.first("list-id").lower()
    if "x-google-group-id" in head and "googlegroups.com" not in list_id:
        return None
    precedence = head.first("precedence").lower()
    posts = head.first("list-post")
    lists = {
        "List-Post": bool(posts) and posts.lower() != "no", "Precedence: list": precedence == "list",
        "X-Mailman-Version": "x-mailman-version" in head, "Mailing-List": "mailing-list" in head,
    }  # fmt: skip
    bulks = {
        f"Precedence: {precedence}": precedence in ("bulk", "junk"), "List-Id": bool(list_id),
        "List-Unsubscribe": "list-unsubscribe" in head,
    }  # fmt: skip
    for kind, signs in (("list", lists), ("bulk", bulks)):
        sign = next((name for name, there in signs.items() if there), "")
        if sign:
            return kind, sign  # type: ignore[return-value]
    return None
