"""A new version of a calendar (K6): the dry run tells, applying writes, and what is over stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from casewf.errors import BindingError
from casewf.model.case import Actor
from casewf.model.clock_events import CalendarChanged, RungFired
from casewf.ports.store import Store
from casewf.testing.clock import at
from casewf.worktime import WorkCalendar
from engine_fakes import CLAIM, HANDLER, SUPERVISOR, World, claim, dump

CHIEF = Actor("chief", frozenset({"supervisor"}), "city")
WEEK = {day: [("09:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
TEXT = CLAIM.replace("within: 4 working hours", "within: 2 working days")
TUESDAY = dt.date(2026, 3, 17)


def office(days_off: Mapping[dt.date, str] | None = None, **more: object) -> WorkCalendar:
    return WorkCalendar(id="cn-office", zone="Asia/Shanghai", week=WEEK, days_off=days_off, **more)  # type: ignore[arg-type]


def world(store: Store, calendar: WorkCalendar, text: str = TEXT) -> World:
    return World(store, workflows=[claim(text)], calendars={"cn-office": calendar})


def holiday(store: Store, text: str = TEXT) -> World:
    """The same store in the hands of an engine that knows of a holiday on Tuesday."""
    return world(store, office({TUESDAY: "放假"}), text)


def test_the_dry_run_tells_which_due_instants_would_move_and_writes_nothing(store: Store) -> None:
    world(store, office()).dispatched()
    new = holiday(store)
    before = dump(store)
    found = new.engine.recompute("cn-office", actor=CHIEF)
    assert dump(store) == before
    assert (found.applied, found.cases, found.failed) == (False, 1, ())
    (move,) = found.moves
    assert (move.case, move.sla, move.before, move.after) == (
        "C-1",
        "answer",
        at("2026-03-18 18:00"),
        at("2026-03-19 18:00"),
    )
    # the plain-time limit is measured by the new version as well, and does not move
    assert found.clocks == 2


def test_applied_each_clock_gets_an_event_and_goes_by_the_new_version(store: Store) -> None:
    world(store, office()).dispatched()
    new = holiday(store)
    told = new.engine.recompute("cn-office", actor=CHIEF)
    done = new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert (done.applied, done.moves) == (True, told.moves)
    assert new.engine.case("C-1", actor=HANDLER).clocks["answer"].due == at("2026-03-19 18:00")
    events = [row.event for row in store.history("C-1") if isinstance(row.event, CalendarChanged)]
    assert [(event.sla, event.by.id) for event in events] == [("answer", "chief"), ("total", "chief")]
    again = new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert (again.clocks, again.moves) == (0, ())
    # the old version stays in the store beside it; a later engine that never heard of either goes by the pinned one
    bare = World(store, workflows=[])
    bare.go("2026-03-17 09:00")
    assert (
        bare.engine.explain("C-1", "answer", actor=HANDLER).calendar[1] == office({TUESDAY: "放假"}).version
    )


def test_a_clock_goes_by_its_old_version_until_somebody_applies_the_new_one(store: Store) -> None:
    world(store, office()).dispatched()
    new = holiday(store)
    assert new.engine.case("C-1", actor=HANDLER).clocks["answer"].due == at("2026-03-18 18:00")


def test_fired_rungs_stay_fired(store: Store) -> None:
    old = world(store, office())
    old.dispatched()
    old.go("2026-03-17 19:00")
    old.engine.sweep()
    new = holiday(store)
    new.go("2026-03-17 19:00")
    new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    new.go("2026-03-30 09:00")
    new.engine.sweep()
    fired = [row.event.rung for row in store.history("C-1") if isinstance(row.event, RungFired)]
    assert fired == [0, 1, 2]


def test_a_breached_due_instant_stands_and_the_rungs_after_it_move(store: Store) -> None:
    """K3; the hour after Wednesday's close is Friday's first, now that Thursday is a holiday."""
    old = world(store, office())
    old.dispatched()
    old.go("2026-03-18 18:30")
    old.engine.sweep()
    assert old.engine.case("C-1", actor=HANDLER).clocks["answer"].next_rung == at("2026-03-19 10:00")
    new = world(store, office({dt.date(2026, 3, 19): "放假"}))
    new.go("2026-03-18 18:30")
    done = new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert done.moves == ()
    clock = new.engine.case("C-1", actor=HANDLER).clocks["answer"]
    assert (clock.verdict, clock.due, clock.next_rung) == (
        "breached",
        at("2026-03-18 18:00"),
        at("2026-03-20 10:00"),
    )


def test_what_would_have_become_due_already_fires_at_once(store: Store) -> None:
    """M6: a Sunday that is worked after all brings the due instant forward, into the past."""
    old = world(store, office({dt.date(2026, 3, 18): "放假"}))
    old.dispatched()
    old.go("2026-03-19 09:00")
    assert old.engine.case("C-1", actor=HANDLER).clocks["answer"].due == at("2026-03-19 18:00")
    new = world(store, office())
    new.go("2026-03-19 09:00")
    told = new.engine.recompute("cn-office", actor=CHIEF)
    assert [(move.after, move.breaches) for move in told.moves] == [(at("2026-03-18 18:00"), True)]
    new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    view = new.engine.case("C-1", actor=HANDLER)
    assert (view.clocks["answer"].verdict, view.card) == ("breached", "yellow")


def test_finished_cycles_are_never_rewritten(store: Store) -> None:
    old = world(store, office())
    old.taken()
    old.engine.fire("C-1", "close", actor=HANDLER)
    done = holiday(store).engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert (done.cases, done.moves) == (0, ())


def test_a_paused_clock_moves_too_and_counts_on_by_the_new_version(store: Store) -> None:
    old = world(store, office())
    old.taken()
    old.engine.fire("C-1", "suspend", actor=HANDLER, comment="等")
    new = holiday(store)
    (move,) = new.engine.recompute("cn-office", actor=CHIEF, apply=True).moves
    assert (move.paused, move.after) == (True, at("2026-03-19 18:00"))
    new.go("2026-03-18 10:00")
    resumed = new.engine.fire("C-1", "resume", actor=HANDLER).clocks["answer"]
    # nine working hours were paused: eight of Monday and one of Wednesday, none of the holiday
    assert resumed.due == at("2026-03-20 18:00")


def test_what_the_old_version_did_not_know_the_new_one_does(store: Store) -> None:
    """E2: a provisional due instant becomes firm, and a rung past the horizon is found."""
    known = office(announced_through=dt.date(2026, 3, 18))
    old = world(store, known)
    old.taken()
    old.engine.fire("C-1", "suspend", actor=HANDLER, comment="等")
    old.go("2026-03-18 10:00")
    clock = old.engine.fire("C-1", "resume", actor=HANDLER).clocks["answer"]
    assert clock.provisional
    new = world(store, office(announced_through=dt.date(2026, 12, 28)))
    new.go("2026-03-18 10:00")
    new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    clock = new.engine.case("C-1", actor=HANDLER).clocks["answer"]
    assert not clock.provisional
    new.go("2026-04-30 09:00")
    new.engine.sweep()
    assert new.engine.case("C-1", actor=HANDLER).card == "red"


def test_a_suspension_ends_by_the_new_version(store: Store) -> None:
    text = TEXT.replace(
        "    target: [{within: 2 working",
        "    suspension: {by: supervisor, up_to: 2 working days}\n    target: [{within: 2 working",
    )
    old = world(store, office(), text)
    old.taken()
    old.engine.act("C-1", "request_suspension", "answer", actor=HANDLER, comment="x")
    old.engine.act("C-1", "suspend", "answer", actor=SUPERVISOR)
    assert old.engine.case("C-1", actor=HANDLER).clocks["answer"].suspended_until == at("2026-03-18 18:00")
    new = holiday(store, text)
    new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert new.engine.case("C-1", actor=HANDLER).clocks["answer"].suspended_until == at("2026-03-19 18:00")


def test_the_dry_run_counts_what_is_due_by_now_as_done(store: Store) -> None:
    world(store, office()).dispatched()
    new = holiday(store)
    new.go("2026-03-18 18:30")
    before = dump(store)
    assert new.engine.recompute("cn-office", actor=CHIEF).moves == ()  # breached by now, so it stands
    assert dump(store) == before


def test_a_broken_case_is_an_incident_and_does_not_stop_the_others(store: Store) -> None:
    """E7's way."""
    old = world(store, office())
    for name in ("C-1", "C-2", "C-3"):
        old.dispatched(name)
    new = holiday(store)
    normal = store.load

    def load(case_id: str) -> object:
        if case_id == "C-2":
            raise RuntimeError("damaged")
        return normal(case_id)

    store.load = load  # type: ignore[method-assign, assignment]
    told = new.engine.recompute("cn-office", actor=CHIEF)
    assert (told.failed, [one.case for one in told.moves]) == (("C-2",), ["C-1", "C-3"])
    assert new.engine.incidents("C-2") == ()
    new.engine.recompute("cn-office", actor=CHIEF, apply=True)
    assert [one.kind for one in new.engine.incidents("C-2")] == ["recompute_failed"]


def test_many_cases_come_in_pages(store: Store) -> None:
    old = world(store, office())
    for number in range(7):
        old.dispatched(f"C-{number}")
    assert len(holiday(store).engine.recompute("cn-office", actor=CHIEF, batch=2).moves) == 7


def test_a_calendar_that_nobody_gave_is_named(store: Store) -> None:
    with pytest.raises(BindingError, match="no calendar 'cn-ofice' was given; there are cn-office"):
        world(store, office()).engine.recompute("cn-ofice", actor=CHIEF)
    with pytest.raises(ValueError, match="batch"):
        world(store, office()).engine.recompute("cn-office", actor=CHIEF, batch=0)


def test_a_calendar_that_casewf_ships_needs_not_be_given(store: Store) -> None:
    bare = World(store, workflows=[])
    assert bare.engine.recompute("cn-office", actor=SUPERVISOR).clocks == 0
