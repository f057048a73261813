"""What counts as a tighter target or ladder is one for every case, whatever its fields say and whenever it starts."""

from __future__ import annotations

from itertools import product

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from casewf.core.clocks import Measure, limit_of
from casewf.core.ladder import rung_instant
from casewf.definition.node import MapNode
from casewf.definition.tighter import loosened
from casewf.definition.tighter_ladder import items
from casewf.errors import DefinitionError, HorizonError
from casewf.worktime import WorkCalendar
from core_workflows import CALENDARS, STARTS
from migration_cases import OFFICE, compiled, version
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


# Ladders

PLACES = ("at: 30%", "at: 80%", "at: due", "before: 1 working day", "before: 2 working days", "before: 3 working days",
    "before: 1 hour", "before: 3 hours", "before: 8 days", "after: 1 hour", "after: 2 working days")  # fmt: skip
AMOUNTS = ("1 working day", "2 working days", "4 working days", "2 hours", "90 hours")
RUNG = st.tuples(st.sampled_from(PLACES), st.sampled_from(("desk", "boss", "[desk, boss]")))
Limit = tuple[str, list[tuple[str, str]]]


@st.composite
def laid_over(draw: st.DrawFn) -> tuple[Limit, Limit]:
    """A limit, and one that differs a little."""
    amount, rungs = draw(st.sampled_from(AMOUNTS)), draw(st.lists(RUNG, min_size=1, max_size=3))
    other = [draw(st.just(rung) | RUNG) for rung in rungs] + draw(st.lists(RUNG, max_size=1))
    return (amount, rungs), (draw(st.just(amount) | st.sampled_from(AMOUNTS)), other)


def limited(limit: Limit) -> str:
    amount, rungs = limit
    written = ", ".join(f"{{{place}, notify: {roles}}}" for place, roles in rungs)
    return (
        f"limit: {{start: {{enter: main.work}}, stop: {{enter: main.done}}, target: [{{within: {amount}}}], "
        f"ladder: [{written}]}}"
    )


def warned(limit: Limit, start: int, calendar: WorkCalendar) -> list[tuple[frozenset[str], int | None]]:
    """Who is told when, rung by rung; never if the rung is not armed."""
    (plan,) = compiled(version(1, slas=limited(limit)), calendar)[0].slas
    measure = Measure(calendar, start, plan.targets[0].spec.within)
    due = limit_of(measure)
    return [
        (frozenset(rung.spec.effects[0].roles), rung_instant(rung, 1, measure, due, start))  # type: ignore[union-attr]
        for rung in plan.rungs
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    both=laid_over(),
    start=st.sampled_from(STARTS),
    calendar=st.sampled_from([c or OFFICE for c in CALENDARS]),
)
def test_ladders_that_are_taken_for_tighter_warn_no_later(
    both: tuple[Limit, Limit], start: int, calendar: WorkCalendar
) -> None:
    """But for a rung that is as it was, and that a shorter limit leaves no place for."""
    base, over = both
    old, new = (node_of(limited(one)).pairs[0][1] for one in (base, over))  # type: ignore[union-attr]
    assert isinstance(old, MapNode)
    assert isinstance(new, MapNode)
    tighter = not list(loosened(old, new))
    event(f"tighter: {tighter}")
    assume(tighter)
    assert len(items(new.peek("ladder"))) >= len(items(old.peek("ladder")))
    try:
        was, now = (warned(one, start, calendar) for one in (base, over))
    except (HorizonError, DefinitionError):
        return
    for (place, _), (told, at) in zip(base[1], was, strict=True):
        kept = place.startswith("before") and place in {one for one, _ in over[1]}
        assert (
            kept
            or at is None
            or any(told <= tells and then is not None and then <= at for tells, then in now)
        )
