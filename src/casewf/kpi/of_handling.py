"""Figures of the work: finished at all, finished in time, with and without the extensions."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.core.clocks import Measure, limit_of
from casewf.kpi.days import submitted_at
from casewf.kpi.facts import CaseFacts, LimitRun
from casewf.kpi.rule import Ask, Judged, Rule, counting, runs_of, verdict, yes_or_no

__all__ = ["HANDLING_RULES", "registered_at"]


def registered_at(facts: CaseFacts, ask: Ask) -> int | None:
    """When a case was registered; its opening where the terms do not say, or where it was registered elsewhere."""
    if "registered" not in ask.terms.marks or facts.imported_at is not None:
        return facts.opened_at
    return facts.first("registered")


def _judged_runs(facts: CaseFacts, ask: Ask) -> Sequence[LimitRun]:
    """The cycle by which the handling is judged: of the first round, or of the last one with its rework."""
    runs = runs_of(facts, ask, "handling")
    if ask.conventions.submission == "last":
        return counting(sorted([*runs, *runs_of(facts, ask, "rework")], key=_began), "last")
    sla = ask.terms.slas.get(ask.terms.limits["handling"])
    return counting(runs, "first" if sla is None else sla.counts)


def _began(run: LimitRun) -> int:
    return run.start


def _members(facts: CaseFacts, ask: Ask) -> Sequence[LimitRun]:
    """The cycles of a case that belong to the period."""
    runs, members, period = _judged_runs(facts, ask), ask.conventions.members, ask.period
    if members == "due":
        return [run for run in runs if period.holds(run.limit)]
    closed = members == "closed"
    at = submitted_at(facts, ask.conventions) if closed else registered_at(facts, ask)
    return runs if period.holds(at) else ()


def _why_left_out(facts: CaseFacts, run: LimitRun) -> str:
    """Why a case that went another way than to a result is not judged by it, or empty."""
    if "transferred" in facts.marks:
        return "transferred"
    if "submitted" not in facts.marks:
        for mark in ("merged", "withdrawn"):
            if mark in facts.marks:
                return mark
    return "suspended" if run.paused_at is not None else ""


def _closing(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases with a result of the members."""
    judged: list[bool | str] = []
    for run in _members(facts, ask):
        submitted = submitted_at(facts, ask.conventions) is not None
        judged.append(_why_left_out(facts, run) or submitted or _not_yet(run, ask))
    return judged


def _not_yet(run: LimitRun, ask: Ask) -> bool | str:
    """A case without a result: left out if it is not due yet or ended without one."""
    if run.verdict == "cancelled":
        return "cancelled"
    return "open" if run.limit >= ask.period.known else False


def _on_time(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases with a result in time, with the extensions that were granted."""
    return [_why_left_out(facts, run) or verdict(run, ask) for run in _members(facts, ask)]


def _on_time_unextended(facts: CaseFacts, ask: Ask) -> Judged:
    """The same cases, as if no extension had been granted."""
    judged: list[bool | str] = []
    for run in _members(facts, ask):
        found = _why_left_out(facts, run) or verdict(run, ask)
        if found is True and run.extended and run.ended_at is not None:
            found = run.ended_at <= _unextended_limit(run, ask)
        judged.append(found)
    return judged


def _unextended_limit(run: LimitRun, ask: Ask) -> int:
    """The due instant of a cycle without its extensions; its pauses move it all the same (K1)."""
    calendar = ask.calendars.get(run.calendar)
    if calendar is None or run.carried:
        return run.limit if run.unextended is None else run.unextended
    return limit_of(Measure(calendar.provisional, run.start, run.budget, run.until, run.pauses))


def _extension(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatched cases with an extension of the handling."""
    return yes_or_no(any(run.extended for run in runs_of(facts, ask, "handling")))


def _extension_asked(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatched cases for which an extension of the handling was asked."""
    return yes_or_no(any(run.asked for run in runs_of(facts, ask, "handling")))


_ROUNDS = ("handling", "rework")

HANDLING_RULES = (
    Rule(id="closing", judge=_closing, marks=("submitted",), limits=("handling",), of=_ROUNDS),
    Rule(id="on_time", judge=_on_time, limits=("handling",), of=_ROUNDS),
    Rule(id="on_time_unextended", judge=_on_time_unextended, limits=("handling",), of=_ROUNDS),
    Rule(id="extension", judge=_extension, marks=("dispatched",), limits=("handling",), dated="dispatched"),
    Rule(
        id="extension_asked",
        judge=_extension_asked,
        marks=("dispatched",),
        limits=("handling",),
        dated="dispatched",
    ),
)
