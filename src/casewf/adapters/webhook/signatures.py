"""Signatures of Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body`` (https://www.standardwebhooks.com).

While a secret is being replaced there are two: what goes out is signed with both, what comes in may be signed with
either.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

import attrs

__all__ = ["Keys"]

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""How many bytes a secret has."""

_MOST_SIGNATURES = 16
"""How many signatures of a message are looked at."""


@attrs.frozen(slots=True)
class Keys:
    """The secrets of one connection, which nothing prints."""

    _keys: tuple[bytes, ...] = attrs.field(repr=False)

    @classmethod
    def read(cls, secrets: Sequence[str]) -> Keys:
        """The keys of texts ``whsec_`` + Base64, the newest first.

        Raises:
            TypeError: not a sequence of texts.
            ValueError: there is none, or one that is no such text; none is repeated in the error.
        """
        if isinstance(secrets, str | bytes) or not all(isinstance(one, str) for one in secrets):
            raise TypeError("secrets must be several texts, such as ['whsec_…']")
        if not secrets:
            raise ValueError("a webhook needs a secret; make one of 24 to 64 random bytes")
        return cls(tuple(_key(text, number) for number, text in enumerate(secrets, 1)))

    def sign(self, message_id: str, timestamp: int, body: bytes) -> str:
        """The header ``webhook-signature``: a signature by each key.

        Args:
            message_id: the header ``webhook-id``.
            timestamp: the header ``webhook-timestamp``, in whole seconds since 1970.
            body: as it is sent, byte for byte.
        """
        return " ".join(f"v1,{one}" for one in self._signatures(message_id, str(timestamp), body))

    def has_signed(self, message_id: str, timestamp: str, body: bytes, signatures: str) -> bool:
        """Whether one of the signatures of a message is by one of the keys; takes as long whichever it is.

        Args: as ``sign``, the timestamp as it was written; ``signatures`` is the header ``webhook-signature``.
        """
        given = [one.partition(",") for one in signatures.split(" ")[:_MOST_SIGNATURES]]
        wanted = [one.encode() for one in self._signatures(message_id, timestamp, body)]
        found = False
        for version, _, text in given:
            for one in wanted:
                found |= hmac.compare_digest(text.encode("utf-8", "replace"), one) and version == "v1"
        return found

    def _signatures(self, message_id: str, timestamp: str, body: bytes) -> list[str]:
        content = b".".join((message_id.encode(), timestamp.encode(), body))
        digests = [hmac.digest(key, content, "sha256") for key in self._keys]
        return [base64.b64encode(digest).decode() for digest in digests]


def _key(text: str, number: int) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(
            f"secret {number} is not {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in Base64; make one by "
            "'whsec_' + base64.b64encode(secrets.token_bytes(32)).decode()"
        )
    return key
