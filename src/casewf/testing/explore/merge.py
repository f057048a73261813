"""Making fewer stories of many: what one does after a common beginning is put into another one where it fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from casewf.testing.coverage_points import Point
from casewf.testing.explore.commands import Command
from casewf.testing.explore.cover import Plan
from casewf.testing.explore.walk import ExploringWalk, Mark

__all__ = ["merged"]

_LONGEST = 15
"""A story is not made longer than so many commands."""

_TRIES = 16
"""Into how many others a story is tried to be put, those first with which it has most in common."""


@attrs.define(slots=True, eq=False)
class _Played:
    """A plan, for which reasons each command was refused (None where it was done), and what it covers."""

    commands: tuple[Command, ...]
    refused: tuple[frozenset[str] | None, ...]
    points: frozenset[Point]


def merged(plans: Iterable[Plan], walk: ExploringWalk) -> tuple[Plan, ...]:
    """Stories that cover the same together; what each of them covers is seen by playing it.

    A story is put into another one right after what both begin with, if all commands of both then do what they did, and
    nothing of what they cover is lost. So what leaves a case where it was need not have a story of its own.
    """
    walk.begin()
    start = walk.mark
    left = [_play(plan.commands, walk, start) for plan in plans]
    left.sort(key=lambda one: -len(one.commands))
    kept: list[_Played] = []
    while left:
        one = left.pop(0)
        if not _put(one, kept, left, walk, start):
            kept.append(one)
    return tuple(Plan(one.commands) for one in sorted(kept, key=lambda one: len(one.commands)))


def _put(
    one: _Played, kept: Sequence[_Played], left: Sequence[_Played], walk: ExploringWalk, start: Mark
) -> bool:
    """Put a story into one of those that are kept already, if it fits somewhere."""
    common = sorted(((_common(one, other), other) for other in kept), key=lambda pair: -pair[0])
    for length, other in common[:_TRIES]:
        commands = (*other.commands[:length], *one.commands[length:], *other.commands[length:])
        refused = (*other.refused[:length], *one.refused[length:], *other.refused[length:])
        if length < 1 or len(commands) > max(_LONGEST, len(other.commands)):
            continue
        found = _play(commands, walk, start)
        elsewhere = {point for each in (*kept, *left) if each is not other for point in each.points}
        if found.refused == refused and one.points | other.points <= found.points | elsewhere:
            other.commands, other.refused, other.points = found.commands, found.refused, found.points
            return True
    return False


def _common(one: _Played, other: _Played) -> int:
    """How many commands both begin with."""
    number = 0
    for first, second in zip(one.commands, other.commands, strict=False):
        if first != second:
            break
        number += 1
    return number


def _play(commands: Sequence[Command], walk: ExploringWalk, start: Mark) -> _Played:
    """Do commands from the start; those that cannot be done at all are left out."""
    walk.go_to(start)
    done = [(command, tried) for command in commands if (tried := walk.attempt(command)) is not None]
    return _Played(
        tuple(command for command, _ in done),
        tuple(tried.refused for _, tried in done),
        frozenset(point for _, tried in done for point in tried.points),
    )
