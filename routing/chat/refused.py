"""Why nothing was done, in words for whoever pressed or wrote."""

from config.i18n import translator


class Refused(Exception):
    """Nothing was done; `code` says why."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    def words(self, language: str) -> str:
        """As it is told to the colleague."""
        _ = translator(language)
        texts = {
            "taken": _("%(name)s has already taken this."),
            "not_yours": _("This is not in your hands: nothing was done."),
            "unknown_button": _("This button is not known here: nothing was done."),
            "joined": _("This was joined with another conversation: please see its card, or the page."),
            "over": _("This is over: nothing was done."),
            "answered": _("%(name)s has answered meanwhile. To send yours all the same, press once more."),
            "spam": _("Nothing was sent: the conversation is marked as spam."),
            "empty": _("Nothing was sent: there are no words and no file."),
            "no_address": _("Nothing was sent: the customer gave no address to answer to."),
            "there": _("Nothing was sent: this service takes no answer by mail. Please answer there."),
            "window": _("Nothing was sent: the customer last wrote too long ago for an answer. See the page."),
            "no_day": _("Please write the last day of your absence, for example: /away 24/12"),
            "bad_absence": _("This absence cannot be entered here; please enter it on the page of your hours."),
            "no_words": _("Please write what to search for, for example: /search tolerance"),
            "unknown_command": _("This command is not known; /help tells all."),
            "needs_card": _("Please answer one of the questions here: hold it and choose to answer it."),
        }
        return texts[self.code] % self.values
