"""What outlasts one seed: engines, which take longer to make than a seed takes to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import attrs

from casewf.engine.engine import Engine
from casewf.testing.recorders import CountingEntropy
from faults.flow import WORKFLOWS
from faults.ledger import Asked
from faults.outside import Outside, Scene
from faults.watched import WatchedStore

WORKERS = 3

Wanted: TypeAlias = tuple[Asked, Callable[[Engine], object]]
"""A command, and how an engine is asked for it."""


class Play(Scene, Protocol):
    """The simulation, as engines need it."""

    now: int
    entropy: CountingEntropy


@attrs.define(slots=True)
class Process:
    """A worker's engine, and the commands of which it does not know what became of them."""

    engine: Engine
    dead: bool = False
    unfinished: list[Wanted] = attrs.field(factory=list)


class Theatre:
    """Engines whose store, clock and outside are those of the simulation that is on."""

    def __init__(self) -> None:
        self.simulation: Play | None = None
        self._engines = [self._engine(number) for number in range(WORKERS)]

    def processes(self) -> list[Process]:
        """A process for each worker."""
        return [Process(engine) for engine in self._engines]

    def now(self) -> int:
        return self._stage().now

    def token(self) -> str:
        return self._stage().entropy.token()

    def _stage(self) -> Play:
        assert self.simulation is not None
        return self.simulation

    def _engine(self, number: int) -> Engine:
        outside = Outside(number, self._stage)
        engine = Engine(
            WORKFLOWS,
            store=WatchedStore(number, self._stage),  # type: ignore[arg-type]  # its methods are made by a loop
            clock=self,
            directory=outside,
            notifier=outside,
            connectors={"platform": outside},
            hooks={"audit": outside.audit, "again": outside.again},
            entropy=self,
            deliver="later" if number == 0 else "after_commit",
        )
        outside.engine = engine
        return engine
