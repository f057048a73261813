"""What counts as a tighter target is one for every case, whatever its fields say."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from casewf.definition.node import MapNode
from casewf.definition.tighter import loosened
from overlay_files import node_of

CONDITIONS = ("p == 1", "p == 2", "q == 1", "p == q", "p == 1 and q == 2", "p == 1 or q == 2")
CASES = [{"p": p, "q": q} for p, q in product((1, 2, 3), (1, 2, 3))]
ROWS = st.lists(st.tuples(st.sampled_from(CONDITIONS), st.integers(1, 4)), max_size=4)
TARGETS = st.tuples(ROWS, st.integers(1, 4)).map(lambda both: [*both[0], ("", both[1])])


def sla(targets: list[tuple[str, int]]) -> MapNode:
    rows = [f"{{{f'when: {when}, ' if when else ''}within: {days} working days}}" for when, days in targets]
    node = node_of(f"target: [{', '.join(rows)}]\n")
    assert isinstance(node, MapNode)
    return node


def limit(targets: list[tuple[str, int]], case: dict[str, int]) -> int:
    return next(days for when, days in targets if not when or eval(when, {}, case))


@settings(max_examples=600, deadline=None)
@given(base=TARGETS, over=TARGETS)
def test_targets_that_are_taken_for_tighter_are_tighter_for_every_case(
    base: list[tuple[str, int]], over: list[tuple[str, int]]
) -> None:
    tighter = not list(loosened(sla(base), sla(over), ("target",)))
    event(f"tighter: {tighter}")
    assume(tighter)
    assert all(limit(over, case) <= limit(base, case) for case in CASES)


@settings(max_examples=200, deadline=None)
@given(base=TARGETS, cut=st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_the_same_rows_with_shorter_limits_are_tighter(base: list[tuple[str, int]], cut: list[int]) -> None:
    over = [(when, max(1, days - less)) for (when, days), less in zip(base, cut, strict=False)]
    assert not list(loosened(sla(base), sla(over), ("target",)))
