"""What runs in processes that are killed or frozen; each function gets a way to say lines to the test."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
from collections.abc import Callable

from casewf.adapters.sqlite import SqliteStore
from casewf.adapters.sqlite.connections import Connections
from casewf.errors import CasewfError
from casewf.ports.outside import Delivery
from faults.crash_scenes import SCENES
from faults.flow import DESK
from faults.plain import FreeClock, Plain

Say = Callable[[str], object]

_NEXT = {
    "received": ("begin", "note"),
    "working": ("wait", "close", "note", "spawn"),
    "waiting": ("go_on", "close", "spawn"),
    "closed": ("reopen",),
    "filed": ("reopen",),
}


def move(say: Say, path: str, now: int, name: str, count: int) -> None:
    """Move cases until somebody ends it, and say what was acknowledged and delivered."""
    chance = random.Random(name)
    clock = FreeClock(now)
    world = Plain(SqliteStore(path, busy_ms=20_000), clock, lambda what, about: say(f"{what} {about}"))
    say("ready")
    for number in range(count):
        clock.hours(chance.random() / 2)
        say(f"now {clock.at}")
        case_id, mark = chance.choice(("J", "K", "L")), f"{name}.{number}"
        try:
            if number % 7 == 3:
                world.engine.sweep()
                continue
            state = world.engine.case(case_id, actor=DESK).states["main"]
            asked = world.fire(case_id, chance.choice(_NEXT[state]), mark, retry=3)
        except CasewfError:
            continue  # somebody else was faster, or it is not allowed any more
        say(f"acknowledged {asked.name} {asked.case} {mark}")


def between_statements(say: Say, path: str, now: int, name: str, last: int) -> None:
    """Run the command of a scene, and die before its statement ``last`` + 1; say how many there were."""
    scene = SCENES[name]
    counted = itertools.count(1)
    armed = False

    def statement(_: str) -> None:
        if armed and next(counted) > last:
            os.kill(os.getpid(), signal.SIGKILL)

    _trace(statement)
    world = Plain(SqliteStore(path), FreeClock(now), lambda what, about: say(f"{what} {about}"))
    world.store.heads()
    armed = True
    asked = scene.command(world)
    armed = False
    if last < next(counted) - 1:
        raise AssertionError("it should have died")
    say("acknowledged" if asked is not None else "returned")


def freeze_in_a_delivery(say: Say, path: str, now: int, then: str) -> None:
    """Stop in the middle of the delivery of the first effect; afterwards it has failed, or has arrived."""
    world = Plain(SqliteStore(path), FreeClock(now), lambda what, about: say(f"{what} {about}"))

    def stop(delivery: Delivery) -> None:
        world.first = lambda delivery: None
        say(f"freezes {delivery.id}")
        os.kill(os.getpid(), signal.SIGSTOP)
        if then == "fails":
            raise ConnectionError("no route")

    world.first = stop
    world.engine.deliver()
    say("thawed")


def freeze_in_a_sweep(say: Say, path: str, now: int, where: str) -> None:
    """Stop before a statement of a sweep that begins so, inside its transaction or between two; then go on."""

    def statement(text: str) -> None:
        nonlocal where
        if where and text.lstrip().startswith(where):
            where = ""
            say("freezes")
            os.kill(os.getpid(), signal.SIGSTOP)

    _trace(statement)
    world = Plain(SqliteStore(path), FreeClock(now), lambda what, about: say(f"{what} {about}"))
    report = world.engine.sweep()
    say(f"thawed {report.events} {len(report.failed)}")


def _trace(statement: Callable[[str], None]) -> None:
    """Let every connection of this process tell of each statement before it runs."""
    connect = Connections._connect

    def traced(connections: Connections, mode: str = "rw") -> sqlite3.Connection:
        connection = connect(connections, mode)
        connection.set_trace_callback(statement)
        return connection

    Connections._connect = traced  # type: ignore[method-assign]
