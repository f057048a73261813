"""A rung of which no calendar can tell when it fires."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words
from casewf.analysis.limits.horizons import known_through, named_calendars
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    found = [(one, one.rung) for one in subject.beyond if one.rung is not None]
    if subject.on is None:
        for one, rung in {rung.path: (one, rung) for one, rung in reversed(found)}.values():
            yield Problem(
                message=f"rung {rung_words(subject, rung)} of limit {one.sla!r} lies past all that calendar "
                f"{one.calendar.id!r} knows: of a limit begun on {one.start}, its first day, it fires {one.why}",
                span=subject.at(*rung.path),
                help="is the amount in the unit you meant?",
            )
        return
    for name, path in named_calendars(subject.workflow.calendar):
        mine = dict.fromkeys(
            f"{rung_words(subject, rung)} of {one.sla}"
            for one, rung in found
            if one.past and one.calendar.id == name
        )
        if mine:
            yield Problem(
                message=f"{known_through(subject.program.calendars[name])}, so that for limits that begin on "
                f"{subject.on} these rungs wait for the calendar: {', '.join(mine)}",
                span=subject.at(*path),
                help="add the next year's notice to the calendar",
            )


RULE = Rule(
    code="CW767",
    name="rung-past-calendar",
    level=WARNING,
    title="a calendar does not cover a rung",
    zh="工作日历覆盖不到提醒",
    what="With `casewf lint --on DATE`, a rung, or its last repetition, that fires past the last day its "
    "calendar knows if its limit begins on that day, while the due instant can be told. Without `--on` "
    "only one that lies past all the calendar knows.",
    why="Such a rung stays unresolved until the calendar knows the day (E2): the limit can be missed, and who "
    "was to be told afterwards is not, until somebody recomputes.",
    instead="Add the notice for the next year to the calendar as soon as it is published; or correct the amount.",
    check=_check,
)
