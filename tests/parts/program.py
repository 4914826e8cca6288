"""Another firm's program: it posts its customers' messages, signed, and takes the answers."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

from standardwebhooks import Webhook

from tests.parts.receiver import Receiver

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANNA = {"id": "17", "name": "Anna Verdi", "email": "anna@verdi.test", "phone": "+39 0421 123456", "company": "Verdi"}
_numbers = count(1)


def says(words: str = "Qual è la tolleranza?", **more: Any) -> dict[str, Any]:
    """A customer's message."""
    return {"type": "message.created", "id": f"m{next(_numbers)}", "from": ANNA, "text": words, **more}


def signed(event: object, key: str = KEY, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    """An event as it is posted: its bytes and headers."""
    body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
    moment = at or datetime.now(UTC)
    number = f"msg_{next(_numbers)}"
    sign = Webhook(key).sign(number, moment, body.decode("utf-8", "replace"))
    return body, {
        "webhook-id": number, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": sign,
    }  # fmt: skip


def answers(receiver: Receiver, key: str = KEY) -> list[dict[str, Any]]:
    """What it was told, each signed with its key."""
    for _, headers, body in receiver.got:
        Webhook(key).verify(body, {name.lower(): value for name, value in headers.items()})
    return [json.loads(body) for _, _, body in receiver.got]
