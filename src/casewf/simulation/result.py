"""What came out of a run: figures, handling times, queues, load, cards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from casewf.kpi import Figure, Terms
from casewf.model.text import Label
from casewf.simulation.refusals import Refused

__all__ = ["GroupResult", "OpenAt", "Result", "Spread", "Wait"]


Wait: TypeAlias = Literal["group", "condition", "done", "no_course"]


@attrs.frozen(slots=True, kw_only=True)
class OpenAt:
    """So many open cases are in one state of a track and wait for the same.

    Attributes:
        waits: for somebody of a ``group``, or until his step can be begun; for the ``condition`` of a step; or for
            nobody, because all steps of the state's course are ``done``, or because it has ``no_course``.
        group: the group, or empty.
    """

    track: str
    state: str
    waits: Wait
    group: str
    cases: int


@attrs.frozen(slots=True, kw_only=True)
class Spread:
    """How some amounts are spread: how many, their mean, and what so many per cent of them do not exceed."""

    count: int
    mean: float
    median: float
    p90: float
    p95: float
    most: float

    @classmethod
    def of(cls, amounts: list[float]) -> Spread | None:
        """The spread of some amounts; None if there are none."""
        if not amounts:
            return None
        ordered = sorted(amounts)
        last = len(ordered) - 1

        def share(part: float) -> float:
            """The smallest amount that so many of all do not exceed."""
            return ordered[min(last, max(0, math.ceil(part * len(ordered)) - 1))]

        return cls(
            count=len(ordered),
            mean=sum(ordered) / len(ordered),
            median=share(0.5),
            p90=share(0.9),
            p95=share(0.95),
            most=ordered[-1],
        )


@attrs.frozen(slots=True, kw_only=True)
class GroupResult:
    """What was seen of a group of people.

    Attributes:
        people, units: how many they are, in how many organisations.
        waited: minutes until somebody began a task; of working time if they go by a calendar (``working``).
        given_up, left: tasks that were not waited for any longer, and that still waited at the end.
        not_needed: tasks that nobody had begun when their case left the state.
        longest: for each day, how many tasks waited at most.
        load: the share of their hours in which they were busy, while cases arrived; busiest: that of the busiest unit.
    """

    name: str
    label: Label
    people: int
    units: int
    working: bool
    waited: Spread | None
    given_up: int
    not_needed: int
    left: int
    longest: tuple[int, ...]
    load: float
    busiest: float


@attrs.frozen(slots=True, kw_only=True)
class Result:
    """One run.

    Attributes:
        name: what was varied, such as ``handlers=41``; empty for the profile as it is.
        arrived: by stream, how many cases came.
        closed, open: how many cases were closed at the end, and how many were not.
        open_at: where those stand that were not, and for whom they wait.
        backlog: for each day, how many cases were open at its end.
        figures: the key figures, of the whole time.
        handling: working days of handling; days: how many cases took so many, from 0.
        cards: by card, how many cases got it at least once.
        refused: what was refused, why, and how often.
        commands, events: how many there were.
        terms: what the names of the workflow mean.
    """

    name: str
    arrived: Mapping[str, int]
    closed: int
    open: int
    open_at: tuple[OpenAt, ...]
    backlog: tuple[int, ...]
    figures: tuple[Figure, ...]
    handling: Spread | None
    days: tuple[int, ...]
    cards: Mapping[str, int]
    groups: tuple[GroupResult, ...]
    refused: tuple[Refused, ...]
    commands: int
    events: int
    terms: Terms
