"""The words for codes about leads: stages, reasons, sources, lists, events."""

from inbox.leads import reasons


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


GROUPS: dict[str, dict[str, str]] = {
    "stage": {
        "": _("No lead"),
        "new": _("New lead"),
        "qualified": _("Qualified"),
        "quoted": _("Quoted"),
        "won": _("Won"),
        "lost": _("Lost"),
    },
    "lost_reason": reasons.WORDS,
    "lead_source": {
        "google_ads": _("Google Ads"),
        "microsoft_ads": _("Microsoft Advertising"),
        "meta_ads": _("Facebook and Instagram ads"),
        "linkedin_ads": _("LinkedIn ads"),
        "tiktok_ads": _("TikTok ads"),
        "google": _("Google search"),
        "bing": _("Bing search"),
        "search": _("other search"),
        "ai": _("AI assistants"),
        "linkedin": "LinkedIn",
        "facebook": "Facebook",
        "instagram": "Instagram",
        "youtube": "YouTube",
        "x": "X",
        "social": _("other social networks"),
        "newsletter": _("Newsletter"),
        "fair": _("Fair"),
        "phone": _("Telephone"),
        "recommended": _("Recommended"),
        "press": _("Press"),
        "known": _("Knew us already"),
        "site": _("Web site, not known from where"),
        "mail": _("Mail, not known from where"),
        "other": _("Other"),
    },
    "lead_speed": {
        "hour": _("within an hour"),
        "day": _("within a working day"),
        "two_days": _("within two working days"),
        "slower": _("later"),
        "never": _("not answered yet"),
    },
    "leads": {
        "open": _("Under way"),
        "quotes": _("Open quotes"),
        "due": _("Next step due"),
        "won": _("Won"),
        "lost": _("Lost"),
        "all": _("All"),
    },
}
EVENTS = {
    "value_set": _("value set"),
    "next_step_set": _("next step"),
    "lost_because": _("lost because of"),
    "lead_owner_set": _("the lead is now in the hands of %s"),
    "still_open": _("the quote is still open"),
    "reminder_set": _("reminder set for %s"),
    "promise_told": _("reminded of the promise"),
    "lead_linked": _("joined to a lead"),
    "lead_described": _("lead described"),
    "crm_handed": _("handed over to the CRM"),
    "crm_failed": _("could not be handed over to the CRM"),
}
