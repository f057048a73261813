"""What can be tried while exploring: one command of a person, or to let time pass."""

from __future__ import annotations

import attrs

from casewf.testing.story_model import Action

__all__ = ["FAIL", "LATER", "OK", "Command"]

OK, FAIL, LATER = "ok", "fail", "later"


@attrs.frozen(slots=True, kw_only=True)
class Command:
    """Something that is tried.

    Attributes:
        case: on which case.
        action: what; None lets time pass to the next instant at which something happens by itself.
        answer: what connectors that are asked meanwhile answer: ``OK`` or ``FAIL``; with ``LATER`` nothing is delivered
            before the next command.
        first: the opening of another case that this one has to do with, unless it is open.
    """

    case: str
    action: Action | None = None
    answer: str = OK
    first: Command | None = None
