"""The stand-ins for the world outside."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.model.effects import Notify
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import at, instant_of
from casewf.testing.recorders import CountingEntropy, RecordingHook, RecordingNotifier, ScriptedConnector
from casewf.testing.story import play
from engine_fakes import World
from story_texts import DISPATCH, OPEN, story


@pytest.fixture
def delivery() -> Delivery:
    store = MemoryStore()
    play(story(OPEN + DISPATCH), store=store)
    stored = store.load("card-1")
    assert stored is not None
    return Delivery(id="card-1:2:0", case=stored.case, effect=Notify("handler"))


def told() -> RecordingNotifier:
    """Of a claim that was dispatched, and of the first warning of its limit."""
    notifier = RecordingNotifier()
    world = World(MemoryStore(), notifier=notifier)
    world.clock.bind(world.engine)
    world.dispatched()
    world.go("15:00")
    return notifier


def test_a_notifier_and_a_hook_remember_everything_in_order(delivery: Delivery) -> None:
    notifier, hook = RecordingNotifier(), RecordingHook()
    notifier.notify(delivery)
    hook(delivery)
    assert notifier.deliveries == hook.deliveries == [delivery]


def test_a_scripted_connector_answers_in_order_and_repeats_the_last(delivery: Delivery) -> None:
    connector = ScriptedConnector([Outcome(ok=False), Outcome(ok=True)])
    assert [connector.push(delivery).ok for _ in range(3)] == [False, True, True]
    assert connector.deliveries == [delivery] * 3


def test_a_scripted_connector_takes_everything_by_default(delivery: Delivery) -> None:
    assert ScriptedConnector().push(delivery) == Outcome(ok=True)


def test_a_connector_without_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        ScriptedConnector([])


def test_entropy_counts_in_32_hexadecimal_digits() -> None:
    entropy = CountingEntropy()
    assert [entropy.token(), entropy.token()] == ["0" * 31 + "1", "0" * 31 + "2"]


def test_a_notifier_says_who_was_told_of_what() -> None:
    notifier = told()
    assert [(one.person, one.role, one.about, one.case) for one in notifier.told()] == [
        ("li", "handler", "dispatch", "C-1"),
        ("li", "handler", "answer/50%", "C-1"),
    ]
    assert notifier.told("li", about="answer/50%")[0].at == instant_of(at("2026-03-16 12:00:00.000001"))
    assert notifier.told("wu") == notifier.told(role="supervisor") == notifier.told(case="C-2") == ()


def test_a_notifier_and_a_hook_fail_once_for_each_error(delivery: Delivery) -> None:
    for recorder in (RecordingNotifier(), RecordingHook()):
        recorder.fail(ConnectionError("one"), ConnectionError("two"))
        call = recorder.notify if isinstance(recorder, RecordingNotifier) else recorder
        for message in ("one", "two"):
            with pytest.raises(ConnectionError, match=message):
                call(delivery)
        assert recorder.deliveries == []
        call(delivery)
        assert recorder.deliveries == [delivery]


def test_a_scripted_connector_raises_an_error_that_it_is_given(delivery: Delivery) -> None:
    connector = ScriptedConnector([TimeoutError("slow"), Outcome(ok=True)])
    with pytest.raises(TimeoutError, match="slow"):
        connector.push(delivery)
    assert connector.push(delivery).ok
    assert connector.pushes("card-1") == (delivery, delivery)
    assert connector.pushes("card-2") == ()
