"""The engine and its reference store broken on purpose, one promise at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.memory.tables import Tables
from casewf.core import elapse
from casewf.engine import commanding, engine, relatives, sweep, unit_of_work
from casewf.engine.delivery import LEASE_US, Courier
from casewf.engine.keys import Key
from casewf.engine.means import Means
from casewf.engine.unit_of_work import UnitOfWork
from casewf.model.case import Clock
from casewf.ports.stored import Append, Due, OutboxRow, Settlement, StoredCase

Break = Callable[[pytest.MonkeyPatch], None]


def drop_the_expected_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Append, "check", lambda batch, stored: None)


def settle_before_delivering(patch: pytest.MonkeyPatch) -> None:
    attempt = Courier._attempt

    def early(courier: Courier, row: OutboxRow) -> object:
        courier._store.settle(Settlement(id=row.id, state="done", lease=row.lease))
        return attempt(courier, row)

    patch.setattr(Courier, "_attempt", early)


def deliver_without_a_claim(patch: pytest.MonkeyPatch) -> None:
    def look(courier: Courier, batch: int, case_id: str | None) -> object:
        now = courier._means.clock.now()
        found = courier._store.pending(now, batch, case_id)
        return sweep.deque(attrs.evolve(row, due_at=now + LEASE_US) for row in found)

    patch.setattr(Courier, "_claim", look)


def forget_until_when_a_lease_is(patch: pytest.MonkeyPatch) -> None:
    def claim(
        store: MemoryStore, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        found = store._tables.ready(now, limit, case_id)
        for row in found:
            store._tables.put(attrs.evolve(row, lease=lease))
        return [attrs.evolve(row, due_at=until, lease=lease) for row in found]

    patch.setattr(MemoryStore, "claim", claim)


def never_end_a_lease(patch: pytest.MonkeyPatch) -> None:
    ready = Tables.ready
    patch.setattr(
        Tables, "ready", lambda tables, *args: tuple(row for row in ready(tables, *args) if not row.lease)
    )


def let_everybody_settle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Settlement, "counts", lambda settlement, row: row.state != "done")


def deliver_all_of_a_lane_at_once(patch: pytest.MonkeyPatch) -> None:
    def ready(tables: Tables, now: int, limit: int, case_id: str | None) -> tuple[OutboxRow, ...]:
        rows = tables.undelivered.values()
        return tuple(row for row in rows if row.due_at <= now and case_id in (None, row.case))[:limit]

    patch.setattr(Tables, "ready", ready)


def forget_claims_on_cases(patch: pytest.MonkeyPatch) -> None:
    def claim_due(store: MemoryStore, now: int, until: int, limit: int) -> Sequence[Due]:
        found = store.due(now, limit)
        return found if any(store._tables.records[one.case].claimed_until != until for one in found) else ()

    patch.setattr(MemoryStore, "claim_due", claim_due)


def never_end_a_claim_on_a_case(patch: pytest.MonkeyPatch) -> None:
    def claim_due(store: MemoryStore, now: int, until: int, limit: int) -> Sequence[Due]:
        free = [one for one in store.due(now, 10_000) if not store._tables.records[one.case].claimed_until][
            :limit
        ]
        for one in free:
            store._tables.records[one.case].claimed_until = until
        return free

    patch.setattr(MemoryStore, "claim_due", claim_due)


def forget_the_claims_of_rungs(patch: pytest.MonkeyPatch) -> None:
    _change_batches(patch, lambda batch: attrs.evolve(batch, claims=()))


def lose_the_last_effect(patch: pytest.MonkeyPatch) -> None:
    _change_batches(patch, lambda batch: attrs.evolve(batch, outbox=batch.outbox[:1]))


def write_effects_of_refused_moves(patch: pytest.MonkeyPatch) -> None:
    def append(store: MemoryStore, batch: Append) -> None:
        for row in batch.outbox:
            if batch.case.id in store._tables.records:
                store._tables.records[batch.case.id].outbox.append(row.id)
                store._tables.put(row)
        written(store, attrs.evolve(batch, outbox=() if batch.expected else batch.outbox))

    written = MemoryStore.append
    patch.setattr(MemoryStore, "append", append)


def let_commands_go_first(patch: pytest.MonkeyPatch) -> None:
    catch_up = UnitOfWork.catch_up

    def sweep_one(means: Means, case_id: str, touched: set[str]) -> int:
        stored = means.store.load(case_id)
        assert stored is not None
        return catch_up(UnitOfWork(means, touched), stored, means.registry.pinned(stored.case))[1]

    def nothing(unit: UnitOfWork, stored: StoredCase, program: object) -> tuple[StoredCase, int]:
        return stored, 0

    patch.setattr(sweep, "_sweep_one", sweep_one)
    patch.setattr(UnitOfWork, "catch_up", nothing)


def fire_the_latest_rung_first(patch: pytest.MonkeyPatch) -> None:
    first_due = elapse.first_due

    def last_due(step: elapse.Step) -> tuple[Clock, int] | None:
        due = [one for one in step.draft.clocks.values() if one.phase == "running" and one.next is not None]
        late = [
            one for one in due if one.next is not None and one.next.at < step.at and one.verdict != "none"
        ]
        if not late:
            return first_due(step)
        latest = max(late, key=lambda clock: clock.next.at if clock.next else 0)
        return latest, latest.next.rung if latest.next else 0

    patch.setattr(elapse, "first_due", last_due)


def forget_idempotency_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Key, "claim", lambda key, program: None)


def forget_the_keys_of_hooks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "derived_key", lambda scope, name: None)


def give_up_without_a_word(patch: pytest.MonkeyPatch) -> None:
    _change_failures(patch, lambda settlement: attrs.evolve(settlement, incident=None))


def take_failures_for_done(patch: pytest.MonkeyPatch) -> None:
    _change_failures(patch, lambda settlement: attrs.evolve(settlement, state="done", incident=None))


def tell_no_parent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relatives, "tell_parent", lambda *args: None)


def forget_when_a_case_wakes(patch: pytest.MonkeyPatch) -> None:
    reschedule = Tables.reschedule

    def forgetful(tables: Tables, old: int | None, new: int | None, case_id: str) -> None:
        if old is None or (old, case_id) in tables.agenda:
            reschedule(tables, old, new if len(tables.agenda) < 1 else None, case_id)

    patch.setattr(Tables, "reschedule", forgetful)


def acknowledge_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    trying = commanding.Commander._try

    def hasty(self: commanding.Commander, run: object, touched: set[str], retry: int) -> object:
        try:
            return trying(self, run, touched, retry)  # type: ignore[arg-type]
        except commanding.Conflict as conflict:
            stored = self._means.store.load(conflict.case)
            if stored is None:
                raise
            return stored.case

    patch.setattr(commanding.Commander, "_try", hasty)


def _change_batches(patch: pytest.MonkeyPatch, change: Callable[[Append], Append]) -> None:
    prepare = unit_of_work.prepare

    def changed(*args: object, **named: object) -> tuple[Append, StoredCase]:
        batch, after = prepare(*args, **named)  # type: ignore[arg-type]
        return change(batch), after

    patch.setattr(unit_of_work, "prepare", changed)


def _change_failures(patch: pytest.MonkeyPatch, change: Callable[[Settlement], Settlement]) -> None:
    failed = Courier._failed
    patch.setattr(Courier, "_failed", lambda courier, *args, **named: change(failed(courier, *args, **named)))


BREAKS: tuple[Break, ...] = (
    drop_the_expected_version,
    settle_before_delivering,
    deliver_without_a_claim,
    forget_until_when_a_lease_is,
    never_end_a_lease,
    let_everybody_settle,
    deliver_all_of_a_lane_at_once,
    forget_claims_on_cases,
    never_end_a_claim_on_a_case,
    forget_the_claims_of_rungs,
    lose_the_last_effect,
    write_effects_of_refused_moves,
    let_commands_go_first,
    fire_the_latest_rung_first,
    forget_idempotency_keys,
    forget_the_keys_of_hooks,
    give_up_without_a_word,
    take_failures_for_done,
    tell_no_parent,
    forget_when_a_case_wakes,
    acknowledge_before_the_commit,
)
