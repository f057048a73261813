"""What a move makes of a clock that a position remembers: stop before start, and the end of the case (K3, K4, K8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from casewf.analysis.product.evaluation import evaluate
from casewf.analysis.product.ground import GOING, NEVER, OVER
from casewf.analysis.product.layout import Position, View
from casewf.analysis.product.moves import Delta, Move, only_of
from casewf.analysis.product.values import NO, YES
from casewf.machine.rules import Watch, Watcher
from casewf.model.expression import Expression
from casewf.model.workflow import Sla

__all__ = ["after", "clock_deltas"]

Weigh = Callable[[Expression], int]
"""How a condition can come out: some of ``YES``, ``NO`` and ``LACKS``."""


def clock_deltas(move: Move, position: Position, view: View, before: int, later: int) -> Iterator[Delta]:
    """What the clocks with a slot may become by a move, all at once.

    Args:
        move: what is made.
        position: before it.
        view: what is known after it.
        before: whether a case is closed before it, as ``Layout.closed`` says.
        later: the same after it.
    """
    if not move.heard:
        yield ()
        return

    def weigh(when: Expression) -> int:
        return evaluate(when.tree, view).truth

    layout, program = view.layout, view.layout.ground.program
    told = layout.told(view.position)
    over = any(told.get(track) in names for track, names in program.last_states.items())
    options = []
    for sla, watch in move.heard.items():
        slot, plan = layout.slots[f"sla.{sla}"], program.by_name[sla]
        states: set[int] = set()
        for was, now in product(_sides(before), _sides(later)):
            more = only_of(program.on_closed if now else program.on_reopened, plan.number)
            heard = watch if was == now else _both(watch, more)
            states |= after(
                plan.spec, position[slot], heard, weigh, closes=now and not was, over=over and now
            )
        options.append([(slot, state) for state in sorted(states)])
    yield from product(*options)


def _sides(bits: int) -> tuple[bool, ...]:
    return tuple(side for side, bit in ((True, YES), (False, NO)) if bits & bit)


def _both(first: Watch, second: Watch) -> Watch:
    return Watch(
        stop=(*first.stop, *second.stop),
        cancel=(*first.cancel, *second.cancel),
        reopen=(*first.reopen, *second.reopen),
        start=(*first.start, *second.start),
    )


def after(sla: Sla, state: int, watch: Watch, weigh: Weigh, *, closes: bool, over: bool) -> frozenset[int]:
    """The states that a clock may be in after a move.

    Args:
        sla: what it measures.
        state: the state before.
        watch: what it hears of the move.
        weigh: weighs a condition as things stand after the move.
        closes: the case closes with it.
        over: the case has ended for good then.
    """
    going = state == GOING
    ended = frozenset((OVER,)) if going and closes else frozenset((state,))
    if going and not closes:
        ended = _changed(GOING, OVER, (*watch.stop, *watch.cancel), weigh)
    found: set[int] = set()
    for one in ended:
        again = {one}
        if one == OVER and not going:
            again = set(_changed(OVER, GOING, watch.reopen, weigh))
        for before in again:
            starts = before == NEVER or (before == OVER and sla.restarts)
            found |= _changed(before, GOING, watch.start, weigh) if starts and not over else {before}
    return frozenset(found)


def _changed(before: int, then: int, watchers: tuple[Watcher, ...], weigh: Weigh) -> frozenset[int]:
    """What a clock becomes that changes where one of these conditions is met."""
    bits = [YES if when is None else weigh(when) for _, when, _ in watchers]
    if any(one == YES for one in bits):
        return frozenset((then,))
    return frozenset((before, then) if any(one & YES for one in bits) else (before,))
