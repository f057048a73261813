"""What was found in the product of the tracks, in the words of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casewf.analysis.product.soundness import Caught
from casewf.analysis.product.waits import Wait
from casewf.analysis.subject import Subject
from casewf.definition.node import Span

__all__ = ["either", "named", "place_of", "standing", "waiting"]

_MOST = 4
"""How many rows are named; whoever mends these sees the others next."""

_MOST_NAMED = 6


def place_of(subject: Subject, wait: Wait) -> Span:
    """Where it stands for what a row waits: its condition, or the row itself."""
    row = ("tracks", wait.track, "transitions", wait.row)
    when = subject.workflow.track(wait.track).transitions[wait.row].when
    return subject.at(*row, "when") if when is not None else subject.at(*row)


def waiting(subject: Subject, waits: Iterable[Wait]) -> str:
    """The rows that wait, each with its line and for what it waits."""
    told = [
        f"{wait.trigger!r} (line {subject.document.report.place(place_of(subject, wait)).line}) waits for {wait.what}"
        for wait in waits
    ]
    more = [f"{len(told) - _MOST} more rows wait"] if len(told) > _MOST else []
    return "; ".join([*told[:_MOST], *more])


def standing(caught: Caught) -> str:
    """Where the caught case is: "union in 'working' and government in 'asked'".

    Named are the tracks that are not closed and wait, and those that a waiting row looks at; if these are none, all
    that wait.
    """
    program = caught.way.program
    states: Mapping[str, str] = caught.way.here.case.states
    tracks = {
        wait.track
        for wait in caught.trap.waits
        if states[wait.track] not in program.closing_states[wait.track]
    }
    for wait in caught.trap.waits:
        when = program.workflow.track(wait.track).transitions[wait.row].when
        names = frozenset() if when is None else when.names
        tracks |= {name.removeprefix("state.") for name in names if name.startswith("state.")}
    tracks = tracks or {wait.track for wait in caught.trap.waits}
    return named(f"{track} in {state!r}" for track, state in states.items() if track in tracks)


def named(items: Iterable[str], word: str = "and") -> str:
    """Several things in a row: "a, b and c"."""
    *others, last = items
    return f"{', '.join(others)} {word} {last}" if others else last


def either(items: Iterable[str]) -> str:
    """Several things of which one is so; many are cut short: "a, b or 5 others"."""
    every = list(items)
    if len(every) > _MOST_NAMED:
        every = [*every[:_MOST_NAMED], f"{len(every) - _MOST_NAMED} others"]
    return named(every, "or")
