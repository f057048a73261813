"""States that a profile leaves cases in: only people can leave them, and nobody in the profile does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casewf.model.roles import SYSTEM
from casewf.model.workflow import Track, Transition
from casewf.simulation.profile import Choice, Profile, Step

__all__ = ["gaps"]


def gaps(profile: Profile) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Open states that cases get into, that have no course, and that no step leads out of.

    Yields:
        The track, the state, and the triggers that lead out of it, none of which any step fires.
    """
    fired = set(_fired(step for course in profile.courses for step in course.steps))
    entered = {course.enter for course in profile.courses}
    for track in profile.workflow.tracks:
        reached = _reached(track, fired)
        for state in track.states:
            if state.id not in reached or state.closed or f"{track.id}.{state.id}" in entered:
                continue
            ways = [row for row in track.transitions if state.id in row.sources and _leaves(row, state.id)]
            if ways and not any(_happens(row, fired) for row in ways):
                yield track.id, state.id, tuple(dict.fromkeys(row.trigger for row in ways))


def _fired(steps: Iterable[Step | Choice]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Choice):
            yield from _fired(one for way in step.ways for one in way.steps)
        else:
            yield from (trigger for trigger in (step.begin, step.fire) if trigger is not None)
            yield from _fired(step.otherwise)


def _reached(track: Track, fired: set[str]) -> set[str]:
    """The states that cases of the profile can get into."""
    rows = [row for row in track.transitions if row.target is not None and _happens(row, fired)]
    reached = {track.initial}
    while (
        more := {row.target for row in rows if row.target is not None and reached & set(row.sources)}
        - reached
    ):
        reached |= more
    return reached


def _happens(row: Transition, fired: set[str]) -> bool:
    """Whether a step fires it, or it happens by itself."""
    return row.auto or row.trigger in fired or any(by.role == SYSTEM for by in row.by)


def _leaves(row: Transition, state: str) -> bool:
    return row.target is not None and row.target != state
