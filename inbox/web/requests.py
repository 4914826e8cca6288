"""What browsers send, as far as it can be kept: PostgreSQL refuses texts with a NUL, which no keyboard writes."""

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property


class PlainRequest(Request):
    """A request whose fields, search parameters and file names are without NUL."""

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """The fields of a form."""
        return _plain(super().form)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parameters of the address."""
        return _plain(super().args)


def _plain(values: Any) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(key, value.replace("\0", "")) for key, value in values.items(multi=True)])
