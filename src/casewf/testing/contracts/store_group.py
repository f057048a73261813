"""The store contract, for stores that can commit many appends at once (``GroupCommit``)."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

from typing import cast

import attrs
import pytest

from casewf.errors import AdapterError, Conflict
from casewf.model.effects import Notify
from casewf.ports.store import GroupCommit, InsideTransaction, Store
from casewf.ports.stored import Incident, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_agenda import NOW, open_with
from casewf.testing.contracts.store_cases import StoreFixture, everything, full_batch


class GroupContract(StoreFixture):
    """What a store does that has ``group``; the contract of every other store does not ask for it."""

    @pytest.fixture
    def grouping(self, store: Store) -> GroupCommit:
        assert isinstance(store, GroupCommit)
        return store

    def test_a_group_is_there_as_a_whole_when_it_ends(self, store: Store, grouping: GroupCommit) -> None:
        first, second = full_batch(), samples.opening("C-2")
        with grouping.group() as inside:
            inside.append(first)
            inside.append(samples.following(first))
            inside.append(second)
        assert [store.load(name) is not None for name in ("C-1", "C-2")] == [True, True]
        assert len(store.history("C-1")) == first.case.version + 1

    def test_a_group_that_raises_leaves_nothing(self, store: Store, grouping: GroupCommit) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        before = everything(store)

        def fail() -> None:
            with grouping.group() as inside:
                inside.append(samples.opening("C-2"))
                inside.report(Incident(case="C-1", at=NOW, kind="broken", about="x"))
                inside.claim(NOW, NOW + 9, "a", 10)
                inside.settle(Settlement(id=row.id, state="done"))
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert everything(store) == before
        assert store.load("C-2") is None
        assert list(store.outbox("C-1")) == [row]

    def test_a_group_sees_what_it_has_written(self, grouping: GroupCommit) -> None:
        with grouping.group() as inside:
            inside.append(samples.opening())
            assert inside.load("C-1") is not None
            assert len(inside.history("C-1")) == 1

    def test_an_append_that_is_refused_leaves_the_others(self, store: Store, grouping: GroupCommit) -> None:
        first = samples.opening()
        with grouping.group() as inside:
            inside.append(first)
            with pytest.raises(Conflict):
                inside.append(first)
            inside.append(samples.following(first))
        assert len(store.history("C-1")) == 2

    def test_a_group_is_inside_a_transaction(self, grouping: GroupCommit) -> None:
        with grouping.group() as inside:
            assert isinstance(inside, InsideTransaction)
            with pytest.raises(AdapterError), cast("GroupCommit", inside).group():
                pass

    def test_a_group_that_has_ended_takes_nothing_more(self, store: Store, grouping: GroupCommit) -> None:
        with grouping.group() as inside:
            pass
        with pytest.raises(AdapterError):
            inside.append(samples.opening())
        assert store.load("C-1") is None

    def test_after_a_group_all_goes_on(self, store: Store, grouping: GroupCommit) -> None:
        first = samples.opening()
        with grouping.group() as inside:
            inside.append(first)
        store.append(samples.following(first))
        with grouping.group() as inside:
            inside.append(samples.opening("C-2"))
        store.append(attrs.evolve(samples.opening("C-3")))
        assert [head.case for head in store.heads()] == ["C-1", "C-2", "C-3"]
