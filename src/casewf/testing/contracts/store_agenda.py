"""The store contract, third part: time, incidents and the outbox (guarantees 6, 7 and 10 to 12)."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import attrs
import pytest

from casewf.errors import AdapterError
from casewf.model.effects import (
    CallHook,
    Effect,
    LinkBack,
    MergeInto,
    Notify,
    OpenCase,
    Push,
    TellParent,
)
from casewf.ports.store import Store
from casewf.ports.stored import (
    Append,
    Due,
    Incident,
    OutboxRow,
    Settlement,
)
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import StoreFixture, race

NOW = samples.START + 100


class AgendaContract(StoreFixture):
    """Guarantee 6, and the incidents."""

    def test_6_due_gives_what_wakes_before_the_instant_earliest_first(self, store: Store) -> None:
        for case_id, wake in [("C-1", 30), ("C-2", 10), ("C-3", 20), ("C-4", 40)]:
            store.append(samples.opening(case_id, due=samples.START + wake))
        store.append(samples.opening("C-5"))
        found = store.due(samples.START + 40, 10)
        assert list(found) == [
            Due("C-2", samples.START + 10),
            Due("C-3", samples.START + 20),
            Due("C-1", samples.START + 30),
        ]

    def test_6_due_gives_batches_that_go_on_behind_the_last_one(self, store: Store) -> None:
        for case_id in ("C-3", "C-1", "C-2"):
            store.append(samples.opening(case_id, due=samples.START + 10))
        store.append(samples.opening("C-0", due=samples.START + 11))
        seen, after = [], (-(2**62), "")
        while found := store.due(samples.START + 20, 2, after):
            seen.append([due.case for due in found])
            after = (found[-1].wake, found[-1].case)
        assert seen == [["C-1", "C-2"], ["C-3", "C-0"]]

    def test_6_due_follows_the_clocks_of_a_case(self, store: Store) -> None:
        first = samples.opening(due=samples.START + 10)
        store.append(first)
        store.append(samples.following(first, samples.stopped()))
        assert list(store.due(NOW, 10)) == []

    def test_incidents_are_given_oldest_first_for_one_case_or_for_all(self, store: Store) -> None:
        late = Incident(case="C-1", at=samples.START + 2, kind="broken", about="sweep", detail="时钟")
        early = Incident(case="", at=samples.START + 1, kind="broken", about="delivery")
        first = samples.opening()
        own = Incident(case="C-1", at=samples.START, kind="refused", about="resolution/0")
        store.report(late)
        store.report(early)
        store.append(attrs.evolve(first, incidents=(own,)))
        assert list(store.incidents()) == [own, early, late]
        assert list(store.incidents("C-1")) == [own, late]


class OutboxContract(StoreFixture):
    """Guarantees 7 and 10: what may be delivered next, and what became of it."""

    def test_7_a_row_is_pending_from_its_instant_on(self, store: Store) -> None:
        open_with(store, [(Notify("handler"), 0, NOW)])
        assert list(store.pending(NOW - 1, 10)) == []
        assert [row.due_at for row in store.pending(NOW, 10)] == [NOW]

    def test_7_only_the_oldest_of_a_lane_is_given(self, store: Store) -> None:
        open_with(
            store, [(Notify("handler"), 0, NOW), (CallHook("audit"), 1, NOW), (Notify("leader"), 2, NOW)]
        )
        assert [row.position for row in store.pending(NOW, 10)] == [0, 1]

    def test_7_a_later_row_waits_for_an_older_one_that_is_not_yet_due(self, store: Store) -> None:
        open_with(store, [(Notify("handler"), 0, NOW + 50), (Notify("leader"), 1, NOW)])
        assert list(store.pending(NOW, 10)) == []
        assert [row.position for row in store.pending(NOW + 50, 10)] == [0]

    @pytest.mark.parametrize("outcome", ["done", "dead"])
    def test_7_a_done_or_dead_row_frees_the_lane(self, store: Store, outcome: str) -> None:
        first, second = open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        store.settle(Settlement(id=first.id, state=outcome, error="gave up"))
        assert list(store.pending(NOW, 10)) == [second]

    def test_7_a_row_to_try_again_holds_its_lane_until_its_instant(self, store: Store) -> None:
        first, _ = open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        store.settle(Settlement(id=first.id, state="pending", due_at=NOW + 50, error="no answer"))
        assert list(store.pending(NOW + 49, 10)) == []
        again = attrs.evolve(first, due_at=NOW + 50, attempts=1, error="no answer")
        assert list(store.pending(NOW + 50, 10)) == [again]

    def test_7_a_later_event_waits_for_an_older_one_of_its_case_only(self, store: Store) -> None:
        opening = samples.opening()
        older = samples.outbox_row(opening, 1)
        store.append(attrs.evolve(opening, outbox=(older,)))
        batch = samples.following(opening)
        store.append(attrs.evolve(batch, outbox=(samples.outbox_row(batch, 0),)))
        (other,) = open_with(store, [(Notify("handler"), 0, NOW)], case_id="C-2")
        assert list(store.pending(NOW, 10)) == [older, other]

    def test_7_rows_come_in_the_order_of_their_creation_up_to_the_limit(self, store: Store) -> None:
        for case_id, created in [("C-1", 30), ("C-2", 10), ("C-3", 20)]:
            batch = samples.opening(case_id)
            row = samples.outbox_row(batch, created_at=samples.START + created)
            store.append(attrs.evolve(batch, outbox=(row,)))
        assert [row.case for row in store.pending(NOW, 10)] == ["C-2", "C-3", "C-1"]
        assert [row.case for row in store.pending(NOW, 2)] == ["C-2", "C-3"]
        assert [row.case for row in store.pending(NOW, 10, "C-1")] == ["C-1"]

    def test_7_rows_that_were_put_off_take_their_place_among_the_others(self, store: Store) -> None:
        for case_id, created, due in [("C-1", 30, 30), ("C-2", 10, 45), ("C-3", 20, 5), ("C-4", 5, 51)]:
            batch = samples.opening(case_id)
            row = samples.outbox_row(batch, created_at=samples.START + created, due_at=samples.START + due)
            store.append(attrs.evolve(batch, outbox=(row,)))
        now = samples.START + 45
        assert [row.case for row in store.pending(now, 10)] == ["C-2", "C-3", "C-1"]
        assert [row.case for row in store.pending(now, 2)] == ["C-2", "C-3"]
        assert [row.case for row in store.pending(samples.START + 5, 10)] == ["C-3"]
        assert [row.case for row in store.claim(now, now + 9, "a", 1)] == ["C-2"]
        assert [row.case for row in store.claim(now, now + 9, "b", 10)] == ["C-3", "C-1"]

    def test_7_a_dead_row_can_be_made_pending_again(self, store: Store) -> None:
        first, _ = open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        store.settle(Settlement(id=first.id, state="dead", error="gave up"))
        store.settle(Settlement(id=first.id, state="pending", due_at=NOW))
        assert [row.id for row in store.pending(NOW, 10)] == [first.id]

    @pytest.mark.parametrize("late", ["pending", "dead"])
    def test_10_a_done_row_stays_done(self, store: Store, late: str) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.settle(Settlement(id=row.id, state="done"))
        incident = Incident(case="C-1", at=NOW, kind="dead", about=row.id)
        store.settle(Settlement(id=row.id, state=late, due_at=NOW, error="no answer", incident=incident))
        assert list(store.outbox("C-1")) == [attrs.evolve(row, state="done", attempts=1)]
        assert list(store.incidents()) == []

    def test_an_outcome_is_recorded_with_its_incident(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        incident = Incident(case="C-1", at=NOW, kind="dead", about=row.id, detail="410 Gone")
        store.settle(Settlement(id=row.id, state="dead", error="410 Gone", incident=incident))
        assert list(store.outbox("C-1")) == [attrs.evolve(row, state="dead", attempts=1, error="410 Gone")]
        assert list(store.incidents("C-1")) == [incident]

    def test_the_outcome_of_an_unknown_row_is_an_error(self, store: Store) -> None:
        with pytest.raises(AdapterError):
            store.settle(Settlement(id="C-9/1/0", state="done"))

    @pytest.mark.parametrize(
        "effect",
        [
            Notify("handler", ("union-1", "union-2"), "resolution/0"),
            Notify("handler", ("union-1",), "resolution/0", "ignore"),
            Notify("handler", ("union-1",), "resolution/0", only="李 1:2/3"),
            Notify("handler", (), "resolution/0", persons=("李 1:2/3", "wang")),
            CallHook("raise_to_city", "resolution/3"),
            Push(
                "government",
                ("district", "people"),
                "push_ok",
                "push_fail",
                (1_000_000, 60_000_000),
                "g_open",
            ),
            OpenCase(
                workflow="letter",
                case="C-1.1",
                org="union-1",
                values={
                    "firm": "甲",
                    "amount": Decimal("1.50"),
                    "by": dt.date(2026, 3, 2),
                    "tags": ("a", "b"),
                },
                carry=("caller",),
                parties=("p1",),
                about="spawn",
            ),
            TellParent("C-0", True, "close"),
            MergeInto("C-2", ("p1", "p2"), True, "merge"),
            LinkBack("C-2", "related", False, "unlink"),
        ],
    )
    def test_an_effect_comes_back_as_it_was(self, store: Store, effect: Effect) -> None:
        (row,) = open_with(store, [(effect, 0, NOW)])
        assert list(store.outbox("C-1")) == [row]


class FollowUpContract(StoreFixture):
    """Guarantees 11 and 12: rows that take over a part of another one."""

    def test_11_a_follow_up_is_there_with_the_outcome_in_a_lane_of_its_own(self, store: Store) -> None:
        first, second = open_with(store, [(Notify("handler"), 0, NOW), (Notify("leader"), 1, NOW)])
        li, wang = samples.follow_up(first, "li", due_at=NOW + 50), samples.follow_up(first, "wang")
        li = attrs.evolve(li, attempts=1, error="no answer")
        store.settle(Settlement(id=first.id, state="done", follow_ups=(wang, li)))
        assert list(store.outbox("C-1")) == [
            attrs.evolve(first, state="done", attempts=1),
            li,
            wang,
            second,
        ]
        assert list(store.pending(NOW, 10)) == [wang, second]
        assert list(store.pending(NOW + 50, 10)) == [li, wang, second]

    def test_11_a_row_that_is_put_off_counts_no_attempt(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.settle(Settlement(id=row.id, state="pending", due_at=NOW + 50, attempted=False))
        assert list(store.outbox("C-1")) == [attrs.evolve(row, due_at=NOW + 50)]

    def test_11_the_outcome_of_an_unknown_row_adds_nothing(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        incident = Incident(case="C-1", at=NOW, kind="dead", about=row.id)
        wrong = Settlement(
            id="C-9/1/0", state="done", incident=incident, follow_ups=(samples.follow_up(row),)
        )
        with pytest.raises(AdapterError):
            store.settle(wrong)
        assert list(store.outbox("C-1")) == [row]
        assert list(store.incidents()) == []

    def test_10_a_done_row_gets_no_follow_ups(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        store.settle(Settlement(id=row.id, state="done"))
        late = Settlement(id=row.id, state="pending", due_at=NOW, follow_ups=(samples.follow_up(row),))
        store.settle(late)
        assert list(store.outbox("C-1")) == [attrs.evolve(row, state="done", attempts=1)]

    @pytest.mark.parametrize("state", ["pending", "done", "dead"])
    def test_12_a_follow_up_that_exists_already_stays_as_it_is(self, store: Store, state: str) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        li, wang = samples.follow_up(row, "li"), samples.follow_up(row, "wang")
        split = Settlement(
            id=row.id,
            state="pending",
            due_at=NOW,
            attempted=False,
            follow_ups=(attrs.evolve(li, due_at=NOW),),
        )
        store.settle(split)
        store.settle(Settlement(id=li.id, state=state, due_at=NOW, error="gave up"))
        there = attrs.evolve(li, due_at=NOW, state=state, attempts=1, error="gave up")
        again = attrs.evolve(split, follow_ups=(attrs.evolve(li, due_at=NOW + 99), wang))
        store.settle(again)
        assert list(store.outbox("C-1")) == [attrs.evolve(row, due_at=NOW), there, wang]

    def test_12_of_two_settlements_at_once_each_follow_up_is_there_once(self, store: Store) -> None:
        (row,) = open_with(store, [(Notify("handler"), 0, NOW)])
        people = [samples.follow_up(row, f"person-{number}") for number in range(5)]
        split = Settlement(id=row.id, state="pending", due_at=NOW, attempted=False, follow_ups=tuple(people))
        assert race([partial(store.settle, split)] * 2) == [None, None]
        assert list(store.outbox("C-1")) == [attrs.evolve(row, due_at=NOW), *people]


def open_with(
    store: Store, effects: list[tuple[Effect, int, int]], case_id: str = "C-1"
) -> tuple[OutboxRow, ...]:
    """Open a case with these effects, given as (effect, position, due_at)."""
    batch: Append = samples.opening(case_id)
    rows = tuple(
        samples.outbox_row(batch, position, effect=effect, due_at=due_at)
        for effect, position, due_at in effects
    )
    store.append(attrs.evolve(batch, outbox=rows))
    return rows
