"""A name that was given and is not there: what there is instead, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.beside import found_calendars
from casewf.definition.load import packaged_calendars
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["known_calendars", "unknown"]


def unknown(out: Terminal, kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error to be raised; ``kind`` says what the name is of, in the language of the terminal."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    zh, en = (f"；是否指 {near[0]}？", f"; did you mean {near[0]}? ") if near else ("；", ". ")
    listed = ", ".join(names) or "–"
    return UsageError(
        out.say(f"没有{kind} {name}{zh}可选：{listed}", f"no {kind} {name}{en}There are: {listed}")
    )


def known_calendars(
    workflows: Sequence[Workflow],
    given: Mapping[str, WorkCalendar],
    sources: Iterable[str],
    out: Terminal,
) -> dict[str, WorkCalendar]:
    """What the workflows go by, as ``found_calendars``, and whatever else was given.

    Raises:
        UsageError: one of them is not found.
    """
    names = dict.fromkeys(name for workflow in workflows for name in workflow.calendar.ids)
    found = {**given, **found_calendars(names, given, sources)}
    for name in names:
        if name not in found:
            known = dict.fromkeys((*found, *packaged_calendars()))
            error = unknown(out, out.say("日历", "calendar"), name, known)
            how = out.say(
                "；用 --calendar FILE 提供，或放在流程文件旁",
                "; give it with --calendar FILE, or lay it beside the workflow",
            )
            raise UsageError(f"{error}{how}")
    return found
