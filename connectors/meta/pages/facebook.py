"""The channel of a Facebook page: Messenger, comments, visitors' posts and mentions."""

from collections.abc import Sequence
from typing import ClassVar

from connectors.base import ConnectorError, RawItem, Reading
from connectors.meta.graph import OFFICIAL, Graph
from connectors.meta.pages.channel import PagesChannel, check_id, check_secrets
from connectors.meta.pages.platforms import FACEBOOK, Platform
from connectors.meta.pages.reading import read_facebook
from connectors.values import text


class FacebookChannel(PagesChannel):
    """One page. `page_id` and `token` are Meta's; `secret` is the app's, by which its calls are known; `webhook_secret`
    the verify token; `comments`: take in what is public too; `human_agent`: Meta lets the app answer for 7 days; `name`
    only for people.

    What `read` gives is told in `reading` and `comments`.
    """

    kind: ClassVar[str] = "facebook"
    platform: ClassVar[Platform] = FACEBOOK

    def __init__(
        self,
        *,
        page_id: str,
        token: str,
        secret: str = "",
        webhook_secret: str = "",
        comments: bool = True,
        human_agent: bool = False,
        name: str = "",
        api_base: str = OFFICIAL,
    ) -> None:
        check_id("page_id", page_id)
        check_secrets(token, secret)
        graph = Graph(api_base, token, FACEBOOK.name)
        super().__init__(
            page_id, page_id, graph, secret, webhook_secret, public=comments, human_agent=human_agent
        )  # fmt: skip

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an event says."""
        return read_facebook(raw)

    def check(self) -> Sequence[str]:
        """Ask whose the token is, and about what Meta calls."""
        return [f"Facebook page {self.address()} answers", *self._told_of_calls()]

    def address(self) -> str:
        """The page's name. Raises ConnectorError where the token is another's."""
        found = self._graph.get("me", fields="id,name")
        name = text(found.get("name"))
        if text(found.get("id")) != self._account:
            told = f"The token belongs to {name or 'somebody else'} and not to this page: copy the page's own token"
            raise ConnectorError(told, permanent=True, code="token")
        return name
