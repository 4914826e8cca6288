"""What rules may ask about a message: every fact by name and kind. docs/rules-facts.md says what each is."""

TEXT, NAME, LIST, NUMBER, FLAG = "text", "name", "list", "number", "flag"

TEXTS = ("subject", "text", "whole_text", "subject_or_text")
NAMES = (
    "channel", "channel_kind", "sender", "sender_name", "domain", "language", "machine", "kind", "priority", "team",
    "stage", "company", "owner", "country", "region", "province", "place.source", "place.from", "weekday",
)  # fmt: skip
LISTS = ("tags", "products", "attachment_names", "attachment_kinds")
NUMBERS = ("earlier", "hour", "waiting_minutes")
FLAGS = ("known_contact", "follow_up", "in_hours", "holiday", "certified", "attachments")
KINDS = {
    **dict.fromkeys(TEXTS, TEXT),
    **dict.fromkeys(NAMES, NAME),
    **dict.fromkeys(LISTS, LIST),
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys(FLAGS, FLAG),
}
# What a channel or a form adds, a text each: fact.page, fact.utm_source, fact.field.telefono …
OWN = "fact."


def kind_of(name: str) -> str:
    """text, name, list, number or flag; "" for a fact that there is not."""
    return NAME if name.startswith(OWN) else KINDS.get(name, "")
