"""The emulator's webhook: updates are really posted, in order, until the other side says 2xx."""

import json
import threading
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator

RETRY_SECONDS = 0.1


class Hook:
    """Posts what waits to the address of `api.webhook`, as long as there is one. `answers`: (update_id, status)."""

    def __init__(self, api: "TelegramEmulator") -> None:
        self.answers: list[tuple[int, int]] = []
        self.error = ""
        self._api = api
        self._thread = threading.Thread(target=self._run, name="bot-api-hook", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end, once the emulator is closing."""
        self._thread.join(5)

    def _run(self) -> None:
        api = self._api
        with httpx.Client(timeout=5) as client:
            while not api.closing:
                with api.news:
                    head = api.head() if api.webhook.get("url") else None
                    if head is None:
                        api.news.wait(1)
                        continue
                    webhook = dict(api.webhook)
                status = self._post(client, webhook, head)
                self.answers.append((head["update_id"], status))
                with api.news:
                    if 200 <= status < 300:
                        api.done(head["update_id"])
                    else:
                        api.news.wait(RETRY_SECONDS)

    def _post(self, client: httpx.Client, webhook: dict[str, Any], update: dict[str, Any]) -> int:
        headers = {"content-type": "application/json"}
        if webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
        try:
            status = client.post(webhook["url"], content=json.dumps(update).encode(), headers=headers).status_code
        except httpx.HTTPError:
            self.error = "Connection refused"
            return 0
        self.error = "" if 200 <= status < 300 else f"Wrong response from the webhook: {status}"
        return status
