"""Writing the event log of a database, case by case, so that memory does not grow with them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from typing import IO

from casewf.cli.databases import PAGE, Database, paged, workflows_of
from casewf.ports.decoding import damaged
from casewf.ports.stored import Filter
from casewf.views.ocel import EventLog, Part


def write_log(store: Database, file: IO[str]) -> int:
    """Write the log of all cases; how many there are.

    Events go to the file as they come. Objects wait in a file beside it, for one of them can only be told when the last
    case has been seen, and the types come last.

    Raises:
        AdapterError: a workflow is damaged, or that of a case is not there.
    """
    workflows = workflows_of(store)
    log = EventLog(workflows)
    number = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as objects:
        events, told = _Items(file), _Items(objects)
        file.write('{"events": [')
        for case in paged(store, Filter(everything=True, limit=PAGE)):
            if case.workflow[2] not in workflows:
                raise damaged(f"case {case.id}", LookupError(f"its workflow {case.workflow[0]} is not there"))
            history = store.history(case.id)
            events.write(log.events_of(case, history))
            told.write(log.objects_of(case, history))
            number += 1
        told.write(log.people_and_organisations())
        file.write('\n],\n"objects": [')
        objects.seek(0)
        shutil.copyfileobj(objects, file)
    file.write("\n]")
    for section, types in log.types().items():
        file.write(f',\n"{section}": {_text(types)}')
    file.write("}\n")
    return number


class _Items:
    """The items of a list, a line each."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._begun = False

    def write(self, parts: Iterable[Part]) -> None:
        for part in parts:
            self._file.write(",\n" if self._begun else "\n")
            self._file.write(_text(part))
            self._begun = True


def _text(part: object) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))
