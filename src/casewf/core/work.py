"""The work under way on one case: a draft, and the events so far.

Each event is applied to the draft as soon as it is made, so that whatever comes next sees its result.
"""

from __future__ import annotations

from collections.abc import Mapping

from casewf.core.evolve import Draft
from casewf.core.program import Program
from casewf.model.events import Event

NO_LINEAGES: Mapping[str, tuple[str, ...]] = {}


class Work:
    """A unit of work on one case.

    Attributes:
        at: case time: max(now, the case's last event) (M12).
        events: what has happened so far, applied to ``draft``.
        lineages: for organisations that may become holders, the organisations above them (D3).
    """

    __slots__ = ("at", "draft", "events", "lineages", "program")

    def __init__(
        self, program: Program, draft: Draft, now: int, lineages: Mapping[str, tuple[str, ...]] = NO_LINEAGES
    ) -> None:
        self.program = program
        self.draft = draft
        self.at = draft.at if draft.at > now else now
        self.lineages = lineages
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        """Add the event and apply it."""
        self.events.append(event)
        self.draft.apply(event)
