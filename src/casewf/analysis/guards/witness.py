"""A case that shows what is possible: values for the names, tried out on the guards themselves, and told in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from casewf.analysis.guards.condition_parts import all_names
from casewf.analysis.guards.domains import Domain, Plain
from casewf.analysis.guards.facts import Facts, plain
from casewf.analysis.guards.possible_values import PossibleValues
from casewf.analysis.guards.satisfiability import FAILED, FALSE, MET, Goal
from casewf.machine.guards import GuardError, compile_expression
from casewf.model.case import Actor, Children
from casewf.model.expression import Constant, Expression, In, Length, Name, instant_to_text
from casewf.model.workflow import Field

__all__ = ["witness"]

_TEXTS = ("a", "b", "c", "d")
_DAY = dt.date(2026, 1, 5).toordinal()
_LONGEST = 1_000


@attrs.frozen(slots=True, kw_only=True)
class _Clock:
    verdict: str
    phase: str
    cycle: int


@attrs.frozen(slots=True, kw_only=True)
class _Case:
    """What guards see of a case (``machine.guard_view.View``)."""

    fields: Mapping[str, object]
    states: Mapping[str, str]
    actor: Actor
    card: str
    clocks: Mapping[str, _Clock]
    children: Children


def witness(facts: Facts, found: PossibleValues, goals: Sequence[Goal]) -> str | None:
    """A case in which all goals come out, in words; None if the first one that comes to mind is none.

    Args:
        facts: what is known beforehand.
        found: what the names can be, as ``solve`` says.
        goals: how the conditions must come out, all at one moment.
    """
    names = frozenset[str]().union(*(all_names(goal.node) for goal in goals))
    case = _Picker(facts, found).case(names)
    for goal in goals:
        try:
            came_out = MET if compile_expression(Expression(goal.node))(case) else FALSE
        except GuardError:
            came_out = FAILED
        if not came_out & goal.want:
            return None
    return " and ".join(_told(facts, case, sorted(names))) or "whatever the case is like"


class _Picker:
    """Picks one value after the other, so that each fits those before it."""

    def __init__(self, facts: Facts, found: PossibleValues) -> None:
        self._facts = facts
        self._found = found
        self._picked: dict[Name, Plain] = {}

    def case(self, names: Iterable[str]) -> _Case:
        """A case that has a value for each of these names, unless it is to have none."""
        of: dict[str, list[str]] = {}
        for name in sorted(names):
            kind, _, what = name.partition(".")
            of.setdefault(kind, []).append(what)
        states = {track: str(self._pick(Name("state", track))) for track in self._facts.states}
        return _Case(
            fields={name: value for name in of.get("field", ()) if (value := self._field(name)) is not None},
            states=states,
            actor=self._actor(),
            card=str(self._pick(Name("card"))),
            clocks={sla: self._clock(sla) for sla in {one.partition(".")[0] for one in of.get("sla", ())}},
            children=Children(),
        )

    def _pick(self, name: Name, preferred: Iterable[Plain] = ()) -> Plain:
        """A value of a name that stands as it must to the values picked before."""
        domain = self._found.domain(self._found.key(name))
        for (one, other), signs in self._found.signs.items():
            for mine, its, turned in ((one, other, signs), (other, one, signs)):
                partner = its[0]
                if mine[0] == name and isinstance(partner, Name) and partner in self._picked:
                    ways = turned if mine is one else frozenset(_TURNED[sign] for sign in turned)
                    domain = domain.where(ways, self._picked[partner])
        self._picked[name] = next((value for value in _some(domain, preferred) if value in domain), "")
        return self._picked[name]

    def _field(self, name: str) -> object:
        field, whole = self._facts.workflow.fields[name], Name("field", name)
        key = self._found.key(whole)
        asked = [one for one in self._found.asked if isinstance(one[0], In) and one[0].container == whole]
        length = self._found.domains.get(self._found.key(Length(whole)))
        is_read = (
            key in self._found.domains or asked or length or any(key in pair for pair in self._found.signs)
        )
        if not self._found.there.get(key, not self._facts.may_lack(whole) or bool(is_read)):
            return None
        wanted = [
            one[0].item.value  # type: ignore[union-attr]  # looked at above
            for one in asked
            if self._found.asked[one] and isinstance(one[0].item, Constant)  # type: ignore[union-attr]
        ]
        least = length.least if length is not None else None
        if field.many:
            filler = [f"{text}{number}" for number in range(least or 0) for text in _TEXTS[:1]]
            return tuple([*wanted, *filler][: max(least or 0, len(wanted), 1)])
        texts = ["".join(map(str, wanted)), "x" * min(least or 0, _LONGEST)]
        return _value(field, self._pick(whole, [*filter(None, texts), *_preferred(field)]))

    def _clock(self, sla: str) -> _Clock:
        verdict = self._pick(Name("sla", f"{sla}.verdict"), ("none",))
        for phase in ("none", "running", "paused", "stopped"):
            key = self._found.key(Name("sla", f"{sla}.phase"))
            if (verdict, phase) in self._facts.clocks(sla) and phase in self._found.domain(key):
                cycle = self._pick(Name("sla", f"{sla}.cycle"), (0,) if phase == "none" else (1,))
                return _Clock(verdict=str(verdict), phase=phase, cycle=int(cycle))
        return _Clock(verdict=str(verdict), phase="none", cycle=0)

    def _actor(self) -> Actor:
        roles = {
            str(node.item.value)
            for (node, _), met in self._found.asked.items()
            if met and isinstance(node, In) and node.container == Name("actor", "roles")
            and isinstance(node.item, Constant)
        }  # fmt: skip
        org = Name("actor", "org")
        has_org = self._found.there.get(self._found.key(org), True)
        return Actor(
            id=str(self._pick(Name("actor", "id"), ("u1",))),
            roles=frozenset(roles),
            org=str(self._pick(org, ("o1",))) if has_org else None,
        )


_TURNED = {"<": ">", "=": "=", ">": "<"}


def _some(domain: Domain, preferred: Iterable[Plain]) -> Iterator[Any]:
    """Values to try: what is preferred, then what lies at the bounds."""
    yield from preferred
    if domain.values is not None:
        yield from sorted(domain.values)
    low, high = domain.least, domain.greatest
    for bound, step in ((low, 1), (high, -1)):
        if isinstance(bound, int | Decimal):
            yield from (bound, bound + step)
        elif bound is not None:
            yield from (bound, f"{bound}a")
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal):
        yield (Decimal(low) + Decimal(high)) / 2


def _preferred(field: Field) -> list[Plain]:
    first = [] if field.default is None or field.many else [plain(field.default)]
    if field.kind == "boolean":
        return [*first, False, True]
    if field.kind in {"integer", "decimal"}:
        return [*first, 0, 1, 2, 3]
    if field.kind in {"date", "instant"}:
        return [*first, _DAY, _DAY + 1]
    return [*first, *(field.of or _TEXTS)]


def _value(field: Field, value: Plain) -> object:
    if field.kind == "date" and isinstance(value, int):
        return dt.date.fromordinal(value)
    if field.kind == "decimal" and not isinstance(value, str):
        return Decimal(value)
    return value


def _told(facts: Facts, case: _Case, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        kind, _, what = name.partition(".")
        if kind == "field":
            value = case.fields.get(what)
            field = facts.workflow.fields[what]
            yield f"{what} {_shown(field, value)}" if value is not None else f"no {what}"
        elif kind == "state":
            yield f"{name} {case.states[what]!r}"
        elif kind == "sla":
            sla, _, part = what.partition(".")
            yield f"{name} {getattr(case.clocks[sla], part)!r}"
        elif kind == "card":
            yield f"card {case.card!r}"
        elif name == "actor.roles":
            yield f"an actor who is {' and '.join(sorted(case.actor.roles))}"


def _shown(field: Field, value: object) -> str:
    if field.kind == "instant" and isinstance(value, int):
        return instant_to_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value) if isinstance(value, int | Decimal | dt.date) else repr(value)
