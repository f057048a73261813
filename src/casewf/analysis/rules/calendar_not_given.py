"""A calendar that the host does not have."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.load import packaged_calendars
from casewf.definition.shapes import did_you_mean

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    given = None if subject.bindings is None else subject.bindings.calendars
    if given is None:
        return
    known = (*given, *packaged_calendars())
    choice = subject.workflow.calendar
    places = {("calendar", "of", value): name for value, name in choice.of.items()}
    default = ("calendar",) if choice.field is None else ("calendar", "default")
    for path, name in ({default: choice.default} | places).items():
        if name not in known:
            yield Problem(
                message=f"the host has no calendar {name!r}",
                span=subject.at(*path),
                help=did_you_mean(name, known) or "pass it in `calendars=` and name its file in the bindings",
            )


RULE = Rule(
    code="CW743",
    name="calendar-not-given",
    level=ERROR,
    title="the host has no such calendar",
    zh="宿主没有该日历",
    what="A calendar that the workflow goes by, and that is neither packaged nor among the `calendars` of "
    "the bindings. Bindings without that key say nothing about calendars.",
    why="The engine refuses to start with the workflow.",
    instead="Pass the calendar in `calendars=` and name its file in the bindings, or mend the id here.",
    check=_check,
    needs_bindings=True,
)
