"""Which rung of a new ladder is which of the old one, so that none fires twice and none is swallowed (E1, X2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from casewf.core.clocks import Measure
from casewf.core.ladder import rung_instant
from casewf.core.limit_plan import Ladder, RungPlan, SlaPlan
from casewf.errors import AmountError, HorizonError
from casewf.model.case import Clock
from casewf.model.workflow import Rung

Fired = tuple[tuple[int, int], ...]


def renumbered(old: SlaPlan, new: SlaPlan, was: int, now: int) -> dict[int, int]:
    """The numbers of old rungs in the new version of the limit; one without a counterpart has none.

    A rung is the same one if it stands at the same place. First those of the ladder that counted are matched with
    those of the one that counts, then the others.

    Args:
        old: the limit before.
        new: the limit from now on.
        was: which row of the targets won.
        now: which one wins.
    """
    found: dict[int, int] = {}
    before, after = _rungs(old.targets[was].ladder), _rungs(new.targets[now].ladder)
    for alike in (_equal, _same_place):
        _match(found, before, after, alike)
    for alike in (_equal, _same_place):
        _match(found, old.rungs, new.rungs, alike)
    return found


def moved(fired: Fired, numbers: dict[int, int]) -> Fired:
    """What fired, by the new numbers."""
    return tuple((numbers[rung], repetition) for rung, repetition in fired if rung in numbers)


def passed_over(plan: SlaPlan, clock: Clock, known: Iterable[int], measure: Measure, reached: int) -> Fired:
    """Rungs of the clock's ladder, up to the due instant, that are new and whose place has passed: they never fire.

    Args:
        plan: the limit in the new version.
        clock: the clock, with the row of the targets that wins now.
        known: the numbers of rungs that are no new ones.
        measure: what determines the clock's instants.
        reached: up to when the clock has run.
    """
    ladder, seen = plan.targets[clock.target].ladder, set(known)
    found: list[tuple[int, int]] = []
    for rung in (*ladder.early, *ladder.at_due):
        if rung.number in seen:
            continue
        for repetition in range(1, rung.spec.times + 1):
            try:
                at = rung_instant(rung, repetition, measure, clock.limit, clock.term_at)
            except (HorizonError, AmountError):
                break
            if at is None or at >= reached:
                break
            found.append((rung.number, repetition))
    return tuple(found)


def _rungs(ladder: Ladder) -> tuple[RungPlan, ...]:
    return tuple(sorted((*ladder.early, *ladder.at_due, *ladder.late), key=lambda rung: rung.number))


def _match(
    found: dict[int, int],
    before: Iterable[RungPlan],
    after: Iterable[RungPlan],
    alike: Callable[[Rung, Rung], bool],
) -> None:
    """Give each old rung without a number the first free new one that is like it, in the order of both."""
    free = [rung for rung in after if rung.number not in found.values()]
    for rung in before:
        if rung.number in found:
            continue
        same = next((one for one in free if alike(rung.spec, one.spec)), None)
        if same is not None:
            found[rung.number] = same.number
            free.remove(same)


def _equal(one: Rung, other: Rung) -> bool:
    return one == other


def _same_place(one: Rung, other: Rung) -> bool:
    return (one.percent, one.before, one.after) == (other.percent, other.before, other.after)
