"""Counting: the facts of one case after the other, and the figures in the end.

What is kept does not grow with the cases, but for 16 bytes of each whose caller and matter are known: whether he
called again is only known when all have been seen.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from casewf.kpi.days import handling_days, span_days, submitted_at
from casewf.kpi.facts import CaseFacts
from casewf.kpi.figure import Conventions, Figure, Period
from casewf.kpi.of_calls import CALL_RULES, MAYBE
from casewf.kpi.of_courses import COURSE_RULES
from casewf.kpi.of_handling import HANDLING_RULES
from casewf.kpi.of_ratings import RATING_RULES
from casewf.kpi.rule import Ask, Judged, Rule, counting, verdict
from casewf.kpi.words import convention_of, label_of
from casewf.model.terms import Terms
from casewf.worktime import WorkCalendar

__all__ = ["FIGURES", "Tally", "figures", "without_words"]

_RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (*CALL_RULES, *HANDLING_RULES, *COURSE_RULES, *RATING_RULES)
}

FIGURES = (
    "opened",
    "closed",
    "closed_share",
    "case_days",
    "connect",
    "answer_15s",
    "one_call",
    "dispatch",
    "dispatch_accuracy",
    "sign_on_time",
    "response",
    "closing",
    "on_time",
    "on_time_unextended",
    "handling_days",
    "satisfaction",
    "return_granted",
    "return_requested",
    "rework",
    "supervision",
    "supervision_cards",
    "extension",
    "extension_asked",
    "duplicate",
    "push",
    "performance",
    "letters",
    "card",
    "limit_on_time",
    "limit_extended",
)
"""Every figure there is, in the order in which they are told."""


class _Count:
    """How many units were counted for one figure."""

    __slots__ = ("denominator", "excluded", "numerator")

    def __init__(self) -> None:
        self.numerator: int | Fraction = 0
        self.denominator = 0
        self.excluded: Counter[str] = Counter()

    def take(self, judged: Judged) -> None:
        """Count the units of one case."""
        for one in judged:
            if one is True:
                self.numerator += 1
                self.denominator += 1
            elif one is False:
                self.denominator += 1
            else:
                self.excluded[one] += 1

    def measure(self, days: Fraction | str) -> None:
        """Count one unit of a mean."""
        if isinstance(days, str):
            self.excluded[days] += 1
        else:
            self.numerator += days
            self.denominator += 1


class Tally:
    """Counts the cases of one workflow.

    Args:
        terms: what the workflow's names mean.
        period: what is reported on.
        conventions: how it is counted.
        calendars: working calendars by content hash, as ``LimitRun.calendar`` names them.
    """

    def __init__(
        self,
        terms: Terms,
        period: Period,
        conventions: Conventions,
        calendars: Mapping[str, WorkCalendar],
    ) -> None:
        self._ask = Ask(terms, period, conventions, calendars)
        self._rules: dict[str, list[tuple[Rule, _Count]]] = {}
        self._handling = {"dispatched", "submitted"} <= set(terms.marks)
        self._counts: dict[tuple[str, str], _Count] = {
            (name, ""): _Count() for name in ("opened", "closed", "closed_share", "case_days")
        }
        for rule in _RULES.values():
            if rule.can_judge(terms):
                count = self._counts[rule.id, ""] = _Count()
                self._rules.setdefault(rule.of, []).append((rule, count))
        if self._handling:
            self._counts["handling_days", ""] = _Count()
        for sla, limit in terms.slas.items():
            self._counts["limit_on_time", sla] = _Count()
            if limit.extendable:
                self._counts["limit_extended", sla] = _Count()
        self._matters, self._asked_at = array("q"), array("q")
        self._answered: list[tuple[int, int]] = []

    def add(self, facts: CaseFacts) -> None:
        """Count one more case; in which order they come does not matter."""
        for mark, rules in self._rules.items():
            if mark and mark not in facts.marks:
                continue
            for rule, count in rules:
                judged = rule.judge(facts, self._ask)
                if judged is MAYBE:
                    self._answered.append((facts.matter or 0, facts.opened_at))
                elif judged:
                    count.take(judged)
        if facts.matter is not None:
            self._matters.append(facts.matter)
            self._asked_at.append(facts.opened_at)
        if self._handling:
            self._measure_handling(facts)
        self._count_limits(facts)
        self._count_in_general(facts)

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the cases so far, in the order of ``FIGURES``.

        Those for which the terms have no words are not among them.
        """
        counts, terms = dict(self._counts), self._ask.terms
        if self._answered:
            counts["one_call", ""] = self._one_call(counts["one_call", ""])
        names = {name: number for number, name in enumerate(FIGURES)}
        things = {name: number for number, name in enumerate((*terms.slas, *terms.card_titles))}
        found = sorted(counts.items(), key=lambda item: (names[item[0][0]], things.get(item[0][1], -1)))
        return tuple(
            self._figure(name, about, count) for (name, about), count in found if _is_told(name, count)
        )

    def _figure(self, name: str, about: str, count: _Count) -> Figure:
        unit: Literal["share", "days", "count"] = _UNITS.get(name, "share")
        return Figure(
            id=name,
            about=about,
            label=label_of(name, about, self._ask.terms),
            numerator=count.numerator,
            denominator=1 if unit == "count" else count.denominator,
            unit=unit,
            excluded=dict(sorted(count.excluded.items())),
            convention=convention_of(name, self._ask.conventions),
        )

    def _measure_handling(self, facts: CaseFacts) -> None:
        ask = self._ask
        if ask.period.holds(submitted_at(facts, ask.conventions)):
            days = handling_days(facts, ask.terms, ask.conventions, ask.calendars)
            self._counts["handling_days", ""].measure(days)

    def _count_limits(self, facts: CaseFacts) -> None:
        """The on-time rate of every limit, by the cycles that count."""
        ask = self._ask
        for sla, runs in facts.runs.items():
            spec = ask.terms.slas.get(sla)
            if spec is None:
                continue  # of a limit that the newest version has no more
            for run in counting(runs, spec.counts):
                if ask.period.holds(run.limit):
                    self._counts["limit_on_time", sla].take((verdict(run, ask),))
                    if spec.extendable:
                        self._counts["limit_extended", sla].take((run.extended > 0,))

    def _count_in_general(self, facts: CaseFacts) -> None:
        ask, counts = self._ask, self._counts
        if ask.period.holds(facts.opened_at):
            counts["opened", ""].numerator += 1
            counts["closed_share", ""].take((facts.closed,))
        for card, instants in facts.cards.items():
            raised = sum(map(ask.period.holds, instants))
            if raised:
                counts.setdefault(("card", card), _Count()).numerator += raised
        if facts.closed and ask.period.holds(facts.closings[-1]):
            counts["closed", ""].numerator += 1
            counts["case_days", ""].measure(self._case_days(facts))

    def _case_days(self, facts: CaseFacts) -> Fraction | str:
        conventions = self._ask.conventions
        clocks = (run.calendar for runs in facts.runs.values() for run in runs)
        calendar = next((found for clock in clocks if (found := self._ask.calendars.get(clock))), None)
        if calendar is None and conventions.days != "calendar":
            return "no_calendar"
        return span_days(facts.opened_at, facts.closings[-1], conventions, calendar)

    def _one_call(self, so_far: _Count) -> _Count:
        """With the questions that were answered, unless the same caller asked again soon afterwards."""
        asked: dict[int, list[int]] = {}
        wanted = {matter for matter, _ in self._answered}
        for matter, at in zip(self._matters, self._asked_at, strict=True):
            if matter in wanted:
                asked.setdefault(matter, []).append(at)
        for instants in asked.values():
            instants.sort()
        count = _Count()
        count.numerator, count.denominator = so_far.numerator, so_far.denominator
        count.excluded = so_far.excluded
        for matter, at in self._answered:
            instants = asked[matter]
            later = bisect_right(instants, at)
            again = later < len(instants) and instants[later] <= at + self._ask.conventions.repeat_within
            count.take((not again,))
        return count


_UNITS: Mapping[str, Literal["count", "days"]] = {
    "opened": "count",
    "closed": "count",
    "card": "count",
    "case_days": "days",
    "handling_days": "days",
}


def _is_told(name: str, count: _Count) -> bool:
    """A limit that nothing fell due of says nothing."""
    return not name.startswith("limit_") or bool(count.denominator or count.excluded)


def without_words(terms: Terms) -> tuple[str, ...]:
    """The figures that these terms have no words for, so that they are not told; in the order of ``FIGURES``."""
    told = {rule.id for rule in _RULES.values() if rule.can_judge(terms)}
    told |= {"handling_days"} if {"dispatched", "submitted"} <= set(terms.marks) else set()
    asked = {*_RULES, "handling_days"}
    return tuple(name for name in FIGURES if name in asked and name not in told)


def figures(
    facts: Iterable[CaseFacts],
    terms: Terms,
    period: Period,
    conventions: Conventions,
    calendars: Mapping[str, WorkCalendar],
) -> tuple[Figure, ...]:
    """The figures of the cases of one workflow; the arguments are those of ``Tally``."""
    tally = Tally(terms, period, conventions, calendars)
    for one in facts:
        tally.add(one)
    return tally.figures()
