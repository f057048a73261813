"""Profiles made by chance, in which much happens at one instant, and runs that are divided without another process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest

from casewf.definition import parse_workflow
from casewf.simulation import parallel, parse_profile
from casewf.simulation.entangled import Entangled
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result

COUNTERS = """casewf: 1
id: counters
version: 1
calendar: cn-office
roles: {clerk: {en: Clerk}, head: {en: Head}}
fields:
  urgent: {type: boolean, default: false}
  pages: {type: integer, min: 1, max: 9}
  matter: {type: choice, of: [tax, land]}
  number: {type: text}
tracks:
  desk:
    initial: waiting
    states: {waiting: {en: W}, looked_at: {en: L}, parked: {en: P}, sent: {en: S}, served: {en: D, category: closed}}
    transitions:
      - {trigger: look, from: [waiting, parked], to: looked_at, by: [clerk, head], accepts: [pages, matter]}
      - {trigger: park, from: [waiting, looked_at], to: parked, by: [clerk, head], accepts: [pages]}
      - {trigger: unpark, from: parked, to: =previous, by: [clerk, head]}
      - trigger: send
        from: [waiting, looked_at, parked]
        to: sent
        by: [clerk, head]
        effects: [{push: other, send: [pages], on_ok: ok, on_fail: fail, retry: [1 minute, 5 minutes]}]
      - {trigger: ok, from: [sent, looked_at], to: looked_at, by: system, accepts: [number]}
      - {trigger: fail, from: sent, to: parked, by: system}
      - {trigger: serve, from: [waiting, looked_at, parked, sent], to: served, by: [clerk, head]}
  file:
    initial: none
    states: {none: {en: N}, open: {en: O}, shut: {en: C, category: closed}}
    transitions:
      - {trigger: file, from: none, to: open, by: [clerk, head]}
      - {trigger: shut, from: [open, none], to: shut, by: [clerk, head]}
slas:
  serve:
    start: {enter: desk.waiting}
    pause: {in: desk.parked}
    stop: {enter: desk.served}
    target: [{within: 14 minutes}]
    ladder: [{at: 50%, notify: head}, {at: due, notify: head}]
    extension: {by: head, times: 2, asked_by: clerk}
  file:
    start: {enter: file.open}
    stop: {enter: file.shut}
    target: [{within: 7 minutes}]
    ladder: [{at: due, notify: head}]
"""

PROFILE = """casewf-profile: 1
workflow: counters
zone: Asia/Shanghai
from: 2024-01-02
days: 2
drain: {drain}
{first}organisations:
  hall: {{en: Hall}}
  room: {{en: Room, under: hall, number: 2}}
staff:
{staff}arrivals:
{arrivals}{connectors}flow:
{flow}"""

BY_DAY = ', number: 8, shifts: [{hours: "09:00-17:00", people: 2}]'
AT_EIGHT = f", hours: [{', '.join('1' if hour == 8 else '0' for hour in range(24))}]"
_HOURS = ("", ", number: 4", ", number: 4, calendar: cn-office", BY_DAY, BY_DAY.replace("09:00", "09:07"))
_COME = (AT_EIGHT, AT_EIGHT, "", ", bursts: {every: 1 hours, size: {uniform: [2, 20]}, within: 1 minutes}")
_LONG = (
    *("7 minutes",) * 3,
    "14 minutes",
    "1 hours",
    "7 working minutes",
    "{uniform: [1 minutes, 20 minutes]}",
)
_FIRED = ("look", "park", "unpark", "send", "serve", "file", "shut")
_ACTS = ("extend, sla: serve", "request_extension, sla: serve, amount: 1 hours")
_DATA = ("pages: {uniform: [1, 9]}, matter: {tax: 3, land: 1}", "pages: 3")
_IF = (
    *("urgent", "not urgent", "pages == 3", "matter == 'tax'", "state.file == 'open'"),
    *("state.desk == 'looked_at'", "state.desk in ('sent', 'parked')", "sla.serve.verdict == 'breached'"),
)
_CONNECTORS = (
    "",
    "connectors: {other: {takes: 7 minutes, fails: 0.3}}\n",
    "connectors: {other: {takes: {uniform: [1 minutes, 9 minutes]}, fails: 0.5, data: {number: x}}}\n",
)
_ENTERED = ("desk.waiting", "desk.looked_at", "desk.parked", "desk.sent", "file.open", "file.shut")


def any_profile(seed: int) -> Profile:
    """A profile with one or two groups who take the calls, and two others; about half of them can be divided."""
    chance = Random(seed)
    takers = ("clerks", "callers")[: chance.choice((1, 2))]
    others = ("heads", "aides")
    staff = [
        f"  {name}: {{roles: {'head' if name in others else 'clerk'}, org: {chance.choice(('hall', 'room'))}"
        f"{chance.choice(_HOURS)}}}\n"
        for name in chance.sample(("clerks", "callers", "heads", "aides"), 4)
    ]
    arrivals = [
        f"  to_{name}: {{number: {chance.choice((60, 200))}, by: {name}, org: hall{chance.choice(_COME)}}}\n"
        for name in takers
    ]
    theirs = {"desk.waiting", *chance.sample(("desk.parked", "desk.looked_at"), chance.randint(0, 2))}
    flow = []
    for state in _ENTERED:
        if state == "desk.waiting" or chance.random() < 0.7:
            groups = takers if state in theirs else others
            steps = [_step(chance, groups) for _ in range(chance.randint(1, 3))]
            if state in theirs and chance.random() < 0.5:
                steps.append(_step(chance, others))
            flow.append(f"  - {{enter: {state}, steps: [{', '.join(steps)}]}}\n")
    flow += [
        f"  - {{warned: {sla}, steps: [{_step(chance, others)}]}}\n"
        for sla in ("serve", "file")
        if chance.random() < 0.3
    ]
    return parse_profile(
        PROFILE.format(
            drain=chance.randint(0, 2),
            first=chance.choice(("", "first: pages == 3\n")),
            staff="".join(staff),
            arrivals="".join(arrivals),
            connectors=chance.choice(_CONNECTORS),
            flow="".join(flow),
        ),
        workflow=parse_workflow(COUNTERS),
    )


def _step(chance: Random, groups: tuple[str, ...], depth: int = 0) -> str:
    if depth < 2 and chance.random() < 0.2:
        ways = (
            f"{{share: {chance.randint(1, 5)}, steps: [{_step(chance, groups, depth + 1)}]}}"
            for _ in range(chance.randint(1, 3))
        )
        return f"{{choose: [{', '.join(ways)}]}}"
    parts = [f"by: {chance.choice(groups)}"]
    takes = chance.random() < 0.6
    parts += [f"takes: {chance.choice(_LONG)}"] if takes else []
    if chance.random() < 0.7:
        fired = chance.choice(_FIRED)
        parts.append(f"fire: {fired}")
        if fired == "look" and chance.random() < 0.6:
            parts.append(f"data: {{{chance.choice(_DATA)}}}")
    elif chance.random() < 0.5:
        parts.append(f"act: {chance.choice(_ACTS)}")
    now_and_then = (
        (0.3, f"after: {chance.choice(_LONG)}"),
        (0.3, f"begin: {chance.choice(_FIRED)}"),
        (0.15, "chance: 0.5"),
        (0.15, f'when: "{chance.choice(_IF)}"'),
        (0.1, f'until: "{chance.choice(_IF)}"'),
        (0.1, "relocate: true"),
        (0.3 * takes, f"gives_up: {chance.choice(_LONG)}, otherwise: [{{by: {groups[0]}, fire: serve}}]"),
    )
    parts += [part for likely, part in now_and_then if chance.random() < likely]
    return f"{{{', '.join(parts)}}}"


class _Wire:
    """One end of a connection without another process."""

    def __init__(self, far: deque[bytes], near: deque[bytes], before: Callable[[], None]) -> None:
        self._far, self._near, self._before = far, near, before

    def send_bytes(self, written: bytes) -> None:
        self._far.append(bytes(written))

    def recv_bytes(self) -> bytes:
        self._before()
        if not self._near:
            raise EOFError
        return self._near.popleft()


@contextmanager
def _nobody_else(work: Callable[[object], None]) -> Iterator[_Wire]:
    """In the place of another process: what it would do is done here, once the first side waits for its answer."""
    there: deque[bytes] = deque()
    back: deque[bytes] = deque()

    def do() -> None:
        with suppress(Entangled):
            work(_Wire(back, there, lambda: None))

    yield _Wire(there, back, do)


def divided(of: Profile, seed: int, patch: pytest.MonkeyPatch) -> Result:
    """The result of both sides of a run, one after the other, in this process."""
    given = of, seed, dict[str, int](), None
    with patch.context() as patched:
        patched.setattr(parallel, "another", _nobody_else)
        return parallel._front(parallel._new(*given), given, None)
