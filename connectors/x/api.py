"""tweepy on a careful session, which also leads it to another address than its own."""

from collections.abc import Callable
from typing import Any

from tweepy import Client
from tweepy.errors import TweepyException

from connectors import sessions
from connectors.base import ConnectorError
from connectors.values import Json, thing
from connectors.x.errors import explain

# What the library's addresses begin with, and what it signs.
OFFICIAL = "https://api.twitter.com"
# https://docs.x.com/x-api/users/get-mentions, https://docs.x.com/x-api/direct-messages/get-dm-events
POST_FIELDS = ["created_at", "author_id", "conversation_id", "entities", "referenced_tweets", "in_reply_to_user_id",
               "lang", "note_tweet", "attachments"]  # fmt: skip
DIRECT_FIELDS = ["created_at", "sender_id", "dm_conversation_id", "text", "attachments", "event_type", "entities"]
MEDIA_FIELDS = ["type", "url", "preview_image_url", "alt_text"]


class Api:
    """`keys` are the app's two and the account's two; `base` is where X is reached."""

    def __init__(self, keys: tuple[str, str, str, str], base: str, seconds: float) -> None:
        self._session = sessions.Session(explain, seconds=seconds, aimed=(OFFICIAL, base))
        key, secret, token, token_secret = keys
        self._client = Client(
            consumer_key=key, consumer_secret=secret, access_token=token, access_token_secret=token_secret,
            return_type=dict,
        )  # fmt: skip
        self._client.session = self._session

    def ask(self, work: Callable[[Any], Any]) -> Json:
        """Run `work(client)`; what X answers. Raises ConnectorError."""
        try:
            return thing(work(self._client))
        except (TweepyException, ValueError, TypeError, AttributeError) as error:
            # The last three are what the library makes of an answer that is not as it expects.
            raise sessions.cause(error) or ConnectorError("X's answer could not be read", uncertain=True) from None

    def mentions(self, own: str, since: str, most: int, page: str) -> Json:
        """A page of the posts that mention the account, newest first."""
        return self.ask(lambda client: client.get_users_mentions(
            own, since_id=since or None, max_results=most, pagination_token=page or None, tweet_fields=POST_FIELDS,
            expansions=["attachments.media_keys"], media_fields=MEDIA_FIELDS, user_auth=True,
        ))  # fmt: skip

    def directs(self, most: int, page: str) -> Json:
        """A page of direct messages from and to the account, newest first, of the last 30 days."""
        return self.ask(lambda client: client.get_direct_message_events(
            event_types="MessageCreate", max_results=most, pagination_token=page or None,
            dm_event_fields=DIRECT_FIELDS, user_auth=True,
        ))  # fmt: skip

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()
