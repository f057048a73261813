"""An engine on a store with a clock that goes anywhere and an outside that takes everything and tells of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.ports.outside import Delivery, Outcome
from casewf.ports.store import Store
from faults.flow import DESK, DIRECTORY, HOUR_US, START_US, WORKFLOWS
from faults.ledger import Asked, Ledger

Tell = Callable[[str, str], None]
"""What happened, as a word, and to what."""


class FreeClock:
    """A clock that is set to where one wants it."""

    def __init__(self, now: int = START_US) -> None:
        self.at = now

    def now(self) -> int:
        return self.at

    def hours(self, count: float) -> None:
        self.at += int(count * HOUR_US)


class FileClock(FreeClock):
    """A clock that everybody reads from one file, so that time passes for a frozen process, too."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    @property
    def at(self) -> int:
        return int(self.path.read_text(encoding="ascii"))

    @at.setter
    def at(self, now: int) -> None:
        self.path.write_text(str(now), encoding="ascii")


class Plain:
    """An engine and its world.

    Args:
        store: where its cases live.
        clock: its time.
        tell: hears ``delivered`` with the id of every effect taken, and ``again`` with the mark of what a hook fired.
        deliver: as of the engine.
    """

    def __init__(
        self,
        store: Store,
        clock: FreeClock,
        tell: Tell,
        *,
        deliver: Literal["after_commit", "later"] = "after_commit",
    ) -> None:
        self.store = store
        self.clock = clock
        self._tell = tell
        self.first: Callable[[Delivery], object] = lambda delivery: None
        self.engine = Engine(
            WORKFLOWS,
            store=store,
            clock=clock,
            directory=DIRECTORY,
            notifier=self,
            connectors={"platform": self},
            hooks={"audit": self.audit, "again": self.again},
            deliver=deliver,
        )

    def notify(self, delivery: Delivery) -> None:
        self._taken(delivery)

    def push(self, delivery: Delivery) -> Outcome:
        self._taken(delivery)
        return Outcome(ok=True, data={"number": delivery.id})

    def audit(self, delivery: Delivery) -> None:
        self._taken(delivery)

    def again(self, delivery: Delivery) -> None:
        mark = f"again {delivery.id}"
        self.engine.fire(delivery.case.id, "note", actor=DESK, data={"mark": mark}, retry=20)
        self._tell("again", mark)
        self._taken(delivery)

    def fire(self, case_id: str, trigger: str, mark: str, *, actor: Actor = DESK, **more: Any) -> Asked:
        """Fire with a mark and a key made of it; what was acknowledged."""
        self.engine.fire(case_id, trigger, actor=actor, data={"mark": mark}, key=f"k{mark}", **more)
        return Asked(trigger, actor.id, case_id, f"k{mark}", mark)

    def open(self, case_id: str, mark: str) -> Asked:
        """Open a case with a mark and a key made of it; what was acknowledged."""
        data = {"mark": mark, "phone": "139"}
        self.engine.open("job", actor=DESK, case_id=case_id, data=data, key=f"k{mark}")
        return Asked("open", DESK.id, case_id, f"k{mark}", mark)

    def come_to_rest(self) -> None:
        """Let time pass in which nothing fails: claims lapse, everything is retried, every rung comes due."""
        for hours in (2, 31 * 24):
            self.clock.hours(hours)
            for _ in range(30):
                self.engine.sweep()
                self.engine.deliver()
                if not self.pending():
                    break
                self.clock.hours(2)

    def pending(self) -> list[str]:
        """The ids of effects that nobody has taken yet."""
        rows = (row for head in self.store.heads() for row in self.store.outbox(head.case))
        return [row.id for row in rows if row.state == "pending"]

    def _taken(self, delivery: Delivery) -> None:
        self.first(delivery)
        self._tell("delivered", delivery.id)


def noted(ledger: Ledger) -> Tell:
    """Keep what is told in a ledger."""

    def tell(what: str, about: str) -> None:
        if what == "again":
            ledger.again.add(about)
        elif what == "delivered":
            ledger.delivered[about] += 1

    return tell
