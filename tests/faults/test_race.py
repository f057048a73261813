"""Sixteen threads and eight processes at the same fifty cases, whose clocks differ: nothing twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from casewf.ports.store import Store
from faults.crash_children import compete
from faults.flow import HOUR_US, START_US
from faults.invariants import check
from faults.ledger import Asked, Ledger
from faults.plain import FreeClock, Plain, noted
from faults.stores import DURABLE, DurableHome
from faults.zygote import Zygote

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

CASES, THREADS, PROCESSES, STEPS = 50, 16, 8, 25
_PATIENCE = 200.0


class Field:
    """What all of them did, as it was told."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.latest = START_US
        self.failures: list[BaseException] = []

    def hear(self, line: str) -> None:
        what, _, about = line.partition(" ")
        if what == "acknowledged":
            trigger, case_id, mark, expect = about.split()
            self.ledger.acknowledged.append(Asked(trigger, "ann", case_id, f"k{mark}", mark, int(expect)))
        elif what == "now":
            self.latest = max(self.latest, int(about))
        elif what == "failed":
            self.failures.append(AssertionError(line))
        else:
            noted(self.ledger)(what, about)

    def thread(self, store: Store, number: int) -> None:
        try:
            world = Plain(store, FreeClock(START_US + number * HOUR_US // 8), noted(self.ledger))
            compete(world, self.hear, f"t{number}", STEPS)
        except BaseException as failure:  # noqa: BLE001  # the test looks at it
            self.failures.append(failure)


@pytest.mark.parametrize("kind", DURABLE)
def test_many_at_the_same_cases(zygote: Zygote, make_home: Callable[[str], DurableHome], kind: str) -> None:
    field, home = Field(), make_home(kind)
    with home.fresh() as store:
        first = Plain(store, FreeClock(), noted(field.ledger), deliver="later")
        field.ledger.acknowledged += [first.open(f"C{number}", f"m{number}") for number in range(CASES)]
        children = [
            zygote.start("race", kind, home.where, START_US + number * HOUR_US // 4, f"p{number}", STEPS)
            for number in range(PROCESSES)
        ]
        threads = [threading.Thread(target=field.thread, args=(store, number)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for child in children:
            for line in child.lines():
                field.hear(line)
            assert child.wait() == 0
        for thread in threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive()
        assert not field.failures
        last = Plain(store, FreeClock(field.latest), noted(field.ledger))
        last.come_to_rest()
        check(store, field.ledger, last.clock.now())
    acknowledged, deliveries = field.ledger.acknowledged, field.ledger.delivered
    print(
        f"{len(acknowledged)} commands acknowledged, {len(deliveries)} effects, {deliveries.total()} deliveries"
    )
    assert len(acknowledged) > 2 * CASES
