"""Rows and rungs that can never be completed, because a field that they cannot do without has no value by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

import attrs

from casewf.analysis.outcomes import FAILS, can_be_met, outcomes
from casewf.analysis.parts import Row, Steps, fields_of, rungs
from casewf.analysis.subject import Subject
from casewf.model.effect_specs import MergeSpec
from casewf.model.expression import Expression

__all__ = ["Lacking", "lacking"]


@attrs.frozen(slots=True, kw_only=True)
class Lacking:
    """Something that never happens for want of fields.

    Attributes:
        what: what never happens, in words.
        fields: those that have no value then.
        path: what cannot do without them.
    """

    what: str
    fields: tuple[str, ...]
    path: Steps


_KNOWN: WeakKeyDictionary[Subject, tuple[Lacking, ...]] = WeakKeyDictionary()


def lacking(subject: Subject) -> tuple[Lacking, ...]:
    """Every row and rung that lacks a field in every case that was opened under the workflow; worked out once."""
    found = _KNOWN.get(subject)
    if found is None:
        found = _KNOWN[subject] = tuple(_lacking(subject))
    return found


def _lacking(subject: Subject) -> Iterator[Lacking]:
    for row in subject.transitions:
        yield from _of_row(subject, row)
    for rung, path in rungs(subject.workflow):
        empty = subject.workflow.fields.keys() - subject.filling.fields
        yield from _failing(rung.set, empty, "this rung can never do it", (*path, "set"))
        yield from _failing(
            rung.assign, empty - rung.set.keys(), "this rung can never do it", (*path, "assign")
        )


def _of_row(subject: Subject, row: Row) -> Iterator[Lacking]:
    spec, given = row.spec, subject.filling.given(row)
    never = f"this row of {spec.trigger!r} can never be taken"

    def empty(expression: Expression) -> set[str]:
        """The fields that it reads and that have no value when the command's data are applied."""
        names = fields_of(expression) - given
        return {name for name in names if not subject.filling.before(row, name)}

    for number, name in enumerate(spec.needs):
        if name not in given and not subject.filling.before(row, name):
            yield Lacking(what=never, fields=(name,), path=(*row.path, "needs", number))
    if spec.when is not None and (names := empty(spec.when)) and not can_be_met(spec.when.tree, names):
        yield Lacking(what=never, fields=tuple(sorted(names)), path=(*row.path, "when"))
    for name, value in spec.set.items():
        yield from _failing({name: value}, empty(value), never, (*row.path, "set"))
    for name, value in spec.assign.items():
        yield from _failing({name: value}, empty(value) - spec.set.keys(), never, (*row.path, "assign"))
    filled = {*given, *spec.set}
    for number, effect in enumerate(spec.effects):
        into = effect.into if isinstance(effect, MergeSpec) else None
        if into is not None and into not in filled and not subject.filling.before(row, into):
            yield Lacking(what=never, fields=(into,), path=(*row.path, "effects", number, "merge"))


def _failing(values: Mapping[str, Expression], empty: set[str], what: str, path: Steps) -> Iterator[Lacking]:
    """Those of the values that cannot be worked out while these fields are empty; then nothing of it is done."""
    for name, value in values.items():
        if outcomes(value.tree, empty) == {FAILS}:
            lack = tuple(sorted(empty & fields_of(value)))
            yield Lacking(what=what, fields=lack, path=(*path, name))
