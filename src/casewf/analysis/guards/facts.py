"""What is known of what expressions read before any of them is looked at: types, bounds, states that can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import attrs

from casewf.analysis.guards.domains import ANYTHING, Domain, Plain, only
from casewf.model.expression import Arithmetic, Constant, Length, Name, Negative, Node
from casewf.model.workflow import Field, Sla, Workflow

__all__ = ["CLOCKS", "MOST_STEPS", "Budget", "Facts", "plain"]

CLOCKS = frozenset(
    {
        ("none", "none"),
        ("none", "running"),
        ("none", "paused"),
        ("breached", "running"),
        ("breached", "paused"),
        ("met", "stopped"),
        ("breached", "stopped"),
        ("cancelled", "stopped"),
    }
)
"""The verdicts and phases that a clock can have at once (K2)."""

_FIRST_DATE, _LAST_DATE = dt.date(3, 1, 1).toordinal(), dt.date(9997, 12, 31).toordinal()
_COUNT = Domain(low=0, whole=True)
_SHOWN = 6

_TOUCHED = 8
"""How many goals, values or rows are made or passed over in the time of one step."""


def plain(value: object) -> Plain:
    """A value as ``Domain`` holds it."""
    if isinstance(value, dt.date):
        return value.toordinal()
    if isinstance(value, str | int | Decimal):
        return value
    raise TypeError(f"{type(value).__name__} is no value of an expression")


MOST_STEPS = 100_000
"""How many steps are gone in all for the conditions of one workflow; one of a hundred states takes some thousand."""


@attrs.define(slots=True)
class Budget:
    """How much may still be worked out about a workflow; a file that is made to be hard is not looked at for ever.

    It is counted, not timed, so that the same file always gives the same.

    Attributes:
        left: steps, each some ten microseconds; one that touches much counts for several.
        undecided: how many questions were left open, whose answer then is that it may be.
    """

    left: int = MOST_STEPS
    undecided: int = 0

    @property
    def spent(self) -> bool:
        """Whether nothing more is worked out."""
        return self.left <= 0

    def charge(self, touched: int) -> None:
        """Count one step in which so many goals, values or rows are touched."""
        self.left -= 1 + touched // _TOUCHED


@attrs.frozen(slots=True, kw_only=True)
class Facts:
    """What holds of every case that an expression is asked of.

    Attributes:
        workflow: the definition.
        states: per track, the states that it can be in.
        present: fields that surely have a value. A value is never taken away, so a field with a default always has.
        cards: the levels that the case can have.
        budget: shared by all that is asked about the workflow.
    """

    workflow: Workflow
    states: Mapping[str, frozenset[str]]
    present: frozenset[str]
    cards: tuple[str, ...]
    budget: Budget = attrs.field(factory=Budget, repr=False, eq=False)
    _fields: Mapping[str, Domain] = attrs.field(repr=False, alias="fields")
    _slas: Mapping[str, Sla] = attrs.field(repr=False, alias="slas")

    @classmethod
    def of(cls, workflow: Workflow) -> Facts:
        """What follows from the declarations alone."""
        return cls(
            workflow=workflow,
            states={track.id: frozenset(state.id for state in track.states) for track in workflow.tracks},
            present=frozenset(name for name, field in workflow.fields.items() if field.default is not None),
            cards=("none", *_raised(workflow)),
            fields={name: _of_field(field) for name, field in workflow.fields.items()},
            slas={sla.id: sla for sla in workflow.slas},
        )

    def where(
        self, *, states: Mapping[str, frozenset[str]] | None = None, present: Iterable[str] = ()
    ) -> Facts:
        """The same with fewer states of some tracks, and further fields that have a value."""
        return attrs.evolve(
            self,
            states=self.states if states is None else {**self.states, **states},
            present=self.present.union(present),
            fields=self._fields,
            slas=self._slas,
        )

    def either(self, other: Facts) -> Facts:
        """What holds in both of two situations."""
        states = {track: self.states[track] | other.states[track] for track in self.states}
        both = self.present & other.present
        return attrs.evolve(self, states=states, present=both, fields=self._fields, slas=self._slas)

    def domain(self, name: Name) -> Domain:
        """What a name can read as, where it reads anything at all."""
        kind, what = name.kind, name.name
        if kind == "field":
            return self._fields[what]
        if kind == "state":
            return only(self.states[what])
        if kind == "card":
            return only(self.cards)
        if kind == "children":
            return _COUNT
        if kind == "sla":
            sla, _, part = what.partition(".")
            if part == "cycle":
                return self._cycles(self._slas[sla])
            return only(pair[part == "phase"] for pair in self.clocks(sla))
        return ANYTHING

    def clocks(self, sla: str) -> frozenset[tuple[str, str]]:
        """The verdicts and phases that the clock of an SLA can have at once."""
        spec = self._slas[sla]
        if spec.pause or spec.suspension is not None:
            return CLOCKS
        return frozenset(pair for pair in CLOCKS if pair[1] != "paused")

    def _cycles(self, sla: Sla) -> Domain:
        once = not sla.restarts and sla.on_reopen == "never"
        return Domain(low=0, high=1 if once else None, whole=True)

    def may_lack(self, name: Name) -> bool:
        """Whether a name can be without a value."""
        if name.kind == "field":
            return name.name not in self.present
        return name.kind == "actor" and name.name == "org"

    def is_whole(self, node: Node) -> bool:
        """Whether an operand is always a whole number, where it has a value."""
        match node:
            case Constant(value=value):
                return isinstance(value, int)
            case Name():
                return self.domain(node).whole
            case Arithmetic(operator, left, right):
                return operator != "/" and self.is_whole(left) and self.is_whole(right)
            case Negative(operand):
                return self.is_whole(operand)
            case _:
                return isinstance(node, Length)

    def may_fail(self, node: Node) -> bool:
        """Whether a calculation can be without a value though its names have theirs: it divides, or has decimals."""
        if not isinstance(node, Arithmetic | Negative):
            return False
        if isinstance(node, Arithmetic) and node.operator in {"//", "%"}:
            divisor = node.right.value if isinstance(node.right, Constant) else 0
            return not divisor or not self.is_whole(node)
        return not self.is_whole(node)

    def told(self, name: Name) -> str:
        """What is known of the value of a name, in words; empty if nothing is."""
        what = name.name if name.kind == "field" else name.dotted
        if name.kind == "field":
            field = self.workflow.fields[name.name]
            if field.minimum is None and field.maximum is None:
                return ""
            bounds = (("at least", field.minimum), ("at most", field.maximum))
            said = " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
            return f"{what} is {said}"
        values = self.domain(name).values
        if name.kind not in {"state", "card", "sla"} or values is None:
            return ""
        shown = sorted(values)[:_SHOWN]
        more = f" or {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
        return f"{what} can only be {', '.join(shown)}{more} here"


def _raised(workflow: Workflow) -> tuple[str, ...]:
    """The cards that some rung raises; there is no other way to one (E5)."""
    ladders = [ladder for sla in workflow.slas for ladder in (sla.ladder, *(t.ladder for t in sla.target))]
    found = {rung.card for ladder in ladders for rung in ladder or ()}
    return tuple(card for card, _ in workflow.cards if card in found)


def _of_field(field: Field) -> Domain:
    """The values that the core lets into a field."""
    if field.many:
        return ANYTHING
    if field.kind == "boolean":
        return only((True, False))
    if field.kind == "choice":
        return only(field.of)
    if field.kind == "date":
        return Domain(low=_FIRST_DATE, high=_LAST_DATE, whole=True)
    if field.kind in {"integer", "decimal", "instant"}:
        return Domain(low=field.minimum, high=field.maximum, whole=field.kind != "decimal")
    return ANYTHING
