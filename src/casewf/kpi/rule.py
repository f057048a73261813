"""What a figure is: a rule that judges the units of one case.

A unit is a case, a call, a dispatch or a person, as the figure says. It counts (``True``), does not count
(``False``), or is left out of the denominator for a reason (its id, a key of ``words.REASONS``); what is not of the
period is not judged at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

from casewf.kpi.facts import CaseFacts, LimitRun
from casewf.kpi.figure import Conventions, Period
from casewf.model.terms import Terms
from casewf.worktime import WorkCalendar

Judged: TypeAlias = Sequence[bool | str]
"""The units of a case: each counts, does not count, or is left out for a reason."""

Judge: TypeAlias = "Callable[[CaseFacts, Ask], Judged]"
"""Judges the units of one case."""

NOTHING: Judged = ()
YES: Judged = (True,)
NO: Judged = (False,)


@attrs.frozen(slots=True)
class Ask:
    """What figures are asked for.

    Attributes:
        terms: what the workflow's names mean.
        period: what is reported on.
        conventions: how it is counted.
        calendars: working calendars by content hash, as the cases name them.
    """

    terms: Terms
    period: Period
    conventions: Conventions
    calendars: Mapping[str, WorkCalendar]


@attrs.frozen(slots=True, kw_only=True)
class Rule:
    """A figure and how it judges.

    Attributes:
        id: the figure's.
        judge: the units of one case.
        marks, kinds, limits: the words that the terms must have for it.
        rating: it needs a rating.
        of: words, all of them marks, kinds or limits, of which a case must have one to have a unit; every case may
            have one if there are none. The rule is asked of no other case.
        dated: the mark by whose first instant a case belongs to the period; empty where the rule finds out itself.
    """

    id: str
    judge: Judge
    marks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    rating: bool = False
    of: tuple[str, ...] = ()
    dated: str = ""

    def can_judge(self, terms: Terms) -> bool:
        """Whether these terms have the words that it needs."""
        return (
            all(mark in terms.marks for mark in self.marks)
            and all(kind in terms.kinds for kind in self.kinds)
            and all(limit in terms.limits for limit in self.limits)
            and (terms.rating is not None or not self.rating)
        )


def yes_or_no(counts: bool) -> Judged:
    """One unit that counts, or does not."""
    return YES if counts else NO


def runs_of(facts: CaseFacts, ask: Ask, limit: str) -> Sequence[LimitRun]:
    """The cycles of the limit that the terms call so."""
    return facts.runs.get(ask.terms.limits.get(limit, ""), ())


def counting(runs: Sequence[LimitRun], counts: str) -> Sequence[LimitRun]:
    """Those cycles that count (``Sla.counts``); a cancelled one has no verdict (K8), so the next one stands for it.

    Where all are cancelled it is the last one, so that it can be told why nothing was judged.
    """
    if counts == "all" or len(runs) <= 1:
        return runs
    judged = [run for run in runs if run.verdict != "cancelled"] or runs[-1:]
    return judged[:1] if counts == "first" else judged[-1:]


def verdict(run: LimitRun, ask: Ask) -> bool | str:
    """Whether a cycle that was due in the period was met, or why it is not judged."""
    if run.verdict == "met":
        return True
    if run.verdict == "breached":
        return False
    if run.verdict == "cancelled":
        return "case_ended" if run.reason == "case_ended" else "cancelled"
    if run.paused_at is not None:
        return "suspended"
    if run.observed or run.limit >= ask.period.known:
        return "open"  # it is judged when it stops, or is not due yet
    return False  # late, whether a sweep has written it down or not


def due_runs(facts: CaseFacts, ask: Ask, limit: str) -> list[LimitRun]:
    """All cycles of a limit that were due in the period."""
    return [run for run in runs_of(facts, ask, limit) if ask.period.holds(run.limit)]
