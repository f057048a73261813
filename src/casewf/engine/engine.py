"""The engine: what a host calls. Every read and every command names its actor."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets as entropy_source
from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.explain import Explanation, explain
from casewf.core.options import Option, options
from casewf.core.permission import may_see
from casewf.core.program import Program
from casewf.core.seal import seal_data, seal_text, unseal
from casewf.engine.case_view import CaseView, HistoryEntry, sealed_refs, to_datetime, view_case
from casewf.engine.commit import ANYBODY, fold, prepare
from casewf.engine.delivery import Courier, DeliveryReport, current_depth
from casewf.engine.registry import Registry, check_bindings
from casewf.errors import CasewfError, Conflict, KeyReused, NotFound, Refused
from casewf.model.case import Actor, Case, Sealed, Stamp
from casewf.model.codec import dumps
from casewf.model.commands import Command, Elapse, Fire, Open
from casewf.model.events import Erased, Moved
from casewf.model.vault import Secret
from casewf.model.workflow import SYSTEM, Workflow
from casewf.ports.outside import Clock, Connector, Directory, Entropy, Hook, Notifier
from casewf.ports.store import Answer, Due, Filter, Incident, Store, StoredCase
from casewf.worktime import WorkCalendar

_TIMER_TRIES = 8
"""How often the engine's own timers are tried again when somebody else was faster (D1)."""


@attrs.frozen(slots=True)
class SweepReport:
    """What a sweep did: cases looked at, events written, and cases that failed and became incidents."""

    cases: int
    events: int
    failed: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class CasePage:
    """Cases in the order of their ids, and what to pass as ``after`` for the next page, or None at the end."""

    cases: tuple[CaseView, ...]
    next_after: str | None


class _SystemEntropy:
    """Vault salts and case ids from the operating system."""

    def token(self) -> str:
        return entropy_source.token_hex(16)


class Engine:
    """Opens, moves and reads cases, fires their timers and delivers their effects.

    Args:
        workflows: the definitions that new cases are opened with, one version of each.
        store: where cases live.
        clock: the only source of time.
        directory: the host's organisation chart; without one an organisation stands alone and nobody is told.
        notifier: tells people; needed if a workflow notifies.
        connectors, hooks: what the workflows' ``push`` and ``hook`` names mean.
        calendars: working calendars by id; those casewf ships are found by themselves.
        entropy: vault salts and case ids; by default the operating system's.
        deliver: ``after_commit`` delivers a command's effects right after its commit, ``later`` leaves them to
            ``deliver()``.

    Raises:
        BindingError: naming everything that the workflows use and the host did not pass.
    """

    def __init__(
        self,
        workflows: Sequence[Workflow],
        *,
        store: Store,
        clock: Clock,
        directory: Directory | None = None,
        notifier: Notifier | None = None,
        connectors: Mapping[str, Connector] | None = None,
        hooks: Mapping[str, Hook] | None = None,
        calendars: Mapping[str, WorkCalendar] | None = None,
        entropy: Entropy | None = None,
        deliver: Literal["after_commit", "later"] = "after_commit",
    ) -> None:
        check_bindings(workflows, notifier, connectors or {}, hooks or {})
        self._store = store
        self._clock = clock
        self._directory = directory
        self._entropy = entropy or _SystemEntropy()
        self._registry = Registry(workflows, calendars or {}, store)
        self._courier = Courier(self, store, self._registry, clock, directory, notifier, connectors or {}, hooks or {})
        self._deliver_now = deliver == "after_commit"

    # ------------------------------------------------------------------------------------------------ commands

    def open(
        self,
        workflow: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        case_id: str | None = None,
        org: str | None = None,
        key: str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> CaseView:
        """Open a case and enter the initial states; returns it as it stands afterwards.

        Args:
            workflow: the workflow's id.
            data: field values by name.
            case_id: the host's id of the case; a fresh one if None.
            org: the organisation the case belongs to; the actor's if None.
            key: makes the command idempotent (M7).
            occurred_at: when it really came in, aware.

        Raises:
            Refused: the rules do not allow it. KeyReused: the key was used for another command.
        """
        now = self._clock.now()
        actor = self._resolve(actor)
        program = self._registry.current(workflow)
        answer = self._answer(actor, "open", key, ("open", workflow, case_id, org), program, data)
        if answer is not None and answer.case:
            return self._view(program, self._case_at(answer), actor)
        case_id = case_id or self._entropy.token()
        existing = self._store.load(case_id)
        owner = org if org is not None else actor.org
        values, rows = seal_data(program.fields, data or {}, self._entropy.token)
        command = Open(
            case_id,
            actor,
            owner,
            () if owner is None else self._lineage(owner)[1:],
            values,
            None if occurred_at is None else _instant(occurred_at),
        )
        return self._commit(program, None, command, now, actor, rows, answer, None if existing is None else existing.case)

    def fire(
        self,
        case_id: str,
        trigger: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        comment: str | None = None,
        key: str | None = None,
        expect: int | None = None,
        occurred_at: dt.datetime | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Fire a trigger; returns the case as it stands afterwards. A refusal changes nothing (M3).

        Rungs that were due before now fire first, in an append of their own (E3).

        Args:
            data: field values by name.
            comment: why; kept in the vault (D5).
            key: makes the command idempotent (M7).
            expect: the version the actor saw; another one is a ``Conflict``.
            occurred_at: when it really happened, aware (M12).
            retry: how often to try again when somebody else was faster.

        Raises:
            NotFound, Refused, Conflict, KeyReused, HorizonError.
        """
        actor = self._resolve(actor)
        for left in range(retry, -1, -1):
            try:
                return self._fire(case_id, trigger, actor, data, comment, key, expect, occurred_at)
            except Conflict:
                if left == 0 or expect is not None:
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def erase(self, case_id: str, *, actor: Actor, fields: Sequence[str] | None = None, reason: str = "") -> int:
        """Delete vault rows of a case and record that it was done (D5); returns how many.

        Who may call this is the host's decision; the actor must be one who sees the case.

        Args:
            fields: names of sensitive fields, every value they ever had; None for all of them and all comments.
        """
        now = self._clock.now()
        actor = self._resolve(actor)
        stored = self._visible(case_id, actor)
        refs = tuple(
            ref
            for entry in self._store.history(case_id)
            for name, ref in _sealed(entry.event)
            if fields is None or name in fields
        )
        refs = tuple(self._store.secrets(case_id, refs))
        if not refs:
            return 0
        event = Erased(at=max(now, stored.case.at), by=Stamp(actor.id, actor.org), refs=refs, reason=reason)
        program = self._registry.pinned(stored.case)
        batch, _ = prepare(self._registry, program, stored, (event,), now=now, erased=refs)
        self._store.append(batch)
        return len(refs)

    # --------------------------------------------------------------------------------------------------- reads

    def case(self, case_id: str, *, actor: Actor) -> CaseView:
        """The case as the actor may see it. Raises ``NotFound`` if there is none, or he may not."""
        actor = self._resolve(actor)
        case = self._visible(case_id, actor).case
        return self._view(self._registry.pinned(case), case, actor)

    def options(self, case_id: str, *, actor: Actor) -> tuple[Option, ...]:
        """Every trigger of the present states, allowed or with all reasons why not (M4)."""
        actor = self._resolve(actor)
        case = self._visible(case_id, actor).case
        return options(self._registry.pinned(case), case, actor)

    def history(self, case_id: str, *, actor: Actor) -> tuple[HistoryEntry, ...]:
        """What happened, oldest first; comments are shown to those who see the case."""
        actor = self._resolve(actor)
        case = self._visible(case_id, actor).case
        zone = self._registry.pinned(case).calendar_for(case.fields).zone
        rows = self._store.history(case_id)
        refs = [row.event.comment.ref for row in rows if isinstance(row.event, Moved) and row.event.comment]
        found = self._store.secrets(case_id, refs)
        return tuple(
            HistoryEntry(
                number=row.number,
                at=to_datetime(row.event.at, zone),
                event=row.event,
                comment=_comment(row.event, found),
            )
            for row in rows
        )

    def explain(self, case_id: str, sla: str, *, actor: Actor) -> Explanation:
        """Why a limit of the case is due when it is (X1). Raises ``KeyError`` for a clock that never ran."""
        actor = self._resolve(actor)
        case = self._visible(case_id, actor).case
        return explain(self._registry.pinned(case), case, sla, max(self._clock.now(), case.at))

    def find(
        self,
        *,
        actor: Actor,
        workflow: str | None = None,
        state: tuple[str, str] | None = None,
        card: str | None = None,
        closed: bool | None = None,
        limit: int = 50,
        after: str = "",
    ) -> CasePage:
        """A page of the cases that the actor may see, in the order of their ids.

        Args:
            state: ``(track, state)``.
            limit: at most so many, 1 to 500.
            after: the id after which the page begins.
        """
        if not 1 <= limit <= 500:
            raise ValueError(f"limit must be 1 to 500, got {limit}")
        actor = self._resolve(actor)
        page = self._store.find(
            Filter(
                org=actor.org,
                below=frozenset((*actor.lineage, actor.id, ANYBODY)),
                opened_by=actor.id,
                workflow=workflow,
                state=state,
                card=card,
                closed=closed,
                limit=limit,
                after=after,
            )
        )
        views = tuple(self._view(self._registry.pinned(case), case, actor) for case in page.cases)
        return CasePage(views, page.next_after)

    def incidents(self, case_id: str | None = None) -> tuple[Incident, ...]:
        """What needs a person, oldest first: of one case, or of all. For operators; it names no field values."""
        return tuple(self._store.incidents(case_id))

    # ------------------------------------------------------------------------------------------ time and effects

    def sweep(self, batch: int = 100) -> SweepReport:
        """Fire everything that is due before now, on all cases, in batches without a ceiling (E7).

        A case that fails becomes an incident and does not stop the sweep.
        """
        now = self._clock.now()
        cases = events = 0
        failed: list[str] = []
        after = (-(2**62), "")
        while due := self._store.due(now, batch, after):
            for one in due:
                cases += 1
                try:
                    events += self._sweep_one(one, now)
                except CasewfError as failure:
                    failed.append(one.case)
                    self._store.report(
                        Incident(case=one.case, at=now, kind="sweep_failed", about=type(failure).__name__, detail=str(failure))
                    )
            after = (due[-1].wake, due[-1].case)
        return SweepReport(cases, events, tuple(failed))

    def deliver(self, batch: int = 100) -> DeliveryReport:
        """Deliver effects whose time has come, until none is left (D2)."""
        return self._courier.deliver(batch)

    # -------------------------------------------------------------------------------------------------- inside

    def fire_as_system(self, case_id: str, trigger: str, data: Mapping[str, object], effect_id: str, key: str) -> None:
        """Fire a connector's outcome as ``system`` on behalf of an effect, once per key (D2)."""
        actor = Actor(SYSTEM, frozenset((SYSTEM,)), on_behalf=effect_id)
        for left in range(_TIMER_TRIES, -1, -1):
            try:
                self._fire(case_id, trigger, actor, data, None, key, None, None)
            except Conflict:
                if left == 0:
                    raise
            else:
                return

    def _fire(
        self,
        case_id: str,
        trigger: str,
        actor: Actor,
        data: Mapping[str, object] | None,
        comment: str | None,
        key: str | None,
        expect: int | None,
        occurred_at: dt.datetime | None,
    ) -> CaseView:
        now = self._clock.now()
        stored = self._visible(case_id, actor)
        program = self._registry.pinned(stored.case)
        stored, _ = self._catch_up(stored, program, now)
        asked = (trigger, comment is not None, None if occurred_at is None else _instant(occurred_at))
        answer = self._answer(actor, case_id, key, asked, program, data)
        if answer is not None and answer.case:
            return self._view(program, self._case_at(answer), actor)
        values, rows = seal_data(program.fields, data or {}, self._entropy.token)
        note: Sealed | None = None
        if comment is not None and comment.strip():
            note, row = seal_text(comment, self._entropy.token)
            rows = (*rows, row)
        command = Fire(
            trigger, actor, values, note, expect, None if occurred_at is None else _instant(occurred_at)
        )
        return self._commit(program, stored, command, now, actor, rows, answer, stored.case)

    def _commit(
        self,
        program: Program,
        stored: StoredCase | None,
        command: Open | Fire,
        now: int,
        actor: Actor,
        rows: tuple[Secret, ...],
        answer: Answer | None,
        case: Case | None,
    ) -> CaseView:
        name = command.trigger if isinstance(command, Fire) else "open"
        case_id = command.case if isinstance(command, Open) else ("" if case is None else case.id)
        result = decide(program, case, command, now, self._lineages(program, case, command))
        if isinstance(result, Refusal):
            if result.is_conflict and case is not None and isinstance(command, Fire) and command.expect is not None:
                raise Conflict(case_id, command.expect, case.version)
            raise Refused(case_id, name, result.reasons, program.workflow.words)
        batch, after = prepare(
            self._registry, program, stored, result, now=now, secrets=rows, answer=answer, depth=current_depth()
        )
        self._store.append(batch)
        if self._deliver_now and batch.outbox:
            self._courier.deliver(case_id=case_id)
            latest = self._store.load(case_id)
            after = after if latest is None else latest
        return self._view(program, after.case, actor)

    def _catch_up(self, stored: StoredCase, program: Program, now: int) -> tuple[StoredCase, int]:
        """Fire what is due before now, in an append of its own (E3); returns the case and how many events."""
        for left in range(_TIMER_TRIES, -1, -1):
            wake = stored.case.wake
            if wake is None or wake >= max(now, stored.case.at):
                break
            result = decide(program, stored.case, Elapse(), now, self._lineages(program, stored.case, None))
            if isinstance(result, Refusal) or not result:
                break
            batch, after = prepare(self._registry, program, stored, result, now=now)
            try:
                self._store.append(batch)
            except Conflict:
                if left == 0:
                    raise
                stored = self._store.load(stored.case.id) or stored
                continue
            return after, len(result)
        return stored, 0

    def _sweep_one(self, due: Due, now: int) -> int:
        stored = self._store.load(due.case)
        if stored is None:
            raise NotFound(due.case)
        _, events = self._catch_up(stored, self._registry.pinned(stored.case), now)
        if events and self._deliver_now:
            self._courier.deliver(case_id=due.case)
        return events

    def _visible(self, case_id: str, actor: Actor) -> StoredCase:
        stored = self._store.load(case_id)
        if stored is None or not may_see(stored.case, actor):
            raise NotFound(case_id)
        return stored

    def _view(self, program: Program, case: Case, actor: Actor) -> CaseView:
        refs = sealed_refs(program, case, actor)
        return view_case(program, case, refs, self._store.secrets(case.id, tuple(refs.values())) if refs else {})

    def _resolve(self, actor: Actor) -> Actor:
        """The actor with the organisations above his own; only the engine itself is ``system``."""
        if SYSTEM in actor.roles:
            raise ValueError("the role `system` is the engine's own; give the actor a role of the workflow")
        if actor.org is None or actor.lineage:
            return actor
        return attrs.evolve(actor, lineage=self._lineage(actor.org))

    def _lineage(self, org: str) -> tuple[str, ...]:
        return (org,) if self._directory is None else self._directory.lineage(org)

    def _lineages(self, program: Program, case: Case | None, command: Command | None) -> dict[str, tuple[str, ...]]:
        """For every organisation that could become a holder, those above it (D3)."""
        values: list[object] = []
        for source in (case.fields if case is not None else {}, getattr(command, "data", {})):
            values += [source[name] for name, field in program.fields.items() if field.kind == "org" and name in source]
        actor = getattr(command, "actor", None)
        if actor is not None and actor.org is not None:
            values.append(actor.org)
        orgs = {str(org) for value in values for org in (value if isinstance(value, tuple | list) else (value,))}
        return {org: self._lineage(org)[1:] for org in orgs}

    def _answer(
        self,
        actor: Actor,
        scope: str,
        key: str | None,
        asked: tuple[object, ...],
        program: Program,
        data: Mapping[str, object] | None,
    ) -> Answer | None:
        """What the key answered before, or a blank answer to be claimed by this command (M7).

        Values of sensitive fields are not part of what is compared: their digest could be guessed.
        """
        if key is None:
            return None
        plain = {
            name: None if (field := program.fields.get(name)) is not None and field.sensitive else str(value)
            for name, value in (data or {}).items()
        }
        digest = hashlib.sha256(dumps((asked, plain)).encode()).hexdigest()
        found = self._store.answer(actor.id, scope, key)
        if found is None:
            return Answer(actor.id, scope, key, digest, "", 0, 0)
        if found.digest != digest:
            raise KeyReused(key)
        return found

    def _case_at(self, answer: Answer) -> Case:
        """The case as it stood right after the command that a key answered."""
        events = [row.event for row in self._store.history(answer.case) if row.number <= answer.last]
        return fold(None, events)


def _sealed(event: object) -> list[tuple[str | None, str]]:
    """The vault refs of an event: (field name or None for a comment, ref)."""
    found: list[tuple[str | None, str]] = [
        (name, value.ref) for name, value in getattr(event, "fields", {}).items() if isinstance(value, Sealed)
    ]
    comment = getattr(event, "comment", None)
    return [*found, (None, comment.ref)] if isinstance(comment, Sealed) else found


def _comment(event: object, found: Mapping[str, Secret]) -> str | None:
    comment = getattr(event, "comment", None)
    if not isinstance(comment, Sealed) or comment.ref not in found:
        return None
    return str(unseal(found[comment.ref]))


def _instant(moment: dt.datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"a datetime without a time zone: {moment}; give an aware one")
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
