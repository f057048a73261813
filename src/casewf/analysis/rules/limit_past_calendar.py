"""A limit whose due instant no calendar can tell."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.horizons import known_through, named_calendars
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    found = [one for one in subject.beyond if one.rung is None]
    if subject.on is None:
        for one in found:
            yield Problem(
                message=f"limit {one.sla!r} is longer than all that calendar {one.calendar.id!r} knows: begun on "
                f"{one.start}, its first day, it is due {one.why}",
                span=subject.at("slas", one.sla, "target", one.number),
                help="is the amount in the unit you meant?",
            )
        return
    for name, path in named_calendars(subject.workflow.calendar):
        mine = dict.fromkeys(one.sla for one in found if one.past and one.calendar.id == name)
        if mine:
            calendar = subject.program.calendars[name]
            yield Problem(
                message=f"{known_through(calendar)}, so that on {subject.on} no case could start {', '.join(mine)}",
                span=subject.at(*path),
                help="add the next year's notice to the calendar; until then what starts them is refused",
            )


RULE = Rule(
    code="CW766",
    name="limit-past-calendar",
    level=ERROR,
    title="a calendar does not cover a limit",
    zh="工作日历覆盖不到时限",
    what="With `casewf lint --on DATE`, a limit that is due past the last day its calendar knows if it begins "
    "on that day. Without `--on`, which day it is is not asked, and only a limit is found that is longer "
    "than all the calendar knows. Limits until a date are left out.",
    why="A move that starts such a limit is refused (E2): casewf does not guess which days of an unannounced "
    "year are worked. In December nobody could open or dispatch a case.",
    instead="Add the notice for the next year to the calendar as soon as it is published, and lint with a day two "
    "months ahead so that you are told in time; or correct the amount.",
    check=_check,
)
