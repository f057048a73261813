"""Assertions: they pass where it is so; a failure says what was expected, what was found, and what there is instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.errors import Conflict, NotFound
from casewf.testing import (
    RecordingHook,
    RecordingNotifier,
    ScriptedConnector,
    assert_called,
    assert_due,
    assert_nobody_told,
    assert_pushed,
    assert_refused,
    assert_rung,
    assert_rung_waits,
    assert_told,
    at,
)
from engine_fakes import HANDLER, OPERATOR, STRANGER, World

FIRST = at("2026-03-16 12:00")
DUE = at("2026-03-16 16:00")


class Recorded(World):
    """A claim that was dispatched at 10:00, at 16:30: warned, and late."""

    def __init__(self) -> None:
        self.notifier, self.platform, self.warn = RecordingNotifier(), ScriptedConnector(), RecordingHook()
        super().__init__(
            MemoryStore(),
            notifier=self.notifier,
            connectors={"platform": self.platform},
            hooks={"warn": self.warn, "archive": RecordingHook()},
        )
        self.clock.bind(self.engine)
        self.dispatched()
        self.go("16:30")


@pytest.fixture(scope="module")
def world() -> Recorded:
    return Recorded()


def text_of(assertion: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as failure:
        assertion()
    return str(failure.value)


def test_what_is_so_passes_and_gives_what_was_found(world: Recorded) -> None:
    assert (
        assert_told(world.notifier, "li", about="dispatch", case="C-1", role="handler", times=1).person
        == "li"
    )
    assert_told(world.notifier, "li", times=2)
    assert_nobody_told(world.notifier, "wu")
    assert_nobody_told(world.notifier, about="answer/due")
    sent = assert_pushed(
        world.platform, "C-1", {"summary": "欠薪", "amount": "absent"}, about="p_open", times=1
    )
    assert sent.attempt == 1
    assert assert_called(world.warn, "C-1", about="answer/due", times=1).case.id == "C-1"
    assert assert_rung(world.engine, "C-1", "answer", "50%", at=FIRST, times=1).sla == "answer"
    assert_rung_waits(world.engine, "C-1", "answer", "after 1 working hour")
    assert_due(world.engine, "C-1", "answer", DUE, verdict="breached", phase="running")


def test_who_was_told_instead(world: Recorded) -> None:
    lines = [
        "everybody who was told:",
        "  li, as handler, of dispatch, case C-1, 2026-03-16 10:00:00+08:00",
        "  li, as handler, of answer/50%, case C-1, 2026-03-16 12:00:00.000001+08:00",
    ]
    wanted = text_of(lambda: assert_told(world.notifier, "wu", about="answer/due"))
    first = "expected: wu is told of answer/due"
    assert wanted.splitlines() == [first, "found: never", *lines]
    often = text_of(lambda: assert_told(world.notifier, "li", role="handler", case="C-1", times=3))
    assert often.splitlines()[:2] == [
        "expected: li is told as handler of case C-1 3 times",
        "found: 2 times",
    ]
    fewer = text_of(lambda: assert_told(world.notifier, "li", times=1))
    assert fewer.splitlines()[:2] == ["expected: li is told once", "found: 2 times"]
    nobody = text_of(lambda: assert_nobody_told(world.notifier, about="dispatch"))
    assert nobody.splitlines() == [
        "expected: nobody is told of dispatch",
        "found: once",
        "told:",
        lines[1],
    ]


def test_that_something_never_was_is_said_otherwise(world: Recorded) -> None:
    with pytest.raises(ValueError, match="times must be at least 1, got 0"):
        assert_told(world.notifier, "li", times=0)


def test_what_was_pushed_and_called_instead(world: Recorded) -> None:
    never = text_of(lambda: assert_pushed(world.platform, "C-2"))
    assert never.startswith(
        "expected: C-2 is pushed\nfound: never\neverything pushed:\n  C-1 because of p_open, attempt 1: {"
    )
    other = text_of(lambda: assert_pushed(world.platform, "C-1", {"people": 7, "summary": "欠薪"}))
    assert other.splitlines()[:2] == ["expected: C-1 is pushed with {'people': 7}", "found: {'people': 1}"]
    called = text_of(lambda: assert_called(world.warn, "C-1", about="close"))
    assert called.splitlines() == [
        "expected: the hook is called for C-1 because of close",
        "found: never",
        "all calls:",
        "  C-1 because of answer/due",
    ]


def test_which_rung_fired_instead(world: Recorded) -> None:
    early = text_of(lambda: assert_rung(world.engine, "C-1", "answer", "after 1 working hour"))
    assert early.splitlines() == [
        "expected: answer/after 1 working hour of C-1 has fired",
        "found: never",
        "what fired, and the clocks:",
        "  answer/50% fired for 2026-03-16 12:00:00+08:00",
        "  answer/due fired for 2026-03-16 16:00:00+08:00",
        "  answer is due 2026-03-16 16:00:00+08:00, running, verdict breached",
        "  total is due 2026-03-17 10:00:00+08:00, running, verdict none",
    ]
    other = text_of(lambda: assert_rung(world.engine, "C-1", "answer", "due", at=FIRST))
    assert other.splitlines()[:2] == [
        "expected: answer/due of C-1 has fired for 2026-03-16 12:00:00+08:00",
        "found: for 2026-03-16 16:00:00+08:00",
    ]
    waits = text_of(lambda: assert_rung_waits(world.engine, "C-1", "answer", "due"))
    assert waits.splitlines()[1:] == [
        "found: once",
        "fired:",
        "  for 2026-03-16 16:00:00+08:00, at 2026-03-16 16:00:00.000001+08:00",
    ]


def test_a_rung_that_there_is_not_is_no_failure_but_a_mistake(world: Recorded) -> None:
    with pytest.raises(
        ValueError, match="'answer' has no rung 'late'; it has 50%, due, after 1 working hour"
    ):
        assert_rung(world.engine, "C-1", "answer", "late")
    with pytest.raises(ValueError, match="claim has no limit 'reply'; it has answer, total"):
        assert_rung_waits(world.engine, "C-1", "reply", "due")
    with pytest.raises(NotFound):
        assert_rung(world.engine, "C-2", "answer", "due")


def test_how_a_limit_stands_instead(world: Recorded) -> None:
    found = text_of(lambda: assert_due(world.engine, "C-1", "answer", None, verdict="met"))
    assert found.splitlines() == [
        "expected: answer of C-1 is due never (paused), verdict met",
        "found: due 2026-03-16 16:00:00+08:00, verdict breached, phase running",
        "clocks:",
        "  answer is due 2026-03-16 16:00:00+08:00, running, verdict breached",
        "  total is due 2026-03-17 10:00:00+08:00, running, verdict none",
    ]
    opened = World(MemoryStore())
    opened.open()
    with pytest.raises(AssertionError, match="found: the clock never ran"):
        assert_due(opened.engine, "C-1", "answer", DUE)


def test_what_is_refused_passes(world: Recorded) -> None:
    with assert_refused("wrong_state"):
        world.engine.fire("C-1", "close", actor=HANDLER)
    with assert_refused():
        world.engine.fire("C-1", "close", actor=HANDLER)
    with assert_refused("not_found"):
        world.engine.fire("C-1", "take", actor=STRANGER)


def test_a_refusal_that_is_none_or_another_fails(world: Recorded) -> None:
    def refused(*codes: str, trigger: str = "note") -> None:
        with assert_refused(*codes):
            world.engine.fire("C-1", trigger, actor=OPERATOR)

    assert text_of(refused) == "expected: refused\nfound: it was done"
    other = text_of(lambda: refused("wrong_state", trigger="take"))
    assert other.splitlines() == [
        "expected: refused for wrong_state",
        "found: refused for role_missing",
        "reasons:",
        "  this is for the roles Handler (handler)",
    ]
    with pytest.raises(AssertionError) as caught:
        refused("wrong_state", trigger="take")
    assert caught.value.__suppress_context__, "else pytest shows the engine's own frames above the failure"
    stranger = text_of(lambda: refuse_stranger(world))
    assert stranger.splitlines()[:2] == ["expected: refused for wrong_state", "found: refused for not_found"]


def test_a_refusal_for_more_reasons_fails(world: Recorded) -> None:
    def noted() -> None:
        with assert_refused("field_unknown"):
            world.engine.fire("C-1", "note", actor=OPERATOR, data={"people": 0, "nothing": 1})

    assert text_of(noted).splitlines()[1] == "found: refused for field_range, field_unknown"


def refuse_stranger(world: Recorded) -> None:
    with assert_refused("wrong_state"):
        world.engine.case("C-1", actor=STRANGER)


def test_other_errors_go_through(world: Recorded) -> None:
    with pytest.raises(Conflict), assert_refused():
        world.engine.fire("C-1", "note", actor=OPERATOR, expect=1)
