"""Work that was claimed for somebody else to do: a queue's jobs carry no more than this."""

from __future__ import annotations

import attrs

from casewf.ports.stored import Due


@attrs.frozen(slots=True)
class ClaimedEffect:
    """An effect's id, and the lease under which it was claimed."""

    effect: str
    lease: str


@attrs.frozen(slots=True)
class ClaimedWork:
    """Due cases, with the instant for which each was claimed, and effects; false where there are none."""

    cases: tuple[Due, ...] = ()
    effects: tuple[ClaimedEffect, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.effects)
