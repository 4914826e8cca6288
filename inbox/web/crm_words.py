"""The words about the CRM: what is wrong and what to do, why a lead stays here."""

from connectors.http import place
from inbox.crm.settings import ODOO, Settings
from inbox.web.wording import gettext


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


NAMES = {"odoo": "Odoo", "hubspot": "HubSpot"}
# What is wrong, by the connector's code, and what to do; %s is the CRM's address.
TROUBLES = {
    "token": _("%s does not accept the key (any more). Please make a new one there and enter it in the settings."),
    "access": _("The key may not do this at %s. Please give its user, or the private app, the rights for it."),
    "database": _("At %s there is no such database, or no Odoo of this version. Please check address and database; an "
                  "Odoo before version 19 needs a user name too."),
    "module": _("The Odoo at %s has no CRM: please install the app CRM there."),
    "property": _("HubSpot has a property centralino_lead already that does not ask for unique values: please delete "
                  "it there, it is made anew."),
    "redirect": _("%s points to another address: please enter the one that the browser shows in the end."),
    "format": _("What answers at %s is no such CRM. Please check the address."),
    "field": _("%s refuses a value of this lead; what it says stands below. Once that is mended, here or there, please "
               "try again."),
    "gone": _("The record was deleted at %s. It can be made anew."),
    "unsettled": _("The connection to %s broke while the record was being made. It is looked for before another one "
                   "is made: this takes up to ten minutes."),
    "host": _("No server is known by the name %s. Please check the address."),
    "refused": _("%s does not answer. Please check the address, or try again later."),
    "certificate": _("The certificate of %s is not valid, so no key was sent there. Please check the address."),
    "tls": _("%s does not speak this encryption. Please check the address."),
    "timeout": _("%s did not answer in time. It is tried again."),
}  # fmt: skip
OTHER = _("%s could not take it just now. It is tried again.")
KEPT = {
    "stage": _("At this stage leads stay here; what is in the CRM stays as it was."),
    "privacy": _("There is a privacy request of this contact: the lead stays here."),
    "off": _("Handing over is switched off."),
}
ODOO_STAGES = {"lead": _("as a lead, not in the pipeline yet"), "won": _("won: %s"), "lost": _("lost, with the reason")}
WRONG = {
    "missing": _("Please enter the key: it is never shown again, and counts for one address only."),
    "no_address": _("The address must begin with https://, as in https://company.odoo.com."),
    "unknown": _("Please choose one that is offered here."),
}


def trouble(code: str, settings: Settings) -> str:
    """What is wrong, and what to do."""
    where = place(settings.url) if settings.kind == ODOO else "HubSpot"
    return gettext(TROUBLES.get(code, OTHER)).replace("%s", where)


def stage_name(settings: Settings, code: str, name: str) -> str:
    """How a stage of the CRM is called on the page."""
    known = ODOO_STAGES.get(code) if settings.kind == ODOO else None
    return gettext(known).replace("%s", name) if known else name
