"""One migration of one case: what is due first, by the old definition, then the move, each in an append (E3, M6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from casewf.core.decide import Refusal
from casewf.core.migrate import NOTHING_RECALLED, migrate
from casewf.core.migration_position import Stays
from casewf.core.program import Program
from casewf.core.recall import asks_for_more, recall
from casewf.engine.commit import fold
from casewf.engine.unit_of_work import UnitOfWork
from casewf.errors import Conflict
from casewf.model.case import Actor, Case
from casewf.model.commands import Elapse
from casewf.model.effects import OpenCase, Push
from casewf.model.events import Event
from casewf.model.expression import Constant, walk
from casewf.model.migration import Migration
from casewf.model.migration_events import Migrated
from casewf.model.reasons import Reason, reason
from casewf.ports.stored import OutboxRow


@attrs.frozen(slots=True)
class Move:
    """What a migration does to a case, or why nothing.

    Attributes:
        old: the definition that it is moved from.
        before: the case, once what is due by now has fired.
        after: the case in the new version, or None.
        events: what makes it so.
        refused: every reason against it.
        stays: the state that leaves it where it is, or None.
        first: what was due by now and fires before, under the old definition.
    """

    old: Program
    before: Case
    after: Case | None = None
    events: tuple[Event, ...] = ()
    refused: tuple[Reason, ...] = ()
    stays: Stays | None = None
    first: tuple[Event, ...] = ()


class MigrationUnit(UnitOfWork):
    """A unit of work that migrates."""

    __slots__ = ()

    def migrate(
        self, case_id: str, new: Program, migration: Migration, actor: Actor, *, apply: bool
    ) -> Move | None:
        """What becomes of a case, which is written if ``apply``; None if it is closed, or is there already.

        A dry run looks at the case as it would be after what is due by now, and writes nothing at all.

        Raises:
            Conflict: somebody else always was faster.
        """
        registry, first = self._means.registry, tuple[Event, ...]()
        for left in range(self._means.timer_tries, -1, -1):
            stored = self._stored(case_id)
            if stored.case.closed or stored.case.workflow[2] == new.hash:
                return None
            old = registry.pinned(stored.case)
            first += self._timers(old, stored.case)
            if apply:
                stored, _ = self.catch_up(stored, old)
            case = stored.case if apply else self.foreseen(old, stored.case)
            if case.closed:
                return None
            move = self._move(old, registry.shelved(new, case), migration, case, actor)
            move = attrs.evolve(move, first=first)
            if not (apply and move.events):
                return move
            try:
                self._append(new, stored, move.events)
            except Conflict:
                if left == 0:
                    raise
            else:
                return move
        raise AssertionError("the last try returns or raises")

    def _move(self, old: Program, new: Program, migration: Migration, case: Case, actor: Actor) -> Move:
        recalled = NOTHING_RECALLED
        if asks_for_more(old.workflow, new.workflow):
            recalled = recall(old.workflow, (row.event for row in self._means.store.history(case.id)))
        result = migrate(
            old,
            new,
            migration,
            case,
            self.now,
            actor,
            lineages=self._lineages_for(old, new, migration, case),
            recalled=recalled,
        )
        if isinstance(result, Stays):
            return Move(old, case, stays=result)
        waiting = tuple(_waiting(self._means.store.outbox(case.id), new, migration))
        if isinstance(result, Refusal):
            return Move(old, case, refused=(*result.reasons, *waiting))
        nowhere = tuple(self._nowhere(new, result))
        if waiting or nowhere:
            return Move(old, case, refused=(*waiting, *nowhere))
        return Move(old, case, fold(case, result), result)

    def _lineages_for(
        self, old: Program, new: Program, migration: Migration, case: Case
    ) -> dict[str, tuple[str, ...]]:
        """For every organisation that could become a holder, those above it (D3)."""
        found = {**self._above(old, case, Elapse()), **self._above(new, case, Elapse())}
        return {**found, **{org: self._means.lineage(org)[1:] for org in _named(migration)}}

    def _nowhere(self, new: Program, events: Sequence[Event]) -> Iterator[Reason]:
        """Organisations that the mapping names and the directory does not know."""
        for event in events:
            for name, value in event.fields.items() if isinstance(event, Migrated) else ():
                for one in value if isinstance(value, tuple) else (value,):
                    if new.fields[name].kind == "org" and not self._means.knows(str(one)):
                        yield reason("org_unknown", field=name, found=str(one))


def _named(migration: Migration) -> Iterator[str]:
    """The texts of a migration that may be organisations."""
    for expression in migration.set.values():
        for node in walk(expression.tree):
            if isinstance(node, Constant) and isinstance(node.value, str):
                yield node.value
    for move in migration.fields.values():
        yield from (value for value in move.values.values() if isinstance(value, str))


def _waiting(rows: Sequence[OutboxRow], new: Program, migration: Migration) -> Iterator[Reason]:
    """Effects under way that would come back under a name, or ask for a field, that is gone (D2)."""
    for row in rows:
        effect = row.effect
        if row.state != "pending":
            continue
        fields = effect.fields if isinstance(effect, Push) else ()
        fields = effect.carry if isinstance(effect, OpenCase) else fields
        outcomes = (effect.on_ok, effect.on_fail) if isinstance(effect, Push) else ()
        gone = [name for name in fields if migration.field_of(name) != name or name not in new.fields]
        gone += [
            name
            for name in outcomes
            if name is not None and (migration.triggers.get(name, name) != name or name not in new.triggers)
        ]
        if gone:
            yield reason("effect_pending", effect=f"{effect.destination} ({', '.join(gone)})")
