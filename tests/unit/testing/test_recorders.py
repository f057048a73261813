"""The stand-ins for the world outside."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.model.effects import Notify
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.recorders import CountingEntropy, RecordingHook, RecordingNotifier, ScriptedConnector
from casewf.testing.story import play
from story_texts import DISPATCH, OPEN, story


@pytest.fixture
def delivery() -> Delivery:
    store = MemoryStore()
    play(story(OPEN + DISPATCH), store=store)
    stored = store.load("card-1")
    assert stored is not None
    return Delivery(id="card-1:2:0", case=stored.case, effect=Notify("handler"))


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
