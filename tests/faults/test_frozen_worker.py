"""A worker that is frozen, and thawed when others have done its work; and one that never comes back.

It is stopped with SIGSTOP. What it says afterwards of work that is not its own any more counts for nothing.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from casewf.engine.sweep import SweepReport
from casewf.errors import AdapterError
from faults.flow import DESK, START_US
from faults.invariants import check
from faults.ledger import Ledger
from faults.plain import FileClock, FreeClock, Plain, noted
from faults.stores import DURABLE, DurableHome
from faults.zygote import Zygote

pytestmark = pytest.mark.faults


class Ward:
    """A case with effects to deliver, and a clock that everybody shares."""

    def __init__(self, folder: Path, kind: str, home: DurableHome) -> None:
        self.kind, self.home = kind, home
        self.clock = FileClock(str(folder / "clock"))
        self.ledger = Ledger()
        self.home.fresh().close()
        self.store = self.home.open(self.home.where, durable=False, wait_ms=50)
        self.clock.at = START_US
        self.world = Plain(self.store, self.clock, noted(self.ledger), deliver="later")
        self.ledger.acknowledged += [self.world.open("J", "m1"), self.world.fire("J", "begin", "m2")]

    def pass_minutes(self, count: float) -> None:
        self.clock.hours(count / 60)

    def finish(self) -> None:
        """Let everything have its time, and look."""
        last = Plain(self.store, FreeClock(self.clock.at), noted(self.ledger))
        last.come_to_rest()
        check(self.store, self.ledger, last.clock.now())

    def hear(self, lines: Iterator[str]) -> list[str]:
        """The rest of what a worker says; what it delivered counts."""
        said = list(lines)
        for line in said:
            noted(self.ledger)(*line.partition(" ")[::2])
        return said

    def state(self, effect_id: str) -> tuple[str, int]:
        return next((row.state, row.attempts) for row in self.store.outbox("J") if row.id == effect_id)


@pytest.fixture(params=DURABLE)
def ward(
    request: pytest.FixtureRequest, tmp_path: Path, make_home: Callable[[str], DurableHome]
) -> Iterator[Ward]:
    made = Ward(tmp_path, request.param, make_home(request.param))
    yield made
    made.store.close()


@pytest.mark.parametrize("then", ["arrives", "fails", "is lost"])
def test_frozen_in_a_delivery(zygote: Zygote, ward: Ward, then: str) -> None:
    child = zygote.start("freeze_in_a_delivery", ward.kind, ward.home.where, str(ward.clock.path), then)
    lines = child.lines()
    what, effect_id = next(lines).split(" ")
    assert what == "freezes"
    # while the lease lasts, the others leave the lane alone
    ward.pass_minutes(4)
    ward.world.engine.deliver()
    assert effect_id not in ward.ledger.delivered
    ward.pass_minutes(2)
    ward.world.engine.deliver()
    assert ward.ledger.delivered[effect_id] == 1
    settled = ward.state(effect_id)
    assert settled == ("done", 1)
    child.send(signal.SIGKILL if then == "is lost" else signal.SIGCONT)
    said = ward.hear(lines)
    assert said == {"arrives": [f"delivered {effect_id}", "thawed"], "fails": ["thawed"], "is lost": []}[then]
    child.wait()
    assert ward.state(effect_id) == settled
    assert ward.store.incidents("J") == ()
    ward.finish()


@pytest.mark.parametrize("ward", ["sqlite"], indirect=True)
@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize(
    ("where", "times"),
    [("SELECT snapshot", 1), ("BEGIN IMMEDIATE", 2)],
    ids=["before reading", "before writing"],
)
def test_frozen_in_a_sweep_between_two_transactions(
    zygote: Zygote, ward: Ward, where: str, times: int, comes_back: bool
) -> None:
    ward.pass_minutes(9 * 60)
    child = zygote.start("freeze_in_a_sweep", ward.kind, ward.home.where, str(ward.clock.path), where, times)
    lines = child.lines()
    assert next(lines) == "freezes"
    # while the claim lasts, the others leave the case alone
    ward.pass_minutes(0.5)
    assert ward.world.engine.sweep() == SweepReport(0, 0)
    ward.pass_minutes(1)
    assert ward.world.engine.sweep().cases == 1
    version = len(ward.store.history("J"))
    child.send(signal.SIGCONT if comes_back else signal.SIGKILL)
    assert [line for line in ward.hear(lines) if line.startswith("thawed")] == (
        ["thawed 0 0"] if comes_back else []
    )
    child.wait()
    assert len([row for row in ward.store.history("J") if row.kind == "RungFired"]) > 3
    assert [row.kind for row in ward.store.history("J", version)].count("RungFired") == 0
    ward.finish()


@pytest.mark.parametrize("ward", ["sqlite"], indirect=True)
@pytest.mark.parametrize("comes_back", [True, False])
def test_frozen_inside_a_transaction(zygote: Zygote, ward: Ward, comes_back: bool) -> None:
    """SQLite has one writer: while it is frozen the others are told so, and nothing is lost."""
    ward.pass_minutes(9 * 60)
    child = zygote.start(
        "freeze_in_a_sweep", ward.kind, ward.home.where, str(ward.clock.path), "SELECT version, workflow", 1
    )
    lines = child.lines()
    assert next(lines) == "freezes"
    ward.pass_minutes(2)
    version = ward.world.engine.case("J", actor=DESK).version
    for _ in range(2):
        with pytest.raises(AdapterError, match="another process holds the database's lock") as told:
            ward.world.engine.sweep()
        assert told.value.retryable
        with pytest.raises(AdapterError):
            ward.world.fire("J", "wait", "m3")
    assert ward.world.engine.case("J", actor=DESK).version == version
    child.send(signal.SIGCONT if comes_back else signal.SIGKILL)
    assert len([line for line in ward.hear(lines) if line.startswith("thawed")]) == comes_back
    child.wait()
    assert ward.world.engine.sweep().cases == (0 if comes_back else 1)
    ward.ledger.acknowledged.append(ward.world.fire("J", "wait", "m3"))
    ward.finish()
