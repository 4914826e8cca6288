"""What is wrong with a file or a line of it, as sentences, for the page, the command and the list to download."""

from typing import Protocol

from config.i18n import translator
from inbox.customers import planning, reading, values

# Marked for translation, translated when they are said.
_ = str
FILE_FAULTS = {
    reading.EMPTY: _("The file is empty."),
    reading.WORKBOOK: _("This is a workbook. Please save it as CSV first, then choose that file."),
    reading.TOO_BIG: _("The file is larger than 20 MB. Please divide it into several."),
    reading.TOO_MANY: _("The file has more than 100,000 lines. Please divide it into several."),
    reading.OPEN_QUOTE: _("A quotation mark opens in line %(line)s and never closes. Please correct it in the file."),
    reading.NO_HEADINGS: _("No headings were found: the first line must say what each column holds."),
    reading.NO_KEY: _("No column tells firms apart: VAT number, customer number, mail address or domain is needed."),
    "gone": _("The file is no longer here. Please choose it once more."),
    "broken": _("It did not work, and nothing was changed. Please try once more."),
}
PROBLEMS = {
    values.VAT_LENGTH: _("An Italian VAT number has 11 digits (a zero in front may have been lost): %(value)s."),
    values.VAT_CHECK: _("This is not a VAT number, its check digits are wrong: %(value)s."),
    values.VAT_COUNTRY: _("No country has VAT numbers that begin like this: %(value)s."),
    values.WRONG_PROVINCE: _("There is no Italian province %(value)s."),
    values.WRONG_COUNTRY: _("There is no country %(value)s."),
    values.WRONG_ADDRESS: _("This is not a mail address: %(value)s."),
    values.WRONG_DOMAIN: _("This is not a domain: %(value)s."),
    values.NOBODY: _("No colleague here is called %(value)s or has this address."),
    values.AMBIGUOUS: _("Several colleagues are called %(value)s: please use the mail address."),
    values.TOO_LONG: _("This is longer than 300 characters."),
    values.TOO_MANY_CELLS: _("The line has more cells than there are headings: %(value)s."),
    values.PUBLIC: _("Everybody can be at %(value)s, so it is not taken for the firm's."),
    planning.TWO_FIRMS: _("The VAT number is that of another firm than the number %(value)s, which is %(other)s's."),
    planning.HAS_ANOTHER: _("%(other)s has another one, which the file names as well: %(value)s is not taken."),
    planning.KEYLESS: _("Nothing here would tell the firm from others: a VAT number, number or address of its own."),
    planning.SHARED: _("Several firms of the file have %(value)s, so it is given to none."),
    planning.ELSEWHERE: _("%(value)s belongs to %(other)s and stays there."),
    planning.OURS: _("%(value)s is our own."),
}
FIELDS = {
    "name": _("Name"),
    "vat": _("VAT number"),
    "code": _("Number"),
    "email": _("Mail addresses"),
    "pec": _("Certified mail"),
    "domain": _("Domain"),
    "province": _("Province"),
    "country": _("Country"),
    "owner": _("Reference person"),
    "owner_id": _("Reference person"),
}


class Tellable(Protocol):
    """A values.Problem, or one that was kept."""

    @property
    def code(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def other(self) -> str: ...


def fault(code: str, line: int, language: str) -> str:
    """What is wrong with a file."""
    return translator(language)(FILE_FAULTS[code]) % {"line": line}


def problem(one: Tellable, language: str) -> str:
    """What is wrong with a line."""
    return translator(language)(PROBLEMS[one.code]) % {"value": one.value, "other": one.other}


def field(name: str, language: str) -> str:
    """What a column is called."""
    return translator(language)(FIELDS[name])


def report_headings(language: str) -> list[str]:
    """The columns that stand before those of the file in the list of lines left out."""
    say = translator(language)
    return [say(text) for text in (_("Line"), _("Taken"), _("Why"))]


def left_out(is_left_out: bool, language: str) -> str:
    """Whether a line was left out as a whole."""
    return translator(language)(_("no") if is_left_out else _("in part"))
