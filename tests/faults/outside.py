"""The world outside of one simulated worker: it takes effects, and it raises, lingers, lies and calls back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.ports.outside import Delivery, Outcome, Person
from faults.flow import DESK, DIRECTORY
from faults.watched import Stage

_GARBAGE: tuple[object, ...] = (
    None, 7, "ok", Outcome(ok=True, data={"number": 5, "nothing": object()}), Outcome(ok=True, data=None),  # type: ignore[arg-type]
    Outcome(ok=False, error=3),  # type: ignore[arg-type]
)  # fmt: skip


class Scene(Stage, Protocol):
    """The simulation, as the outside needs it."""

    def happens(self, worker: int, what: str) -> str:
        """What the outside does now: ``takes``, ``raises``, ``loses`` the answer, or answers with ``garbage``."""

    def draw(self, among: Sequence[object]) -> Any:
        """One of these."""


class Outside:
    """Notifier, connector, hooks and directory in one."""

    def __init__(self, worker: int, scene: Callable[[], Scene]) -> None:
        self._worker = worker
        self._scene = scene
        self.engine: Engine | None = None

    def notify(self, delivery: Delivery) -> None:
        self._asked(delivery)

    def push(self, delivery: Delivery) -> Outcome:
        if self._asked(delivery) == "garbage":
            return self._scene().draw(_GARBAGE)  # type: ignore[no-any-return]
        return Outcome(ok=True, data={"number": delivery.id})

    def audit(self, delivery: Delivery) -> Any:
        return self._scene().draw(_GARBAGE) if self._asked(delivery) == "garbage" else None

    def again(self, delivery: Delivery) -> None:
        """Fire the same case, with the key that the engine derives from the effect."""
        scene, mark = self._scene(), f"again {delivery.id}"
        assert self.engine is not None
        self.engine.fire(delivery.case.id, "note", actor=DESK, data={"mark": mark}, retry=3)
        scene.ledger.again.add(mark)
        self._asked(delivery)

    # A directory

    def lineage(self, org: str) -> tuple[str, ...]:
        return DIRECTORY.lineage(org)

    def people(self, role: str, org: str, at: int) -> Sequence[Person]:
        if self._scene().happens(self._worker, "directory") == "raises":
            raise LookupError("no directory")
        return DIRECTORY.people(role, org, at)

    def actor(self, person: str, at: int) -> Actor | None:
        return DIRECTORY.actor(person, at)

    def _asked(self, delivery: Delivery) -> str:
        scene = self._scene()
        self._look(scene, delivery)
        scene.ledger.attempted[delivery.id] += 1
        what = scene.happens(self._worker, delivery.effect.destination)
        if what == "raises":
            raise ConnectionError("no route")
        scene.ledger.delivered[delivery.id] += 1
        if what == "loses":
            raise TimeoutError("no answer")
        return what

    def _look(self, scene: Scene, delivery: Delivery) -> None:
        """Nothing comes that was not committed and claimed, nor before what is older in its lane (D2)."""
        rows = scene.store.outbox(delivery.case.id)
        row = next((one for one in rows if one.id == delivery.id), None)
        if row is None:
            scene.broken.append(f"{delivery.id} came, and was never committed")
            return
        if (row.id, self._worker) not in scene.held.claimed:
            scene.broken.append(f"{row.id} came without a claim")
        older = [
            one.id
            for one in rows
            if one.destination == row.destination
            and (one.number, one.position) < (row.number, row.position)
            and one.state == "pending"
            and one.id not in scene.ledger.gave_up
        ]
        if older and row.id not in scene.ledger.attempted:
            scene.broken.append(f"{row.id} came before {older}")
