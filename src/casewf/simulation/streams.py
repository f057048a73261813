"""The streams of arrivals of a run: when their cases come, where they belong, and what they bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import attrs

from casewf.definition.nearest import nearest
from casewf.errors import SimulationError
from casewf.simulation.agenda import in_turn
from casewf.simulation.arrivals import arrival_times
from casewf.simulation.distributions import Source
from casewf.simulation.organisations import Organisations, Place
from casewf.simulation.plans import Planner
from casewf.simulation.profile import MOST_CASES, Arrivals, Profile
from casewf.simulation.task import Given

__all__ = ["Stream", "streams_of"]


@attrs.define(slots=True, kw_only=True, eq=False)
class Stream:
    """A stream of arrivals.

    Attributes:
        times: its instants; next: how many of them have passed.
        constant: the values that each case brings; None if they are drawn, by ``given``.
        place: draws where the next case belongs.
        turn: the last turn that it has in the agenda.
    """

    spec: Arrivals
    times: list[int]
    constant: Mapping[str, object] | None
    given: Given
    place: Callable[[], Place]
    turn: int
    next: int = 0


def _check_names(names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            near = nearest(name, known)
            zh, en = (f"；是否指 {near}？", f"; did you mean {near}?") if near else ("", "")
            raise SimulationError(
                f"画像中没有人员或来源 {name}；有：{'、'.join(known)}{zh}",
                f"the profile has no group or stream {name}; there are {', '.join(known)}{en}",
            )


def streams_of(
    profile: Profile,
    planner: Planner,
    organisations: Organisations,
    source: Source,
    numbers: Mapping[str, int],
) -> list[Stream]:
    """The streams of a profile; ``numbers`` says how many cases some of them have, instead of what it says.

    Raises:
        SimulationError: a stream has too many cases, or ``numbers`` names what is neither a stream nor a group.
    """
    _check_names(numbers, [*profile.staff, *(spec.name for spec in profile.arrivals)])
    found: list[Stream] = []
    for spec in profile.arrivals:
        wanted = numbers.get(spec.name, spec.number)
        if wanted > MOST_CASES:
            raise SimulationError(
                f"{spec.name}：{wanted:,}件，最多{MOST_CASES:,}件",
                f"{spec.name}: {wanted:,} cases; {MOST_CASES:,} at most, so shorten the time or lower the number",
            )
        place = source.generator(f"arrivals.{spec.name}.place")
        stream = Stream(
            spec=spec,
            times=arrival_times(
                spec,
                wanted,
                zone=profile.zone,
                first=profile.begins,
                days=profile.days,
                calendar=profile.calendars[profile.workflow.calendar.default],
                source=source,
            ),
            constant=planner.constant(spec.data),
            given=planner.given(spec.data, f"arrivals.{spec.name}.data"),
            place=partial(organisations.draw, place),
            turn=in_turn(len(found)),
        )
        found.append(stream)
    return found
