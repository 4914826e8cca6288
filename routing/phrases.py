"""Facts, operators and actions as people say them, in the reader's language; sentences are made of these."""

from collections.abc import Mapping, Sequence

from config.i18n import translator
from inbox.social.kinds import KINDS

MAX_WORDS = 6


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


# What is looked at, as the beginning of a sentence.
FACTS = {
    "subject": _("the subject"),
    "text": _("the text"),
    "whole_text": _("the whole mail with its quotes"),
    "subject_or_text": _("the message"),
    "channel": _("the channel"),
    "channel_kind": _("the kind of channel"),
    "sender": _("the sender's address"),
    "sender_name": _("the sender's name"),
    "domain": _("the sender's domain"),
    "language": _("the language"),
    "machine": _("the kind of automatic mail"),
    "kind": _("the kind of request"),
    "priority": _("the priority"),
    "team": _("the team"),
    "stage": _("the stage"),
    "company": _("the company"),
    "owner": _("the customer's reference person"),
    "country": _("the country"),
    "region": _("the region"),
    "province": _("the province"),
    "weekday": _("the day of the week"),
    "tags": _("one of the tags"),
    "products": _("one of the products named"),
    "attachment_names": _("the name of a file"),
    "attachment_kinds": _("the kind of a file"),
    "stars": _("the stars of a review"),
    "earlier": _("the number of earlier conversations"),
    "hour": _("the hour"),
    "waiting_minutes": _("the wait (working minutes)"),
    "fact.notice": _("the service at which it was written"),
    "fact.page": _("the page of the website"),
    "fact.referrer": _("the page they came from"),
    "fact.form": _("the form of the website"),
    "fact.utm_source": _("the campaign's source"),
    "fact.utm_medium": _("the campaign's medium"),
    "fact.utm_campaign": _("the campaign"),
    "fact.gclid": _("the click on a Google ad"),
    "fact.fbclid": _("the click on a Facebook ad"),
}
# Facts that are or are not: what is said of either.
FLAGS = {
    "known_contact": (_("the contact is known"), _("the contact is new")),
    "follow_up": (_("it follows an earlier message"), _("it is a first message")),
    "in_hours": (_("it came within working hours"), _("it came outside working hours")),
    "holiday": (_("it came on a day off"), _("it came on a working day")),
    "certified": (_("it is certified mail (PEC)"), _("it is not certified mail (PEC)")),
    "attachments": (_("there are files"), _("there are no files")),
    "machine": (_("it is an automatic mail"), _("it is not an automatic mail")),
}
OPERATORS = {
    "has_any": _("%(fact)s contains %(values)s"),
    "has_all": _("%(fact)s contains %(values)s"),
    "contains": _("%(fact)s holds the piece %(values)s"),
    "starts_with": _("%(fact)s begins with %(values)s"),
    "ends_with": _("%(fact)s ends with %(values)s"),
    "matches": _("%(fact)s fits the pattern %(values)s"),
    "is": _("%(fact)s is %(values)s"),
    "is_any": _("%(fact)s is %(values)s"),
    "under": _("%(fact)s belongs to %(values)s"),
    "at_least": _("%(fact)s is at least %(values)s"),
    "at_most": _("%(fact)s is at most %(values)s"),
}
ACTIONS = {
    "team": _("it goes to %s"),
    "person": _("directly to %s"),
    "priority": _("priority: %s"),
    "kind": _("kind: %s"),
    "stage": _("stage: %s"),
    "language": _("language: %s"),
    "target": _("to be answered within %s working minutes"),
    "tags": _("tags: %s"),
    "watchers": _("%s watch"),
    "acknowledge": _("the customer gets a confirmation"),
    "snooze": _("put off for %s working minutes"),
    "close": _("it is closed"),
    "spam": _("it is spam"),
    "webhook": _("%s is called"),
}
PICKS = {
    "round_robin": _("to each in turn"),
    "fewest_open": _("to whoever has least in hand"),
    "owner": _("to the customer's reference person"),
    "on_duty": _("to whoever is on duty"),
}
# Codes of ours, as people say them.
VALUES: dict[str, dict[str, str]] = {
    "language": {
        "it": _("Italian"),
        "en": _("English"),
        "de": _("German"),
        "fr": _("French"),
        "es": _("Spanish"),
    },
    "weekday": {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
        "sun": _("Sunday"),
    },
    "channel_kind": {
        "mail": _("Mail"),
        "telegram": _("Telegram"),
        **{kind: one.name for kind, one in KINDS.items()},
        "webform": _("Form of the site"),
        "sitechat": _("Chat on the site"),
    },
    "kind": {
        "enquiry": _("Enquiry"),
        "customer": _("Customer"),
        "supplier": _("Supplier"),
        "job_application": _("Job application"),
        "administration": _("Administration"),
        "privacy_request": _("Privacy request"),
        "other": _("Other"),
    },
    "priority": {"low": _("Low"), "normal": _("Normal"), "high": _("High"), "urgent": _("Urgent")},
    "machine": {
        "auto_reply": _("Automatic reply"),
        "bounce": _("Delivery report"),
        "complaint": _("Complaint report"),
        "receipt": _("Receipt"),
        "list": _("Mailing list"),
        "bulk": _("Newsletter"),
        "reaction": _("Reaction"),
    },
    "stage": {
        "new": _("New lead"),
        "qualified": _("Qualified"),
        "offer": _("Offer made"),
        "won": _("Won"),
        "lost": _("Lost"),
    },
    "attachment_kinds": {
        "pdf": _("PDF"),
        "image": _("picture"),
        "drawing": _("technical drawing"),
        "spreadsheet": _("spreadsheet"),
        "document": _("text document"),
        "presentation": _("presentation"),
        "archive": _("archive"),
        "mail": _("mail"),
        "calendar": _("invitation"),
        "audio": _("recording"),
        "video": _("video"),
        "other": _("other file"),
    },
}
# The operators as an editor offers them, each with the kinds of facts it is for.
CHOICES = {
    "has_any": _("contains any of these words"),
    "has_all": _("contains all of these words"),
    "is_any": _("is one of"),
    "is": _("is exactly"),
    "starts_with": _("begins with"),
    "ends_with": _("ends with"),
    "contains": _("contains the piece of text"),
    "under": _("is or belongs to"),
    "matches": _("fits the pattern (one a line)"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "exists": _("yes, or is known"),
    "missing": _("no, or is not known"),
}
OCCASIONS = {
    "again": _("a customer writes again"),
    "unclaimed": _("nobody takes it"),
    "unanswered": _("nobody answers"),
    "stage": _("its stage changes"),
}
FACT_GROUPS = (
    (_("Message"), ("text", "subject", "subject_or_text", "whole_text", "language", "products", "attachments",
                    "attachment_kinds", "attachment_names", "machine", "certified", "follow_up", "fact.notice",
                    "stars")),
    (_("Sender"), ("sender", "domain", "sender_name", "company", "known_contact", "owner", "earlier", "country",
                   "region", "province")),
    (_("Website"), ("fact.page", "fact.form", "fact.referrer", "fact.utm_source", "fact.utm_medium",
                    "fact.utm_campaign", "fact.gclid", "fact.fbclid")),
    (_("Way and time"), ("channel", "channel_kind", "in_hours", "holiday", "weekday", "hour")),
    (_("Request"), ("kind", "priority", "team", "stage", "tags", "waiting_minutes")),
)  # fmt: skip
# Operators whose values must all be there; of the others' any is enough.
ALL_OF = ("has_all",)
PLACE_SOURCES = {
    "form": _("(from the form: %s)"),
    "postcode": _("(from the postcode %s)"),
    "phone": _("(from the telephone number %s)"),
    "vat": _("(from the VAT number %s)"),
    "domain": _("(from the domain %s)"),
    "company": _("(kept with the customer %s)"),
}


def fact(name: str, language: str) -> str:
    """What is looked at; a form's field or a fact that only one channel gives by its own name."""
    say = translator(language)
    if name in FACTS:
        return say(FACTS[name])
    if name.startswith("fact.field."):
        return say(_('the field "%s" of the form')) % name.removeprefix("fact.field.")
    return name.removeprefix("fact.")


def looked_at(name: str, language: str) -> str:
    """A fact as an editor offers it: what is looked at, or what may be so."""
    say = translator(language)
    return say(FLAGS[name][0]) if name in FLAGS and name not in FACTS else fact(name, language)


def leaf(
    name: str, operator: str, values: Sequence[str], language: str, names: Mapping[str, str], *, found: bool = False
) -> str:
    """One condition with values; or, where they were `found`, what is so. `names`: what teams and people are called."""
    say = translator(language)
    shown = [f"*{value(name, one, language, names)}*" for one in values[:MAX_WORDS]]
    if len(values) > MAX_WORDS:
        shown.append(say(_("%d more")) % (len(values) - MAX_WORDS))
    joined = listed(shown, say(_(" and ") if found or operator in ALL_OF else _(" or ")))
    return say(OPERATORS[operator]) % {"fact": fact(name, language), "values": joined}


def existence(name: str, there: bool, language: str) -> str:
    """That a fact is known, or a flag set; or that it is not."""
    say = translator(language)
    if name in FLAGS:
        return say(FLAGS[name][0 if there else 1])
    return say(_("%s is known") if there else _("%s is not known")) % fact(name, language)


def listed(parts: Sequence[str], last: str) -> str:
    """Parts as a list in a sentence: a, b or c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + last + parts[-1] if parts else ""


def value(name: str, code: str, language: str, names: Mapping[str, str]) -> str:
    """A value in the reader's words, where it is a code of ours or the short name of somebody."""
    table = VALUES.get(name, {})
    if code in table:
        return translator(language)(table[code])
    return names.get(code, code) if name in ("team", "owner") else code
