"""D5: whatever is done, no record and no observer gets a sensitive value, a comment, or a text of a host's error."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from hypothesis import given
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.errors import CasewfError
from casewf.ports.observing import KeyValue
from casewf.ports.outside import Delivery, Outcome
from engine_fakes import HANDLER, OPERATOR, STRANGER, World

SECRET = st.text("qxzj王李一丁", min_size=6, max_size=20)  # of which no record is made
STEP = st.sampled_from(
    [
        "dispatch",
        "take",
        "note",
        "suspend",
        "resume",
        "close",
        "write",
        "extend",
        "party",
        "sweep",
        "deliver",
        "erase",
    ]
)


class Watcher:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def begin(self, work: str, keys: Mapping[str, KeyValue]) -> object:
        self.seen.append(f"{work} {keys}")
        return None

    def end(self, begun: object, event: str, keys: Mapping[str, KeyValue]) -> None:
        self.seen.append(f"{event} {keys}")

    def tell(self, event: str, keys: Mapping[str, KeyValue]) -> None:
        self.seen.append(f"{event} {keys}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything that a formatter could get out of what is logged."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(f"{record.getMessage()} {vars(record)}")  # type: ignore[method-assign]
    root = logging.getLogger("casewf")
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield found
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@given(
    secret=SECRET,
    steps=st.lists(STEP, max_size=12),
    fails=st.sets(st.sampled_from(["raises", "refuses", "answers"])),
)
def test_d5_nothing_secret_is_logged(secret: str, steps: list[str], fails: set[str]) -> None:
    watcher = Watcher()
    with listening() as found:
        world = World(MemoryStore(), observer=watcher)

        def then(what: str, delivery: Delivery) -> None:
            if "raises" in fails:
                raise ConnectionError(f"cannot reach {secret}")

        def push(delivery: Delivery) -> Outcome:
            if "refuses" in fails:
                return Outcome(ok=False, error=f"no {secret}")
            data = {"summary": secret} if "answers" in fails else {"phone": secret}
            return Outcome(ok=True, data=data)

        world.outside.then = then
        world.outside.push = push  # type: ignore[method-assign]
        world.open(data={"phone": secret, "summary": secret})
        for number, step in enumerate(["dispatch", *steps]):
            with suppress(CasewfError, ValueError):
                do(world, step, secret, number)
    text = "\n".join([*found, *watcher.seen])
    assert "command.accepted" in text
    assert secret not in text
    assert ascii(secret)[1:-1] not in text


def do(world: World, step: str, secret: str, number: int) -> None:
    engine = world.engine
    world.go(f"2026-03-{17 + number} 15:00")
    if step == "sweep":
        engine.sweep()
    elif step == "deliver":
        engine.deliver()
    elif step == "write":
        engine.note("C-1", secret, actor=OPERATOR)
    elif step == "extend":
        engine.act("C-1", "request_extension", "answer", actor=HANDLER, comment=secret)
    elif step == "party":
        engine.record_party("C-1", "p1", kind="caller", actor=OPERATOR, identity={"name": secret})
    elif step == "erase":
        engine.erase("C-1", actor=OPERATOR, reason=secret)
    else:
        data = {"lead_org": "yuzhong", "phone": secret} if step == "dispatch" else {"people": secret}
        actor = STRANGER if number % 5 == 4 else OPERATOR if step in ("dispatch", "note") else HANDLER
        given = data if step in ("dispatch", "note") else {}
        engine.fire("C-1", step, actor=actor, data=given, comment=secret, key=f"{secret}{number % 2}")
