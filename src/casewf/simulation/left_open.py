"""Where the cases stand that are still open when a run ends, and for whom they wait."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from casewf.simulation.result import OpenAt, Wait
from casewf.simulation.run import Simulation
from casewf.simulation.running import Running
from casewf.simulation.task import StepNode

__all__ = ["Standing", "open_at", "open_cases"]

Standing: TypeAlias = tuple[str, str, Wait, str]
"""A track, its state, what a case waits for there, and the group that it waits for, or empty."""


def open_cases(simulation: Simulation) -> Counter[Standing]:
    """How many open cases stand where, and for whom they wait; a case can be in several states."""
    workflow = simulation.profile.workflow
    closed = {track.id: {one.id for one in track.states if one.closed} for track in workflow.tracks}
    found: Counter[Standing] = Counter()
    for one in simulation.under_way.values():
        if not one.case.closed:
            for track, state in one.case.states.items():
                if state not in closed[track]:
                    found[(track, state, *_waits(one, track))] += 1
    return found


def open_at(found: Counter[Standing]) -> tuple[OpenAt, ...]:
    """The states that keep the open cases of a run open, those with the most cases first."""
    return tuple(
        OpenAt(track=track, state=state, waits=waits, group=group, cases=cases)
        for (track, state, waits, group), cases in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    )


def _waits(one: Running, track: str) -> tuple[Wait, str]:
    slot = one.slots.get(track)
    if slot is None:
        return "no_course", ""
    if not isinstance(slot.node, StepNode):
        return "done", ""
    return "condition" if slot.held else "group", slot.node.group.spec.name
