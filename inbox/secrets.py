"""Secrets at rest: channel passwords and tokens, encrypted with the key file; one-time tokens kept as hashes."""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from config.system import write_private


class WrongKey(ValueError):
    """The stored secret was encrypted with another key."""


class Vault:
    """Encrypts small JSON objects with the key at `path` (created 0600 at first use)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, values: dict[str, Any]) -> bytes:
        """Encrypted JSON of `values`."""
        return bytes(self._cipher().encrypt(json.dumps(values).encode()))

    def open(self, sealed: bytes | None) -> dict[str, Any]:
        """The values again; {} for None. Raises WrongKey."""
        from cryptography.fernet import InvalidToken

        if sealed is None:
            return {}
        try:
            values: dict[str, Any] = json.loads(self._cipher().decrypt(sealed))
        except InvalidToken:
            raise WrongKey(f"this secret was encrypted with another key than {self._path}") from None
        return values

    def _cipher(self) -> Any:
        from cryptography.fernet import Fernet

        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_private(self._path, Fernet.generate_key())
            except FileExistsError:
                pass
        return Fernet(self._path.read_bytes().strip())

    def key_for(self, purpose: str) -> bytes:
        """32 bytes derived from the key for one purpose (signing forms), so that the key itself is used once."""
        self._cipher()
        return hashlib.blake2b(self._path.read_bytes().strip(), digest_size=32, person=purpose.encode()[:16]).digest()


def new_token() -> str:
    """A random 256-bit token for links and sessions."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
