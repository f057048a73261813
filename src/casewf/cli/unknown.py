"""A name that was given and is not there: what there is instead, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.load import load_calendar, packaged_calendars
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["known_calendars", "unknown"]


def unknown(out: Terminal, kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error to be raised; ``kind`` says what the name is of, in the language of the terminal."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    meant = out.say(f"；是否指 {near[0]}？", f"; did you mean {near[0]}?") if near else ""
    listed = ", ".join(names) or "–"
    return UsageError(
        out.say(f"没有{kind} {name}{meant}；可选：{listed}", f"no {kind} {name}{meant} There are: {listed}")
    )


def known_calendars(
    workflows: Sequence[Workflow], given: Mapping[str, WorkCalendar], out: Terminal
) -> dict[str, WorkCalendar]:
    """What the workflows go by: what was given, and what casewf ships.

    Raises:
        UsageError: one of them is neither.
    """
    found = dict(given)
    for name in dict.fromkeys(name for workflow in workflows for name in workflow.calendar.ids):
        if name in found:
            continue
        if name not in packaged_calendars():
            known = (*found, *packaged_calendars())
            error = unknown(out, out.say("日历", "calendar"), name, dict.fromkeys(known))
            raise UsageError(f"{error}; {out.say('用 --calendar FILE 提供', 'give it with --calendar FILE')}")
        found[name] = load_calendar(name)
    return found
