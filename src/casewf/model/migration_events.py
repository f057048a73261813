"""What a migration did to a case, with its results (D3): where it stands now, and how its clocks go on (X2)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.case import Holder, Stamp
from casewf.model.clock_events import ClockRetargeted

_NOTHING: Mapping[str, object] = {}
_NO_NAMES: Mapping[str, str] = {}
_NOBODY: Mapping[str, Holder] = {}
_NO_WITNESSES: Mapping[str, tuple[tuple[str, str | None], ...]] = {}


@attrs.frozen(slots=True, kw_only=True)
class Migrated:
    """The case is of another version of its workflow from now on; it entered and left no state.

    Attributes:
        source, workflow: id, version and content hash of the definition before, and of the one from now on (K6).
        states, previous, holders, witnesses: in full, as they are from now on.
        renamed: fields whose value is as it was, under a new name; old to new.
        gone: fields, by their old names, that have no value any more, or another one.
        fields: values that are new or another than before.
        limits: limits whose clock goes on under a new name; old to new.
        ended: limits that the new definition does not have; their clocks had ended before.
        triggers: other names of triggers, for what the history says of who fired them; old to new.
        kinds: other names of the kinds of parties.
        card, card_rank: the card as the new definition ranks it (E5).
    """

    at: int
    by: Stamp
    source: tuple[str, int, str]
    workflow: tuple[str, int, str]
    states: Mapping[str, str]
    previous: Mapping[str, str] = _NO_NAMES
    holders: Mapping[str, Holder] = _NOBODY
    witnesses: Mapping[str, tuple[tuple[str, str | None], ...]] = _NO_WITNESSES
    renamed: Mapping[str, str] = _NO_NAMES
    gone: tuple[str, ...] = ()
    fields: Mapping[str, object] = _NOTHING
    limits: Mapping[str, str] = _NO_NAMES
    ended: tuple[str, ...] = ()
    triggers: Mapping[str, str] = _NO_NAMES
    kinds: Mapping[str, str] = _NO_NAMES
    card: str = "none"
    card_rank: int = 0


@attrs.frozen(slots=True, kw_only=True)
class ClockMigrated(ClockRetargeted):
    """A clock goes on under another definition of its limit.

    ``how`` is ``keep``, or as for ``ClockRetargeted``; ``past`` for one that has ended and only numbers its rungs anew.

    Attributes:
        term_at: when the term began; one that goes on has its old beginning under a new number, for rungs have others.
        observed: the verdict is given at the stop (M12).
        rungs: the new numbers of rungs that fired; pairs of old and new.
    """

    term_at: int
    observed: bool = False
    rungs: tuple[tuple[int, int], ...] = ()
