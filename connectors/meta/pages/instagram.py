"""The channel of an Instagram professional account: direct messages, comments and mentions."""

from collections.abc import Sequence
from typing import ClassVar

from connectors.base import ConnectorError, RawItem, Reading
from connectors.meta.graph import OFFICIAL, Graph
from connectors.meta.pages.channel import PagesChannel, check_id, check_secrets
from connectors.meta.pages.platforms import INSTAGRAM, Platform
from connectors.meta.pages.reading import read_instagram
from connectors.values import text, thing

# Where an account is asked that is connected without a page
# (https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login).
WITHOUT_PAGE = "https://graph.instagram.com"


class InstagramChannel(PagesChannel):
    """One account. `account_id` is the professional account's, by which Meta's calls name it; `page_id` that of the
    Facebook page it is linked to, whose `token` is given then, else the token is the account's own; the rest as for a
    page.

    What `read` gives is told in `reading` and `comments`.
    """

    kind: ClassVar[str] = "instagram"
    platform: ClassVar[Platform] = INSTAGRAM

    def __init__(
        self,
        *,
        account_id: str,
        token: str,
        page_id: str = "",
        secret: str = "",
        webhook_secret: str = "",
        comments: bool = True,
        human_agent: bool = False,
        name: str = "",
        api_base: str = OFFICIAL,
    ) -> None:
        check_id("account_id", account_id)
        if page_id:
            check_id("page_id", page_id)
        check_secrets(token, secret)
        self._page = page_id
        graph = Graph(api_base if page_id or api_base != OFFICIAL else WITHOUT_PAGE, token, INSTAGRAM.name)
        super().__init__(
            account_id, page_id or "me", graph, secret, webhook_secret,
            public=comments, human_agent=human_agent, uploads=bool(page_id),
        )  # fmt: skip

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an event says."""
        return read_instagram(raw)

    def check(self) -> Sequence[str]:
        """Ask whose the token is, and about what Meta calls."""
        return [f"Instagram account {self.address()} answers", *self._told_of_calls()]

    def address(self) -> str:
        """The account's name. Raises ConnectorError where the token is another's."""
        if self._page:
            found = thing(self._graph.get(self._page, fields="id,instagram_business_account{id,username}"))
            found = thing(found.get("instagram_business_account"))
            number = text(found.get("id"))
        else:
            found = self._graph.get("me", fields="user_id,username")
            number = text(found.get("user_id"))
        if number != self._account:
            other = f"@{text(found.get('username'))}" if found.get("username") else "no account"
            told = f"The token leads to {other} and not to this account: copy the account's own id and token"
            raise ConnectorError(told, permanent=True, code="token")
        return f"@{text(found.get('username'))}"

    def _wanted(self) -> tuple[str, ...]:
        # Of a linked account's events the app's own settings decide: its page has to be subscribed to any field
        # (https://developers.facebook.com/docs/instagram-api/guides/webhooks).
        return ("messages",) if self._page else super()._wanted()
