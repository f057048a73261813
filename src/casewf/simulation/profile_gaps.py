"""What a profile leaves undone: states out of which nobody leads, and steps that no case is ever there for."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from casewf.model.roles import SYSTEM
from casewf.model.workflow import Track, Transition
from casewf.simulation.profile import Choice, Profile, Step

__all__ = ["gaps", "never_possible", "too_late"]


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


def too_late(profile: Profile) -> Iterator[tuple[Step, str, str]]:
    """Steps that come after one with which their case always leaves the state, and so the course.

    Yields:
        The step, the trigger of the one before it, and the ``track.state`` that was left.
    """
    tracks = {track.id: track for track in profile.workflow.tracks}
    for course in profile.courses:
        if course.enter is not None:
            track, state = course.enter.split(".", 1)
            rows = [row for row in tracks[track].transitions if state in row.sources]
            leaving = {row.trigger for row in rows if _leaves(row, state)}
            leaving -= {row.trigger for row in rows if not _leaves(row, state)}
            for step, trigger in _after_leaving(course.steps, frozenset(leaving)):
                yield step, trigger, course.enter


def never_possible(profile: Profile) -> Iterator[tuple[Step, str, str, tuple[str, ...]]]:
    """Steps that fire what no row from the state of their course has: leaving the state ends the course.

    Yields:
        The step, its trigger, the ``track.state``, and the states of the track from which it can be fired. Steps that
        ``too_late`` has are left out, and those after them.
    """
    late = {step.at for step, _, _ in too_late(profile)}
    for course in profile.courses:
        if course.enter is not None:
            name, state = course.enter.split(".", 1)
            sources: dict[str, dict[str, None]] = {}
            for track in profile.workflow.tracks:
                for row in track.transitions if track.id == name else ():
                    sources.setdefault(row.trigger, {}).update(dict.fromkeys(row.sources))
            for step in _in_time(course.steps, late):
                # after what it begins with, the case may be elsewhere
                trigger = step.begin or step.fire or ""
                if trigger in sources and state not in sources[trigger]:
                    yield step, trigger, course.enter, tuple(sources[trigger])


def _in_time(steps: Iterable[Step | Choice], late: Container[str]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Choice):
            for way in step.ways:
                yield from _in_time(way.steps, late)
        elif step.at in late:
            return
        else:
            yield step
            yield from _in_time(step.otherwise, late)


def _after_leaving(steps: Iterable[Step | Choice], leaving: frozenset[str]) -> Iterator[tuple[Step, str]]:
    before = ""
    for step in steps:
        if isinstance(step, Choice):
            for way in step.ways:
                yield from _after_leaving(way.steps, leaving)
            continue
        if before:
            yield step, before
            return
        yield from _after_leaving(step.otherwise, leaving)
        if step.fire in leaving and step.when is None and step.chance >= 1:
            before = step.fire or ""


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
