"""The contract of the store port, to run against any store.

::

    class TestMyStore(DurableStoreContract):
        def make_store(self, tmp_path):
            return MyStore(tmp_path / "cases.db")

        def reopen(self, store):
            store.close()
            return MyStore(store.path)

The numbers in the names of tests are those of the guarantees in ``casewf.ports.store``.
"""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

from functools import partial

import attrs
import pytest

from casewf.errors import Conflict
from casewf.ports.store import Store
from casewf.ports.stored import Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_agenda import NOW, AgendaContract, FollowUpContract, OutboxContract
from casewf.testing.contracts.store_cases import (
    AppendContract,
    close_store,
    everything,
    full_batch,
    race,
)
from casewf.testing.contracts.store_claims import DueClaimContract, LeaseContract
from casewf.testing.contracts.store_find import FindContract
from casewf.testing.contracts.store_health import HealthContract
from casewf.testing.contracts.store_worklist import WorklistContract


class StoreContract(
    AppendContract,
    FindContract,
    WorklistContract,
    AgendaContract,
    OutboxContract,
    FollowUpContract,
    DueClaimContract,
    LeaseContract,
    HealthContract,
):
    """What every store does. Override ``make_store``."""


class DurableStoreContract(StoreContract):
    """What a store does besides that outlives its process. Override ``make_store`` and ``reopen``."""

    def reopen(self, store: Store) -> Store:
        """Another store on the same data, as another process has it; ``store`` may be open or closed."""
        raise NotImplementedError("the contract test of a durable store overrides reopen(self, store)")

    def test_8_everything_is_there_after_reopening(self, store: Store) -> None:
        first = full_batch()
        store.append(first)
        store.append(samples.following(first))
        waits = (samples.follow_up(first.outbox[0], due_at=NOW + 50),)
        settlement = Settlement(
            id=first.outbox[0].id, state="pending", due_at=NOW, error="no answer", follow_ups=waits
        )
        store.settle(settlement)
        before = everything(store)
        close_store(store)
        again = self.reopen(store)
        assert everything(again) == before
        close_store(again)

    def test_8_a_case_goes_on_after_reopening(self, store: Store) -> None:
        first = full_batch()
        store.append(first)
        close_store(store)
        again = self.reopen(store)
        with pytest.raises(Conflict):
            again.append(full_batch())
        again.append(samples.following(first))
        assert [event.number for event in again.history("C-1")] == [1, 2, 3]
        close_store(again)

    def test_8_what_one_store_has_appended_another_one_sees(self, store: Store) -> None:
        other = self.reopen(store)
        first = full_batch()
        store.append(first)
        assert everything(other) == everything(store)
        with pytest.raises(Conflict):
            other.append(samples.opening())
        other.append(samples.following(first))
        assert everything(other) == everything(store)
        close_store(other)

    def test_2_of_two_stores_on_one_version_exactly_one_wins_every_time(self, store: Store) -> None:
        other = self.reopen(store)
        batch = samples.opening()
        store.append(batch)
        for number in range(10):
            mine, his = (
                samples.following(batch, samples.moved(f"{who}-{number}")) for who in ("mine", "his")
            )
            outcomes = race([partial(store.append, mine), partial(other.append, his)])
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
            batch = mine if outcomes[0] is None else his
        assert tuple(store.history("C-1"))[-1] == batch.events[-1]
        assert len(store.history("C-1")) == 11
        close_store(other)

    def test_3_of_two_stores_opening_with_one_key_exactly_one_wins(self, store: Store) -> None:
        other = self.reopen(store)
        openings = [samples.opening("C-1"), samples.opening("C-2")]
        rivals = [attrs.evolve(batch, answer=samples.answer(batch)) for batch in openings]
        outcomes = race([partial(store.append, rivals[0]), partial(other.append, rivals[1])])
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        claimed = store.answer("operator-1", "open", "k-1")
        assert claimed is not None
        assert [head.case for head in store.heads()] == [claimed.case]
        close_store(other)
