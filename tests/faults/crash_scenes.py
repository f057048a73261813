"""One command of each kind, with the scene before it, for processes that are killed in the middle of it."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from casewf.engine.backoff import ATTEMPTS
from casewf.model.amount import Elapsed
from faults.flow import BOSS, DESK
from faults.ledger import Asked
from faults.plain import Plain


@attrs.frozen(slots=True)
class Scene:
    """What was before, and the command; None stands for one that acknowledges nothing of its own."""

    before: Callable[[Plain], object]
    command: Callable[[Plain], Asked | None]
    later: bool = False
    """Whether the effects of what was before are left in the outbox."""


def _nothing(world: Plain) -> None:
    pass


def _opened(world: Plain) -> None:
    world.open("J", "m1")


def _working(world: Plain) -> None:
    _opened(world)
    world.fire("J", "begin", "m2")


def _late(world: Plain) -> None:
    """Several rungs are due, of two cases."""
    _working(world)
    world.open("K", "m3")
    world.fire("K", "begin", "m4")
    world.clock.hours(5)


def _asked_for_more(world: Plain) -> None:
    _working(world)
    world.engine.act(
        "J", "request_extension", "answer", actor=DESK, amount=Elapsed(hours=2), comment="等", key="a1"
    )


def _child_ended(world: Plain) -> None:
    _working(world)
    world.fire("J", "spawn", "m3")
    world.fire("J.1", "close", "m4")


def _given_up(world: Plain) -> None:
    def down(_: object) -> None:
        raise ConnectionError("no route")

    world.first = down
    _working(world)
    for _ in range(ATTEMPTS):
        world.clock.hours(7)
        world.engine.deliver()
    assert any(row.state == "dead" for row in world.store.outbox("J"))


def _fire(trigger: str) -> Callable[[Plain], Asked]:
    return lambda world: world.fire("J", trigger, "last")


def _extend(world: Plain) -> Asked:
    world.engine.act("J", "extend", "answer", actor=BOSS, comment="准", key="a2")
    return Asked("extend", BOSS.id, "J", "a2")


def _sweep(world: Plain) -> None:
    world.engine.sweep()


def _deliver(world: Plain) -> None:
    world.engine.deliver()


def _erase(world: Plain) -> None:
    world.engine.erase("J", actor=DESK)


def _redeliver(world: Plain) -> None:
    dead = [row.id for row in world.store.outbox("J") if row.state == "dead"]
    if dead:  # the second time it is perhaps done
        world.engine.redeliver(dead[0])


SCENES: dict[str, Scene] = {
    "open": Scene(_nothing, lambda world: world.open("J", "last")),
    "fire with effects": Scene(_opened, _fire("begin")),
    "fire after what was due": Scene(_late, _fire("wait")),
    "open a child": Scene(_working, _fire("spawn")),
    "close what children wait for": Scene(_child_ended, _fire("close")),
    "act": Scene(_asked_for_more, _extend),
    "sweep": Scene(_late, _sweep),
    "deliver": Scene(lambda world: (_working(world), world.fire("J", "spawn", "m3")), _deliver, later=True),
    "erase": Scene(_working, _erase),
    "redeliver": Scene(_given_up, _redeliver),
}
