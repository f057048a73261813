"""What an author says about open cases of earlier versions: what each thing that they hold becomes (X2).

It is no part of a workflow's content: the hash of a definition does not cover it (K6). On the left of every mapping
stand names of the earlier version, on the right those of the present one; what both have under one name needs no entry.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.expression import Expression
from casewf.model.workflow import Moment

HOW = ("keep", "rebase", "carry", "restart", "cancel")
"""What can become of a running clock; the first is what happens where nothing is said and nothing need be."""

REFUSED = ("stop", "leave")
"""What one case that cannot be moved means for the others; the first is the default."""


@attrs.frozen(slots=True, kw_only=True)
class FieldMove:
    """What becomes of a field's value: it goes to the field ``to``, or None is lost.

    ``values`` gives for an old value, as text, the new one of the new field's type; others stay as they are.
    """

    to: str | None
    values: Mapping[str, object] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class LimitMove:
    """What becomes of the clock of a limit: one of ``HOW``, under the limit ``to``, or None under the same name."""

    how: str = "keep"
    to: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Migration:
    """How open cases of earlier versions become cases of this one.

    Attributes:
        workflow, version: the definition that it leads to.
        sources: the versions whose cases it moves; none for every other version of the workflow.
        tracks: old track to new one, None if it is gone.
        states: per track of the new version, old state to new one; None leaves cases there under their version.
        begin: per track that is new, the state in which open cases are in it.
        fields: old field to what becomes of its value.
        set: new field to an expression over the case as it is in the new version (M9).
        roles, triggers, cards, kinds: old to new, None if it is gone; ``kinds`` are those of parties, and stay.
        limits: old SLA to what becomes of its clock.
        starts: new SLA to when its clock starts for a case that has none: ``inside`` which states, on which condition.
        refused: one of ``REFUSED``.
    """

    workflow: str
    version: int
    sources: tuple[int, ...] = ()
    tracks: Mapping[str, str | None] = attrs.field(factory=dict)
    states: Mapping[str, Mapping[str, str | None]] = attrs.field(factory=dict)
    begin: Mapping[str, str] = attrs.field(factory=dict)
    fields: Mapping[str, FieldMove] = attrs.field(factory=dict)
    set: Mapping[str, Expression] = attrs.field(factory=dict)
    roles: Mapping[str, str | None] = attrs.field(factory=dict)
    triggers: Mapping[str, str | None] = attrs.field(factory=dict)
    cards: Mapping[str, str | None] = attrs.field(factory=dict)
    kinds: Mapping[str, str] = attrs.field(factory=dict)
    limits: Mapping[str, LimitMove] = attrs.field(factory=dict)
    starts: Mapping[str, Moment] = attrs.field(factory=dict)
    refused: str = REFUSED[0]

    def moves(self, version: int) -> bool:
        """Whether it is for cases of this version."""
        return version != self.version and (not self.sources or version in self.sources)

    def track_of(self, new: str) -> str:
        """The old name of a track of the new version."""
        return next((old for old, to in self.tracks.items() if to == new), new)

    def field_of(self, old: str) -> str | None:
        """The new name of a field's value, None if it is lost."""
        move = self.fields.get(old)
        return old if move is None else move.to

    def limit_of(self, new: str) -> str:
        """The old name of a limit of the new version."""
        return next((old for old, move in self.limits.items() if move.to == new), new)

    def rule_of(self, old: str) -> LimitMove:
        """What becomes of the clock of a limit of the old version."""
        return self.limits.get(old, LimitMove())
