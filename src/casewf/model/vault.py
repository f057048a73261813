"""Sensitive values outside cases and events (D5)."""

from __future__ import annotations

import hashlib
import hmac

import attrs


@attrs.frozen(slots=True)
class Secret:
    """A vault row: ``value`` is canonical JSON text, ``salt`` the key of its digest, hexadecimal."""

    ref: str
    value: str
    salt: str

    @property
    def digest(self) -> str:
        """What events hold in the value's place: HMAC-SHA256 of the value with the salt as key, hexadecimal."""
        return hmac.new(bytes.fromhex(self.salt), self.value.encode(), hashlib.sha256).hexdigest()
