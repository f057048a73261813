"""A case that stands where a test begins."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.engine.imported import ImportedClock
from casewf.errors import Refused
from casewf.testing import TestClock, TestHost, assert_due, assert_rung, assert_rung_waits, at, case_at, look
from engine_fakes import HANDLER, World

MONDAY = at("2026-03-16 10:00")
DISPATCHED = {"main": "dispatched", "platform": "pushed"}


@pytest.fixture
def world() -> World:
    made = World(MemoryStore())
    made.clock.bind(made.engine)
    return made


def test_it_stands_there_with_the_clocks_that_its_states_start(world: World) -> None:
    case = case_at(
        world.engine, "claim", states=DISPATCHED, holders={"handler": ["yuzhong"]}, fields={"phone": "139"}
    )
    assert case.states == {"main": "dispatched", "oversight": "calm", "platform": "pushed"}
    assert (case.id, case.org, case.fields["phone"]) == ("C-1", None, "139")
    assert {sla: str(clock.due) for sla, clock in case.clocks.items()} == {
        "answer": "2026-03-16 16:00:00+08:00"
    }
    world.engine.fire("C-1", "take", actor=HANDLER)
    assert world.outside.log == []


def test_a_clock_runs_since_when_the_test_says_and_its_rungs_fire_in_their_time(world: World) -> None:
    case_at(
        world.engine,
        "claim",
        states=DISPATCHED,
        clocks={"answer": at("2026-03-16 09:30"), "total": at("2026-03-16 09:00")},
    )
    assert_due(world.engine, "C-1", "answer", at("2026-03-16 15:30"), verdict="none", phase="running")
    assert_due(world.engine, "C-1", "total", at("2026-03-17 09:00"))
    world.go("15:31")
    assert_rung(world.engine, "C-1", "answer", "due", at=at("2026-03-16 15:30"))
    assert world.outside.times("warn") == 1


def test_none_says_that_a_clock_does_not_run(world: World) -> None:
    assert case_at(world.engine, "claim", states=DISPATCHED, clocks={"answer": None}).clocks == {}


def test_warnings_of_the_past_were_given_unless_the_test_wants_them(world: World) -> None:
    friday = at("2026-03-13 10:00")
    told = case_at(world.engine, "claim", "C-1", states=DISPATCHED, since=friday)
    assert (told.card, told.clocks["answer"].verdict, world.outside.log) == ("red", "breached", [])
    fresh = case_at(world.engine, "claim", "C-2", states=DISPATCHED, since=friday, warned_until=friday)
    assert fresh.card == "red"
    assert world.outside.times("warn") == 1
    assert look(world.engine, "C-2").states["oversight"] == "watched"


def test_a_clock_stands_still_where_its_states_pause_it(world: World) -> None:
    since = at("2026-03-16 09:45")
    states = {"main": "suspended", "platform": "pushed"}
    case = case_at(
        world.engine, "claim", states=states, since=since, clocks={"answer": at("2026-03-16 09:00")}
    )
    assert (case.clocks["answer"].phase, case.clocks["answer"].due) == ("paused", None)
    world.engine.fire("C-1", "resume", actor=HANDLER)
    assert_due(world.engine, "C-1", "answer", at("2026-03-16 15:15"))


def test_a_past_that_is_told_is_taken_as_it_is(world: World) -> None:
    past = ImportedClock(start=at("2026-03-16 09:00"), stopped=at("2026-03-16 09:30"))
    case = case_at(world.engine, "claim", states=DISPATCHED, clocks={"answer": past})
    assert case.clocks["answer"].verdict == "met"
    running = ImportedClock(start=at("2026-03-16 09:00"))
    with pytest.raises(Refused, match=r"clock\.answer\.paused_since"):
        case_at(
            world.engine,
            "claim",
            "C-2",
            states={"main": "suspended", "platform": "pushed"},
            clocks={"answer": running},
        )
    assert world.store.load("C-2") is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"states": {"main": "sent"}}, "state.main: .*sent.* received, dispatched"),
        ({"states": {}}, "state.main: must be given"),
        ({"states": {"main": "dispatched"}}, "p_open happens by itself"),
        ({"states": {"main": "closed", "platform": "pushed"}}, "the case is closed"),
        ({"fields": {"people": 0}}, "people"),
        ({"clocks": {"reply": MONDAY}}, "clock.reply: there is no such limit; there are answer, total"),
        ({"clocks": {"answer": MONDAY + dt.timedelta(hours=1)}}, "clock.answer.start: lies in the future"),
    ],
)
def test_a_wrong_position_is_a_clear_error_and_nothing_is_written(
    world: World, wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        case_at(world.engine, "claim", **{"states": DISPATCHED, **wrong})  # type: ignore[arg-type]
    assert world.store.heads() == ()


def test_names_that_the_directory_does_not_know_are_refused_all_at_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        case_at(
            world.engine,
            "claim",
            states={"main": "sent"},
            org="ctiy",
            fields={"lead_org": "yuzhnog", "people": 0},
            holders={"handler": ["yuzhogn"], "operator": ["person:lii"]},
            clocks={"reply": MONDAY},
        )
    words = " ".join(refused.value.sentences())
    for one in ("ctiy", "yuzhnog", "yuzhogn", "person:lii", "people", "state.main", "clock.reply"):
        assert one in words
    assert words.count("clock.reply") == 1
    assert world.store.heads() == ()


def test_how_a_test_gets_to_a_closed_case_is_said(world: World) -> None:
    with pytest.raises(Refused) as refused:
        case_at(world.engine, "claim", states={"main": "closed", "platform": "pushed"})
    assert "engine.fire" in "".join(refused.value.__notes__)


def test_an_id_is_given_once(world: World) -> None:
    case_at(world.engine, "claim", states=DISPATCHED)
    with pytest.raises(ValueError, match="there is a case 'C-1' already"):
        case_at(world.engine, "claim", states=DISPATCHED)


def test_the_packaged_hotline_in_the_middle() -> None:
    host = TestHost("hotline-12351", people={"li": "handler @ city/yuzhong"}, clock=TestClock(MONDAY))
    case_at(
        host.engine,
        "hotline-12351",
        states={"union": "coordinated", "government": "accepted"},
        fields={"category": "complaint", "lead_org": "yuzhong"},
        holders={"handler": ["yuzhong"]},
        org="city",
        clocks={"handle": at("2026-03-02 09:00")},
    )
    host.engine.fire("C-1", "negotiate", actor=host.actor("li"))
    assert_due(host.engine, "C-1", "handle", at("2026-03-23 18:00"))
    assert_rung_waits(host.engine, "C-1", "handle", "before 2 working days")
