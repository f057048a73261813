"""A new version of a workflow: what it means for each open case, and moving them (X2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import attrs

from casewf.core.migration_gaps import Gap, gaps
from casewf.core.program import Program
from casewf.engine.case_view import MASK, to_datetime, zone_of
from casewf.engine.means import Means
from casewf.engine.migration_changes import (
    CaseMigration,
    ClockChange,
    FieldChange,
    FiresFirst,
    StateChange,
    WorkflowChange,
)
from casewf.engine.migration_unit import MigrationUnit, Move
from casewf.engine.sweep import report_failure
from casewf.errors import AdapterError
from casewf.model.case import Actor, Case, Sealed
from casewf.model.clock_events import ClockBreached, RungFired
from casewf.model.migration import Migration
from casewf.model.migration_events import ClockMigrated, Migrated
from casewf.ports.stored import Filter

Tell = Callable[[CaseMigration], None]
_Change = TypeVar("_Change")


def change_workflow(
    means: Means,
    migration: Migration,
    actor: Actor,
    touched: set[str],
    *,
    apply: bool,
    batch: int,
    tell: Tell,
    stop: Callable[[], bool],
) -> WorkflowChange:
    """Look at every open case of the workflow, and move it if ``apply``.

    Unless the author says otherwise, nothing is moved while one case is refused: then all are looked at first.

    Args:
        means: the store, the clock and what else a unit of work needs.
        migration: what becomes of what.
        actor: in whose name the events are written.
        touched: gets the ids of cases with new effects.
        apply: whether to write, or only to tell.
        batch: how many cases are read at once.
        tell: is told of each case in turn; before anything is written of those alone that are in the way.
        stop: asked before each case; once it is true, what is left stays as it is.
    """
    run = _Run(means, migration, actor, touched, batch, stop)
    if apply and migration.refused == "stop":
        found = run.over(apply=False, tell=lambda one: tell(one) if one.outcome in _IN_THE_WAY else None)
        if found.stopped or any(found.counts.get(one) for one in _IN_THE_WAY):
            return found
    return run.over(apply=apply, tell=tell)


_IN_THE_WAY = ("refused", "unmapped")


@attrs.define(slots=True)
class _Run:
    """One look at all open cases, or the moving of them."""

    means: Means
    migration: Migration
    actor: Actor
    touched: set[str]
    batch: int
    stop: Callable[[], bool]
    _gaps: dict[str, tuple[Gap, ...]] = attrs.field(factory=dict)

    @property
    def new(self) -> Program:
        """The program that cases go to."""
        return self.means.registry.current(self.migration.workflow)

    def over(self, *, apply: bool, tell: Tell) -> WorkflowChange:
        """Go over all open cases once, page by page."""
        counts = Counter[str]()
        open_ends: dict[int, tuple[Gap, ...]] = {}
        stopped = False
        for case in self._open_cases():
            if stopped := self.stop():
                break
            found = self._one(case, apply=apply)
            if found is None:
                counts["present"] += case.workflow[2] == self.new.hash
                continue
            if found.outcome == "unmapped":
                open_ends[found.version] = self._gaps[case.workflow[2]]
            counts[found.outcome] += 1
            tell(found)
        return WorkflowChange(
            workflow=self.migration.workflow,
            version=self.migration.version,
            applied=apply and bool(counts["moved"]),
            counts=dict(counts),
            gaps=open_ends,
            stopped=stopped,
        )

    def _open_cases(self) -> Iterator[Case]:
        """The open cases of the workflow in the order of their ids; some may change meanwhile."""
        after: str | None = ""
        while after is not None:
            wanted = Filter(
                everything=True, workflow=self.migration.workflow, closed=False, limit=self.batch, after=after
            )
            page = self.means.store.find(wanted)
            yield from page.cases
            after = page.next_after

    def _one(self, case: Case, *, apply: bool) -> CaseMigration | None:
        """What becomes of a case; None if it is there already, or was closed meanwhile."""
        workflow, version, content_hash = case.workflow
        if content_hash == self.new.hash:
            return None
        if version == self.migration.version:
            raise AdapterError(
                f"workflow {workflow!r} version {version} is stored already with other content; give the changed one a "
                "new version"
            )
        shown = CaseMigration(case=case.id, version=version, outcome="elsewhere")
        if not self.migration.moves(version):
            return shown
        try:
            if self._open_ends(content_hash):
                return attrs.evolve(shown, outcome="unmapped")
            unit = MigrationUnit(self.means, self.touched)
            move = unit.migrate(case.id, self.new, self.migration, self.actor, apply=apply)
        except Exception as failure:  # noqa: BLE001  # one broken case must not stop the others, however broken
            if apply:
                report_failure(self.means, case.id, "migration_failed", self.means.clock.now(), failure)
            return attrs.evolve(shown, outcome="failed", error=f"{type(failure).__name__}: {failure}")
        return None if move is None else self._shown(shown, move)

    def _open_ends(self, content_hash: str) -> tuple[Gap, ...]:
        """What the migration leaves open for cases of a definition, looked at once."""
        if content_hash not in self._gaps:
            old = self.means.registry.program(content_hash).workflow
            self._gaps[content_hash] = gaps(old, self.new.workflow, self.migration)
        return self._gaps[content_hash]

    def _shown(self, shown: CaseMigration, move: Move) -> CaseMigration:
        if move.stays is not None:
            state = StateChange(track=move.stays.track, before=move.stays.state, after=move.stays.state)
            return attrs.evolve(shown, outcome="stays", states=(state,), first=_first(move))
        if move.after is None:
            return attrs.evolve(shown, outcome="refused", reasons=move.refused)
        (event,) = (one for one in move.events if isinstance(one, Migrated))
        return attrs.evolve(
            shown,
            outcome="moved",
            states=tuple(_states(self.migration, move.before, move.after)),
            fields=_in_order(
                _fields(self.migration, move.before, event),
                lambda one: one.after or one.before,
                self.new.fields,
            ),
            clocks=_in_order(_clocks(self.new, move, event), lambda one: one.sla, self.new.by_name),
            first=_first(move),
        )


def _first(move: Move) -> tuple[FiresFirst, ...]:
    """What was due before the move, in its order; a rung at the due instant is part of the breach."""
    found: dict[tuple[str, int], bool] = {}
    for event in move.first:
        if isinstance(event, ClockBreached):
            found[event.sla, event.due] = True
        elif isinstance(event, RungFired):
            found.setdefault((event.sla, event.scheduled_for), False)
    zone = zone_of(move.old, move.before) if found else ""
    return tuple(
        FiresFirst(sla=sla, due=to_datetime(due, zone), breaches=is_late)
        for (sla, due), is_late in found.items()
    )


def _in_order(
    found: Iterable[_Change], name: Callable[[_Change], str | None], order: Iterable[str]
) -> tuple[_Change, ...]:
    """The changes in the order of the new version, what it does not have at the end."""
    places = {one: place for place, one in enumerate(order)}
    return tuple(sorted(found, key=lambda one: places.get(name(one) or "", len(places))))


def _states(migration: Migration, before: Case, after: Case) -> Iterator[StateChange]:
    known = {migration.track_of(track) for track in after.states}
    for track, state in after.states.items():
        source = migration.track_of(track)
        if before.states.get(source) != state or source != track:
            yield StateChange(track=track, before=before.states.get(source), after=state)
    for track, state in before.states.items():
        if track not in known:
            yield StateChange(track=track, before=state, after=None)


def _fields(migration: Migration, before: Case, event: Migrated) -> Iterator[FieldChange]:
    came = {migration.field_of(old): old for old in event.gone if before.fields[old] is not None}
    for old, new in event.renamed.items():
        value = _masked(before.fields[old])
        yield FieldChange(before=old, after=new, old=value, new=value)
    for name in event.gone:
        if not {name, migration.field_of(name)} & event.fields.keys() and before.fields[name] is not None:
            had = before.fields[name]
            yield FieldChange(
                before=name, after=None, old=_masked(had), new=None, in_vault=isinstance(had, Sealed)
            )
    for name, value in event.fields.items():
        source = came.get(name, name)
        had = before.fields.get(source)
        yield FieldChange(
            before=None if had is None else source,
            after=name,
            old=_masked(had),
            new=_masked(value),
            in_vault=isinstance(had, Sealed),
        )


def _masked(value: object) -> object:
    return MASK if isinstance(value, Sealed) else value


def _clocks(new: Program, move: Move, event: Migrated) -> Iterator[ClockChange]:
    """Every clock that had not ended before, and those that start."""
    before, after = move.before, move.after or move.before
    how = {one.sla: one.how for one in move.events if isinstance(one, ClockMigrated)}
    broken = {one.sla for one in move.events if isinstance(one, ClockBreached)}
    zone = zone_of(new, after)
    names = {event.limits.get(sla, sla): sla for sla in before.clocks}
    for sla, was in names.items():
        old, fresh = before.clocks[was], after.clocks.get(sla)
        if old.phase == "stopped":
            continue
        ended = fresh is None or fresh.phase == "stopped" or fresh.cycle != old.cycle
        yield ClockChange(
            sla=sla,
            was=was,
            before=to_datetime(old.limit, zone),
            after=None if ended or fresh is None else to_datetime(fresh.limit, zone),
            how="end" if ended else how.get(sla, "keep"),
            paused=not ended and fresh is not None and fresh.phase == "paused",
            provisional=not ended and fresh is not None and fresh.provisional,
            breaches=sla in broken,
        )
    for sla, clock in after.clocks.items():
        known = before.clocks.get(names.get(sla, ""))
        if clock.phase != "stopped" and (known is None or known.cycle != clock.cycle):
            yield ClockChange(
                sla=sla,
                was=None,
                before=None,
                after=to_datetime(clock.limit, zone),
                how="start",
                paused=clock.phase == "paused",
                provisional=clock.provisional,
                breaches=sla in broken,
            )
