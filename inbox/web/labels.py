"""The words for codes: states, kinds, roles, reasons. English here; the catalogue has the others."""

from inbox.social.kinds import KINDS
from inbox.web import lead_labels
from routing import phrases


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


SERVICES = {"microsoft": "Microsoft 365", "google": "Google"}
LANGUAGES = {"it": "Italiano", "en": "English"}
# Headers that are missing or odd: nothing of what was written is lost.
MINOR_PROBLEMS = frozenset(["date_missing", "date_unreadable", "from_missing"])
LABELS: dict[str, dict[str, str]] = {
    "status": {"open": _("Open"), "pending": _("Customer's turn"), "closed": _("Closed"), "spam": _("Spam")},
    "kind": phrases.VALUES["kind"],
    "priority": phrases.VALUES["priority"],
    "role": {
        "manager": _("Manager"),
        "colleague": _("Colleague"),
        "external": _("External agent"),
        "director": _("Director"),
        "consultant": _("Consultant"),
    },
    **lead_labels.GROUPS,
    "channel": {
        "mail": _("Mail"),
        "telegram": _("Telegram"),
        **{kind: one.name for kind, one in KINDS.items()},
        "webhook": _("Another program"),
        "webform": _("Form of the site"),
        "sitechat": _("Chat on the site"),
    },
    "form_field": {
        "name": _("Name"),
        "company": _("Company"),
        "email": _("Mail address"),
        "phone": _("Telephone"),
        "message": _("Message"),
        "topic": _("Topic"),
    },
    "security": {
        "tls": _("TLS from the start"),
        "starttls": _("STARTTLS"),
        "none": _("none (only inside the house)"),
    },
    "service": SERVICES,
    "suggested": {"phone": _("Telephone"), "company": _("Company"), "vat": _("VAT")},
    "mark": {
        "subject": _("a short code at the end of the subject"),
        "address": _("a code in the address to answer to"),
        "none": _("nothing more"),
    },
    "folder": {"inbox": _("Inbox"), "sent": _("Sent mail"), "updates": _("Messages")},
    "content": {
        "": _("as the team has it"),
        "full": _("everything, files too"),
        "words": _("the words, no files"),
        "minimal": _("confidential: only that there is a question"),
    },
    "consent": {
        "given": _("yes"),
        "asked": _("asked, not confirmed"),
        "withdrawn": _("withdrawn"),
        "refused": _("declined"),
    },
    "delivery": {
        "queued": _("Being sent"),
        "claimed": _("Being sent"),
        "sending": _("Being sent"),
        "retry": _("Not sent yet, trying again"),
        "sent": _("Sent"),
        "failed": _("Not sent"),
        "uncertain": _("Perhaps sent"),
    },
    "reached": {"mail": _("by mail"), "seen": _("seen"), "window": _("in the chat"), "delivered": _("delivered")},
    "held_by_message": {
        "image": _("Picture"),
        "video": _("Video"),
        "audio": _("Sound recording"),
        "voice": _("Voice message"),
        "document": _("Document"),
        "sticker": _("Sticker"),
        "edit": _("The customer has changed an earlier message."),
        "revoke": _("The customer has taken a message back."),
        "system": _("The customer has another number."),
        "unsupported": _(
            "The platform does not pass this kind of message on. Please ask the customer for it in other words."
        ),
        "unknown": _("A kind of message that is not known here yet. The original is kept."),
    },
    "machine": phrases.VALUES["machine"],
    "language": {"it": _("Italian"), "en": _("English"), "de": _("German"), "fr": _("French"), "es": _("Spanish")},
    "event": {
        "received": _("message received"),
        "routed": _("routed"),
        "assigned": _("passed to %s"),
        "claimed": _("taken"),
        "answered": _("answer written"),
        "answered_elsewhere": _("answered from the mail program"),
        "answer_sent": _("answer sent"),
        "answer_accepted": _("answer accepted by the provider of certified mail"),
        "answer_taken_over": _("answer taken over by the recipient's provider"),
        "answer_delivered": _("answer delivered"),
        "answer_seen": _("answer read"),
        "number_changed": _("the customer has another number: answers go there from now on"),
        "answer_failed": _("answer not sent"),
        "answer_unreached": _("copy not delivered"),
        "answer_uncertain": _("answer perhaps sent"),
        "answer_delayed": _("answer delayed, trying again"),
        "answer_requeued": _("answer sent once more"),
        "forwarded": _("forwarded here by a colleague"),
        "contact_completed": _("contact data kept"),
        "noted": _("note written"),
        "closed": _("closed"),
        "reopened": _("reopened"),
        "marked_spam": _("marked as spam"),
        "answered_by_phone": _("answered by phone or in person"),
        "no_answer_needed": _("no answer needed"),
        "begun": _("conversation started"),
        "kind_set": _("kind changed"),
        "priority_set": _("priority changed"),
        "tagged": _("tagged"),
        "stage_set": _("stage changed"),
        **lead_labels.EVENTS,
        "owner_set": _("the customer's reference person is now: %s"),
        "consent_asked": _("news by mail wished in a form; not confirmed yet"),
        "consent_given": _("consent to news by mail confirmed"),
        "consent_withdrawn": _("consent to news by mail withdrawn"),
        "consent_refused": _("news by mail declined"),
        "consent_failed": _("mail that asks to confirm the consent not sent"),
        "consent_uncertain": _("mail that asks to confirm the consent perhaps sent"),
        "content_set": _("told by mail and in chats"),
        "language_set": _("language changed"),
        "target_set": _("working time to answer set"),
        "snoozed": _("put off until %s"),
        "woken": _("back in the queue"),
        "watched": _("%s watches"),
        "unwatched": _("%s no longer watches"),
        "not_acknowledged": _("no automatic acknowledgement"),
        "acknowledgement_failed": _("automatic acknowledgement not sent"),
        "acknowledgement_uncertain": _("automatic acknowledgement perhaps sent"),
        "announced": _("another program told"),
        "not_announced": _("another program could not be told, as it is not connected"),
        "webhook_failed": _("another program could not be told"),
        "told": _("colleagues told"),
        "reminded": _("reminded"),
        "press_refused": _("a button in a chat was refused"),
        "asked_customer": _("the customer asked"),
        "mail_refused": _("a mail in answer to a notification was refused"),
        "asked_colleague": _("asked %s"),
        "facts_given": _("facts written for the answer"),
        "facts_put_away": _("facts put away"),
        "approval_asked": _("answer written; it waits for the word of %s"),
        "approval_given": _("answer of %s approved"),
        "approval_refused": _("answer of %s given back"),
        "approval_late": _("an answer waits while the customer has waited too long: asked for the word too"),
        "perhaps_away": _("an automatic reply came: perhaps away"),
        "burst": _("very many messages at once: nobody told"),
        "notification_failed": _("%s could not be told"),
        "chat_told": _("the visitor told that nobody is there just now"),
        "chat_mailed": _("the visitor had left: answer sent by mail"),
        "chat_waits": _("the visitor left without an address: sees the answer on coming back"),
        "chat_email": _("the visitor left a mail address"),
        "chat_transcript": _("the whole talk sent to the visitor by mail"),
    },
    "not_acknowledged": {
        "machine": _("it is an automatic mail"),
        "spam": _("it is spam"),
        "certified": _("certified mail has receipts of its own"),
        "no_address": _("the sender gave no address to answer to"),
        "forged": _("the sender may be forged"),
        "no_reply": _("nobody reads the sender's address"),
        "ours": _("the sender is one of us"),
        "nobody_waits": _("the customer has an answer already"),
        "lately": _("the sender had one within the last 24 hours"),
    },
    "refusal": {
        "texts": _("too many texts"),
        "name": _("small letters, digits and _ only, as in Meta's list of templates"),
        "language": _("a code such as it, en_US or de"),
        "length": _("needed, and at most 1,024 characters"),
        "places": _("what is put in is numbered from {{1}} on, without a gap"),
        "twice": _("each name once in each language"),
        "window": _(
            "nothing was sent: the customer last wrote too long ago, and the platform takes no free answer now"
        ),
    },
    "forgotten": {
        "nobody": _("in nobody's hands"),
        "absent": _("holder away"),
        "promised": _("promised, not answered"),
        "late": _("waits too long"),
        "soon": _("soon waits too long"),
        "window": _("Soon no free answer is possible"),
    },
    "held": {
        "quiet": _("quiet hours"),
        "digest": _("everything once a day"),
        "full": _("enough cards are open in the chat"),
        "burst": _("many at once, told as one list"),
    },
    "given": {
        "passed": _("nobody had taken it in time"),
        "lead": _("its lead is in these hands"),
    },
    "press_refused": {
        "stranger": _("pressed by somebody who is none of us: %s"),
        "other_chat": _("it is of another chat: %s"),
        "not_yours": _("it is in other hands: %s"),
    },
    "mail_refused": {
        "other_address": _("it came from another address: %s"),
        "forged": _("its sender may be forged: %s"),
        "gone": _("the account ended, or it is in other hands: %s"),
    },
    "related": {
        "other_sender": _("The sender takes no part in that conversation."),
        "other_channel": _("That conversation is of another mailbox."),
        "closed_long_ago": _("That conversation was closed more than 14 days before."),
    },
}

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
        _("an address is needed"),
        _("this mailbox is connected already"),
        _("there is already a channel of this name"),
        _("it wants an app password instead of the account's own: make one in the account's security settings"),
        _(
            "it refuses passwords for most accounts: let an administrator allow them, or forward the mail to a mailbox "
            "that takes one"
        ),
    }
)
