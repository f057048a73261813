"""Two at once: one wins, the other is told, and no timer fires twice (D1, E1).

The threads meet at a barrier in the store, so each test is the same race every time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from casewf.engine.imported import Imported, ImportedClock
from casewf.engine.verify import verify
from casewf.errors import Conflict, Refused
from casewf.model.clock_events import RungFired
from casewf.ports.store import Store
from casewf.ports.stored import Append, Due, StoredCase
from casewf.testing.clock import at
from engine_fakes import HANDLER, OPERATOR, SUPERVISOR, World, fired, rows

STANDING = {
    "answer": ImportedClock(start=at("2026-03-13 16:00"), paused_since=at("2026-03-13 17:00")),
    "total": None,
}


class Meeting:
    """A store in which the first two loads of a case wait for each other before they are answered; or two claims."""

    def __init__(self, store: Store, where: str = "load") -> None:
        self._store = store
        self._where = where
        self._barrier = threading.Barrier(2, timeout=20)
        self._lock = threading.Lock()
        self._expected = 2

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def load(self, case_id: str) -> StoredCase | None:
        found = self._store.load(case_id)
        self._meet("load")
        return found

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        self._meet("claim_due")
        return self._store.claim_due(now, until, limit)

    def _meet(self, where: str) -> None:
        if where != self._where:
            return
        with self._lock:
            waits = self._expected > 0
            self._expected -= 1
        if waits:
            self._barrier.wait()

    def append(self, batch: Append) -> None:
        self._store.append(batch)


def race(store: Store, world: World, *acts: Callable[[World], object], where: str = "load") -> list[object]:
    """Run each act in a thread of its own, on an engine of its own; what each returned or raised."""
    meeting = Meeting(store, where)
    results: list[object] = [None, None]

    def run(number: int, act: Callable[[World], object]) -> None:
        rival = World(meeting, clock=world.clock, deliver="later")  # type: ignore[arg-type]
        try:
            results[number] = act(rival)
        except Exception as error:  # noqa: BLE001  # it is what the test looks at
            results[number] = error

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def note(**more: object) -> Callable[[World], object]:
    return lambda world: world.engine.fire("C-1", "note", actor=OPERATOR, **more)  # type: ignore[arg-type]


def test_of_two_commands_at_once_one_wins_and_the_other_is_told(store: Store) -> None:
    world = World(store)
    world.open()
    results = race(store, world, note(data={"people": 2}), note(data={"people": 3}))
    losers = [result for result in results if isinstance(result, Conflict)]
    assert len(losers) == 1
    assert len(fired(world, "note")) == 1
    assert verify(store).ok


def test_with_a_retry_both_commands_succeed_if_the_state_allows(store: Store) -> None:
    world = World(store)
    world.open()
    results = race(store, world, note(data={"people": 2}, retry=1), note(data={"people": 3}, retry=1))
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(fired(world, "note")) == 2
    assert verify(store).ok


def test_with_a_retry_the_second_is_refused_if_the_state_does_not_allow_it_any_more(store: Store) -> None:
    world = World(store)
    world.dispatched()

    def take(rival: World) -> object:
        return rival.engine.fire("C-1", "take", actor=HANDLER, retry=1)

    results = race(store, world, take, take)
    assert sorted(type(result).__name__ for result in results) == ["CaseView", "Refused"]


def test_an_expected_version_is_not_retried_away(store: Store) -> None:
    world = World(store)
    world.open()
    version = world.engine.case("C-1", actor=OPERATOR).version
    results = race(store, world, note(expect=version, retry=5), note(expect=version, retry=5))
    assert sorted(type(result).__name__ for result in results) == ["CaseView", "Conflict"]


def test_the_same_keyed_command_at_once_moves_the_case_once_and_both_get_its_answer(store: Store) -> None:
    world = World(store)
    world.open()
    same = {"key": "k", "data": {"people": 2, "phone": "139"}, "comment": "来电"}
    first, second = race(store, world, note(**same), note(**same))
    assert first == second
    assert len(fired(world, "note")) == 1


@pytest.mark.parametrize("time", ["16:01", "17:01"])
def test_a_sweep_and_a_command_at_once_fire_each_rung_once(store: Store, time: str) -> None:
    world = World(store)
    world.dispatched()
    world.go(time)
    results = race(
        store,
        world,
        lambda rival: rival.engine.sweep(),
        lambda rival: rival.engine.fire("C-1", "take", actor=HANDLER, retry=1),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert getattr(results[0], "failed", None) == ()
    numbers = [row.event.rung for row in store.history("C-1") if isinstance(row.event, RungFired)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) == (2 if time == "16:01" else 3)
    assert len(rows(world, "hook:warn")) == 1
    assert world.engine.case("C-1", actor=SUPERVISOR).states["main"] == "working"
    assert verify(store).ok


def test_two_sweeps_at_once_fire_each_rung_once(store: Store) -> None:
    world = World(store)
    world.dispatched()
    world.go("16:01")

    def sweep(rival: World) -> object:
        return rival.engine.sweep()

    reports = race(store, world, sweep, sweep, where="claim_due")
    assert sorted(getattr(report, "cases", 0) for report in reports) == [0, 1]
    assert [getattr(report, "failed", None) for report in reports] == [(), ()]
    assert sum(getattr(report, "events", 0) for report in reports) == 3
    assert world.kinds().count("RungFired") == 2


def test_two_openings_of_one_case_at_once_open_it_once(store: Store) -> None:
    world = World(store)
    results = race(store, world, lambda rival: rival.open(), lambda rival: rival.open())
    assert [type(result) for result in results if result is not None] == [Conflict]
    assert world.kinds() == ["Opened", "ClockStarted"]


def old(**more: object) -> Callable[[World], object]:
    """Import a case of an old system."""
    given: dict[str, object] = {
        "id": "I-1",
        "opened_at": at("2026-03-13 09:00"),
        "states": {"main": "working"},
        "clocks": {"answer": ImportedClock(start=at("2026-03-13 16:00")), "total": None},
        **more,
    }
    case = Imported(**given)  # type: ignore[arg-type]
    return lambda world: world.engine.import_case(case, workflow="claim", actor=OPERATOR)


def test_of_two_imports_of_one_case_at_once_one_imports_and_the_other_skips(store: Store) -> None:
    results = race(store, World(store), old(), old())
    assert sorted(getattr(one, "outcome", repr(one)) for one in results) == ["imported", "skipped"]
    assert verify(store).ok


def test_of_two_imports_of_one_origin_with_other_content_one_is_refused(store: Store) -> None:
    results = race(store, World(store), old(), old(states={"main": "suspended"}, clocks=STANDING))
    (refused,) = (one for one in results if isinstance(one, Exception))
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["imported_otherwise"]
    assert verify(store).ok


def test_a_case_that_is_imported_between_the_two_looks_is_skipped(store: Store) -> None:
    """Whichever of the case and its key is looked at first."""
    for number, name in enumerate(("load", "answer")):
        case = old(id=f"I-{number}")

        class Late:
            def __getattr__(self, asked: str, name: str = name, case: Callable[..., object] = case) -> object:
                found = getattr(store, asked)
                return found if asked != name else self.between(found, case)

            def between(self, found: Callable[..., object], case: Callable[..., object]) -> object:
                def look(*arguments: object) -> object:
                    seen = found(*arguments)
                    case(World(store))
                    return seen

                return look

        late = case(World(Late()))  # type: ignore[arg-type]
        assert getattr(late, "outcome", None) == "skipped", name
