"""One seed: workers that fire, sweep and deliver, a clock that jumps, and everything that can fail, all drawn from it.

Exactly one worker runs, and others come in between any two calls of the store or of the outside world. A worker that
dies does nothing more, not even clean up; another process takes its place, or none.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from casewf.engine.engine import Engine
from casewf.errors import AdapterError, Conflict, KeyReused, NotFound, Refused
from casewf.model.amount import Elapsed
from casewf.ports.store import Store
from casewf.testing.recorders import CountingEntropy
from faults.baton import Baton
from faults.flow import BOSS, DESK, HOUR_US, MARKED, START_US
from faults.invariants import Broken, check
from faults.ledger import Asked, Ledger
from faults.theatre import WORKERS, Theatre, Wanted
from faults.watched import Died, Held

_MINUTE_US = HOUR_US // 60
_JUMPS = (1, 6, 20, 61, 120, 120, 200, 300, 400, 700, -1, -120, -120, 31 * 24 * 60)
"""How far the clock jumps, in minutes."""
_DEAF = (None, None, None, None, "notify", "hook:audit", "hook:again", "push:platform")
"""The lane that stays down until the operators take notice of what was given up."""
_LIKELY = {
    "received": ("begin", "begin", "note"),
    "working": ("wait", "close", "note", "spawn"),
    "waiting": ("go_on", "go_on", "close", "spawn"),
    "closed": ("reopen",),
    "filed": ("reopen",),
    "open": ("note", "close", "close"),
    "ended": ("reopen",),
}
_STEPS = (
    ("command",) * 8
    + ("act",) * 2
    + ("sweep",) * 5
    + ("deliver",) * 3
    + ("jump",) * 6
    + ("redeliver", "erase")
)
_AWAY = 40
"""For how many turns of the others a worker is frozen, or fewer if they have nothing left to do."""
_ENDLESS = 20_000
"""So many calls of the store are no story any more; a usual one has about two hundred."""


class Simulation:
    """One run; make a new one for each seed.

    Args:
        theatre: the engines.
        seed: decides everything.
        store: an empty one.
        decode: read every byte of the store at the end, not only what it gives.
        trace: gets a line for everything that happens.
    """

    def __init__(
        self,
        theatre: Theatre,
        seed: int,
        store: Store,
        *,
        decode: bool = True,
        trace: Callable[[str], object] | None = None,
    ) -> None:
        theatre.simulation = self
        self.store = store
        self.held = Held()
        self.ledger = Ledger()
        self.broken: list[str] = []
        self.now = START_US
        self.entropy = CountingEntropy()
        self._chance = random.Random(seed)
        self._decode = decode
        self._trace = trace
        self._processes = theatre.processes()
        self._baton = Baton(self._chance, handover=self._chance.choice((0.1, 0.3, 0.6)))
        self._failing = self._chance.choice((0.0, 0.02, 0.05, 0.12))
        self._rude = self._chance.choice((0.0, 0.1, 0.3, 0.7))
        self._deaf = self._chance.choice(_DEAF)
        self._steps = (
            self._chance.randint(8, 24) if self._chance.random() < 0.1 else self._chance.randint(2, 6)
        )
        self._calm = True
        self._asked = self._calls = 0
        self._doubtful: set[str] = set()

    def run(self) -> None:
        """Open a case, let everything happen, let the world come to rest, and look.

        Raises:
            Broken: naming everything that is wrong.
        """
        self._ask(1, self._opening("J"))
        if self._chance.random() < 0.3:
            self._ask(1, self._moving("J", "begin"))
            self._ask(1, self._moving("J", "spawn"))
        self._calm = False
        self._baton.run([partial(self._work, number) for number in range(WORKERS)])
        self._calm = True
        self._come_to_rest()
        try:
            check(self.store, self.ledger, self.now, decode=self._decode)
        except Broken as found:
            self.broken.append(str(found))
        if self.broken:
            raise Broken("\n".join(self.broken))

    # What the engines' world asks

    def turn(self, worker: int, what: str, *, writes: bool) -> BaseException | None:
        """Let others run, or fail; what is to happen to the worker once the call was done."""
        self._calls += 1
        if self._calls > _ENDLESS:
            raise Broken("it does not end")
        if self._calm:
            return None
        if self._processes[worker].dead:
            raise Died
        self._baton.turn(worker)
        if self._chance.random() < self._failing / 4:
            self._freeze(worker)
        self.now += 1_000
        self._tell(worker, what)
        chance = self._chance.random
        if chance() >= self._failing:
            return None
        blow = Died() if chance() < 0.4 else AdapterError("the simulated store failed", retryable=True)
        if writes and chance() < 0.5:
            return blow
        return self.hit(worker, blow)

    def _freeze(self, worker: int) -> None:
        """Keep the worker away for longer than what it claimed is its own."""
        self._tell(worker, "  is frozen")
        self.now += self._chance.choice((2, 6)) * _MINUTE_US
        for _ in range(_AWAY):
            self._baton.turn(worker)
        self._tell(worker, "  is thawed")

    def hit(self, worker: int, by: BaseException) -> NoReturn:
        """Let it happen."""
        self._tell(worker, f"  {type(by).__name__}")
        if isinstance(by, Died):
            self._processes[worker].dead = True
        raise by

    def happens(self, worker: int, what: str) -> str:
        """What the outside does now."""
        if what == self._deaf:
            return "raises"
        if self._calm:
            return "takes"
        if self._processes[worker].dead:
            raise Died
        self._baton.turn(worker)
        if self._chance.random() < self._failing / 2:
            self.hit(worker, Died())
        if self._chance.random() >= self._rude:
            answer = "takes"
        else:
            answer = self._chance.choice(("raises", "raises", "loses", "garbage", "lingers"))
        if answer == "lingers":
            self.now += self._chance.choice((1, 4, 6, 20)) * _MINUTE_US
            self._baton.turn(worker)
        self._tell(worker, f"{what} {answer}")
        return answer

    def draw(self, among: Sequence[object]) -> Any:
        """One of these."""
        return self._chance.choice(among)

    # What the workers do

    def _work(self, worker: int) -> None:
        process = self._processes[worker]
        for _ in range(self._steps):
            try:
                self._step(worker, self._chance.choice(_STEPS))
            except Died:
                if self._chance.random() < 0.2:
                    return  # a machine that never comes back
                process.dead = False
            except AdapterError:
                pass

    def _step(self, worker: int, step: str) -> None:
        engine = self._processes[worker].engine
        self._tell(worker, f"- {step}")
        match step:
            case "command" | "act":
                self._ask(worker, self._wanted(worker, step))
            case "sweep":
                engine.sweep(self._chance.choice((1, 2, 100)))
            case "deliver":
                engine.deliver(self._chance.choice((1, 3, 100)))
            case "jump":
                self.now += self._chance.choice(_JUMPS) * _MINUTE_US
            case "redeliver":
                self._redeliver(engine, self._chance.random())
            case "erase":
                with suppress(Conflict):
                    engine.erase(self._a_case(), actor=DESK, fields=["phone"])

    def _wanted(self, worker: int, step: str) -> Wanted:
        """A new command, or one that was perhaps done already."""
        process = self._processes[worker]
        if process.unfinished and self._chance.random() < 0.6:
            return process.unfinished.pop()
        if step == "act":
            return self._acting()
        if self._chance.random() < 0.1:
            return self._opening(f"J{worker}{len(self.ledger.acknowledged)}")
        return self._firing()

    def _opening(self, case_id: str) -> Wanted:
        self._asked += 1
        mark = f"m{self._asked}"
        asked = Asked("open", DESK.id, case_id, f"k{mark}", mark)
        data = {"mark": mark, "phone": "139"}
        return asked, lambda engine: engine.open("job", actor=DESK, case_id=case_id, data=data, key=asked.key)

    def _firing(self) -> Wanted:
        case_id, chance = self._a_case(), self._chance
        stored = self.store.load(case_id)
        assert stored is not None
        likely = _LIKELY[stored.case.states["main"]] if chance.random() < 0.9 else MARKED
        expect = stored.case.version if chance.random() < 0.3 else None
        return self._moving(case_id, chance.choice(likely), expect)

    def _moving(self, case_id: str, trigger: str, expect: int | None = None) -> Wanted:
        self._asked += 1
        mark = f"m{self._asked}"
        key = f"k{mark}" if self._chance.random() < 0.8 else None
        retry = 0 if expect is not None else self._chance.choice((0, 0, 2))
        asked = Asked(trigger, DESK.id, case_id, key, mark, expect)
        return asked, lambda engine: engine.fire(
            case_id, trigger, actor=DESK, data={"mark": mark}, key=key, expect=expect, retry=retry
        )

    def _acting(self) -> Wanted:
        case_id, hours = self._a_case(), self._chance.randint(1, 3)
        act, actor = self._chance.choice((("request_extension", DESK), ("extend", BOSS)))
        self._asked += 1
        asked = Asked(act, actor.id, case_id, f"a{self._asked}")
        amount = Elapsed(hours=hours) if act == "request_extension" else None
        return asked, lambda engine: engine.act(
            case_id, act, "answer", actor=actor, amount=amount, comment="等", key=asked.key
        )

    def _ask(self, worker: int, wanted: Wanted) -> None:
        """Ask for it, and note what came of it."""
        asked, command = wanted
        process = self._processes[worker]
        self._tell(worker, f"  {asked.name} {asked.case} {asked.mark}")
        try:
            command(process.engine)
        except (Refused, Conflict, NotFound, KeyReused) as denied:
            self._tell(worker, f"  denied: {type(denied).__name__}")
            if asked.mark is not None and asked.mark not in self._doubtful:
                self.ledger.denied.add(asked.mark)
        except (AdapterError, Died):
            if asked.mark is not None:
                self._doubtful.add(asked.mark)
            if asked.key is not None:
                process.unfinished.append(wanted)
            raise
        else:
            if asked not in self.ledger.acknowledged:
                self.ledger.acknowledged.append(asked)
            if asked.key is not None and self._chance.random() < 0.1:
                process.unfinished.append(wanted)

    def _redeliver(self, engine: Engine, which: float) -> None:
        dead = [
            row.id
            for head in self.store.heads()
            for row in self.store.outbox(head.case)
            if row.state == "dead"
        ]
        if dead:
            with suppress(ValueError):  # somebody else has
                engine.redeliver(dead[int(which * len(dead))])

    def _a_case(self) -> str:
        return self._chance.choice([head.case for head in self.store.heads()])

    # The end

    def _come_to_rest(self) -> None:
        """Time passes in which nothing fails: claims lapse, everything is retried, every rung comes due."""
        engine = self._processes[0].engine
        for process in self._processes:
            process.dead = False
        self._pass_time(engine)
        self._deaf = None
        for row in [row for head in self.store.heads() for row in self.store.outbox(head.case)]:
            if row.state == "dead" and self._chance.random() < 0.7:
                engine.redeliver(row.id)
        self.now += 31 * 24 * HOUR_US
        self._pass_time(engine)

    def _pass_time(self, engine: Engine) -> None:
        for _ in range(30):
            self.now += 2 * HOUR_US
            engine.sweep()
            engine.deliver()
            if not any(
                row.state == "pending" for head in self.store.heads() for row in self.store.outbox(head.case)
            ):
                return

    def _tell(self, worker: int, what: str) -> None:
        if self._trace is not None:
            self._trace(f"{(self.now - START_US) / 1e6:>12.3f} s  worker {worker}  {what}")
