"""Which states of a track a case cannot leave any more, though it is open there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casewf.analysis.flow.components import components
from casewf.analysis.flow.rows import Rows
from casewf.machine.rules import is_closed
from casewf.model.workflow import State, Track, Workflow

__all__ = ["dead_ends", "traps"]


def dead_ends(workflow: Workflow, rows: Rows, track: Track) -> list[str]:
    """Open states that are reached and have no way out, in file order; none where another track ends the case."""
    return [states[0] for states in _last_open(workflow, rows, track) if len(states) == 1]


def traps(workflow: Workflow, rows: Rows, track: Track) -> list[list[str]]:
    """Groups of open states that lead to one another and to nothing else; none where another track ends the case."""
    return [states for states in _last_open(workflow, rows, track) if len(states) > 1]


def _last_open(workflow: Workflow, rows: Rows, track: Track) -> Iterator[list[str]]:
    if _is_ended_elsewhere(workflow, rows, track):
        return
    ways = _ways(rows, track)
    ends = {state.id for state in track.states if _closes(state)}
    for states in components(ways):
        inside = set(states)
        if inside.isdisjoint(ends) and all(inside.issuperset(ways[state]) for state in states):
            yield [state for state in ways if state in inside]


def _ways(rows: Rows, track: Track) -> Mapping[str, tuple[str, ...]]:
    """Where each state that is reached leads to, in file order."""
    return {
        state: tuple(
            dict.fromkeys(
                rule.target
                for rule in rows.leaving[track.id].get(state, ())
                if rule.target not in (None, state) and rows.can_be_taken(rule)
            )
        )
        for state in rows.reached[track.id]
    }


def _is_ended_elsewhere(workflow: Workflow, rows: Rows, track: Track) -> bool:
    """Whether some other track closes only by ending the case, so that this one need not close at all (M8)."""
    for other in workflow.tracks:
        reached = set(rows.reached[other.id])
        ends = [state for state in other.states if state.id in reached and _closes(state)]
        if other.id != track.id and ends and all(state.ends_case for state in ends):
            return True
    return False


def _closes(state: State) -> bool:
    return is_closed(state) or state.ends_case
