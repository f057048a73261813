"""What one person may be told of a notification, in words."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen(slots=True, kw_only=True)
class Notice:
    """A notification in one language, for one recipient: nothing in it that he may not read (D5).

    Attributes:
        subject: what happened and to which case, in one line.
        lines: more about it: in which role he is told, when it happened, how the case stands; or only that he does
            not see the case any more.
        fields: the case's fields that have a value, by name, each as a line with its label; sensitive ones are masked
            where he may not see them. Empty if he does not see the case any more.
    """

    subject: str
    lines: tuple[str, ...]
    fields: Mapping[str, str] = attrs.field(factory=dict, repr=False)
