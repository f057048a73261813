"""Child cases: opened once by an effect, counted from the move on, reported by their own closing (D2, M9)."""

from __future__ import annotations

import pytest

from casewf.errors import AdapterError, BindingError, Conflict, Refused
from casewf.model.case import Actor, Children
from casewf.model.effects import OpenCase, TellParent
from casewf.model.events import Moved, Opened
from casewf.model.file_events import ChildReported
from casewf.ports.store import Store
from casewf.ports.stored import Append, Settlement
from casewf.testing.clock import TestClock, at
from engine_fakes import dump
from relatives_flows import DESK, SOUTH, Small, letter, matter


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store)


def test_a_row_opens_a_child_with_what_the_author_gives_it(small: Small) -> None:
    small.parent(count=4)
    small.fire("P", "spawn")
    child = small.engine.case("P.1", actor=DESK)
    assert (child.workflow, child.org, child.parent) == ("letter", "north", "P")
    assert child.fields == {"firm": "F", "number": 5, "name": "杨云"}
    opened = small.store.history("P.1")[0].event
    assert isinstance(opened, Opened)
    assert (opened.by.id, opened.by.on_behalf) == ("system", small.store.outbox("P")[0].id)
    assert small.engine.case("P", actor=DESK).children == Children(open=1)


def test_a_sensitive_value_is_copied_by_the_vault_alone(small: Small) -> None:
    """D5: neither event nor effect holds it, and each case has a row of its own."""
    small.parent()
    small.fire("P", "spawn")
    effect = small.store.outbox("P")[0].effect
    assert isinstance(effect, OpenCase)
    assert (effect.carry, "name" in effect.values) == (("name",), False)
    small.engine.erase("P", actor=DESK, fields=["name"])
    assert small.engine.case("P.1", actor=DESK).fields["name"] == "杨云"


def test_an_erased_value_is_not_carried_any_more(store: Store) -> None:
    small = Small(store, deliver="later")
    small.parent()
    small.fire("P", "spawn")
    small.engine.erase("P", actor=DESK, fields=["name"])
    small.engine.deliver()
    assert "name" not in small.engine.case("P.1", actor=DESK).fields


def test_several_children_are_numbered_through(small: Small) -> None:
    small.parent()
    small.fire("P", "spawn")
    small.fire("P", "spawn_two")
    assert [small.engine.case(f"P.{n}", actor=DESK).id for n in (1, 2, 3)] == ["P.1", "P.2", "P.3"]
    assert small.children() == Children(open=3)


def test_a_child_may_belong_to_another_organisation(store: Store) -> None:
    small = Small(store)
    small.engine.open("matter", actor=DESK, case_id="P", data={"firm": "F"})
    small.fire("P", "work", data={"place": "south"})
    small.fire("P", "spawn_two")
    assert small.engine.case("P.2", actor=SOUTH).org == "south"
    assert small.engine.case("P.1", actor=DESK).org == "north"


def test_the_parent_counts_the_child_from_the_move_that_writes_the_effect(store: Store) -> None:
    """A guard ``children.open == 0`` must not slip through between commit and delivery."""
    small = Small(store, deliver="later")
    small.parent()
    small.fire("P", "spawn")
    small.fire("P", "wait")
    assert (small.children(), small.state(), store.load("P.1")) == (Children(open=1), "waiting", None)
    small.engine.deliver()
    assert (small.children(), small.state()) == (Children(open=1), "waiting")


def test_a_closed_child_lets_the_parent_go_on_by_itself(small: Small) -> None:
    """M5, M9: automatic rows with children in their guards run, in an append of their own."""
    small.parent()
    small.fire("P", "spawn")
    small.fire("P", "wait")
    small.fire("P.1", "end")
    assert (small.children(), small.state()) == (Children(closed=1), "working")
    reported, moved = [row.event for row in small.store.history("P")][-2:]
    assert isinstance(reported, ChildReported)
    assert (reported.child, reported.closed) == ("P.1", True)
    assert isinstance(moved, Moved)
    assert (moved.trigger, moved.auto) == ("go_on", True)


def test_a_clock_that_stands_while_children_are_open_goes_on_when_they_are_not(small: Small) -> None:
    """K2: the clocks look when a child reports."""
    small.parent()
    small.fire("P", "spawn")
    assert small.engine.case("P", actor=DESK).clocks["limit"].phase == "paused"
    small.fire("P.1", "end")
    assert small.engine.case("P", actor=DESK).clocks["limit"].phase == "running"


def test_a_reopened_child_is_open_again(small: Small) -> None:
    small.parent()
    small.fire("P", "spawn")
    for trigger, expected in (
        ("end", Children(closed=1)),
        ("again", Children(open=1)),
        ("send", Children(open=1)),
        ("end", Children(closed=1)),
    ):
        small.fire("P.1", trigger)
        assert small.children() == expected


def test_a_child_may_outlive_its_parent(small: Small) -> None:
    """The report is recorded by a closed parent, too; what M8 lets it do then, it does."""
    small.parent()
    small.fire("P", "spawn")
    small.fire("P", "close")
    assert (small.state(), small.engine.case("P", actor=DESK).closed) == ("closed", True)
    assert small.engine.case("P.1", actor=DESK).closed is False
    small.fire("P.1", "end")
    assert (small.children(), small.state()) == (Children(closed=1), "filed")


def test_a_child_reports_to_a_parent_in_a_final_state(store: Store) -> None:
    small = Small(store)
    small.parent()
    small.parent("Q")
    small.fire("P", "spawn")
    small.fire("P", "merge", data={"into": "Q"})
    small.fire("P.1", "end")
    assert (small.children(), small.state()) == (Children(closed=1), "merged")
    assert small.incidents() == []


def test_a_closed_case_still_opens_children(small: Small) -> None:
    """M8: a row that stays where it is and opens a child neither reopens a case nor works on it."""
    small.parent()
    small.fire("P", "close")
    small.fire("P", "spawn")
    assert (small.engine.case("P", actor=DESK).closed, small.children()) == (True, Children(open=1))


def test_a_rung_opens_a_child(small: Small) -> None:
    small.parent()
    small.clock.travel(at("2026-04-01 09:00"))
    small.engine.sweep()
    child = small.engine.case("P.1", actor=DESK)
    assert (child.fields["firm"], small.children()) == ("t", Children(open=1))


# What goes wrong


def test_an_id_that_another_case_has_is_an_incident_and_the_other_case_stays(small: Small) -> None:
    small.engine.open("letter", actor=DESK, case_id="P.1", data={"firm": "other"})
    small.parent()
    small.fire("P", "spawn")
    ((kind, detail),) = small.incidents()
    assert kind == "dead_letter"
    assert "there is a case P.1 already, and this effect did not open it" in detail
    assert small.engine.case("P.1", actor=DESK).fields == {"firm": "other"}


def test_a_refused_opening_is_an_incident_at_once_and_the_parent_waits_for_it(small: Small) -> None:
    """What was never opened was never done: the child stays open until it is, so nothing goes on without it."""
    small.parent(firm="F")
    small.engine.open("matter", actor=DESK, case_id="Q", data={"topic": "t"})
    small.fire("Q", "spawn")
    ((kind, detail),) = small.incidents("Q")
    assert kind == "dead_letter"
    assert "case Q.1 of letter cannot be opened: the field firm needs a value" in detail
    assert small.children("Q") == Children(open=1)


def test_a_dead_opening_succeeds_once_its_cause_is_gone(store: Store) -> None:
    small = Small(store)
    small.engine.open("matter", actor=DESK, case_id="Q", data={"topic": "t"})
    small.fire("Q", "spawn")
    mended = Small(store, [matter(), letter(**{"version: 1": "version: 2", ", needs: firm": ""})])
    mended.engine.redeliver(store.outbox("Q")[0].id)
    assert mended.engine.case("Q.1", actor=DESK).parent == "Q"
    mended.fire("Q.1", "end")
    assert mended.children("Q") == Children(closed=1)


def test_a_child_that_is_closed_from_the_first_does_not_hold_its_parent(store: Store) -> None:
    small = Small(store, [matter(), letter(**{"initial: draft": "initial: ended"})])
    small.parent()
    small.fire("P", "wait")
    small.fire("P", "spawn")
    assert (small.children(), small.state()) == (Children(closed=1), "working")


def test_a_crash_between_the_commit_and_the_delivery_loses_no_child(store: Store) -> None:
    before = Small(store, deliver="later")
    before.parent()
    before.fire("P", "spawn")
    before.fire("P", "wait")
    after = Small(store, deliver="later", clock=before.clock)
    after.engine.deliver()
    after.fire("P.1", "end")
    assert after.state() == "waiting"
    last = Small(store, deliver="later", clock=before.clock)
    last.engine.deliver()
    assert (last.state(), last.children()) == ("working", Children(closed=1))


@pytest.mark.parametrize("what", [OpenCase, TellParent])
def test_an_effect_whose_settlement_was_lost_is_done_once(store: Store, what: type) -> None:
    """D2: at least once; the second attempt finds that it is done already."""
    small = Small(store)
    settle, lost = store.settle, []

    def forgetful(settlement: Settlement) -> None:
        row = next(row for case in ("P", "P.1") for row in store.outbox(case) if row.id == settlement.id)
        if isinstance(row.effect, what) and not lost:
            lost.append(row.id)
            raise AdapterError("the power went")
        settle(settlement)

    store.settle = forgetful  # type: ignore[method-assign]
    small.parent()
    small.fire("P", "spawn")
    small.engine.deliver()
    small.fire("P.1", "end")
    small.engine.deliver()
    assert len(lost) == 1
    assert (small.children(), len(store.history("P.1"))) == (Children(closed=1), 2)
    assert [row.state for case in ("P", "P.1") for row in store.outbox(case)] == ["done", "done"]


def test_whoever_is_faster_on_the_parent_does_not_lose_the_report(store: Store) -> None:
    """D1: the engine tries its own commands again."""
    small = Small(store)
    small.parent()
    small.fire("P", "spawn")
    append, others = store.append, iter(range(3))

    def contended(batch: Append) -> None:
        if (
            any(isinstance(row.event, ChildReported) for row in batch.events)
            and next(others, None) is not None
        ):
            raise Conflict("P", batch.expected, batch.expected + 1)
        append(batch)

    store.append = contended  # type: ignore[method-assign]
    small.fire("P.1", "end")
    assert small.children() == Children(closed=1)


def test_what_is_due_a_moment_later_is_delivered_in_the_same_pass(store: Store) -> None:
    """A real clock goes on between an effect and what it leads to."""

    class Ticking(TestClock):
        def now(self) -> int:
            self._now += 1
            return super().now()

    flows = [matter(), letter(**{"initial: draft": "initial: ended"})]
    small = Small(store, flows, clock=Ticking(at("2026-03-16 10:00")))
    small.parent()
    small.fire("P", "spawn")
    assert small.children() == Children(closed=1)


def test_a_child_is_counted_once_however_its_reports_come(store: Store) -> None:
    """D2: one of them is lost, later ones arrive, and the lost one at last; each says how the child stands by then."""
    small = Small(store)
    small.parent()
    small.fire("P", "spawn")
    append, broken = store.append, [True]

    def failing(batch: Append) -> None:
        if broken[0] and batch.case.id == "P":
            raise AdapterError("the disk is full")
        append(batch)

    store.append = failing  # type: ignore[method-assign]
    small.fire("P.1", "end")
    for day in range(17, 24):
        small.go(f"2026-03-{day} 10:00")
        small.engine.deliver()
    broken[0] = False
    (dead,) = [one.about.split()[0] for one in small.engine.incidents("P.1") if one.kind == "dead_letter"]
    small.fire("P.1", "again")
    assert small.children() == Children(open=1)
    small.fire("P.1", "end")
    assert small.children() == Children(closed=1)
    small.fire("P.1", "again")
    small.engine.redeliver(dead)
    assert small.children() == Children(open=1)
    small.fire("P.1", "end")
    reports = [row.event for row in store.history("P") if isinstance(row.event, ChildReported)]
    assert [one.closed for one in reports] == [True, False, True]
    assert small.children() == Children(closed=1)


# What the bindings must fit


@pytest.mark.parametrize(
    ("parent", "child", "said"),
    [
        ({}, None, "opens a case of 'letter', which was not given: pass it in workflows="),
        ({"firm: firm,": ""}, {}, "without 'firm', which its opening needs: give it under `with`"),
        ({"number: count": "nmber: count"}, {}, "with 'nmber', and that has no such field"),
        ({}, {"needs: firm}": "needs: firm, accepts: [name]}"}, "with 'number', which its opening does not accept"),
        ({"number: count + 1": "number: topic"}, {}, "with 'number': the value must be integer, but this is text"),
        ({"carry: [name]": "carry: [phone]"}, {}, "with 'phone', and that has no such field"),
        (
            {},
            {"name: {type: text, sensitive: true, seen_by: [desk]}": "name: {type: text}"},
            "carries 'name', which is text there, not sensitive text",
        ),
        (
            {"number: count": "name: topic, number: count", ", carry: [name]": ""},
            {},
            "with 'name': it is sensitive there, and an effect holds no such value; use `carry`",
        ),
    ],
)  # fmt: skip
def test_a_child_whose_workflow_does_not_fit_is_found_when_the_engine_is_made(
    store: Store, parent: dict[str, str], child: dict[str, str] | None, said: str
) -> None:
    flows = [matter(**parent)] if child is None else [matter(**parent), letter(**child)]
    with pytest.raises(BindingError) as failure:
        Small(store, flows)
    assert any(said in problem for problem in failure.value.problems), failure.value


def test_all_that_does_not_fit_is_told_at_once(store: Store) -> None:
    with pytest.raises(BindingError) as failure:
        Small(store, [matter(**{"firm: firm,": "firn: firm,"}), letter()])
    assert len(failure.value.problems) == 2


def test_people_cannot_pretend_to_be_an_effect(store: Store) -> None:
    small = Small(store)
    with pytest.raises(Refused):
        small.engine.open("letter", actor=Actor("x", frozenset({"boss"}), "north"), data={"firm": "F"})
    before = dump(store)
    with pytest.raises(ValueError, match="`system` is the engine itself"):
        small.engine.open("letter", actor=Actor("x", frozenset({"system"}), "north"), data={"firm": "F"})
    assert dump(store) == before
