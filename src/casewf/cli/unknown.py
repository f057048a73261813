"""A name that was given and is not there: what there is instead, and what was probably meant."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.files import is_id, kind_of_file
from casewf.definition.load import load_calendar, packaged_calendars
from casewf.errors import DefinitionError
from casewf.model.workflow import Workflow
from casewf.worktime import WorkCalendar

__all__ = ["calendars_beside", "found_calendars", "known_calendars", "unknown"]


def unknown(out: Terminal, kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error to be raised; ``kind`` says what the name is of, in the language of the terminal."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    zh, en = (f"；是否指 {near[0]}？", f"; did you mean {near[0]}? ") if near else ("；", ". ")
    listed = ", ".join(names) or "–"
    return UsageError(
        out.say(f"没有{kind} {name}{zh}可选：{listed}", f"no {kind} {name}{en}There are: {listed}")
    )


def calendars_beside(names: Iterable[str], sources: Iterable[str]) -> dict[str, tuple[str, WorkCalendar]]:
    """By id, those of these calendars that lie in the folder of a workflow, each with its path.

    What casewf ships is not looked for, and a calendar that cannot be read is none.

    Args:
        names: ids of calendars.
        sources: the workflows, each a path or a packaged id.
    """
    wanted = set(names).difference(packaged_calendars())
    folders = [Path(one).parent for one in sources if not is_id(one)] if wanted else []
    found: dict[str, tuple[str, WorkCalendar]] = {}
    for path in (path for folder in dict.fromkeys(folders) for path in sorted(folder.glob("*.yaml"))):
        if kind_of_file(path) == "calendar":
            with contextlib.suppress(DefinitionError):  # told where that file is looked at
                beside = load_calendar(path)
                if beside.id in wanted:
                    found.setdefault(beside.id, (str(path), beside))
    return found


def found_calendars(
    names: Iterable[str], given: Mapping[str, WorkCalendar], sources: Iterable[str]
) -> dict[str, WorkCalendar]:
    """Of these calendars those that were given, that casewf ships, or that lie beside a workflow."""
    wanted = dict.fromkeys(names)
    found = {name: given[name] for name in wanted if name in given}
    found |= {name: load_calendar(name) for name in packaged_calendars() if name in wanted.keys() - found}
    beside = calendars_beside(wanted.keys() - found, sources)
    return found | {name: calendar for name, (_, calendar) in beside.items()}


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
