"""The words for who is the same person: reasons, events, why nothing was changed."""


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


ALIKE = {
    "signed": _("the site says so"),
    "mail": _("same mail address"),
    "phone": _("same telephone"),
    "name": _("same name and company"),
}
EVENTS = {
    "contacts_merged": _("brought together as one person: %s"),
    "contacts_separated": _("separated again, as two persons: %s"),
    "maybe_twice": _("perhaps the same was asked by another channel too"),
    "contacts_apart": _("not the same person as %s"),
}
# By inbox.personmerges' codes.
NOT_MERGED = {
    "same": _("That is the same contact already."),
    "gone": _("Nothing was changed: somebody was faster, or it is not suggested any more."),
    "many": _("Nothing was changed: whoever began so many conversations is a program, not a person."),
}
