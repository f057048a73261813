"""The calendar files that lie beside a workflow file, where ``casewf new`` writes one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from casewf.definition.files import is_id, kind_of_file
from casewf.definition.load import load_calendar, packaged_calendars
from casewf.errors import DefinitionError
from casewf.worktime import WorkCalendar

__all__ = ["calendars_beside", "found_calendars"]


def calendars_beside(
    names: Iterable[str], sources: Iterable[str | os.PathLike[str]]
) -> dict[str, tuple[str, WorkCalendar]]:
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
    names: Iterable[str],
    given: Mapping[str, WorkCalendar],
    sources: Iterable[str | os.PathLike[str]],
) -> dict[str, WorkCalendar]:
    """Of these calendars those that were given, that casewf ships, or that lie beside a workflow."""
    wanted = dict.fromkeys(names)
    found = {name: given[name] for name in wanted if name in given}
    found |= {name: load_calendar(name) for name in packaged_calendars() if name in wanted.keys() - found}
    beside = calendars_beside(wanted.keys() - found, sources)
    return found | {name: calendar for name, (_, calendar) in beside.items()}
