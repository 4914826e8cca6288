"""The words for who is the same person and what is the same matter: reasons, events, why nothing was changed."""


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
    "conversations_joined": _("joined with: %s"),
    "conversations_separated": _("separated again from: %s"),
    "contacts_apart": _("not the same person as %s"),
}
# Events that say themselves whom or what they name.
NAMED = frozenset({"contacts_apart", "conversations_joined", "conversations_separated"})
# Events that are written down in two conversations.
BOTH = frozenset({"maybe_twice", "conversations_joined", "conversations_separated"})
# By inbox.persons.merges' codes.
NOT_MERGED = {
    "same": _("That is the same contact already."),
    "gone": _("Nothing was changed: somebody was faster, or it is not suggested any more."),
    "many": _("Nothing was changed: whoever began so many conversations is a program, not a person."),
}
# By inbox.persons.joining's codes.
NOT_JOINED = {
    "gone": _("Nothing was changed: somebody was faster, or it is not suggested any more."),
    "aside": _("Not joined: one of the two is marked as spam."),
    "certified": _("Not joined: certified mail is answered by its own mailbox, in its own conversation."),
    "two_talks": _(
        "Not joined: each of the two is a talk of its own in the customer's program. Please answer one of them and"
        " close the other."
    ),
    "other_address": _("Not joined: the visitor of the chat would see mails of another address."),
    "many": _("Not joined: the two have too many messages."),
    "later": _("Not separated: please separate first what was joined after it."),
}
