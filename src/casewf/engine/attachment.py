"""A file that belongs to a case: the host keeps its bytes, the case its name, its place and its hash."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path

import attrs

from casewf.model.plain_text import stored_text

_SHA256 = re.compile(r"[0-9a-f]{64}")


def _text(_: object, field: attrs.Attribute[str], value: object) -> None:
    stored_text(value, f"an attachment's {field.name}")


def _some_text(_: object, field: attrs.Attribute[str], value: object) -> None:
    if not stored_text(value, f"an attachment's {field.name}").strip():
        raise ValueError(f"an attachment's {field.name} is empty; give it a text")


def _hash(_: object, field: attrs.Attribute[str], value: object) -> None:
    if not _SHA256.fullmatch(stored_text(value, f"an attachment's {field.name}")):
        raise ValueError(
            f"an attachment's sha256 is 64 hexadecimal digits in lower case, got {value!r}; "
            "Attachment.of works it out from the bytes"
        )


def _length(_: object, field: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int:
        raise TypeError(f"an attachment's {field.name} is a whole number of bytes, got {value!r}")
    if value < 0:
        raise ValueError(f"an attachment's {field.name} is 0 bytes or more, got {value}")


@attrs.frozen(slots=True, kw_only=True)
class Attachment:
    """What a case keeps of a file.

    Attributes:
        id: what the case calls it, unique within it.
        name: what people call the file; kept in the vault (D5).
        uri: where the host finds the bytes again; kept in the vault, too.
        sha256: of the bytes, 64 hexadecimal digits; ``size`` how many bytes.
        media_type: such as ``application/pdf``, or empty.
        kind: what it is, in the host's words, such as ``payment_agreement``, or empty.

    Raises:
        TypeError, ValueError: a value that is none of these.
    """

    id: str = attrs.field(validator=_some_text)
    name: str = attrs.field(validator=_some_text)
    uri: str = attrs.field(validator=_some_text)
    sha256: str = attrs.field(validator=_hash)
    size: int = attrs.field(validator=_length)
    media_type: str = attrs.field(default="", validator=_text)
    kind: str = attrs.field(default="", validator=_text)

    @classmethod
    def of(
        cls,
        content: bytes | os.PathLike[str],
        *,
        id: str,  # noqa: A002  # the attribute's name
        uri: str,
        name: str = "",
        media_type: str = "",
        kind: str = "",
    ) -> Attachment:
        """The attachment of these bytes, or of this file's; its name is the file's unless another is given.

        Raises:
            OSError: the file cannot be read.
        """
        if isinstance(content, bytes):
            data = content
        else:
            data, name = Path(content).read_bytes(), name or Path(content).name
        digest = hashlib.sha256(data).hexdigest()
        return cls(id=id, name=name, uri=uri, sha256=digest, size=len(data), media_type=media_type, kind=kind)

    def fits(self, data: bytes) -> bool:
        """Whether these are the bytes that were attached."""
        return len(data) == self.size and hmac.compare_digest(hashlib.sha256(data).hexdigest(), self.sha256)
