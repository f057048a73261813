"""Working out what a run shows, once it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from casewf.model.amount import US_PER_DAY, US_PER_MINUTE
from casewf.simulation.ledger import Entries
from casewf.simulation.left_open import Standing, open_at, open_cases
from casewf.simulation.refusals import Refused, add_refusals
from casewf.simulation.result import GroupResult, Result, Spread
from casewf.simulation.run import Simulation
from casewf.simulation.staff import Group

__all__ = ["Account", "account", "measure"]


@attrs.frozen(slots=True, kw_only=True)
class Account:
    """What was seen in one process of a run; it can be pickled.

    Attributes:
        groups: the groups that were simulated there.
        open_cases: how many cases stand where.
        entries: what was counted of its cases.
        refused: as in ``Simulation``; so are commands and events.
        drawn: what chance decided there.
    """

    groups: Mapping[str, GroupResult]
    open_cases: Counter[Standing]
    entries: Entries
    refused: Mapping[tuple[str, str, str], Refused]
    commands: int
    events: int
    drawn: frozenset[str]


def account(simulation: Simulation) -> Account:
    """What a simulation that was run has seen."""
    return Account(
        groups={
            name: _group(group, simulation)
            for name, group in simulation.groups.items()
            if group.spec.number is not None and not group.elsewhere
        },
        open_cases=open_cases(simulation),
        entries=simulation.ledger.entries(),
        refused=simulation.refused,
        commands=simulation.commands,
        events=simulation.events,
        drawn=simulation.source.drawn(),
    )


def measure(simulation: Simulation, name: str = "", elsewhere: Account | None = None) -> Result:
    """What a simulation that was run shows.

    Args:
        simulation: the run.
        name: what was varied.
        elsewhere: what another process has seen of it.
    """
    accounts = [account(simulation), *([] if elsewhere is None else [elsewhere])]
    ledger, refused = simulation.ledger, simulation.refused
    for other in accounts[1:]:
        ledger.take_in(other.entries)
        add_refusals(refused, other.refused)
    groups = {name: one for other in accounts for name, one in other.groups.items()}
    closed = sum(end is not None for _, end in ledger.lives)
    return Result(
        name=name,
        arrived={stream.spec.name: len(stream.times) for stream in simulation.streams},
        closed=closed,
        open=len(ledger.lives) - closed,
        open_at=open_at(sum((one.open_cases for one in accounts), Counter())),
        backlog=ledger.backlog(),
        figures=ledger.tally.figures(),
        handling=Spread.of(ledger.days),
        days=ledger.by_days(),
        cards=ledger.cards,
        groups=tuple(groups[group] for group in simulation.groups if group in groups),
        refused=tuple(one for _, one in sorted(refused.items(), key=lambda item: item[0])),
        commands=sum(one.commands for one in accounts),
        events=sum(one.events for one in accounts),
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
