"""A consultation of the packaged hotline through the core: five commands, thirteen events, three limits, a warning."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from casewf.core.decide import Refusal, advance, decide
from casewf.core.evolve import evolve
from casewf.core.program import Program, compile_program
from casewf.definition.load import load_calendar, load_workflow
from casewf.model.case import Actor, Case
from casewf.model.commands import Command, Elapse, Fire, Open

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_START = 1_750_122_000_000_000  # Tuesday 2025-06-17 09:00 in Shanghai
_OPERATOR = Actor("op", frozenset({"operator"}), "city", ("city",))

Step = Callable[[Program, Case | None, Command, int], Case]


def going_on(program: Program, case: Case | None, command: Command, now: int) -> Case:
    """Go on from the draft that the command was decided on."""
    result = advance(program, case, command, now)
    assert not isinstance(result, Refusal), result.reasons
    return result[1]


def folding(program: Program, case: Case | None, command: Command, now: int) -> Case:
    """Fold the events one by one, as somebody does who reads them."""
    events = decide(program, case, command, now)
    assert not isinstance(events, Refusal), events.reasons
    for event in events:
        case = evolve(case, event)
    assert case is not None
    return case


def consultation(step: Step) -> Callable[[], object]:
    """A call that takes another case from its opening to its end each time."""
    program = compile_program(load_workflow("hotline-12351"), {"cn-office": load_calendar("cn-office")})
    asked = {"category": "consult", "topic": "contract", "summary": "x", "district": "yz"}
    numbers = count()

    def run() -> Case:
        now = _START + next(numbers) * _SECOND
        case = step(program, None, Open(f"C-{now}", _OPERATOR, "city", (), asked), now)
        for wait, command in (
            (5 * _SECOND, Fire("pick_up", _OPERATOR)),
            (200 * _SECOND, Fire("answer_now", _OPERATOR, {"category": "consult", "reply": "ok"})),
            (220 * _SECOND, Fire("rate_call", _OPERATOR, {"rating": "satisfied"})),
            (11 * _DAY, Elapse()),
        ):
            case = step(program, case, command, now + wait)
        return case

    assert run().version == 13
    return run
