"""A working calendar that is neither packaged nor given."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.horizons import named_calendars
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.load import packaged_calendars
from casewf.definition.shapes import did_you_mean

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    if subject.bindings is not None and subject.bindings.calendars is not None:
        return  # what the host has is told, and CW743 says what it lacks
    known = (*subject.calendars, *packaged_calendars())
    told = set()
    for name, path in named_calendars(subject.workflow.calendar):
        if name in subject.calendars or name in told:
            continue
        told.add(name)
        meant = did_you_mean(name, known)
        yield Problem(
            message=f"calendar {name!r} is not known here, so no limit was tried out with it",
            span=subject.at(*path),
            help=f"{meant} else give its file with `--calendar FILE`".strip()
            if meant
            else "give its file: `--calendar FILE`",
        )


RULE = Rule(
    code="CW764",
    name="unknown-calendar",
    level=WARNING,
    title="a calendar is not known",
    zh="工作日历未知",
    what="A calendar that the workflow names and that is neither packaged nor given with `--calendar FILE`, "
    "and lies in no file beside the workflow.",
    why="An engine that is not given the calendar does not start, and the linter cannot say whether ladders "
    "are in order, warnings lie after the start, or the calendar covers the limits.",
    instead="Correct the name, or give the file with `--calendar`.",
    check=_check,
)
