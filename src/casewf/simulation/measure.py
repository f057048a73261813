"""Working out what a run shows, once it is over."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.model.amount import US_PER_DAY, US_PER_MINUTE
from casewf.simulation.left_open import open_at
from casewf.simulation.result import GroupResult, Result, Spread
from casewf.simulation.run import Simulation
from casewf.simulation.staff import Group

__all__ = ["measure"]


def measure(simulation: Simulation, name: str = "") -> Result:
    """What a simulation that was run shows; ``name`` says what was varied."""
    ledger = simulation.ledger
    closed = sum(end is not None for _, end in ledger.lives)
    return Result(
        name=name,
        arrived={stream.spec.name: len(stream.times) for stream in simulation.streams},
        closed=closed,
        open=len(ledger.lives) - closed,
        open_at=open_at(simulation),
        backlog=ledger.backlog(),
        figures=ledger.tally.figures(),
        handling=Spread.of(ledger.days),
        days=ledger.by_days(),
        cards=ledger.cards,
        groups=tuple(
            _group(group, simulation) for group in simulation.groups.values() if group.spec.number is not None
        ),
        refused=tuple(one for _, one in sorted(simulation.refused.items(), key=lambda item: item[0])),
        commands=simulation.commands,
        events=simulation.events,
        terms=simulation.terms,
    )


def _group(group: Group, simulation: Simulation) -> GroupResult:
    duty, begin, end = group.duty, simulation.begin, simulation.end
    pairs = zip(group.queued, group.begun, strict=True)
    if duty is None:
        waited = [float(begun - queued) for queued, begun in pairs]
    else:
        waited = [float(duty.worked(begun) - duty.worked(queued)) for queued, begun in pairs]
    waiting = [task for pool in group.pools.values() for task in pool.all_waiting()]
    left = [(task.at, end) for task in waiting]
    loads = []
    busy = there = 0
    for pool in group.pools.values():
        own = sum(person.busy for person in pool.people)
        hours = sum(
            simulation.closes - begin if person.duty is None else person.duty.worked(simulation.closes)
            for person in pool.people
        )
        busy, there = busy + own, there + hours
        loads.append(own / hours if hours else 0.0)
    stays = [*zip(group.queued, group.begun, strict=True), *group.gone, *group.dropped, *left]
    return GroupResult(
        name=group.spec.name,
        label=group.spec.title,
        people=sum(len(pool.people) for pool in group.pools.values()),
        units=len(group.pools),
        working=duty is not None,
        waited=Spread.of([one / US_PER_MINUTE for one in waited]),
        given_up=len(group.gone),
        not_needed=len(group.dropped),
        left=len(left),
        longest=_longest(stays, begin, end),
        load=busy / there if there else 0.0,
        busiest=max(loads),
    )


def _longest(stays: Sequence[tuple[int, int]], begin: int, end: int) -> tuple[int, ...]:
    """For each day, of 24 hours from ``begin``, how many of these stays went on at one time, at most."""
    changes = sorted(
        [(at, 1) for at, until in stays if until > at] + [(until, -1) for at, until in stays if until > at]
    )
    most = [0] * ((end - 1 - begin) // US_PER_DAY + 1)
    now = number = 0
    for day in range(len(most)):
        most[day] = now
        border = begin + (day + 1) * US_PER_DAY
        while number < len(changes) and changes[number][0] < border:
            now += changes[number][1]
            number += 1
            most[day] = max(most[day], now)
    return tuple(most)
