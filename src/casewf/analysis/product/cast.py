"""Who acts in a story that is made up, and what they write: enough people for separated duties, values for guards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, product

import attrs

from casewf.analysis.product.classes import MISSING, Classes
from casewf.analysis.product.values import Values
from casewf.model.case import Actor
from casewf.model.roles import SYSTEM, By
from casewf.model.text import Label
from casewf.model.workflow import Field, Workflow
from casewf.worktime import epoch_us

__all__ = ["ORGANISATIONS", "TEXT", "Cast", "Person"]

ORGANISATIONS: Mapping[str, Label] = {
    "one": Label("甲单位", "First organisation"),
    "two": Label("乙单位", "Second organisation"),
    "three": Label("丙单位", "Third organisation"),
}
TEXT = "example"
_MOST_WAYS = 48
"""How many ways to fill in the data of one row are tried."""


@attrs.frozen(slots=True, kw_only=True)
class Person:
    """Somebody with one role, or with none."""

    actor: Actor
    name: Label

    @property
    def roles(self) -> tuple[str, ...]:
        """His roles, as a story writes them."""
        return tuple(sorted(self.actor.roles))


class Cast:
    """The people and values of a made-up story.

    Args:
        workflow: what they act on.
        classes: of every field of it, the values that are told apart.
        reads: the fields whose values make a difference.
        day: a day near which dates lie.
        organisations: those that a field of organisations can name.
        persons: those whom a field of persons can name; by default one for each role.
    """

    def __init__(
        self,
        workflow: Workflow,
        classes: Mapping[str, Classes],
        reads: frozenset[str],
        day: dt.date,
        organisations: Sequence[str] = tuple(ORGANISATIONS),
        persons: Sequence[str] | None = None,
    ) -> None:
        self._workflow = workflow
        self._classes = classes
        self._day = day
        self._reads = reads
        self._organisations = list(organisations)
        self._persons = list(workflow.roles if persons is None else persons)

    def opener(self) -> Person:
        """Who opens the case: for nobody's organisation, so that whoever is asked sees it."""
        by = self._workflow.opening.by
        roles = [one.role for one in by if one.role != SYSTEM] or list(self._workflow.roles)[:1]
        return self._person(roles[0] if roles else None, f"{roles[0]}-0" if roles else "opener", None)

    def people(self, by: tuple[By, ...]) -> Iterator[Person]:
        """Those who may be admitted by one of these roles: who opened the case, and one in each organisation."""
        opener = self.opener()
        if any(one.role in opener.actor.roles for one in by):
            yield opener
        for number, org in enumerate(ORGANISATIONS, 1):
            for one in by:
                if one.role != SYSTEM:
                    yield self._person(one.role, one.role if number == 1 else f"{one.role}-{number}", org)

    def _person(self, role: str | None, name: str, org: str | None) -> Person:
        roles = frozenset(() if role is None else (role,))
        actor = Actor(name, roles, org, () if org is None else (org,))
        return Person(actor=actor, name=self._workflow.roles.get(role or "", Label(name, name)))

    def opening_data(self) -> list[dict[str, object]]:
        """The ways to fill in an opening: what it needs, and what conditions look at of the rest."""
        opening, workflow = self._workflow.opening, self._workflow
        return self.data(
            opening.needs, tuple(workflow.fields) if opening.accepts is None else opening.accepts
        )

    def data(
        self, must: Iterable[str], may: Iterable[str], own: frozenset[str] = frozenset()
    ) -> list[dict[str, object]]:
        """The ways to fill in what must be given, and of what may be what makes a difference; the shortest first.

        Those fields on which the row's own guard depends (``own``) are tried in all combinations, others one by one.
        """
        must = tuple(dict.fromkeys(must))
        names = [*must, *(name for name in dict.fromkeys(may) if name in self._reads and name not in must)]
        options = {name: [*([] if name in must else [None]), *self.values(name)] for name in names}
        inner = [name for name in names if name in own]
        found = []
        for picked in islice(product(*(options[name] for name in inner)), _MOST_WAYS):
            usual = {name: values[0] for name, values in options.items()}
            usual |= dict(zip(inner, picked, strict=True))
            found.append(usual)
            for name in names:
                if name not in own:
                    found += [{**usual, name: value} for value in options[name][1:]]
        given = [{name: value for name, value in one.items() if value is not None} for one in found]
        return sorted(given, key=len)[:_MOST_WAYS]

    def values(self, name: str) -> list[object]:
        """Values of a field, one for each class that conditions tell apart; one where none looks at it."""
        classes = self._classes[name]
        field = classes.field
        found = [self._value(classes, number) for number in classes.given]
        if field.kind in ("org", "person"):
            found = [*self._organisations] if field.kind == "org" else [*self._persons]
        if field.kind in ("integer", "decimal") and len(found) == 1:
            found += [_number(field, 1000)]
        found = list(dict.fromkeys(found))
        if name not in self._reads and field.kind != "org":
            found = found[:1]
        return [(one,) for one in found] if field.many else found

    def _value(self, classes: Classes, number: int) -> object:
        field, values = classes.field, classes.members[number]
        if number == MISSING:
            return None
        if values.items:
            return min(values.items, key=str) if field.kind != "choice" else _first_option(field, values)
        return self._plain(field, values)

    def _plain(self, field: Field, values: Values) -> object:
        if field.kind in ("integer", "decimal"):
            return _number(field, _between(values, whole=field.kind == "integer"))
        if field.kind == "date":
            return _near(self._day + dt.timedelta(days=14), values)
        if field.kind == "instant":
            return next((one for one in (values.low, values.high) if one is not None), _midnight(self._day))
        if field.kind == "boolean":
            return True
        return field.of[0] if field.kind == "choice" else TEXT


def _first_option(field: Field, values: Values) -> str:
    return next(option for option in field.of if option in values)


def _number(field: Field, wanted: int | Decimal) -> object:
    """A number within the bounds of its field."""
    low, high = field.minimum, field.maximum
    wanted = wanted if low is None else max(wanted, low)
    wanted = wanted if high is None else min(wanted, high)
    return Decimal(wanted) if field.kind == "decimal" else int(wanted)


def _between(values: Values, *, whole: bool) -> int | Decimal:
    """A number from the middle of some, since those at the bounds may be told apart from it."""
    low, high = values.low, values.high
    if low is None and high is None:
        return 1
    if low is None or high is None:
        return Decimal(high) - 1 if low is None else Decimal(low) + 1
    middle = (Decimal(low) + Decimal(high)) / 2
    return int(middle) if whole else middle


def _midnight(day: dt.date) -> int:
    return epoch_us(dt.datetime.combine(day, dt.time(), dt.UTC))


def _near(day: dt.date, values: Values) -> dt.date:
    if values.low is not None and day < values.low:
        return dt.date.fromordinal(values.low.toordinal())
    return (
        dt.date.fromordinal(values.high.toordinal()) if values.high is not None and day > values.high else day
    )
