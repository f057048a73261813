"""How long a case was handled, in days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from casewf.kpi.facts import CaseFacts, LimitRun
from casewf.kpi.figure import DAY_US, Conventions
from casewf.model.terms import Terms
from casewf.worktime import WorkCalendar

__all__ = ["case_days", "handling_days", "submitted_at"]


def submitted_at(facts: CaseFacts, conventions: Conventions) -> int | None:
    """The submission that ends the handling, or None; after rework was granted the last one is still to come."""
    if conventions.submission == "first":
        return facts.first("submitted")
    last, rework = facts.last("submitted"), facts.last("rework_granted")
    return None if last is None or (rework is not None and rework > last) else last


def handling_days(
    facts: CaseFacts, terms: Terms, conventions: Conventions, calendars: Mapping[str, WorkCalendar]
) -> int | Fraction | str:
    """The days from the first dispatch of a case to its submission, by the conventions.

    Args:
        facts: the case.
        terms: what its workflow's names mean.
        conventions: which submission, what days, and whether time in which it stood still counts.
        calendars: working calendars by content hash.

    Returns:
        The days, of whole ones an ``int``, or the id of the reason why the case has none.
    """
    dispatched, submitted = facts.first("dispatched"), submitted_at(facts, conventions)
    if facts.marks.get("transferred"):
        return "transferred"
    if submitted is None:
        return "open"
    if dispatched is None:
        return "imported" if facts.imported_at is not None else "not_dispatched"
    runs = [run for name in ("handling", "rework") for run in facts.runs.get(terms.limits.get(name, ""), ())]
    calendar = calendars.get(runs[0].calendar) if runs else None
    if calendar is None and conventions.days != "calendar":
        return "no_calendar"
    days = span_days(dispatched, submitted, conventions, calendar)
    if conventions.suspended == "deducted":
        for begin, end in _within(_suspensions(runs), dispatched, submitted):
            days -= span_days(begin, end, conventions, calendar)
    return days


def case_days(
    facts: CaseFacts, conventions: Conventions, calendars: Mapping[str, WorkCalendar]
) -> int | Fraction | str:
    """The days from the opening of a closed case to its last close, or the reason why it has none."""
    calendar = None if conventions.days == "calendar" else _calendar(facts, calendars)
    if calendar is None and conventions.days != "calendar":
        return "no_calendar"
    return span_days(facts.opened_at, facts.closings[-1], conventions, calendar)


def _calendar(facts: CaseFacts, calendars: Mapping[str, WorkCalendar]) -> WorkCalendar | None:
    """The calendar of the first limit that has one."""
    for runs in facts.runs.values():
        for run in runs:
            if run.calendar in calendars:
                return calendars[run.calendar]
    return None


def span_days(
    begin: int, end: int, conventions: Conventions, calendar: WorkCalendar | None
) -> int | Fraction:
    """The days between two instants; past what the calendar knows by its weekly hours."""
    if conventions.days == "calendar" or calendar is None:
        return Fraction(end - begin, DAY_US)
    if conventions.days == "exact":
        return calendar.provisional.shares_between(begin, end)
    return calendar.provisional.days_between(begin, end)


def _suspensions(runs: Sequence[LimitRun]) -> list[tuple[int, int]]:
    """The pauses of cycles; that a result waited, at the end of one, for what has the next one go on is none."""
    pauses = [pause for run in runs for pause in run.pauses]
    if not pauses:
        return pauses
    ends = {run.ended_at for run in runs if not run.reason}  # one that was called off is never taken up again
    return [pause for pause in pauses if pause[0] not in ends]


def _within(pauses: Iterable[tuple[int, int]], begin: int, end: int) -> list[tuple[int, int]]:
    """Spans cut to a range, each instant in one of them: a cycle that goes on took over the pauses of those before."""
    cut: list[tuple[int, int]] = []
    reached = begin
    for start, stop in sorted(pauses):
        start, stop = max(start, reached), min(stop, end)
        if start < stop:
            cut.append((start, stop))
            reached = stop
    return cut
