"""The store contract, sixth part: how far behind a store says that it is."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

import attrs

from casewf.model.effects import CallHook, Notify
from casewf.ports.store import Store
from casewf.ports.stored import DAY_US, Health, Incident, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_agenda import NOW, open_with
from casewf.testing.contracts.store_cases import StoreFixture

UNTIL = NOW + 1_000


class HealthContract(StoreFixture):
    """``Audit.health``; the store's own ``clock`` is left out, which is what it is."""

    def test_an_empty_store_is_behind_with_nothing(self, store: Store) -> None:
        assert _health(store, NOW) == Health(at=NOW)

    def test_cases_that_wake_before_the_instant_are_due(self, store: Store) -> None:
        for case_id, wake in [("C-1", 30), ("C-2", 10), ("C-3", 20), ("C-4", 40)]:
            store.append(samples.opening(case_id, due=samples.START + wake))
        store.append(samples.opening("C-5"))
        found = _health(store, samples.START + 30)
        assert (found.due_cases, found.oldest_due) == (2, samples.START + 10)
        assert (found.claimed_cases, found.newest) == (0, samples.START)

    def test_claims_count_until_they_end(self, store: Store) -> None:
        for case_id in ("C-1", "C-2", "C-3"):
            store.append(samples.opening(case_id, due=samples.START + 10))
        store.claim_due(NOW, UNTIL, 2)
        assert [_health(store, at).claimed_cases for at in (NOW, UNTIL - 1, UNTIL)] == [2, 2, 0]
        assert _health(store, NOW).due_cases == 3

    def test_effects_are_due_from_their_instant_on_also_behind_an_older_one(self, store: Store) -> None:
        behind = [(Notify("handler"), 0, NOW + 50), (Notify("leader"), 1, NOW)]
        open_with(store, [*behind, (CallHook("a"), 2, NOW - 9), (CallHook("b"), 3, NOW + 1)])
        found = _health(store, NOW)
        assert (found.due_effects, found.oldest_effect, found.waiting_effects) == (2, NOW - 9, 2)
        later = _health(store, NOW + 50)
        assert (later.due_effects, later.oldest_effect, later.waiting_effects) == (4, NOW - 9, 0)

    def test_effects_that_somebody_delivers_or_that_failed_wait(self, store: Store) -> None:
        first, second, *_ = open_with(store, [(CallHook(name), n, NOW) for n, name in enumerate("abcd")])
        claimed = store.claim(NOW, UNTIL, "mine", 3)
        assert (_health(store, NOW).leased_effects, _health(store, NOW).due_effects) == (3, 1)
        store.settle(Settlement(id=first.id, state="pending", due_at=UNTIL, error="no", lease="mine"))
        store.settle(Settlement(id=second.id, state="done", lease="mine"))
        found = _health(store, NOW)
        assert len(claimed) == 3
        assert (found.due_effects, found.waiting_effects) == (1, 2)
        assert (found.leased_effects, found.failed_effects) == (1, 1)

    def test_what_was_put_off_has_not_failed(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.settle(Settlement(id=row.id, state="pending", due_at=UNTIL, attempted=False))
        found = _health(store, NOW)
        assert (found.waiting_effects, found.failed_effects) == (1, 0)

    def test_what_nothing_has_tried_although_there_is_an_error_is_unbound(self, store: Store) -> None:
        rows = open_with(store, [(CallHook(name), n, NOW - 9 + n) for n, name in enumerate("abc")])
        for row, tried in zip(rows, (True, False, False), strict=True):
            settled = Settlement(id=row.id, state="pending", due_at=UNTIL, error="pass it", attempted=tried)
            store.settle(settled)
        assert _health(store, NOW).oldest_unbound == rows[1].created_at
        store.settle(Settlement(id=rows[1].id, state="done"))
        store.settle(Settlement(id=rows[2].id, state="pending", due_at=UNTIL, attempted=False))
        assert _health(store, NOW).oldest_unbound is None

    def test_effects_that_were_given_up_are_dead_until_they_are_revived(self, store: Store) -> None:
        first, second = open_with(store, [(CallHook("a"), 0, NOW), (CallHook("b"), 1, NOW)])
        for row in (first, second):
            store.settle(Settlement(id=row.id, state="dead", error="gave up"))
        assert _health(store, NOW).dead_effects == 2
        store.settle(Settlement(id=first.id, state="pending", due_at=NOW))
        assert (_health(store, NOW).dead_effects, _health(store, NOW).due_effects) == (1, 1)

    def test_incidents_of_the_last_day_are_counted(self, store: Store) -> None:
        for at in (NOW - DAY_US - 1, NOW - DAY_US, NOW - 5):
            store.report(Incident(case="C-1", at=at, kind="broken", about="sweep"))
        found = _health(store, NOW)
        assert (found.incidents, found.latest_incident) == (2, NOW - 5)

    def test_the_newest_instant_is_that_of_whatever_was_written_last(self, store: Store) -> None:
        first = samples.opening("C-1")
        store.append(first)
        store.append(samples.opening("C-2"))
        store.append(samples.following(first, samples.moved("dispatched", at=NOW + 7)))
        assert _health(store, NOW).newest == NOW + 7
        late = samples.opening("C-3")
        store.append(attrs.evolve(late, outbox=(samples.outbox_row(late, created_at=NOW + 8),)))
        assert _health(store, NOW).newest == NOW + 8
        store.report(Incident(case="", at=NOW + 9, kind="broken", about="sweep"))
        assert _health(store, NOW).newest == NOW + 9


def _health(store: Store, now: int) -> Health:
    return attrs.evolve(store.health(now), clock=None)
