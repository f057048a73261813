"""The store contract, fifth part: claims on cases and effects (guarantees 13 to 16)."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import pytest

from casewf.errors import Conflict
from casewf.model.effects import CallHook, Effect, Notify
from casewf.ports.store import Store
from casewf.ports.stored import Due, Incident, OutboxRow, Settlement
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_agenda import NOW, open_with
from casewf.testing.contracts.store_cases import StoreFixture, race

UNTIL = NOW + 1_000


class DueClaimContract(StoreFixture):
    """Guarantee 13: who fires what is due."""

    def test_13_a_claim_gives_what_wakes_before_the_instant_earliest_first(self, store: Store) -> None:
        first = _wake(store, ("C-1", 30), ("C-2", 10), ("C-3", 20), ("C-4", 40))
        store.append(samples.opening("C-5"))
        found = store.claim_due(samples.START + 40, UNTIL, 10)
        assert list(found) == [first["C-2"], first["C-3"], first["C-1"]]

    def test_13_a_claimed_case_is_nobody_elses_before_the_end_of_the_claim(self, store: Store) -> None:
        due = _wake(store, ("C-1", 10), ("C-2", 20), ("C-3", 30))
        assert list(store.claim_due(NOW, UNTIL, 2)) == [due["C-1"], due["C-2"]]
        assert list(store.claim_due(NOW, UNTIL, 2)) == [due["C-3"]]
        assert list(store.claim_due(UNTIL - 1, UNTIL + 1, 2)) == []
        assert list(store.claim_due(UNTIL, UNTIL + 1, 2)) == [due["C-1"], due["C-2"]]

    def test_13_a_claim_can_be_looked_past(self, store: Store) -> None:
        due = _wake(store, ("C-1", 10))
        store.claim_due(NOW, UNTIL, 1)
        assert list(store.due(NOW, 10)) == [due["C-1"]]

    def test_13_an_append_ends_the_claim(self, store: Store) -> None:
        first = samples.opening(due=samples.START + 10)
        store.append(first)
        store.claim_due(NOW, UNTIL, 1)
        store.append(samples.following(first))
        assert [one.case for one in store.claim_due(NOW, UNTIL, 1)] == ["C-1"]

    def test_13_who_gives_back_ends_his_own_claims_only(self, store: Store) -> None:
        due = _wake(store, ("C-1", 10), ("C-2", 20), ("C-3", 30))
        mine = store.claim_due(NOW, UNTIL, 2)
        store.claim_due(NOW, UNTIL + 7, 1)
        store.release_due((*mine[1:], due["C-3"], Due("C-9", NOW)), UNTIL)
        assert list(store.claim_due(NOW, UNTIL, 10)) == [due["C-2"]]

    def test_13_of_many_claimers_at_once_each_gets_other_cases(self, store: Store) -> None:
        due = _wake(store, *((f"C-{number}", number) for number in range(40)))
        found: list[Sequence[Due]] = []

        def claim() -> None:
            while claimed := store.claim_due(NOW, UNTIL, 3):
                found.append(claimed)

        assert race([claim] * 4) == [None] * 4
        claimed = [one for some in found for one in some]
        assert sorted(claimed, key=lambda one: one.case) == sorted(due.values(), key=lambda one: one.case)


class LeaseContract(StoreFixture):
    """Guarantees 14 to 16: who delivers what, and whose word counts."""

    def test_14_a_claimed_row_is_given_with_its_lease(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        leased = attrs.evolve(row, due_at=UNTIL, lease="a")
        assert list(store.claim(NOW, UNTIL, "a", 10)) == [leased]
        assert list(store.outbox("C-1")) == [leased]

    def test_14_it_is_nobody_elses_before_the_end_of_the_lease(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.claim(NOW, UNTIL, "a", 10)
        assert list(store.claim(UNTIL - 1, UNTIL + 9, "b", 10)) == []
        assert list(store.pending(UNTIL - 1, 10)) == []
        assert [one.id for one in store.claim(UNTIL, UNTIL + 9, "b", 10)] == [row.id]

    def test_14_it_holds_up_its_lane_and_no_other(self, store: Store) -> None:
        first, _, other = open_with(
            store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW), (CallHook("audit"), 2, NOW)]
        )
        assert [row.id for row in store.claim(NOW, UNTIL, "a", 1)] == [first.id]
        assert [row.id for row in store.claim(NOW, UNTIL, "b", 10)] == [other.id]

    def test_14_only_what_may_be_tried_is_claimed_of_one_case_or_of_all(self, store: Store) -> None:
        open_with(store, [(Notify("handler"), 0, NOW + 1), (CallHook("audit"), 1, NOW)])
        open_with(store, [(Notify("handler"), 0, NOW)], case_id="C-2")
        assert [row.case for row in store.claim(NOW, UNTIL, "a", 10, "C-2")] == ["C-2"]
        assert [(row.case, row.position) for row in store.claim(NOW, UNTIL, "b", 10)] == [("C-1", 1)]

    @pytest.mark.parametrize("state", ["done", "dead", "pending"])
    def test_14_settling_ends_the_lease(self, store: Store, state: str) -> None:
        open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        (row,) = store.claim(NOW, UNTIL, "a", 10)
        store.settle(Settlement(id=row.id, state=state, due_at=NOW, lease="a"))
        settled = next(one for one in store.outbox("C-1") if one.id == row.id)
        assert (settled.state, settled.lease, settled.attempts) == (state, "", 1)
        assert [one.position for one in store.claim(NOW, UNTIL, "b", 10)] == [state != "pending"]

    def test_14_a_lease_that_goes_on_stays(self, store: Store) -> None:
        open_with(store, [(Notify("handler"), 0, NOW)])
        (row,) = store.claim(NOW, UNTIL, "a", 10)
        waits = samples.follow_up(attrs.evolve(row, lease=""), due_at=UNTIL)
        divided = Settlement(
            id=row.id,
            state="pending",
            due_at=UNTIL,
            attempted=False,
            follow_ups=(waits,),
            lease="a",
            goes_on=True,
        )
        store.settle(divided)
        assert list(store.outbox("C-1")) == [row, waits]

    @pytest.mark.parametrize("state", ["pending", "dead"])
    def test_15_the_failure_of_an_attempt_that_lost_its_lease_changes_nothing(
        self, store: Store, state: str
    ) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.claim(NOW, UNTIL, "a", 10)
        (again,) = store.claim(UNTIL, UNTIL + 9, "b", 10)
        incident = Incident(case="C-1", at=NOW, kind="dead", about=row.id)
        late = Settlement(
            id=row.id,
            state=state,
            due_at=NOW,
            error="no answer",
            incident=incident,
            follow_ups=(samples.follow_up(row),),
            lease="a",
        )
        store.settle(late)
        assert list(store.outbox("C-1")) == [again]
        assert list(store.incidents()) == []

    def test_15_its_success_counts(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.claim(NOW, UNTIL, "a", 10)
        store.claim(UNTIL, UNTIL + 9, "b", 10)
        store.settle(Settlement(id=row.id, state="done", lease="a"))
        store.settle(Settlement(id=row.id, state="pending", due_at=NOW, lease="b"))
        (settled,) = store.outbox("C-1")
        assert (settled.state, settled.attempts) == ("done", 1)

    def test_16_what_an_effect_brings_about_is_written_under_its_lease_only(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        first = samples.opening("C-2")
        store.append(first)
        store.claim(NOW, UNTIL, "a", 10)
        late = attrs.evolve(samples.following(first), held=(row.id, "a"))
        store.claim(UNTIL, UNTIL + 9, "b", 10)
        before = (store.load("C-2"), store.history("C-2"), store.outbox("C-2"), store.outbox("C-1"))
        with pytest.raises(Conflict):
            store.append(late)
        assert (store.load("C-2"), store.history("C-2"), store.outbox("C-2"), store.outbox("C-1")) == before
        store.append(attrs.evolve(late, held=(row.id, "b")))
        assert [event.number for event in store.history("C-2")] == [1, 2]

    @pytest.mark.parametrize("lease", ["a", ""])
    def test_16_nothing_is_brought_about_by_what_was_settled(self, store: Store, lease: str) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        first = samples.opening("C-2")
        store.append(first)
        store.claim(NOW, UNTIL, "a", 10)
        store.settle(Settlement(id=row.id, state="done", lease="a"))
        with pytest.raises(Conflict):
            store.append(attrs.evolve(samples.following(first), held=(row.id, lease)))
        assert len(store.history("C-2")) == 1

    def test_14_of_many_claimers_at_once_each_gets_other_lanes(self, store: Store) -> None:
        for number in range(12):
            effects: list[tuple[Effect, int, int]] = [
                (Notify("handler"), 0, NOW),
                (Notify("leader"), 1, NOW),
                (CallHook("audit"), 2, NOW),
            ]
            open_with(store, effects, case_id=f"C-{number}")
        found: list[Sequence[OutboxRow]] = []

        def claim(name: str) -> None:
            while claimed := store.claim(NOW, UNTIL, name, 3):
                found.append(claimed)

        assert race([partial(claim, name) for name in "abcd"]) == [None] * 4
        lanes = [(row.case, row.position) for some in found for row in some]
        assert sorted(lanes) == sorted((f"C-{number}", place) for number in range(12) for place in (0, 2))


def _wake(store: Store, *wakes: tuple[str, int]) -> dict[str, Due]:
    """Open cases that wake so many microseconds after the start; each as it is due."""
    for case_id, wake in wakes:
        store.append(samples.opening(case_id, due=samples.START + wake))
    return {case_id: Due(case_id, samples.START + wake) for case_id, wake in wakes}
