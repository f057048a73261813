"""Counting: the facts of one case after the other, and the figures in the end.

What is kept does not grow with the cases, but for 16 bytes of each whose caller and matter are known: whether he
called again is only known when all have been seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from casewf.kpi.counted import Count, Counted, Units
from casewf.kpi.days import case_days, handling_days, submitted_at
from casewf.kpi.facts import CaseFacts
from casewf.kpi.figure import Conventions, Figure, Period
from casewf.kpi.of_calls import CALL_RULES, MAYBE
from casewf.kpi.of_courses import COURSE_RULES
from casewf.kpi.of_handling import HANDLING_RULES
from casewf.kpi.of_ratings import RATING_RULES
from casewf.kpi.rule import Ask, Judge, Rule, counting, verdict
from casewf.kpi.words import convention_of, label_of
from casewf.model.terms import KINDS, LIMITS, Terms
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

_IN_GENERAL = ("opened", "closed", "closed_share", "case_days")
"""Those that need no words."""


_Group: TypeAlias = tuple[Literal["mark", "kind", "limit"], frozenset[str], str]
"""Which cases rules are asked of: those that have one of these, if there are any, and got a mark in the period."""

_Limit: TypeAlias = tuple[str, Units, Units | None]
"""Which cycles of a limit count; how many were in time; and, if it can be, extended."""


class Tally:
    """Counts the cases of one workflow.

    Args:
        terms: what the workflow's names mean.
        period: what is reported on.
        conventions: how it is counted.
        calendars: working calendars by content hash, as ``LimitRun.calendar`` names them.

    Attributes:
        counted: what was counted so far; it goes to another process, where another tally takes it in.
    """

    def __init__(
        self,
        terms: Terms,
        period: Period,
        conventions: Conventions,
        calendars: Mapping[str, WorkCalendar],
    ) -> None:
        self._ask = Ask(terms, period, conventions, calendars)
        rules = [rule for rule in _RULES.values() if rule.can_judge(terms)]
        measured = ["handling_days"] if {"dispatched", "submitted"} <= set(terms.marks) else []
        self.counted = Counted(
            [(name, "") for name in (*_IN_GENERAL, *measured, *(rule.id for rule in rules))]
        )
        counts = self._counts = self.counted.counts
        self._days = counts.get(("handling_days", ""))
        self._groups: dict[_Group, list[tuple[Judge, Units]]] = {}
        for rule in rules:
            self._groups.setdefault(_group(rule, terms), []).append((rule.judge, counts[rule.id, ""].units))
        self._limits: dict[str, _Limit] = {}
        for sla, limit in terms.slas.items():
            on_time, extended = Count(), Count() if limit.extendable else None
            counts["limit_on_time", sla] = on_time
            if extended is not None:
                counts["limit_extended", sla] = extended
            self._limits[sla] = (limit.counts, on_time.units, None if extended is None else extended.units)

    def add(self, facts: CaseFacts) -> int | Fraction | None:
        """Count one more case; in which order they come does not matter.

        Returns:
            How many days it was handled, if it is one of those whose mean is told.
        """
        ask = self._ask
        has = {"mark": facts.marks.keys(), "kind": facts.kinds, "limit": facts.runs.keys()}
        for (sort, words, dated), rules in self._groups.items():
            if words and has[sort].isdisjoint(words):
                continue
            if dated and not ask.period.holds(facts.first(dated)):
                continue
            for judge, units in rules:
                judged = judge(facts, ask)
                if judged is MAYBE:
                    self.counted.answered.append((facts.matter or 0, facts.opened_at))
                    continue
                for unit in judged:
                    units[unit] += 1
        if facts.matter is not None:
            self.counted.matters.append(facts.matter)
            self.counted.asked_at.append(facts.opened_at)
        self._count_limits(facts)
        self._count_in_general(facts)
        return self._measure_handling(facts)

    def take_in(self, counted: Counted) -> None:
        """Count what another tally has counted, of other cases by the same terms, period and conventions.

        Args:
            counted: its ``counted``.
        """
        self.counted.take_in(counted)

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the cases so far, in the order of ``FIGURES``.

        Those for which the terms have no words are not among them.
        """
        counts, terms = dict(self._counts), self._ask.terms
        if self.counted.answered:
            counts["one_call", ""] = self._one_call(counts["one_call", ""])
        names = {name: number for number, name in enumerate(FIGURES)}
        things = {name: number for number, name in enumerate((*terms.slas, *terms.card_titles))}
        found = sorted(counts.items(), key=lambda item: (names[item[0][0]], things.get(item[0][1], -1)))
        return tuple(
            self._figure(name, about, count) for (name, about), count in found if _is_told(name, count)
        )

    def _figure(self, name: str, about: str, count: Count) -> Figure:
        unit: Literal["share", "days", "count"] = _UNITS.get(name, "share")
        return Figure(
            id=name,
            about=about,
            label=label_of(name, about, self._ask.terms),
            numerator=count.days if unit == "days" else count.units[True],
            denominator=1 if unit == "count" else count.denominator,
            unit=unit,
            excluded=dict(sorted(count.excluded.items())),
            convention=convention_of(name, self._ask.conventions),
        )

    def _measure_handling(self, facts: CaseFacts) -> int | Fraction | None:
        ask = self._ask
        if self._days is None or not ask.period.holds(submitted_at(facts, ask.conventions)):
            return None
        days = handling_days(facts, ask.terms, ask.conventions, ask.calendars)
        self._days.measure(days)
        return None if isinstance(days, str) else days

    def _count_limits(self, facts: CaseFacts) -> None:
        """The on-time rate of every limit, by the cycles that count."""
        ask, limits = self._ask, self._limits
        start, end = ask.period.span
        for sla, runs in facts.runs.items():
            limit = limits.get(sla)
            if limit is None:
                continue  # of a limit that the newest version has no more
            counts, on_time, extended = limit
            for run in runs if len(runs) == 1 else counting(runs, counts):
                if start <= run.limit < end:
                    on_time[run.verdict == "met" or verdict(run, ask)] += 1  # most are met
                    if extended is not None:
                        extended[run.extended > 0] += 1

    def _count_in_general(self, facts: CaseFacts) -> None:
        ask, counts = self._ask, self._counts
        if ask.period.holds(facts.opened_at):
            counts["opened", ""].units[True] += 1
            counts["closed_share", ""].units[facts.closed] += 1
        for card, instants in facts.cards.items():
            raised = sum(map(ask.period.holds, instants))
            if raised:
                counts.setdefault(("card", card), Count()).units[True] += raised
        if facts.closed and ask.period.holds(facts.closings[-1]):
            counts["closed", ""].units[True] += 1
            counts["case_days", ""].measure(case_days(facts, ask.conventions, ask.calendars))

    def _one_call(self, so_far: Count) -> Count:
        """With the questions that were answered, unless the same caller asked again soon afterwards."""
        asked: dict[int, list[int]] = {}
        wanted = {matter for matter, _ in self.counted.answered}
        for matter, at in zip(self.counted.matters, self.counted.asked_at, strict=True):
            if matter in wanted:
                asked.setdefault(matter, []).append(at)
        for instants in asked.values():
            instants.sort()
        count = Count()
        count.take_in(so_far)
        for matter, at in self.counted.answered:
            instants = asked[matter]
            later = bisect_right(instants, at)
            again = later < len(instants) and instants[later] <= at + self._ask.conventions.repeat_within
            count.units[not again] += 1
        return count


def _group(rule: Rule, terms: Terms) -> _Group:
    """Which cases a rule is asked of, in the words of their facts."""
    first = rule.of[0] if rule.of else ""
    if first in LIMITS:
        return "limit", frozenset(terms.limits[word] for word in rule.of if word in terms.limits), rule.dated
    return "kind" if first in KINDS else "mark", frozenset(rule.of), rule.dated


_UNITS: Mapping[str, Literal["count", "days"]] = {
    "opened": "count",
    "closed": "count",
    "card": "count",
    "case_days": "days",
    "handling_days": "days",
}


def _is_told(name: str, count: Count) -> bool:
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
