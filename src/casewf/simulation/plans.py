"""Compiling the courses of a profile: names become groups, distributions become streams of drawn amounts."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import TypeAlias

from casewf.machine.guards import compile_expression
from casewf.machine.rules import Evaluate
from casewf.model.expression import Expression
from casewf.model.zone import load_zone
from casewf.simulation.distributions import Distribution, Source, draws
from casewf.simulation.duty import Duty, by_calendar
from casewf.simulation.organisations import Organisations, Place
from casewf.simulation.profile import (
    Choice,
    Drawn,
    Fixed,
    InDays,
    PlaceOf,
    Profile,
    SameAs,
    Step,
    Value,
    Weighted,
)
from casewf.simulation.staff import Group
from casewf.simulation.task import CoursePlan, Fork, Given, Node, Span, StepNode, WayPlan

__all__ = ["Planner"]

_BATCH = 512
_CENTS = Decimal("0.01")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)

_Draw: TypeAlias = Callable[[int, Place, Mapping[str, object]], object]


class Planner:
    """Compiles what a profile says, with generators from one source.

    Attributes:
        nodes: every step and choice so far.
    """

    def __init__(
        self, profile: Profile, organisations: Organisations, groups: Mapping[str, Group], source: Source
    ) -> None:
        self._profile = profile
        self._organisations = organisations
        self._groups = groups
        self._source = source
        self._zone = load_zone(profile.zone)
        self._conditions: dict[Expression, Evaluate] = {}
        self.nodes: list[Node] = []

    def courses(self) -> tuple[dict[str, dict[str, list[CoursePlan]]], dict[str, list[CoursePlan]]]:
        """By track and state what its entry begins, and by SLA what a rung of it begins; in file order."""
        entered: dict[str, dict[str, list[CoursePlan]]] = {}
        warned: dict[str, list[CoursePlan]] = {}
        for course in self._profile.courses:
            plan = CoursePlan(
                after=course.after,
                resume=course.resume,
                when=self.condition(course.when),
                first=self._chain(course.steps, None),
            )
            if course.enter is not None:
                track, state = course.enter.split(".", 1)
                entered.setdefault(track, {}).setdefault(state, []).append(plan)
            else:
                warned.setdefault(course.warned or "", []).append(plan)
        return entered, warned

    def hours(self, begin: int, end: int) -> Duty:
        """The working time of the workflow's own calendar."""
        return by_calendar(self._profile.calendars[self._profile.workflow.calendar.default], begin, end)

    def condition(self, when: Expression | None) -> Evaluate | None:
        """A condition, compiled once however often it is written."""
        if when is None:
            return None
        if when not in self._conditions:
            self._conditions[when] = compile_expression(when)
        return self._conditions[when]

    def span(self, distribution: Distribution | None, name: str) -> Span | None:
        """The amounts that are drawn from a distribution."""
        if distribution is None:
            return None
        return Span(draws(distribution, self._source.generator(name)), distribution.working)

    def constant(self, data: Mapping[str, Value]) -> Mapping[str, object] | None:
        """The values, if none is drawn."""
        if any(not isinstance(value, Fixed) for value in data.values()):
            return None
        return {name: value.value for name, value in data.items() if isinstance(value, Fixed)}

    def given(self, data: Mapping[str, Value], name: str) -> Given:
        """What draws the values of a command."""
        parts = [(field, self._value(value, f"{name}.{field}")) for field, value in data.items()]
        return lambda now, place, fields: {field: draw(now, place, fields) for field, draw in parts}

    def _chain(self, steps: Sequence[Step | Choice], following: Node | None) -> Node | None:
        """The first of some steps, after the last of which ``following`` comes."""
        for step in reversed(steps):
            following = (
                self._fork(step, following) if isinstance(step, Choice) else self._step(step, following)
            )
            self.nodes.append(following)
        return following

    def _fork(self, choice: Choice, following: Node | None) -> Fork:
        ways = tuple(
            WayPlan(share=way.share, when=self.condition(way.when), first=self._chain(way.steps, following))
            for way in choice.ways
        )
        free = all(way.when is None for way in ways)
        return Fork(
            ways=ways,
            sums=tuple(accumulate(way.share for way in ways)) if free else None,
            draw=self._source.generator(choice.at).random,
            following=following,
        )

    def _step(self, step: Step, following: Node | None) -> StepNode:
        chance = self._source.generator(f"{step.at}.chance").random
        return StepNode(
            group=self._groups[step.by],
            after=self.span(step.after, f"{step.at}.after"),
            takes=self.span(step.takes, f"{step.at}.takes"),
            begin=step.begin,
            fire=step.fire,
            act=step.act,
            sla=step.sla,
            amount=step.amount,
            constant=self.constant(step.data),
            given=self.given(step.data, f"{step.at}.data"),
            happens=None if step.chance >= 1 else lambda: chance() < step.chance,
            when=self.condition(step.when),
            until=self.condition(step.until),
            skill=step.skill,
            relocate=step.relocate,
            gives_up=self.span(step.gives_up, f"{step.at}.gives_up"),
            otherwise=self._chain(step.otherwise, None),
            following=following,
        )

    def _value(self, value: Value, name: str) -> _Draw:
        match value:
            case Fixed(constant):
                return lambda _now, _place, _fields: constant
            case PlaceOf(level, many):
                number = self._organisations.number[level]
                if many:
                    return lambda _now, place, _fields: (place[number],)
                return lambda _now, place, _fields: place[number]
            case Weighted():
                chosen = self._chosen(value, name)
                return lambda _now, _place, _fields: next(chosen)
            case Drawn():
                numbers = self._numbers(value, name)
                return lambda _now, _place, _fields: next(numbers)
            case SameAs(other):
                return lambda _now, _place, fields: fields.get(other)
            case InDays(distribution):
                days = draws(distribution, self._source.generator(name))
                return lambda now, _place, _fields: self._day(now) + dt.timedelta(days=next(days))

    def _chosen(self, value: Weighted, name: str) -> Iterator[object]:
        random, sums = self._source.generator(name), list(accumulate(value.weights))
        last = len(sums) - 1
        while True:
            for _ in range(_BATCH):
                yield value.values[bisect_right(sums, random.random() * sums[-1], 0, last)]

    def _numbers(self, drawn: Drawn, name: str) -> Iterator[object]:
        random = self._source.generator(name)
        low, high = drawn.minimum, drawn.maximum
        while True:
            for one in drawn.distribution.batch(random, _BATCH):
                within = one if low is None else max(one, float(low))
                within = within if high is None else min(within, float(high))
                yield Decimal(repr(within)).quantize(_CENTS) if drawn.decimal else round(within)

    def _day(self, now: int) -> dt.date:
        return (_EPOCH + _MICROSECOND * now).astimezone(self._zone).date()
