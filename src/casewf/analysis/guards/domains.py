"""The values that something can have, as far as comparisons with constants narrow them down."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, TypeAlias

import attrs

__all__ = ["ANYTHING", "SIGNS", "Domain", "Plain", "only"]

Plain: TypeAlias = str | int | bool | Decimal
"""A value that has an order among its like; of a date it is the ordinal, of an instant the microseconds."""

SIGNS = {
    "==": frozenset("="),
    "!=": frozenset("<>"),
    "<": frozenset("<"),
    "<=": frozenset("<="),
    ">": frozenset(">"),
    ">=": frozenset(">="),
}
"""How two values can stand to each other where a comparison holds."""

_HOLDS: dict[frozenset[str], Callable[[Any, Any], bool]] = {
    frozenset("<"): operator.lt,
    frozenset("<="): operator.le,
    frozenset(">"): operator.gt,
    frozenset(">="): operator.ge,
}


@attrs.frozen(slots=True)
class Domain:
    """Values that are listed, or all from one bound to the other but for some holes.

    It may hold more values than there are, never fewer: whoever finds it empty has a proof.

    Attributes:
        values: the only values, or None where the bounds say which.
        low, high: the bounds, None where there is none; a bound that is ``open`` is no value itself.
        holes: values between the bounds that are none.
        whole: between two neighbouring whole numbers there is nothing.
    """

    values: frozenset[Any] | None = None
    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    holes: frozenset[Any] = frozenset()
    whole: bool = False

    @property
    def size(self) -> int:
        """How many values are listed, as the only ones or as holes."""
        return len(self.holes if self.values is None else self.values)

    @property
    def empty(self) -> bool:
        """Whether there is surely no value."""
        if self.values is not None:
            return not self.values
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return bool(self.low > self.high or self.low_open or self.high_open or self.low in self.holes)

    def __contains__(self, value: Plain) -> bool:
        if self.values is not None:
            return value in self.values
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is not None and (value > self.high or (self.high_open and value == self.high)):
            return False
        return value not in self.holes and not (self.whole and value != _rounded(value, ROUND_FLOOR))

    def where(self, signs: frozenset[str], value: Plain) -> Domain:
        """Those that stand so to a value: ``signs`` are one of ``SIGNS``, or all three."""
        if len(signs) == 3:
            return self
        if signs == SIGNS["=="]:
            return only((value,) if value in self else ())
        if signs == SIGNS["!="]:
            return self._without({value})
        if self.values is not None:
            holds = _HOLDS[signs]
            return only(one for one in self.values if holds(one, value))
        if "<" in signs:
            return self.meet(Domain(high=value, high_open="=" not in signs))
        return self.meet(Domain(low=value, low_open="=" not in signs))

    def among(self, values: Iterable[Plain], *, negated: bool = False) -> Domain:
        """Those that are among some values, or those that are not."""
        return self._without(values) if negated else only(value for value in values if value in self)

    def _without(self, values: Iterable[Plain]) -> Domain:
        if self.values is not None:
            return Domain(values=self.values.difference(values))
        inside = [value for value in values if value in self]
        return _tightened(attrs.evolve(self, holes=self.holes.union(inside))) if inside else self

    def meet(self, other: Domain) -> Domain:
        """Those that both have."""
        if self.values is not None:
            return only(value for value in self.values if value in other)
        if other.values is not None:
            return other.meet(self)
        low, low_open = _stricter((self.low, self.low_open), (other.low, other.low_open), operator.gt)
        high, high_open = _stricter((self.high, self.high_open), (other.high, other.high_open), operator.lt)
        found = Domain(
            low=low,
            high=high,
            low_open=low_open,
            high_open=high_open,
            holes=self.holes | other.holes,
            whole=self.whole or other.whole,
        )
        return _tightened(found)

    def signs_to(self, other: Domain) -> frozenset[str]:
        """How a value of this one can stand to one of the other."""
        signs = set()
        if not self.meet(other).empty:
            signs.add("=")
        if _is_below(self.least, other.greatest):
            signs.add("<")
        if _is_below(other.least, self.greatest):
            signs.add(">")
        return frozenset(signs)

    @property
    def least(self) -> Any:
        """The lower bound, or None."""
        return min(self.values, default=None) if self.values is not None else self.low

    @property
    def greatest(self) -> Any:
        """The upper bound, or None."""
        return max(self.values, default=None) if self.values is not None else self.high


ANYTHING = Domain()


def only(values: Iterable[Plain]) -> Domain:
    """These values and no others."""
    return Domain(values=frozenset(values))


def _is_below(one: Any, other: Any) -> bool:
    return one is None or other is None or bool(one < other)


def _stricter(
    one: tuple[Any, bool], other: tuple[Any, bool], inside: Callable[[Any, Any], bool]
) -> tuple[Any, bool]:
    if one[0] is None or other[0] is None:
        return other if one[0] is None else one
    if one[0] == other[0]:
        return one[0], one[1] or other[1]
    return one if inside(one[0], other[0]) else other


def _tightened(domain: Domain) -> Domain:
    """The same values; the bounds of whole numbers become values themselves."""
    if not domain.whole:
        return domain
    low, high, holes = domain.low, domain.high, domain.holes
    if low is not None:
        least = _rounded(low, ROUND_CEILING)
        low = least + 1 if domain.low_open and least == low else least
    if high is not None:
        most = _rounded(high, ROUND_FLOOR)
        high = most - 1 if domain.high_open and most == high else most
    while low is not None and low in holes:
        low += 1
    while high is not None and high in holes:
        high -= 1
    return attrs.evolve(domain, low=low, high=high, low_open=False, high_open=False)


def _rounded(value: Any, rounding: str) -> int:
    """The next whole number, whatever the host's decimal context is."""
    return int(value.to_integral_value(rounding)) if isinstance(value, Decimal) else int(value)
