"""One command on one case: look, catch up, decide, append (M2, M6, E3).

A unit of work takes ``now`` once, and writes in one append what its command did, or nothing. What time had
made due before the command goes into an append of its own, which stays even if the command is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from casewf.core.decide import Refusal, decide
from casewf.core.program import Program
from casewf.core.seal import seal_data, seal_value
from casewf.engine.attempt import current_depth
from casewf.engine.commit import fold, parties_of, prepare, sealed_values
from casewf.engine.keys import Key
from casewf.engine.means import Means
from casewf.engine.wanted import Acting, Filing, Firing, Opening
from casewf.errors import Conflict, InternalError, NotFound, Refused
from casewf.model.case import Actor, Case, Sealed, Stamp
from casewf.model.commands import Act, Elapse, Fire, Open, Recompute
from casewf.model.events import Erased, Event
from casewf.model.file_commands import FileCommand
from casewf.model.vault import Secret
from casewf.ports.stored import StoredCase

_TIMER_TRIES = 8
"""How often the engine's own timers and outcomes are tried again when somebody else was faster (D1)."""


_Deliberate: TypeAlias = Open | Fire | Act | FileCommand
_Maker: TypeAlias = Callable[[Program], tuple[Fire | Act | FileCommand, tuple[Secret, ...]]]


class UnitOfWork:
    """One try at one command; make a new one for each.

    Args:
        means: what it works with.
        touched: gets the id of every case that has new effects to deliver, also when the command fails later.
    """

    __slots__ = ("_means", "_touched", "now")

    def __init__(self, means: Means, touched: set[str]) -> None:
        self._means = means
        self._touched = touched
        self.now = means.clock.now()

    def open(self, wanted: Opening) -> Case:
        """The case as it stands after its opening, or after the one that its key stands for."""
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
        command = Open(case_id, wanted.actor, org, above, data, wanted.occurred_at)
        return self._run(program, existing, command, rows, key)

    def fire(self, wanted: Firing) -> Case:
        """The case as it stands after the move, or after the one that its key stands for."""

        def command(program: Program) -> tuple[Fire, tuple[Secret, ...]]:
            data, rows = seal_data(program.fields, wanted.data, self._means.entropy.token)
            note, note_rows = self._seal(wanted.comment)
            fire = Fire(wanted.trigger, wanted.actor, data, note, wanted.expect, wanted.occurred_at)
            return fire, (*rows, *note_rows)

        return self._on_case(wanted, command)

    def act(self, wanted: Acting) -> Case:
        """The case as it stands after the act, or after the one that its key stands for."""

        def command(_program: Program) -> tuple[Act, tuple[Secret, ...]]:
            note, rows = self._seal(wanted.comment)
            return Act(wanted.act, wanted.sla, wanted.actor, wanted.amount, note, wanted.expect), rows

        return self._on_case(wanted, command)

    def file(self, wanted: Filing) -> Case:
        """The case as it stands after a command on its file, or after the one that its key stands for."""

        def command(_program: Program) -> tuple[FileCommand, tuple[Secret, ...]]:
            if wanted.other is not None:
                self._means.visible(wanted.other, wanted.actor)
            sealed, rows = self._seal(wanted.sealing)
            return wanted.make(sealed), rows

        return self._on_case(wanted, command)

    def _on_case(self, wanted: Firing | Acting | Filing, make: _Maker) -> Case:
        """Look whether the case is the actor's to see, and the key free; catch up, then decide what ``make`` makes."""
        means = self._means
        stored = means.visible(wanted.case_id, wanted.actor)
        key = wanted.keyed()
        if key is not None and (first := key.first_answer(means.store, means.registry)) is not None:
            return first
        program = means.registry.pinned(stored.case)
        stored, _ = self.catch_up(stored, program)
        command, rows = make(program)
        return self._run(program, stored, command, rows, key)

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
        for left in range(_TIMER_TRIES, -1, -1):
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
        self,
        case_id: str,
        actor: Actor,
        fields: tuple[str, ...] | None,
        parties: tuple[str, ...] | None,
        reason: str,
    ) -> int:
        """Delete vault rows and record it (D5); returns how many.

        Raises:
            ValueError: a name that is no sensitive field of the case, or of nobody who ever was a party.
        """
        means = self._means
        stored = means.visible(case_id, actor)
        program = means.registry.pinned(stored.case)
        stored, _ = self.catch_up(stored, program)
        history = means.store.history(case_id)
        sealed = [found for row in history for found in sealed_values(row.event)]
        named = {"field": fields or (), "party": parties or ()}
        known = {
            "field": {name for name, field in program.fields.items() if field.sensitive},
            "party": {party.id for row in history for party in parties_of(row.event)},
        }
        for kind, what in (("field", "sensitive field"), ("party", "party")):
            seen = known[kind] | {one.name for one in sealed if one.kind == kind}
            if unknown := [name for name in named[kind] if name not in seen]:
                raise ValueError(f"case {case_id} has no {what} {', '.join(unknown)}; nothing was erased")
        everything = fields is None and parties is None
        wanted = dict.fromkeys(one.ref for one in sealed if everything or one.name in named.get(one.kind, ()))
        refs = tuple(means.store.secrets(case_id, tuple(wanted)))
        if not refs:
            return 0
        at = max(self.now, stored.case.at)
        self._append(
            program, stored, (Erased(at=at, by=Stamp(actor.id, actor.org), refs=refs, reason=reason),)
        )
        return len(refs)

    def catch_up(self, stored: StoredCase, program: Program) -> tuple[StoredCase, int]:
        """Fire what was due before now, in an append of its own (E3); the case then, and how many events."""
        for left in range(_TIMER_TRIES, -1, -1):
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
        result = decide(program, case, command, self.now, self._means.lineages(program, case, command))
        if isinstance(result, Refusal):
            raise InternalError(f"{type(command).__name__} was refused on case {case.id}: {result.reasons}")
        return result

    def _run(
        self,
        program: Program,
        stored: StoredCase | None,
        command: _Deliberate,
        rows: tuple[Secret, ...],
        key: Key | None,
    ) -> Case:
        """Decide the command and append what it does (M6)."""
        means = self._means
        case = None if stored is None else stored.case
        result = decide(program, case, command, self.now, means.lineages(program, case, command))
        if isinstance(result, Refusal):
            raise self._refused(program, case, command, result)
        try:
            return self._append(program, stored, result, rows, key).case
        except Conflict:
            # somebody else may have used the same key a moment ago; then his answer is the first (M7)
            if key is None or (first := key.first_answer(means.store, means.registry)) is None:
                raise
            return first

    def _refused(
        self, program: Program, case: Case | None, command: _Deliberate, refusal: Refusal
    ) -> Refused | Conflict:
        if isinstance(command, Open):
            return Refused(command.case, "open", refusal.reasons, program.workflow.words)
        case_id, version = ("", None) if case is None else (case.id, case.version)
        if refusal.is_conflict and command.expect is not None:
            return Conflict(case_id, command.expect, version)
        return Refused(case_id, _what(command), refusal.reasons, program.workflow.words)

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
        self._means.store.append(batch)
        if batch.outbox:
            self._touched.add(batch.case.id)
        return after


def _what(command: Fire | Act | FileCommand) -> str:
    """What a refusal calls a command on a case."""
    if isinstance(command, Fire):
        return command.trigger
    return command.act if isinstance(command, Act) else command.name


def fire_as_system(means: Means, wanted: Firing) -> None:
    """Fire a connector's outcome as ``system``, again while somebody else is faster (D1, D2).

    Raises:
        Refused: the case has moved on, and does not take it any more.
    """
    for left in range(_TIMER_TRIES, -1, -1):
        try:
            UnitOfWork(means, set()).fire(wanted)
        except Conflict:
            if left == 0:
                raise
        else:
            return


def file_as_system(means: Means, wanted: Filing, touched: set[str]) -> None:
    """Write into a case's file as ``system``, again while somebody else is faster (D1).

    Raises:
        Refused: the rules do not allow it.
    """
    for left in range(_TIMER_TRIES, -1, -1):
        try:
            UnitOfWork(means, touched).file(wanted)
        except Conflict:
            if left == 0:
                raise
        else:
            return
