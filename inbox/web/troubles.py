"""The words for what is wrong: with a mail server, a rule, or something that was refused."""


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


# What is wrong with a mail server, by the connector's code; %s is its name.
TROUBLES = {
    "password": _("%s refuses the user name or the password. Please check both, also capitals and small letters."),
    "host": _("No server is known by the name %s. Please check the address, or name the servers below."),
    "refused": _("%s does not answer at this port. Please check server and port, or try again later."),
    "certificate": _("The certificate of %s is not valid, so no password was sent there. Please check the name."),
    "tls": _("%s does not speak this encryption. Please check port and encryption."),
    "consent": _("%s does not take the permission (any more). Please sign in again."),
    "registration": _(
        "%s refuses the company's registration: its secret may have expired. Whoever made it can make a new one."
    ),
    "timeout": _("%s did not answer in time. Please check server and port, or try again later."),
}

# What is wrong with a rule, by the code of its own check; the others are mistakes that no form can make.
RULE_TROUBLES = {
    "pattern": _("The pattern cannot be read: %s"),
    "no_value": _("Please write at least one word or value."),
    "no_word": _("Please write at least one word or value."),
    "not_a_number": _("Please write a whole number."),
    "until_before_from": _("The last day comes before the first."),
    "not_a_day": _("Please choose a day."),
    "wrong_operator": _("This cannot be asked here; please choose another way to compare."),
    "not_a_domain": _("This is no domain; a domain looks like example.com."),
    "too_long": _("This is too long."),
    "empty": _("Without conditions the rule would take everything; only the last rule may."),
    "twice": _("There is a rule of this name already."),
}

# What can hardly be meant of a rule; %s is another rule's name.
RULE_NOTICES = {
    "shadowed": _('It is never reached: the rule "%s" above it takes everything that it would take.'),
    "same": _('It asks the same as the rule "%s" above it, which takes everything first.'),
    "contradiction": _("Two of its conditions can never hold together."),
    "reads_beginning": _("One of its patterns only reads the beginning of long texts."),
}

# Refusals that the core words in English and the pages show in the reader's language.
REASONS = frozenset(
    {
        _("this link has been used"),
        _("somebody here already has this address"),
        _("must have at least 10 characters"),
        _("the last manager cannot be switched off"),
        _("the last manager stays a manager"),
        _("the sender gave no address to answer to"),
        _("the customer has not written by this channel"),
        _("an address is needed"),
        _("nothing was sent: this service takes no answer by mail. Please answer there, and mark it here as done"),
        _("this mailbox is connected already"),
        _("there is already a channel of this name"),
        _("it wants an app password instead of the account's own: make one in the account's security settings"),
        _(
            "it refuses passwords for most accounts: let an administrator allow them, or forward the mail to a mailbox "
            "that takes one"
        ),
    }
)
