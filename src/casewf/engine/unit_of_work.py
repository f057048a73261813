"""One command on one case: look, catch up, decide, append (M2, M6, E3).

A unit of work takes ``now`` once, and writes in one append what its command did, or nothing. What time had
made due before the command goes into an append of its own, which stays even if the command is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.program import Program
from casewf.core.seal import seal_data, seal_value
from casewf.engine.attempt import current_depth
from casewf.engine.commit import fold, prepare, seal_parties
from casewf.engine.keys import Key
from casewf.engine.means import Means
from casewf.engine.refusing import refused
from casewf.engine.targets import unless_impossible, why_nowhere
from casewf.engine.wanted import Acting, Brought, Filing, Firing, Opening, Reaching, Splitting
from casewf.errors import Conflict, InternalError, NotFound
from casewf.model.case import Actor, Case, Sealed, Stamp
from casewf.model.commands import (
    Absorb,
    Act,
    Command,
    Elapse,
    Fire,
    Import,
    Open,
    Recompute,
    ReportChild,
    Split,
)
from casewf.model.events import Erased, Event
from casewf.model.file_commands import FileCommand
from casewf.model.file_events import ChildReported
from casewf.model.vault import Secret
from casewf.ports.stored import StoredCase, StoredEvent

_OnCase: TypeAlias = Fire | Act | Split | ReportChild | Absorb | FileCommand
"""A command on a case that is there."""
Chooser: TypeAlias = Callable[[Program, Sequence[StoredEvent]], Iterable[str]]
"""Which vault rows of a case are meant, by ref."""
_Maker: TypeAlias = Callable[[Program], tuple[_OnCase, tuple[Secret, ...]]]


class UnitOfWork:
    """One try at one command; make a new one for each.

    Args:
        means: what it works with.
        touched: gets the id of every case that has new effects to deliver, also when the command fails later.
        held: the outbox row, and its lease, without which the command may not be written (``Append.held``).
    """

    __slots__ = ("_held", "_lineages", "_means", "_touched", "_wrote", "now")

    def __init__(self, means: Means, touched: set[str], held: tuple[str, str] | None = None) -> None:
        self._means = means
        self._touched = touched
        self._held = held
        self._lineages: dict[str, tuple[str, ...]] = {}
        self._wrote = 0
        self.now = means.clock.now()

    def open(self, wanted: Opening) -> Case:
        """The case as it stands after its opening, or after the one that its key stands for."""
        asked = self._means.watch.command("open", wanted.case_id, wanted.actor, workflow=wanted.workflow)
        with asked as work:
            case = self._open(wanted)
            work.done(case, self._wrote)
            return case

    def _open(self, wanted: Opening) -> Case:
        means = self._means
        case_id = means.entropy.token() if wanted.case_id is None else wanted.case_id
        existing = means.store.load(case_id)
        key = wanted.keyed()
        if key is not None and (first := key.first_answer(means.store, means.registry)) is not None:
            return first
        program = means.registry.current(wanted.workflow)
        org = wanted.actor.org if wanted.org is None else wanted.org
        above = () if org is None else means.lineage(org)[1:]
        data, rows = seal_data(program.fields, wanted.data, means.entropy.token)
        parties, party_rows = seal_parties(wanted.parties, means.entropy.token)
        command = Open(
            case_id,
            wanted.actor,
            org,
            above,
            data,
            wanted.occurred_at,
            wanted.parent,
            wanted.split_from,
            parties,
        )
        return self._run(program, existing, command, (*rows, *party_rows), key)

    def fire(self, wanted: Firing) -> Case:
        """The case as it stands after the move, or after the one that its key stands for."""

        def command(program: Program) -> tuple[Fire, tuple[Secret, ...]]:
            data, rows = seal_data(program.fields, wanted.data, self._means.entropy.token)
            note, note_rows = self._seal(wanted.comment)
            fire = Fire(wanted.trigger, wanted.actor, data, note, wanted.expect, wanted.occurred_at)
            return fire, (*rows, *note_rows)

        return self._on_case(wanted, command, "fire", trigger=wanted.trigger)

    def act(self, wanted: Acting) -> Case:
        """The case as it stands after the act, or after the one that its key stands for."""

        def command(_program: Program) -> tuple[Act, tuple[Secret, ...]]:
            note, rows = self._seal(wanted.comment)
            return Act(wanted.act, wanted.sla, wanted.actor, wanted.amount, note, wanted.expect), rows

        return self._on_case(wanted, command, "act", trigger=wanted.act, sla=wanted.sla)

    def split(self, wanted: Splitting) -> Case:
        """The case as it stands after a part of it was split off, or after the split that its key stands for."""
        new_id = self._means.entropy.token() if wanted.new_id is None else wanted.new_id

        def command(program: Program) -> tuple[Split, tuple[Secret, ...]]:
            data, rows = seal_data(program.fields, wanted.data, self._means.entropy.token)
            note, note_rows = self._seal(wanted.comment)
            return Split(new_id, wanted.actor, wanted.parties, data, note), (*rows, *note_rows)

        return self._on_case(wanted, command, "split")

    def report_child(self, wanted: Reaching, child: str, *, closed: bool) -> Case:
        """The case once it knows that a child was closed, or opened again."""

        def command(_program: Program) -> tuple[ReportChild, tuple[Secret, ...]]:
            told = [
                row.event.closed
                for row in self._means.store.history(wanted.case_id)
                if isinstance(row.event, ChildReported) and row.event.child == child
            ]
            return ReportChild(child, closed, wanted.actor, bool(told and told[-1])), ()

        return self._on_case(wanted, command, "report_child")

    def absorb(self, wanted: Reaching, source: str, brought: tuple[Brought, ...], *, circle: bool) -> Case:
        """The case once it has the parties of one that was merged into it."""

        def command(_program: Program) -> tuple[Absorb, tuple[Secret, ...]]:
            parties, rows = seal_parties(brought, self._means.entropy.token)
            return Absorb(source, wanted.actor, parties, circle), rows

        return self._on_case(wanted, command, "absorb")

    def file(self, wanted: Filing) -> Case:
        """The case as it stands after a command on its file, or after the one that its key stands for."""

        def command(_program: Program) -> tuple[FileCommand, tuple[Secret, ...]]:
            if wanted.other is not None:
                self._means.visible(wanted.other, wanted.actor)
            sealed, rows = self._seal(wanted.sealing)
            return wanted.make(sealed), rows

        return self._on_case(wanted, command, wanted.name)

    def _on_case(
        self,
        wanted: Firing | Acting | Splitting | Reaching | Filing,
        make: _Maker,
        name: str,
        *,
        trigger: str | None = None,
        sla: str | None = None,
    ) -> Case:
        """Look whether the case is the actor's to see, and the key free; catch up, then decide what ``make`` makes."""
        means = self._means
        with means.watch.command(name, wanted.case_id, wanted.actor, trigger=trigger, sla=sla) as work:
            stored = means.visible(wanted.case_id, wanted.actor)
            work.about(stored.case)
            key = wanted.keyed()
            case = None if key is None else key.first_answer(means.store, means.registry)
            if case is None:
                program = means.registry.pinned(stored.case)
                stored, _ = self.catch_up(stored, program)
                command, rows = make(program)
                case = self._run(program, stored, command, rows, key)
            work.done(case, self._wrote)
            return case

    def _seal(self, value: object) -> tuple[Sealed | None, tuple[Secret, ...]]:
        """A comment, or what else a command seals beside fields, as events carry it, with its vault row (D5)."""
        if value is None:
            return None, ()
        note, row = seal_value(value, self._means.entropy.token)
        return note, (row,)

    def recompute(
        self, case_id: str, calendar_id: str, actor: Actor, *, apply: bool
    ) -> tuple[Case, tuple[Event, ...]]:
        """The case before its clocks are measured anew, and the events of that, which are written if ``apply`` (K6).

        A dry run looks at the case as it would be after what is due by now, and writes nothing at all.
        """
        command = Recompute(calendar_id, actor)
        for left in range(self._means.timer_tries, -1, -1):
            stored = self._stored(case_id)
            program = self._means.registry.pinned(stored.case)
            if apply:
                stored, _ = self.catch_up(stored, program)
            case = stored.case if apply else self.foreseen(program, stored.case)
            events = self._decided(program, case, command)
            if not (apply and events):
                break
            try:
                self._append(program, stored, events)
                break
            except Conflict:
                if left == 0:
                    raise
        return case, events

    def foreseen(self, program: Program, case: Case) -> Case:
        """The case as it will be once what is due by now has fired; nothing is written."""
        return fold(case, self._timers(program, case)) if self._is_due(case) else case

    def _stored(self, case_id: str) -> StoredCase:
        stored = self._means.store.load(case_id)
        if stored is None:
            raise NotFound(case_id)
        return stored

    def erase(
        self, stored: StoredCase, actor: Actor, choose: Chooser, reason: str, *, everything: bool = False
    ) -> int:
        """Delete the vault rows that ``choose`` names, and record it (D5); returns how many.

        Args:
            stored: the case; what was due before now fires first (E3).
            actor: in whose name.
            choose: gives the refs, of the program and the case's history.
            reason: why.
            everything: nothing will be left in the vault; it is recorded even if nothing is there any more.
        """
        means = self._means
        with means.watch.command("erase", stored.case.id, actor) as work:
            program = means.registry.pinned(stored.case)
            stored, _ = self.catch_up(stored, program)
            wanted = dict.fromkeys(choose(program, means.store.history(stored.case.id)))
            refs = tuple(means.store.secrets(stored.case.id, tuple(wanted)))
            needed = bool(refs) or everything
            if needed:
                by = Stamp(actor.id, actor.org, actor.on_behalf)
                at = max(self.now, stored.case.at)
                event = Erased(at=at, by=by, refs=refs, reason=reason, everything=everything)
                stored = self._append(program, stored, (event,))
            work.done(stored.case, int(needed))
            return len(refs)

    def catch_up(self, stored: StoredCase, program: Program) -> tuple[StoredCase, int]:
        """Fire what was due before now, in an append of its own (E3); the case then, and how many events."""
        for left in range(self._means.timer_tries, -1, -1):
            case = stored.case
            if not self._is_due(case):
                break
            result = self._timers(program, case)
            try:
                return self._append(program, stored, result), len(result)
            except Conflict:
                if left == 0:
                    raise
                stored = self._means.store.load(case.id) or stored
        return stored, 0

    def _is_due(self, case: Case) -> bool:
        return case.wake is not None and case.wake < max(self.now, case.at)

    def _timers(self, program: Program, case: Case) -> tuple[Event, ...]:
        """What is due on a case before now."""
        return self._decided(program, case, Elapse()) if self._is_due(case) else ()

    def _decided(self, program: Program, case: Case, command: Elapse | Recompute) -> tuple[Event, ...]:
        """The events of a command that the rules cannot refuse."""
        result = decide(program, case, command, self.now, self._above(program, case, command))
        if isinstance(result, Refusal):
            raise InternalError(f"{type(command).__name__} was refused on case {case.id}: {result.reasons}")
        return result

    def _above(self, program: Program, case: Case | None, command: Command) -> dict[str, tuple[str, ...]]:
        return self._means.lineages(program, case, command, self._lineages)

    def _run(
        self,
        program: Program,
        stored: StoredCase | None,
        command: Open | Import | _OnCase,
        rows: tuple[Secret, ...],
        key: Key | None,
    ) -> Case:
        """Decide the command and append what it does (M6)."""
        means = self._means
        case = None if stored is None else stored.case
        result = decide(program, case, command, self.now, self._above(program, case, command))
        if not isinstance(result, Refusal) and case is not None:
            result = unless_impossible(means, case, command, result, self.now)
        if not isinstance(result, Refusal) and (nowhere := why_nowhere(means, program, command)):
            result = Refusal(tuple(nowhere))
        if isinstance(result, Refusal):
            raise refused(means, program, case, command, result)
        if case is not None and not result:
            return case
        try:
            after = self._append(program, stored, result, rows, key).case
        except Conflict:
            # somebody else may have used the same key a moment ago; then his answer is the first (M7)
            if key is None or (first := key.first_answer(means.store, means.registry)) is None:
                raise
            return first
        self._wrote = len(result)
        return after

    def _append(
        self,
        program: Program,
        stored: StoredCase | None,
        events: tuple[Event, ...],
        rows: tuple[Secret, ...] = (),
        key: Key | None = None,
    ) -> StoredCase:
        batch, after = prepare(
            self._means.registry,
            program,
            stored,
            events,
            now=self.now,
            secrets=rows,
            answer=None if key is None else key.claim(program),
            depth=current_depth(),
        )
        if key is not None:  # what was due on the case fires, whoever comes to it
            batch = attrs.evolve(batch, held=self._held)
        self._means.store.append(batch)
        if batch.outbox:
            self._touched.add(batch.case.id)
        self._means.watch.written(batch.case, events)
        return after
