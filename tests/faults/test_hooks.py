"""Hooks that hang, raise, return garbage, and fire the case that they were called for: no move is lost or doubled."""

from __future__ import annotations

import threading

import pytest

from casewf.engine.backoff import ATTEMPTS
from casewf.model.events import Moved
from casewf.ports.outside import Delivery
from casewf.ports.store import Store
from faults.flow import DESK
from faults.invariants import check
from faults.ledger import Ledger
from faults.plain import FreeClock, Plain, noted

pytestmark = pytest.mark.faults

_PATIENCE = 20.0


class Crew:
    """Two workers with one clock, of whom the first may hang."""

    def __init__(self, store: Store) -> None:
        self.store, self.ledger, self.clock = store, Ledger(), FreeClock()
        self.slow, self.other = (
            Plain(store, self.clock, noted(self.ledger), deliver="later") for _ in range(2)
        )
        self.ledger.acknowledged += [self.slow.open("J", "m1"), self.slow.fire("J", "begin", "m2")]
        self.hangs, self.goes_on = threading.Event(), threading.Event()

    def hang(self, effect: str, *, raises: bool) -> threading.Thread:
        """A thread that delivers, and hangs in the middle of this effect until it is told to go on."""

        def wait(delivery: Delivery) -> None:
            if delivery.id == effect:
                self.hangs.set()
                assert self.goes_on.wait(_PATIENCE)
                if raises:
                    raise TimeoutError("no answer after all")

        self.slow.first = wait
        thread = threading.Thread(target=self.slow.engine.deliver)
        thread.start()
        assert self.hangs.wait(_PATIENCE)
        return thread

    def finish(self) -> None:
        self.other.come_to_rest()
        check(self.store, self.ledger, self.clock.at)

    def row(self, effect: str) -> tuple[str, int]:
        return next((row.state, row.attempts) for row in self.store.outbox("J") if row.id == effect)


@pytest.mark.parametrize("raises", [False, True], ids=["arrives", "raises"])
def test_another_worker_goes_on_with_what_hangs_once_the_lease_is_over(store: Store, raises: bool) -> None:
    crew = Crew(store)
    effect = next(row.id for row in store.outbox("J") if row.destination == "hook:again")
    thread = crew.hang(effect, raises=raises)
    crew.clock.hours(4 / 60)
    crew.other.engine.deliver()
    assert effect not in crew.ledger.delivered
    crew.clock.hours(2 / 60)
    crew.other.engine.deliver()
    assert crew.ledger.delivered[effect] == 1
    assert not crew.other.pending()
    settled = crew.row(effect)
    crew.goes_on.set()
    thread.join(_PATIENCE)
    assert not thread.is_alive()
    # both have called the hook, which fired the case each time, and the case was moved once
    notes = [
        row.event
        for row in store.history("J")
        if isinstance(row.event, Moved) and row.event.trigger == "note"
    ]
    assert len(notes) == 1
    assert crew.ledger.delivered[effect] == (1 if raises else 2)
    assert crew.row(effect) == settled == ("done", 1)
    assert store.incidents("J") == ()
    crew.finish()


def test_what_hangs_holds_up_its_own_lane_only(store: Store) -> None:
    crew = Crew(store)
    effect = next(row.id for row in store.outbox("J") if row.destination == "notify")
    crew.ledger.acknowledged.append(crew.slow.fire("J", "wait", "m3"))
    thread = crew.hang(effect, raises=False)
    crew.ledger.acknowledged.append(crew.other.open("K", "m4"))
    crew.ledger.acknowledged.append(crew.other.fire("K", "begin", "m5"))
    crew.other.engine.deliver()
    assert {row.state for row in store.outbox("K")} == {"done"}
    crew.goes_on.set()
    thread.join(_PATIENCE)
    crew.finish()


@pytest.mark.parametrize(
    "failure", [OSError("x"), RecursionError(), KeyError("é" * 5000), UnicodeError("\ud800")]
)
def test_what_a_hook_raises_is_told_and_undoes_nothing(store: Store, failure: Exception) -> None:
    crew = Crew(store)

    def fail(delivery: Delivery) -> None:
        if delivery.effect.destination == "hook:again":
            raise failure

    crew.slow.first = fail
    for _ in range(ATTEMPTS):
        crew.slow.engine.deliver()
        crew.clock.hours(7)
    dead = [row for row in store.outbox("J") if row.state == "dead"]
    assert [row.destination for row in dead] == ["hook:again"]
    assert dead[0].error.startswith(type(failure).__name__)
    assert [one.kind for one in store.incidents("J")] == ["dead_letter"]
    crew.slow.first = lambda delivery: None
    crew.slow.engine.redeliver(dead[0].id)
    crew.finish()


class Exits(BaseException):
    """What no handler of failures expects."""


def test_a_hook_that_ends_the_worker_is_tried_again_after_the_lease(store: Store) -> None:
    crew = Crew(store)

    def leave(delivery: Delivery) -> None:
        raise Exits

    crew.slow.first = leave
    with pytest.raises(Exits):
        crew.slow.engine.deliver()
    crew.finish()


def test_a_hook_that_fires_the_same_case_while_somebody_else_does(store: Store) -> None:
    crew = Crew(store)

    def meddle(delivery: Delivery) -> None:
        mark = f"meddled {delivery.id}"
        crew.ledger.acknowledged.append(crew.other.fire("J", "note", mark))
        crew.slow.engine.fire("J", "note", actor=DESK, data={"mark": f"mine {delivery.id}"})
        crew.ledger.again.add(f"mine {delivery.id}")

    crew.slow.first = meddle
    crew.slow.engine.deliver()
    crew.finish()
