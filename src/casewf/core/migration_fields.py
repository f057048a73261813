"""What becomes of the values of a case in another version of its workflow (X2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import attrs

from casewf.core.fields import FieldProblem, check_value
from casewf.core.migration_gaps import LOSSLESS
from casewf.core.program import Program
from casewf.model.case import Sealed
from casewf.model.codec import dumps
from casewf.model.migration import FieldMove, Migration
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Field

_SHOWN = 40
"""How many characters of a value a reason shows."""


@attrs.define(slots=True)
class MovedFields:
    """The values by the names of the new version, how the event tells it, and what is in the way.

    Attributes:
        values: as they are from now on.
        renamed, gone, changed: as ``renamed``, ``gone`` and ``fields`` of ``Migrated``.
    """

    values: dict[str, object] = attrs.field(factory=dict)
    renamed: dict[str, str] = attrs.field(factory=dict)
    gone: list[str] = attrs.field(factory=list)
    changed: dict[str, object] = attrs.field(factory=dict)
    problems: list[Reason] = attrs.field(factory=list)


def move_fields(
    old: Program, new: Program, migration: Migration, values: Mapping[str, object]
) -> MovedFields:
    """The values of a case under the new definition, those that ``set`` gives left as they were moved.

    A field that would be without a value gets its default, as at an opening: so one with a default always has a value,
    in whatever version a case was opened.
    """
    found = MovedFields()
    for name in old.fields:  # whatever order a store gives the values back in
        value = values.get(name)
        move = migration.fields.get(name, FieldMove(to=name))
        to = move.to
        if name not in values:
            continue
        if to is None or to not in new.fields or value is None:
            found.gone.append(name)
            continue
        fresh = _moved(found, name, value, old.fields[name], new.fields[to], move, to in migration.set)
        if fresh is None:
            found.gone.append(name)
            continue
        found.values[to] = fresh
        if dumps(fresh) != dumps(value):
            found.gone.append(name)
            found.changed[to] = fresh
        elif to != name:
            found.renamed[name] = to
    for name, value in new.defaults.items():
        if name not in found.values:
            found.values[name] = found.changed[name] = value
    return found


def _moved(
    found: MovedFields, name: str, value: object, old: Field, new: Field, move: FieldMove, is_set: bool
) -> object:
    """The value as one of the new field; None if there is none, whose reason is noted unless ``set`` gives one."""
    if isinstance(value, Sealed):
        return value if new.sensitive else None
    if new.sensitive:
        return None
    try:
        fresh = _converted(name, value, old, new, move)
        return fresh if new == old else check_value(name, new, fresh)
    except FieldProblem as problem:
        if not is_set:
            found.problems.append(problem.reason)
        return None


def _converted(name: str, value: object, old: Field, new: Field, move: FieldMove) -> object:
    if isinstance(value, tuple):
        return tuple(_one(name, each, old, new, move) for each in value)
    one = _one(name, value, old, new, move)
    return (one,) if new.many else one


def _one(name: str, value: object, old: Field, new: Field, move: FieldMove) -> object:
    given = move.values.get(_text(value))
    if given is not None:
        return given
    if old.kind == new.kind or (old.kind, new.kind) in LOSSLESS:
        if new.kind == "decimal" and isinstance(value, int):
            return Decimal(value)
        return value
    raise FieldProblem(reason("value_unmapped", field=name, found=_text(value)[:_SHOWN]))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
