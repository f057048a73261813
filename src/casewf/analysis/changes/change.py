"""One difference between two versions of a workflow, and what it means for open cases (X2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import attrs

from casewf.analysis.changes.change_sentences import SENTENCES
from casewf.definition.document import Path
from casewf.model.amount import (
    US_PER_HOUR,
    US_PER_MINUTE,
    US_PER_SECOND,
    CalendarDays,
    Elapsed,
    WorkingDays,
    WorkingTime,
)
from casewf.model.effect_specs import HookSpec, NotifySpec
from casewf.model.expression import Expression
from casewf.model.roles import By
from casewf.model.text import Label

__all__ = ["BREAKS", "MARKS", "NEEDS", "SAFE", "Change", "shown"]

SAFE, NEEDS, BREAKS = "safe", "needs_migration", "breaks"
MARKS = (BREAKS, NEEDS, SAFE)
"""What a change means for open cases, the worst first.

``safe``: every open case can be moved, and nothing has to be said. ``needs_migration``: the section ``migrate`` must
say what becomes of something that cases hold. ``breaks``: that can only be lost, or some cases cannot be moved at all.
"""


@attrs.frozen(slots=True, kw_only=True)
class Change:
    """One difference.

    Attributes:
        what: a stable code, a key of ``SENTENCES``.
        path: what it is about, as a path in the file.
        old, new: what stands in the old and the new version, as it would be written; empty for nothing.
        at_old, at_new: paths in the two files where it stands, empty for nowhere.
        answer: what the section ``migrate`` of the new version says about it, as it is written; empty for nothing.
        is_open: the section has to say something, and does not.
    """

    what: str
    path: tuple[str, ...]
    old: str = ""
    new: str = ""
    at_old: tuple[Path, ...] = ()
    at_new: tuple[Path, ...] = ()
    answer: str = ""
    is_open: bool = False

    @property
    def mark(self) -> str:
        """One of ``MARKS``."""
        return SENTENCES[self.what][0]

    @property
    def is_settled(self) -> bool:
        """Whether open cases can be moved over it: it is safe, or the section says what becomes of them."""
        return self.mark == SAFE or (bool(self.answer) and not self.is_open)

    def text(self, lang: str = "en") -> str:
        """What it means for open cases, in ``lang`` (``"zh"`` or ``"en"``)."""
        return SENTENCES[self.what][1 if lang == "zh" else 2]


_WRITTEN = {
    "sources": "from",
    "target": "to",
    "percent": "at",
    "inside": "in",
    "kind": "type",
    "minimum": "min",
    "maximum": "max",
    "values": "with",
    "workflow": "open",
    "connector": "push",
    "into": "merge",
}
"""Attributes of the model that a file calls otherwise."""
_WRITTEN_OF = {NotifySpec: {"roles": "notify"}, HookSpec: {"name": "hook"}}


def shown(value: object) -> str:
    """A part of a workflow, shortly, nearly as a file has it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Elapsed() | WorkingTime() | WorkingDays() | CalendarDays():
            return _amount(value)
        case Label():
            return " / ".join(dict.fromkeys(one for one in (value.zh, value.en) if one))
        case Expression():
            return str(value)
        case By():
            return f"{{any: {value.role}}}" if value.any else value.role
        case Mapping():
            return f"{{{', '.join(f'{name}: {shown(item)}' for name, item in value.items())}}}"
        case tuple() | list() | frozenset():
            return ", ".join(map(shown, value))
    if attrs.has(type(value)):
        return f"{{{', '.join(_parts(value))}}}"
    return str(value)


def _parts(value: object) -> list[str]:
    """The attributes that differ from their default."""
    found = []
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
    for field in fields:
        item = getattr(value, field.name)
        default: object = field.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # typed as a function, is a class
            default = {}
        if item == default or item is None:
            continue
        words = shown(item)
        if field.name == "percent":
            words = "due" if item == 100 else f"{item}%"
        elif isinstance(item, tuple) and len(item) > 1:
            words = f"[{words}]"
        names = _WRITTEN_OF.get(type(value), _WRITTEN)
        found.append(f"{names.get(field.name, field.name)}: {words}")
    return found


def _amount(amount: Elapsed | WorkingTime | WorkingDays | CalendarDays) -> str:
    if isinstance(amount, WorkingDays | CalendarDays):
        count, unit = amount.days, "day"
    else:
        units = ((US_PER_HOUR, "hour"), (US_PER_MINUTE, "minute"), (US_PER_SECOND, "second"))
        size, unit = next((one for one in units if amount.us % one[0] == 0), (1, "microsecond"))
        count = amount.us // size
    working = "working " if isinstance(amount, WorkingDays | WorkingTime) else ""
    return f"{count} {working}{unit}{'' if count == 1 else 's'}"
