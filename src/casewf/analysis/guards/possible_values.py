"""What the names of some conditions can be, narrowed down comparison by comparison until something is left or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, TypeAlias

from casewf.analysis.guards.condition_parts import evaluated, names_in
from casewf.analysis.guards.domains import ANYTHING, SIGNS, Domain, Plain
from casewf.analysis.guards.facts import Facts, plain
from casewf.model.expression import Arithmetic, Constant, Length, Name, Negative, Node, render

__all__ = ["Key", "Moment", "PossibleValues"]

Moment: TypeAlias = Callable[[Name, int], int]
"""Which of its values a name has at a moment; two moments with the same number see the same value."""

Key: TypeAlias = tuple[Node, tuple[int, ...]]
"""A name or what is calculated from names, with which of its values it is."""

_ALL = frozenset("<=>")
_FLIPPED = {"<": ">", "=": "=", ">": "<"}
_ROUNDS = 4

_OF_PAIR = 8
"""For how many values it counts to hold two against each other."""

_MANY = 25
"""How many values are passed over in the time in which one is narrowed down."""


def _now(_name: Name, _at: int) -> int:
    return 0


class PossibleValues:
    """What is possible still; each method says False once nothing is.

    Attributes:
        facts: what was known beforehand.
        domains: what narrowed names and calculations can be.
        signs: how two of them can stand to each other.
        asked: memberships that were settled one way or the other: ``'leader' in actor.roles``.
        there: whether a name has a value.
    """

    def __init__(self, facts: Facts, moment: Moment | None = None) -> None:
        self.facts = facts
        self._moment = moment or _now
        self.domains: dict[Key, Domain] = {}
        self.signs: dict[tuple[Key, Key], frozenset[str]] = {}
        self.asked: dict[Key, bool] = {}
        self.there: dict[Key, bool] = {}

    def copy(self) -> PossibleValues:
        """The same, to be narrowed down apart."""
        other = PossibleValues(self.facts, self._moment)
        other.domains, other.signs = dict(self.domains), dict(self.signs)
        other.asked, other.there = dict(self.asked), dict(self.there)
        return other

    def key(self, node: Node, at: int = 0) -> Key:
        """The key of a name or a calculation at a moment."""
        if isinstance(node, Name):
            return node, (self._moment(node, at),)
        return node, tuple(self._moment(name, at) for name in names_in(node))

    def domain(self, key: Key) -> Domain:
        """What it can be so far."""
        found = self.domains.get(key)
        if found is not None:
            return found
        node = key[0]
        if isinstance(node, Name):
            return self.facts.domain(node)
        if isinstance(node, Length):
            return Domain(low=0, whole=True)
        return Domain(whole=self.facts.is_whole(node))

    def has(self, name: Name, there: bool, at: int = 0) -> bool:
        """Let a name have a value, or none."""
        if there and not self.facts.may_lack(name):
            return True
        if not there and not self.facts.may_lack(name):
            return False
        return self.there.setdefault(self.key(name, at), there) is there

    def member(self, node: Node, met: bool, at: int = 0) -> bool:
        """Let something be in a list or a text that nobody has written out, or not."""
        return self.asked.setdefault(self.key(node, at), met) is met

    def among(self, node: Node, values: Iterable[Plain], negated: bool, at: int = 0) -> bool:
        """Let something be among constants, or not."""
        key = self.key(node, at)
        return self._narrow(key, self.domain(key).among(values, negated=negated))

    def stand(self, left: Node, signs: frozenset[str], right: Node, at: int = 0) -> bool:
        """Let two operands stand to each other in one of these ways."""
        fixed_left, fixed_right = evaluated(left), evaluated(right)
        if (fixed_left is None and not names_in(left)) or (fixed_right is None and not names_in(right)):
            return False  # a calculation with constants that has no value
        if fixed_left is not None and fixed_right is not None:
            one, other = plain(fixed_left.value), plain(fixed_right.value)
            return not Domain(values=frozenset((one,))).where(signs, other).empty
        if fixed_left is not None:
            return self.stand(right, frozenset(_FLIPPED[sign] for sign in signs), fixed_left, at)
        if fixed_right is not None:
            left, value = self._shifted(left, plain(fixed_right.value))
            key = self.key(left, at)
            return self._narrow(key, self.domain(key).where(signs, value))
        one_key, other_key = self.key(left, at), self.key(right, at)
        if one_key == other_key:
            return "=" in signs
        if render(right) < render(left):
            one_key, other_key = other_key, one_key
            signs = frozenset(_FLIPPED[sign] for sign in signs)
        pair = one_key, other_key
        self.signs[pair] = self.signs.get(pair, _ALL) & signs
        return bool(self.signs[pair])

    def settle(self) -> bool:
        """Let everything that was narrowed down tell on everything else; False once nothing is left."""
        for _ in range(_ROUNDS):
            before = dict(self.domains)
            self.facts.budget.charge(len(before) + _OF_PAIR * len(self.signs))
            if not (self._settle_clocks() and self._settle_calculations() and self._settle_pairs()):
                return False
            if self.domains == before:
                break
        return True

    def _narrow(self, key: Key, domain: Domain) -> bool:
        self.domains[key] = domain
        if domain.size > _MANY:
            self.facts.budget.charge(domain.size // _MANY)
        return not domain.empty

    def _shifted(self, node: Node, value: Plain) -> tuple[Node, Plain]:
        """``a + 1 > 3`` as ``a > 2``: exact for whole numbers, and for no others."""
        while (
            isinstance(node, Arithmetic)
            and node.operator in {"+", "-"}
            and isinstance(value, int)
            and self.facts.is_whole(node)
        ):
            left, right = evaluated(node.left), evaluated(node.right)
            if right is not None and isinstance(right.value, int):
                value = value - right.value if node.operator == "+" else value + right.value
                node = node.left
            elif left is not None and isinstance(left.value, int) and node.operator == "+":
                value, node = value - left.value, node.right
            else:
                break
        return node, value

    def _settle_clocks(self) -> bool:
        """Verdict, phase and cycle of one clock go together (K2)."""
        names = {
            (node.name.partition(".")[0], moments)
            for node, moments in self.domains
            if isinstance(node, Name) and node.kind == "sla"
        }
        for sla, moments in names:
            verdict, phase, cycle = (
                (Name("sla", f"{sla}.{part}"), moments) for part in ("verdict", "phase", "cycle")
            )
            verdicts, phases, cycles = map(self.domain, (verdict, phase, cycle))
            pairs = [one for one in self.facts.clocks(sla) if one[0] in verdicts and one[1] in phases]
            pairs = [one for one in pairs if not _cycles_of(one[1]).meet(cycles).empty]
            if not pairs:
                return False
            self.domains[verdict] = Domain(values=frozenset(one[0] for one in pairs))
            self.domains[phase] = Domain(values=frozenset(one[1] for one in pairs))
        return True

    def _settle_calculations(self) -> bool:
        """A calculation lies within what its operands can be."""
        keys = [*self.domains, *(key for pair in self.signs for key in pair)]
        return all(
            self._narrow(key, self.domain(key).meet(self._range(key[0], key[1])))
            for key in dict.fromkeys(keys)
            if isinstance(key[0], Arithmetic | Negative)
        )

    def _settle_pairs(self) -> bool:
        for pair, signs in self.signs.items():
            one, other = map(self.domain, pair)
            left = signs & one.signs_to(other)
            if not left:
                return False
            if left == SIGNS["=="]:
                both = one.meet(other)
                if not (self._narrow(pair[0], both) and self._narrow(pair[1], both)):
                    return False
        return True

    def _range(self, node: Node, moments: tuple[int, ...]) -> Domain:
        """From where to where an operand can go; its names have the values of these moments, in their order."""
        fixed = evaluated(node)
        if fixed is not None:
            value = plain(fixed.value)
            return Domain(low=value, high=value)
        of = dict(zip(names_in(node), moments, strict=True))

        def range_of(below: Node) -> Domain:
            return self._range(below, tuple(of[name] for name in names_in(below)))

        whole = self.facts.is_whole(node)
        if isinstance(node, Negative):
            return _combined("-", Domain(low=0, high=0), range_of(node.operand), whole=whole)
        if isinstance(node, Arithmetic):
            return _combined(node.operator, range_of(node.left), range_of(node.right), whole=whole)
        found = self.domain((node, moments))
        return Domain(low=found.least, high=found.greatest)


def _cycles_of(phase: str) -> Domain:
    return Domain(low=0, high=0, whole=True) if phase == "none" else Domain(low=1, whole=True)


def _combined(sign: str, left: Domain, right: Domain, *, whole: bool) -> Domain:
    """From where to where a calculation goes; the rounding of decimals keeps the order, so the corners do."""

    def corner(one: Plain | None, other: Plain | None) -> Plain | None:
        return None if one is None or other is None else _calculated(sign, one, other, whole=whole)

    if sign == "+":
        return Domain(low=corner(left.low, right.low), high=corner(left.high, right.high))
    if sign == "-":
        return Domain(low=corner(left.low, right.high), high=corner(left.high, right.low))
    bounds = (left.low, left.high, right.low, right.high)
    if sign != "*":
        return ANYTHING
    if None in bounds:
        both = left.low is not None and right.low is not None and left.low >= 0 <= right.low
        return Domain(low=corner(left.low, right.low)) if both else ANYTHING
    corners: list[Any] = [corner(one, other) for one in bounds[:2] for other in bounds[2:]]
    return ANYTHING if None in corners else Domain(low=min(corners), high=max(corners))


def _calculated(sign: str, left: Plain, right: Plain, *, whole: bool) -> Plain | None:
    """What the core would calculate; None where the numbers are beyond what it can hold."""
    one, other = (value if whole else Decimal(value) for value in (left, right))
    found = evaluated(Arithmetic(sign, Constant("", one), Constant("", other)))
    return None if found is None else plain(found.value)
