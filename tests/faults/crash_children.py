"""What runs in processes that are killed or frozen; each function gets a way to say lines to the test."""

from __future__ import annotations

import itertools
import os
import random
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from casewf.adapters.sqlite import SqliteStore
from casewf.errors import CasewfError, Conflict, Refused
from casewf.ports.outside import Delivery
from faults.crash_scenes import SCENES
from faults.flow import DESK
from faults.plain import FileClock, FreeClock, Plain
from faults.stores import DURABLE

Say = Callable[[str], object]

_NEXT = {
    "received": ("begin", "note"),
    "working": ("wait", "close", "note", "spawn"),
    "waiting": ("go_on", "close", "spawn"),
    "closed": ("reopen",),
    "filed": ("reopen",),
}


def move(say: Say, kind: str, where: str, now: int, name: str, count: int) -> None:
    """Move cases until somebody ends it, and say what was acknowledged and delivered."""
    chance = random.Random(name)
    clock = FreeClock(now)
    world = Plain(DURABLE[kind].open(where, durable=True), clock, lambda what, about: say(f"{what} {about}"))
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


def between_statements(say: Say, kind: str, where: str, now: int, name: str, last: int) -> None:
    """Run the command of a scene, and die before its statement ``last`` + 1; say how many there were."""
    scene = SCENES[name]
    counted = itertools.count(1)

    def statement(_: str) -> None:
        if next(counted) > last:
            os.kill(os.getpid(), signal.SIGKILL)

    world = Plain(
        DURABLE[kind].open(where, durable=True), FreeClock(now), lambda what, about: say(f"{what} {about}")
    )
    DURABLE[kind].trace(world.store, statement)
    asked = scene.command(world)
    say("acknowledged" if asked is not None else "returned")


def race(say: Say, kind: str, where: str, now: int, name: str, count: int) -> None:
    """Fire, sweep and deliver on the same cases as everybody else."""
    store = DURABLE[kind].open(where, durable=True)
    compete(Plain(store, FreeClock(now), lambda what, about: say(f"{what} {about}")), say, name, count)


def compete(world: Plain, say: Say, name: str, count: int) -> None:
    """Fire, sweep and deliver; say what was acknowledged, and which version it had expected."""
    chance = random.Random(name)
    names = [head.case for head in world.store.heads()]
    for number in range(count):
        world.clock.hours(chance.random() / 4)
        case_id, mark = chance.choice(names), f"{name}.{number}"
        try:
            if number % 5 == 3:
                world.engine.sweep(batch=10)
            elif number % 5 == 4:
                world.engine.deliver(batch=10)
            else:
                seen = world.engine.case(case_id, actor=DESK)
                trigger = chance.choice(_NEXT[seen.states["main"]])
                world.fire(case_id, trigger, mark, expect=seen.version)
                say(f"acknowledged {trigger} {case_id} {mark} {seen.version}")
        except (Conflict, Refused):
            continue
    say(f"now {world.clock.at}")


def freeze_in_a_delivery(say: Say, kind: str, where: str, clock: str, then: str) -> None:
    """Stop in the middle of the delivery of the first effect; afterwards it fails, or arrives."""
    world = Plain(
        DURABLE[kind].open(where, durable=True), FileClock(clock), lambda what, about: say(f"{what} {about}")
    )

    def stop(delivery: Delivery) -> None:
        world.first = lambda delivery: None
        say(f"freezes {delivery.id}")
        os.kill(os.getpid(), signal.SIGSTOP)
        if then == "fails":
            raise ConnectionError("no route")

    world.first = stop
    world.engine.deliver()
    say("thawed")


def freeze_in_a_sweep(say: Say, kind: str, where: str, clock: str, begins: str, times: int) -> None:
    """Stop before the statement of a sweep that is the so-manieth to begin so, and say what the sweep did then."""
    left = times

    def statement(text: str) -> None:
        nonlocal left
        left -= text.lstrip().startswith(begins)
        if left == 0:
            left = -1
            say("freezes")
            os.kill(os.getpid(), signal.SIGSTOP)

    world = Plain(
        DURABLE[kind].open(where, durable=True), FileClock(clock), lambda what, about: say(f"{what} {about}")
    )
    DURABLE[kind].trace(world.store, statement)
    report = world.engine.sweep()
    say(f"thawed {report.events} {len(report.failed)}")


def write_until_full(say: Say, path: str, now: int, room: int) -> None:
    """Write until the operating system lets no file grow any further, and say what that was told as."""
    world = Plain(SqliteStore(path), FreeClock(now), lambda what, about: say(f"{what} {about}"))
    largest = max(Path(path).stat().st_size, Path(f"{path}-wal").stat().st_size)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, resource.RLIM_INFINITY))
    for number in range(1000):
        try:
            world.fire("J", "note", f"full {number}")
        except CasewfError as failure:
            say(f"error {type(failure).__name__} {failure}")
            return
        say(f"acknowledged full {number}")
