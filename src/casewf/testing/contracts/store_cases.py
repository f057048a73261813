"""The store contract, first part: appending and reading back (guarantees 1-5 and 9)."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import attrs
import pytest

from casewf.errors import AdapterError, Conflict, InternalError
from casewf.model.case import Stamp
from casewf.model.events import Erased
from casewf.ports.store import Store
from casewf.ports.stored import (
    Append,
    Claim,
    Filter,
    Incident,
)
from casewf.testing.contracts import samples


class StoreFixture:
    """What every part of the contract needs: a store to test."""

    def make_store(self, tmp_path: Path) -> Store:
        """An empty store; files may be put under ``tmp_path``. Override this."""
        raise NotImplementedError("a store's contract test overrides make_store(self, tmp_path)")

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterable[Store]:
        """A fresh store, closed after the test if it can be closed."""
        store = self.make_store(tmp_path)
        yield store
        close_store(store)


def close_store(store: Store) -> None:
    """Close a store that has ``close``."""
    close: Callable[[], None] | None = getattr(store, "close", None)
    if close is not None:
        close()


def full_batch() -> Append:
    """An opening that writes a row of every sort."""
    row = samples.secret()
    batch = samples.opening(due=samples.START + 10, fields={"caller": samples.sealed(row)})
    return attrs.evolve(
        batch,
        secrets=(row,),
        claims=(Claim("resolution", 1, 1, 0, 1),),
        outbox=(samples.outbox_row(batch),),
        answer=samples.answer(batch),
        incidents=(Incident(case="C-1", at=samples.START, kind="refused", about="resolution/0"),),
        holders=frozenset({"union-1"}),
    )


def everything(store: Store, case_id: str = "C-1") -> tuple[object, ...]:
    """All that the port shows of a case, to see that nothing has changed."""
    return (
        store.load(case_id),
        store.history(case_id),
        store.raw(case_id),
        store.outbox(case_id),
        store.incidents(),
        store.secrets(case_id, ["1/caller", "2/caller"]),
        store.answer("operator-1", "open", "k-1"),
        store.answer("operator-1", case_id, "k-2"),
        store.definitions("workflow"),
        store.definitions("calendar"),
        store.due(2**62, 10),
        store.pending(2**62, 10),
        store.find(Filter(everything=True)),
        store.find(Filter(below=frozenset({"union-1", "person-9"}))),
        store.heads(),
    )


class AppendContract(StoreFixture):
    """Guarantees 1 to 5: what ``append`` writes, and when it writes nothing."""

    def test_1_an_append_writes_all_of_its_rows(self, store: Store) -> None:
        batch = full_batch()
        store.append(batch)
        stored = store.load("C-1")
        assert stored is not None
        assert (stored.case, stored.head) == (batch.case, batch.events[-1].hash)
        assert tuple(store.history("C-1")) == batch.events
        assert tuple(store.outbox("C-1")) == batch.outbox
        assert tuple(store.incidents("C-1")) == batch.incidents
        assert store.secrets("C-1", ["1/caller"]) == {"1/caller": batch.secrets[0]}
        assert store.answer("operator-1", "open", "k-1") == batch.answer
        assert [store.definition(one.hash) for one in batch.definitions] == [*batch.definitions]
        assert [due.case for due in store.due(samples.START + 11, 10)] == ["C-1"]
        assert [head.hash for head in store.heads()] == [batch.events[-1].hash]

    def test_1_values_of_every_type_come_back_as_they_were(self, store: Store) -> None:
        fields = samples.EVERY_TYPE
        store.append(samples.opening(fields=fields))
        stored = store.load("C-1")
        assert stored is not None
        assert stored.case.fields == fields
        assert {name: type(value) for name, value in stored.case.fields.items()} == {
            name: type(value) for name, value in fields.items()
        }

    @pytest.mark.parametrize("expected", [0, 1, 3])
    def test_2_another_version_than_expected_is_a_conflict_and_changes_nothing(
        self, store: Store, expected: int
    ) -> None:
        first = full_batch()
        store.append(first)
        before = everything(store)
        with pytest.raises(Conflict):
            store.append(attrs.evolve(samples.following(first), expected=expected))
        assert everything(store) == before

    def test_2_a_case_that_is_not_there_cannot_be_continued(self, store: Store) -> None:
        with pytest.raises(Conflict):
            store.append(samples.following(samples.opening()))
        assert store.load("C-1") is None
        assert list(store.heads()) == []

    def test_2_a_case_is_opened_once(self, store: Store) -> None:
        store.append(full_batch())
        before = everything(store)
        with pytest.raises(Conflict):
            store.append(samples.opening(by="operator-2"))
        assert everything(store) == before

    def test_2_of_many_writers_on_one_version_exactly_one_wins(self, store: Store) -> None:
        first = samples.opening()
        store.append(first)
        rivals = [samples.following(first, samples.moved(f"state-{number}")) for number in range(6)]
        outcomes = race([partial(store.append, rival) for rival in rivals])
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 5 + ["NoneType"]
        stored = store.load("C-1")
        assert stored is not None
        assert stored.case == rivals[outcomes.index(None)].case
        assert [event.number for event in store.history("C-1")] == [1, 2]

    @pytest.mark.parametrize("clash", ["claim", "key", "secret", "effect", "number"])
    def test_3_a_row_that_exists_already_is_a_conflict_and_changes_nothing(
        self, store: Store, clash: str
    ) -> None:
        first = full_batch()
        store.append(first)
        before = everything(store)
        batch = samples.following(first)
        batch = attrs.evolve(
            batch,
            secrets=(samples.secret("2/caller"),),
            outbox=(samples.outbox_row(batch),),
            definitions=(samples.definition(version=2),),
            incidents=(Incident(case="C-1", at=samples.START, kind="late", about=""),),
            watchers=frozenset({"union-2"}),
            holders=frozenset({"person-9"}),
            answer=samples.answer(batch, scope="C-1", key="k-2"),
        )
        changes: dict[str, dict[str, object]] = {
            "claim": {"claims": first.claims},
            "key": {"answer": first.answer},
            "secret": {"secrets": first.secrets},
            "effect": {"outbox": first.outbox},
            "number": {"events": (first.events[-1],)},
        }
        with pytest.raises(Conflict):
            store.append(attrs.evolve(batch, **changes[clash]))  # type: ignore[arg-type]  # one attribute by name
        assert everything(store) == before

    def test_3_a_claim_of_another_term_or_repetition_is_another_claim(self, store: Store) -> None:
        first = full_batch()
        store.append(first)
        later = (
            Claim("resolution", 1, 2, 0, 1),
            Claim("resolution", 1, 1, 0, 2),
            Claim("contact", 1, 1, 0, 1),
        )
        store.append(attrs.evolve(samples.following(first), claims=later))
        assert len(store.history("C-1")) == 3

    def test_3_the_key_of_one_actor_is_free_for_another(self, store: Store) -> None:
        store.append(full_batch())
        other = samples.opening("C-2")
        store.append(attrs.evolve(other, answer=samples.answer(other, actor="operator-2")))
        mine, his = store.answer("operator-1", "open", "k-1"), store.answer("operator-2", "open", "k-1")
        assert mine is not None
        assert his is not None
        assert (mine.case, his.case) == ("C-1", "C-2")

    def test_4_a_definition_changed_under_its_version_is_refused_and_changes_nothing(
        self, store: Store
    ) -> None:
        first = full_batch()
        store.append(first)
        before = everything(store)
        changed = samples.definition(title="changed")
        with pytest.raises(AdapterError):
            store.append(attrs.evolve(samples.following(first), definitions=(changed,)))
        assert everything(store) == before

    def test_4_a_definition_may_be_given_again_and_in_a_new_version(self, store: Store) -> None:
        first = full_batch()
        store.append(first)
        newer = samples.definition(version=2)
        store.append(attrs.evolve(samples.following(first), definitions=(samples.definition(), newer)))
        assert store.definition(newer.hash) == newer

    def test_definitions_are_given_by_kind_in_the_order_of_id_and_version(self, store: Store) -> None:
        first, given = full_batch(), [("sample", 2), ("b", 1), ("sample", 10), ("B", 1)]
        store.append(first)
        more = tuple(samples.definition(name, version=version) for name, version in given)
        store.append(attrs.evolve(samples.following(first), definitions=more))
        found = store.definitions("workflow")
        assert [(one.id, one.version) for one in found] == [
            ("B", "1"),
            ("b", "1"),
            ("sample", "1"),
            ("sample", "10"),
            ("sample", "2"),
        ]
        assert set(found) == {samples.definition(), *more}
        assert tuple(store.definitions("calendar")) == (samples.calendar(),)
        assert tuple(store.definitions("other")) == ()

    def test_5_history_is_in_order_and_can_begin_anywhere(self, store: Store) -> None:
        batch = samples.opening(due=samples.START + 10)
        store.append(batch)
        for number in range(2, 13):
            batch = samples.following(batch, samples.moved(f"state-{number}"))
            store.append(batch)
        assert [event.number for event in store.history("C-1")] == list(range(1, 14))
        assert [event.number for event in store.history("C-1", after=11)] == [12, 13]
        assert list(store.history("C-1", after=13)) == []
        assert list(store.history("C-2")) == []

    @pytest.mark.parametrize("kept", [0, 1])
    def test_5_events_that_would_leave_a_gap_are_refused(self, store: Store, kept: int) -> None:
        first = samples.opening()
        store.append(first)
        before = everything(store)
        batch = samples.following(
            first, samples.moved("dispatched"), samples.moved("closed", source="dispatched")
        )
        with pytest.raises(InternalError):
            store.append(attrs.evolve(batch, events=(batch.events[kept],)))
        assert everything(store) == before

    def test_9_erased_values_are_gone_and_the_rest_stays(self, store: Store) -> None:
        first = full_batch()
        store.append(first)
        erased = Erased(at=samples.START + 1, by=Stamp("officer-1"), refs=("1/caller",))
        batch = attrs.evolve(samples.following(first, erased), erased=("1/caller",))
        store.append(batch)
        assert store.secrets("C-1", ["1/caller"]) == {}
        assert tuple(store.history("C-1")) == first.events + batch.events
        assert tuple(store.outbox("C-1")) == first.outbox


def race(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run all jobs at once in threads of their own; gives each one's result, or the exception it raised."""
    outcomes: list[object] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(number: int) -> None:
        barrier.wait()
        try:
            outcomes[number] = jobs[number]()
        except Exception as error:  # noqa: BLE001  # the caller judges it
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
