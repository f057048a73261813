"""Importing the open cases of an old system, one by one or from a file (K1, M6, M7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import attrs

from casewf.core.program import Program
from casewf.engine.case_view import to_datetime, zone_of
from casewf.engine.import_file import ImportFile
from casewf.engine.import_rows import ImportRow, RowReader
from casewf.engine.import_unit import Importing, ImportUnit
from casewf.engine.imported import Imported, ImportedCase, ImportedLimit
from casewf.engine.upkeep import CaseKeeper
from casewf.errors import Refused
from casewf.model.case import Actor, Case
from casewf.model.plain_text import stored_text
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Workflow


@attrs.frozen(slots=True, kw_only=True)
class ImportedRow:
    """A row of a file and what became of it; ``cells`` is the row as it was written, by column."""

    line: int
    cells: dict[str, str]
    result: ImportedCase


@attrs.frozen(slots=True, kw_only=True)
class FileImport:
    """A file being imported: its columns, and its rows, each imported when it is asked for."""

    columns: tuple[str, ...]
    rows: Iterator[ImportedRow]


class CaseImporter(CaseKeeper):
    """The part of the engine that takes over cases of other systems."""

    def import_case(
        self,
        imported: Imported,
        *,
        workflow: str,
        actor: Actor,
        warned_until: dt.datetime | None = None,
        dry_run: bool = False,
    ) -> ImportedCase:
        """Take over an open case at its position, with the past of its clocks, in one append.

        It goes by the present version of the workflow and of its calendar. What is due before now fires as after
        downtime (E4); what was due before ``warned_until`` is recorded as fired without effects, since the old system
        told of it. A case of the same origin and content that was imported before is skipped.

        Args:
            imported: the case.
            workflow: the workflow's id.
            actor: who imports it; who may call this is the host's decision.
            warned_until: as in ``Imported``, for a case that does not say.
            dry_run: write nothing, and say what would come of it.

        Raises:
            Refused: with everything that is wrong at once; nothing was written.
            Conflict: somebody else wrote a case of this id at the same moment.
            TypeError: ``imported`` is none, or something in it has another type than it says.
            ValueError: a naive datetime, an id that cannot be one, or a text that cannot be stored.
        """
        who = self._means.resolve(actor)
        given: object = imported
        if not isinstance(given, Imported):
            raise TypeError(f"what is imported must be an Imported, got {type(given).__name__}")
        wanted = Importing(
            workflow=stored_text(workflow, "a workflow's id"),
            position=imported.wanted(who, warned_until),
            comment=imported.remark(),
        )
        touched: set[str] = set()
        unit = ImportUnit(self._means, touched)
        try:
            case, new = unit.import_case(wanted, dry_run=dry_run)
        finally:
            self._deliver(touched)
        program = self._means.registry.pinned(case)
        return ImportedCase(
            case=case.id,
            origin=wanted.position.origin,
            outcome="imported" if new else "skipped",
            limits=_limits(program, case, unit.now),
        )

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """The definitions that new cases are opened with: those that were given, and those of their children."""
        return self._means.registry.workflows

    def workflow(self, workflow_id: str) -> Workflow:
        """The definition that new cases of a workflow are opened with, and imported ones go by.

        Raises:
            BindingError: this engine was not given it.
        """
        return self._means.registry.current(workflow_id).workflow

    def import_file(
        self,
        path: str | Path,
        *,
        workflow: str,
        actor: Actor,
        zone: str,
        warned_until: dt.datetime | None = None,
        dry_run: bool = False,
    ) -> FileImport:
        """Take over the cases of a CSV or JSON file, row by row as ``rows`` is iterated, each in an append of its own.

        A row that is refused does not stop the others. Stopped in the middle and started again, it goes on: rows that
        were imported are skipped.

        Args:
            path: the file; its format is that of ``docs/how-to/import-open-cases.md``.
            workflow: the workflow's id.
            actor: who imports it.
            zone: the IANA time zone of times without an offset.
            warned_until: for rows that do not say.
            dry_run: write nothing.

        Raises:
            ImportFileError: the file cannot be read, or has a column that is none; later rows can raise it, too.
            WorkingTimeError: no such zone.
        """
        program = self._means.registry.current(stored_text(workflow, "a workflow's id"))
        reader = RowReader(program, zone)
        file = ImportFile(Path(path), reader.columns)

        def rows() -> Iterator[ImportedRow]:
            seen: dict[tuple[str, str], int] = {}
            for raw in file.rows():
                row = reader.read(raw)
                problems = [*row.problems, *_repeated(row, seen)]
                result = self._import_row(row, problems, workflow, actor, warned_until, dry_run=dry_run)
                yield ImportedRow(line=raw.line, cells=raw.cells(), result=result)

        return FileImport(columns=file.columns, rows=rows())

    def _import_row(
        self,
        row: ImportRow,
        problems: list[Reason],
        workflow: str,
        actor: Actor,
        warned_until: dt.datetime | None,
        *,
        dry_run: bool,
    ) -> ImportedCase:
        """Import a row, or say all that is wrong with it: with how it is written, and with what it says."""
        try:
            if row.imported is not None:
                found = self.import_case(
                    row.imported,
                    workflow=workflow,
                    actor=actor,
                    warned_until=warned_until,
                    dry_run=dry_run or bool(problems),
                )
                if not problems:
                    return found
        except Refused as refused:
            # a row that cannot be read in full differs from what was imported, whether or not the case does
            problems += [
                one
                for one in refused.reasons
                if isinstance(one, Reason) and not (problems and one.code == "imported_otherwise")
            ]
        return ImportedCase(case=row.id, origin=row.origin, outcome="refused", reasons=tuple(problems))


def _repeated(row: ImportRow, seen: dict[tuple[str, str], int]) -> list[Reason]:
    """Whether the id or the origin of a row was that of an earlier one."""
    found: list[Reason] = []
    for column, name in (("id", row.id), ("origin", row.origin)):
        first = seen.setdefault((column, name), row.line) if name else row.line
        if first != row.line and not (column == "origin" and found and row.origin == row.id):
            found.append(reason("row_repeated", column=column, line=str(first)))
    return found


def _limits(program: Program, case: Case, now: int) -> tuple[ImportedLimit, ...]:
    zone = zone_of(program, case)
    clocks = [case.clocks[sla] for sla in program.by_name if sla in case.clocks]
    return tuple(
        ImportedLimit(
            sla=clock.sla,
            due=None if clock.due is None else to_datetime(clock.due, zone),
            overdue=clock.verdict == "breached" or (clock.due is not None and clock.due < now),
        )
        for clock in clocks
        if clock.phase != "stopped"
    )
