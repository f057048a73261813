"""Conditions of which only some names are known: met, not met, or not decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from casewf.model.expression import And, Compare, Constant, Expression, In, Literals, Name, Node, Not, Or

__all__ = ["Possible", "any_of", "decide"]

Possible: TypeAlias = Callable[[Name], frozenset[object] | None]
"""The values that a name can have, or None where nothing is known of it."""


def decide(when: Expression | None, possible: Possible) -> bool | None:
    """Whether a condition is met, or None where what is known of its names does not decide it."""
    return True if when is None else _decided(when.tree, possible)


def _decided(node: Node, possible: Possible) -> bool | None:
    match node:
        case Not(operand):
            inner = _decided(operand, possible)
            return None if inner is None else not inner
        case And(parts):
            return _all(_decided(part, possible) for part in parts)
        case Or(parts):
            return any_of(_decided(part, possible) for part in parts)
        case Compare(("==",), (Name() as name, Constant(value=value))):
            return _among(possible(name), frozenset({value}))
        case Compare(("!=",), (Name() as name, Constant(value=value))):
            return _opposite(_among(possible(name), frozenset({value})))
        case In(Name() as name, Literals(items), negated):
            answer = _among(possible(name), frozenset(item.value for item in items))
            return _opposite(answer) if negated else answer
        case _:
            return None


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    seen = set(answers)
    if False in seen:
        return False
    return None if None in seen else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of them is true, or None where that is not decided."""
    return _opposite(_all(_opposite(one) for one in answers))


def _among(values: frozenset[object] | None, wanted: frozenset[object]) -> bool | None:
    if values is None:
        return None
    if values <= wanted:
        return True
    return False if values.isdisjoint(wanted) else None
