"""The governed fire: role, guard, required field, one clock stops, another starts with a 4-rung ladder."""

from __future__ import annotations

from collections.abc import Callable

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import evolve
from casewf.core.program import compile_program
from casewf.definition.load import load_calendar, parse_workflow
from casewf.model.case import Actor, Case
from casewf.model.commands import Fire, Open

WORKFLOW = """
casewf: 1
id: bench
version: 1
title: {en: Governed fire}
calendar: cn-office
roles: {handler: {en: Handler}, supervisor: {en: Supervisor}}
cards: {yellow: {en: Yellow}, red: {en: Red}}
fields:
  priority: {type: choice, of: [routine, urgent], default: routine}
  finding: {type: text}
  lead: {type: org}
tracks:
  main:
    initial: received
    states: {received: {en: R}, working: {en: W}, review: {en: V}, closed: {en: C, category: closed}}
    transitions:
      - {trigger: take, from: received, to: working, by: supervisor, assign: {handler: lead}}
      - {trigger: submit, from: working, to: review, by: handler, needs: [finding],
         when: "priority == 'routine' and state.other == 'idle'"}
      - {trigger: close, from: review, to: closed, by: supervisor}
  other:
    initial: idle
    states: {idle: {en: I, category: closed}, busy: {en: B}}
    transitions:
      - {trigger: begin, from: idle, to: busy, by: supervisor}
      - {trigger: end, from: busy, to: idle, by: supervisor}
slas:
  handle:
    start: {enter: main.working}
    stop: {enter: main.review}
    target: [{within: 5 working days}]
    ladder: [{at: due, notify: supervisor}]
  review:
    start: {enter: main.review}
    stop: {leave: main.review}
    target: [{within: 3 working days}]
    ladder:
      - {at: 80%, notify: supervisor}
      - {at: due, notify: supervisor, card: yellow}
      - {after: 1 working day, notify: supervisor, card: red}
      - {after: 3 working days, every: 1 working day, times: 3, notify: supervisor}
"""

_MINUTE = 60_000_000
_START = 1_773_626_400_000_000  # Monday 2026-03-16 10:00 in Shanghai


def _accepted(result: object) -> tuple[object, ...]:
    assert not isinstance(result, Refusal), result.reasons
    return result  # type: ignore[return-value]


def governed_fire() -> Callable[[], object]:
    """A call that decides the fire on the same case again and again; its events are made and thrown away."""
    program = compile_program(parse_workflow(WORKFLOW), {"cn-office": load_calendar("cn-office")})
    handler = Actor("li", frozenset({"handler"}), "yuzhong", ("yuzhong", "city"))
    chief = Actor("wang", frozenset({"supervisor"}), "city", ("city",))
    case: Case | None = None
    for command in (Open("C-1", chief, "city", (), {"lead": "yuzhong"}), Fire("take", chief)):
        for event in _accepted(decide(program, case, command, _START)):
            case = evolve(case, event)
    command = Fire("submit", handler, {"finding": "true and proven"})
    now = _START + 90 * _MINUTE
    assert [type(one).__name__ for one in _accepted(decide(program, case, command, now))] == [
        "Moved", "ClockStopped", "ClockStarted",
    ]  # fmt: skip
    return lambda: decide(program, case, command, now)
