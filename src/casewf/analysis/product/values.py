"""What an expression may come to where only part of a case is known; never fewer values than it can have (M9)."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import attrs

__all__ = ["ANYTHING", "LACKS", "NO", "NOTHING", "YES", "Values", "between", "exactly", "join", "outcome"]

YES, NO, LACKS = 1, 2, 4
"""How a condition can come out: met, not met, or without a value, so that it is not met either (M9)."""

_MANY = 64
"""How many pairs of values are compared or added one by one."""

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WHOLE: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
}
_TURNED = {">": "<", ">=": "<="}


@attrs.frozen(slots=True)
class Values:
    """Some values, or all from one bound to the other.

    Attributes:
        items: the only values, or None where the bounds say which.
        low, high: bounds that are values themselves, None where there is none.
        lacks: there may be no value at all.
    """

    items: frozenset[Any] | None = None
    low: Any = None
    high: Any = None
    lacks: bool = False

    @property
    def some(self) -> bool:
        """Whether there may be a value."""
        return self.items is None or bool(self.items)

    @property
    def truth(self) -> int:
        """How it can come out as a condition: some of ``YES``, ``NO`` and ``LACKS``."""
        bits = LACKS if self.lacks else 0
        if self.items is None:
            return bits | YES | NO
        for item in self.items:
            bits |= YES if item else NO
        return bits

    def without(self) -> Values:
        """The values alone, as where evaluation goes on."""
        return attrs.evolve(self, lacks=False) if self.lacks else self

    def lacking(self, lacks: bool) -> Values:
        """The same, and perhaps no value."""
        return attrs.evolve(self, lacks=True) if lacks and not self.lacks else self

    def __contains__(self, value: object) -> bool:
        if self.items is not None:
            return value in self.items
        return _compares("<=", self.low, value) and _compares("<=", value, self.high)

    def meets(self, other: Values) -> bool:
        """Whether both may be the same value."""
        if self.items is not None and other.items is not None:
            return not self.items.isdisjoint(other.items)
        if self.items is not None:
            return any(item in other for item in self.items)
        if other.items is not None:
            return other.meets(self)
        return _compares("<=", self.low, other.high) and _compares("<=", other.low, self.high)

    def compared(self, sign: str, other: Values) -> Values:
        """What a comparison with another one comes to."""
        lacks = self.lacks or other.lacks
        if not (self.some and other.some):
            return Values(frozenset(), lacks=lacks)
        if self.items is not None and other.items is not None and len(self.items) * len(other.items) <= _MANY:
            return _listed(_SIGNS[sign], self, other)
        if sign in ("==", "!="):
            equal = (sign == "==",) if self.meets(other) else ()
            return Values(frozenset((*equal, sign == "!=")), lacks=lacks)
        one, two = (other, self) if sign in _TURNED else (self, other)
        sign = _TURNED.get(sign, sign)
        low, high = one.bounds, two.bounds
        met = {True} if _compares(sign, low[0], high[1]) else set()
        unmet = set() if _surely(sign, low[1], high[0]) else {False}
        return Values(frozenset(met | unmet), lacks=lacks)

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest value, None where there is no bound."""
        if self.items is None:
            return self.low, self.high
        try:
            return min(self.items), max(self.items)
        except TypeError:
            return None, None

    def among(self, constants: Iterable[object], *, negated: bool) -> Values:
        """Whether it is one of some constants."""
        known = frozenset(constants)
        if self.items is not None:
            found = {(item in known) is not negated for item in self.items}
        elif any(constant in self for constant in known):
            found = {True, False}
        else:
            found = {negated}
        return Values(frozenset(found), lacks=self.lacks)

    def held(self, container: Values, *, negated: bool) -> Values:
        """Whether it is in a text, or in one of many values."""
        if self.items is None or container.items is None or len(self.items) * len(container.items) > _MANY:
            return attrs.evolve(_EITHER, lacks=self.lacks or container.lacks)
        return _listed(lambda item, many: (item in many) is not negated, self, container)

    def reckoned(self, sign: str, other: Values) -> Values:
        """The sum, difference and so on with another one."""
        lacks = self.lacks or other.lacks
        if not (self.some and other.some):
            return Values(frozenset(), lacks=lacks)
        listed = self.items is not None and other.items is not None
        if listed and sign in _WHOLE and _all_whole(self, other):
            return _listed(_WHOLE[sign], self, other)
        bounds = (*self.bounds, *other.bounds)
        if sign not in ("+", "-") or not all(one is None or type(one) is int for one in bounds):
            return attrs.evolve(ANYTHING, lacks=True)
        low, high = other.bounds if sign == "+" else (_minus(other.bounds[1]), _minus(other.bounds[0]))
        return Values(None, _plus(self.bounds[0], low), _plus(self.bounds[1], high), lacks)

    def negative(self) -> Values:
        """The values with the other sign."""
        return exactly(0).reckoned("-", self)

    def measured(self) -> Values:
        """The lengths of the values."""
        if self.items is None or not all(hasattr(item, "__len__") for item in self.items):
            return Values(None, 0, None, self.lacks)
        return Values(frozenset(len(item) for item in self.items), lacks=self.lacks)


NOTHING = Values(frozenset(), lacks=True)
ANYTHING = Values()
_EITHER = Values(frozenset((True, False)))


def exactly(*items: object) -> Values:
    """These values and no others."""
    return Values(frozenset(items))


_OUTCOMES = tuple(
    Values(
        frozenset(value for value, bit in ((True, YES), (False, NO)) if bits & bit), lacks=bool(bits & LACKS)
    )
    for bits in range(8)
)


def outcome(bits: int) -> Values:
    """What a condition comes to that can come out so: some of ``YES``, ``NO`` and ``LACKS``, or none of them."""
    return _OUTCOMES[bits]


def between(low: int | Decimal | dt.date | None, high: int | Decimal | dt.date | None) -> Values:
    """All values from one bound to the other, both included."""
    return Values(None, low, high)


def join(first: Values, second: Values) -> Values:
    """What the one or the other may be."""
    lacks = first.lacks or second.lacks
    if first.items is not None and second.items is not None:
        return Values(first.items | second.items, lacks=lacks)
    if not first.some or not second.some:
        return (second if not first.some else first).lacking(lacks)
    lows, highs = zip(first.bounds, second.bounds, strict=True)
    low = None if None in lows else min(lows)
    high = None if None in highs else max(highs)
    return Values(None, low, high, lacks)


def _listed(reckon: Callable[[Any, Any], object], first: Values, second: Values) -> Values:
    """Every pair, worked out; one that cannot be has no value."""
    found: set[object] = set()
    lacks = first.lacks or second.lacks
    for one in first.items or ():
        for two in second.items or ():
            try:
                found.add(reckon(one, two))
            except (TypeError, ArithmeticError):
                lacks = True
    return Values(frozenset(found), lacks=lacks)


def _all_whole(*values: Values) -> bool:
    size = 1
    for one in values:
        size *= len(one.items or ())
    return size <= _MANY and all(type(item) is int for one in values for item in one.items or ())


def _compares(sign: str, low: Any, high: Any) -> bool:
    """Whether two bounds can stand so to each other; what is no bound can."""
    if low is None or high is None:
        return True
    try:
        return bool(_SIGNS[sign](low, high))
    except TypeError:
        return True


def _surely(sign: str, high: Any, low: Any) -> bool:
    """Whether all up to ``high`` stand so to all from ``low`` on."""
    return high is not None and low is not None and _compares(sign, high, low)


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _minus(one: int | None) -> int | None:
    return None if one is None else -one
