"""One command on one case: look, catch up, decide, append (M2, M6, E3).

A unit of work takes ``now`` once, and writes in one append what its command did, or nothing. What time had
made due before the command goes into an append of its own, which stays even if the command is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.permission import may_see
from casewf.core.program import Program
from casewf.core.seal import seal_data, seal_text
from casewf.engine.attempt import current_depth
from casewf.engine.commit import prepare, sealed_values
from casewf.engine.keys import OPEN, Key
from casewf.engine.registry import Registry
from casewf.errors import Conflict, InternalError, NotFound, Refused
from casewf.model.case import Actor, Case, Stamp
from casewf.model.commands import Command, Elapse, Fire, Open
from casewf.model.events import Erased, Event
from casewf.model.plain_text import is_whole, stored_text
from casewf.model.vault import Secret
from casewf.model.workflow import SYSTEM
from casewf.ports.outside import Clock, Directory, Entropy
from casewf.ports.store import Store, StoredCase

_TIMER_TRIES = 8
"""How often the engine's own timers and outcomes are tried again when somebody else was faster (D1)."""


@attrs.frozen(slots=True, kw_only=True)
class Means:
    """What every unit of work needs; the same for the life of an engine."""

    store: Store
    registry: Registry
    clock: Clock
    entropy: Entropy
    directory: Directory | None

    def lineage(self, org: str) -> tuple[str, ...]:
        """An organisation and those above it, nearest first; without a directory it stands alone."""
        return (org,) if self.directory is None else tuple(self.directory.lineage(org))

    def resolve(self, actor: Actor) -> Actor:
        """The actor with the organisations above his own (M11).

        Raises:
            ValueError: he has no id, or pretends to be the engine.
        """
        if SYSTEM in actor.roles or actor.id == SYSTEM:
            raise ValueError("`system` is the engine itself; give the actor an id and roles of his own")
        if not actor.id or actor.org == "":
            raise ValueError("an actor needs an id, and an organisation is a name or None, not an empty text")
        org = None if actor.org is None else stored_text(actor.org, "an actor's organisation")
        name = stored_text(actor.id, "an actor's id")
        lineage = actor.lineage if org is None or actor.lineage else self.lineage(org)
        return attrs.evolve(actor, id=name, org=org, lineage=lineage)

    def visible(self, case_id: str, actor: Actor) -> StoredCase:
        """The case as it stands.

        Raises:
            NotFound: there is none, or not one that this actor may see; the same for both (M2).
        """
        stored = self.store.load(case_id) if is_whole(case_id) else None
        if stored is None or not may_see(stored.case, actor):
            raise NotFound(case_id)
        return stored

    def lineages(self, program: Program, case: Case | None, command: Command) -> dict[str, tuple[str, ...]]:
        """For every organisation that could become a holder, those above it (D3)."""
        orgs = dict.fromkeys(self.registry.organisations(program))
        names = [name for name, field in program.fields.items() if field.kind == "org"]
        sources: list[Mapping[str, object]] = [] if case is None else [case.fields]
        if not isinstance(command, Elapse):
            sources.append(command.data)
        for value in (source[name] for source in sources for name in names if name in source):
            orgs.update(dict.fromkeys(map(str, value if isinstance(value, tuple | list) else (value,))))
        if not isinstance(command, Elapse) and command.actor.org is not None:
            orgs[command.actor.org] = None
        return {org: self.lineage(org)[1:] for org in orgs}


@attrs.frozen(slots=True, kw_only=True)
class Opening:
    """What is asked of ``open``; instants in microseconds, the actor resolved."""

    workflow: str
    actor: Actor
    data: dict[str, object]
    case_id: str | None
    org: str | None
    occurred_at: int | None
    key: str | None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None."""
        if self.key is None:
            return None
        asked = (self.workflow, self.case_id, self.org, self.occurred_at)
        return Key(actor=self.actor.id, scope=OPEN, text=self.key, asked=asked, data=self.data)


@attrs.frozen(slots=True, kw_only=True)
class Firing:
    """What is asked of ``fire``; instants in microseconds, the actor resolved, a blank comment left out."""

    case_id: str
    trigger: str
    actor: Actor
    data: dict[str, object]
    comment: str | None = None
    expect: int | None = None
    occurred_at: int | None = None
    key: str | None = None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None. ``expect`` is no part of what is asked for."""
        if self.key is None:
            return None
        asked = (self.trigger, self.occurred_at)
        return Key(
            actor=self.actor.id,
            scope=self.case_id,
            text=self.key,
            asked=asked,
            data=self.data,
            comment=self.comment,
        )


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
        means = self._means
        stored = means.visible(wanted.case_id, wanted.actor)
        key = wanted.keyed()
        if key is not None and (first := key.first_answer(means.store, means.registry)) is not None:
            return first
        program = means.registry.pinned(stored.case)
        stored, _ = self.catch_up(stored, program)
        data, rows = seal_data(program.fields, wanted.data, means.entropy.token)
        note = None
        if wanted.comment is not None:
            note, row = seal_text(wanted.comment, means.entropy.token)
            rows = (*rows, row)
        command = Fire(wanted.trigger, wanted.actor, data, note, wanted.expect, wanted.occurred_at)
        return self._run(program, stored, command, rows, key)

    def erase(self, case_id: str, actor: Actor, fields: tuple[str, ...] | None, reason: str) -> int:
        """Delete vault rows and record it (D5); returns how many.

        Raises:
            ValueError: a name that is no sensitive field of the case.
        """
        means = self._means
        stored = means.visible(case_id, actor)
        program = means.registry.pinned(stored.case)
        stored, _ = self.catch_up(stored, program)
        sealed = [found for row in means.store.history(case_id) for found in sealed_values(row.event)]
        known = {name for name, _ in sealed} | {
            name for name, field in program.fields.items() if field.sensitive
        }
        if unknown := [name for name in fields or () if name not in known]:
            raise ValueError(
                f"case {case_id} has no sensitive field {', '.join(unknown)}; nothing was erased"
            )
        wanted = tuple(ref for name, ref in sealed if fields is None or name in fields)
        refs = tuple(means.store.secrets(case_id, wanted))
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
            if case.wake is None or case.wake >= max(self.now, case.at):
                break
            result = decide(program, case, Elapse(), self.now, self._means.lineages(program, case, Elapse()))
            if isinstance(result, Refusal):
                raise InternalError(f"time passing was refused on case {case.id}: {result.reasons}")
            try:
                return self._append(program, stored, result), len(result)
            except Conflict:
                if left == 0:
                    raise
                stored = self._means.store.load(case.id) or stored
        return stored, 0

    def _run(
        self,
        program: Program,
        stored: StoredCase | None,
        command: Open | Fire,
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
        self, program: Program, case: Case | None, command: Open | Fire, refusal: Refusal
    ) -> Refused | Conflict:
        if isinstance(command, Open):
            return Refused(command.case, "open", refusal.reasons, program.workflow.words)
        case_id, version = ("", None) if case is None else (case.id, case.version)
        if refusal.is_conflict and command.expect is not None:
            return Conflict(case_id, command.expect, version)
        return Refused(case_id, command.trigger, refusal.reasons, program.workflow.words)

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
