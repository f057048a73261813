"""Ways back that lead elsewhere, or where there was none: whose past does not fit is refused (M10, X2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casewf.analysis.changes.change import Change
from casewf.machine.rules import PREVIOUS
from casewf.model.migration import Migration
from casewf.model.workflow import Track, Workflow

__all__ = ["way_back_changes"]


def way_back_changes(old: Workflow, new: Workflow, plan: Migration) -> Iterator[Change]:
    """States out of which the new version leads back, with cases that may have come there on another way.

    Where the old version led back, too, each case remembers from where; where it did not, the history knows, but not
    of what lies before an import or another migration. The initial state is one that nobody need have come to.
    """
    now = {track.id: track for track in new.tracks}
    for track in old.tracks:
        into = now.get(plan.tracks.get(track.id, track.id) or "")
        if into is None:
            continue
        moved = plan.states.get(into.id, {})
        for state in track.states:
            to = moved.get(state.id, state.id)
            if to is not None and to != into.initial:
                yield from _of_state(track, into, state.id, to, moved)


def _of_state(
    old: Track, new: Track, state: str, to: str, moved: Mapping[str, str | None]
) -> Iterator[Change]:
    row = _way_back(new, to)
    if row is None:
        return
    origins, known = _origins(old, state), _origins(new, to)
    lost = [one for one in origins if (moved.get(one) or one) not in known]
    had = _way_back(old, state)
    if had is not None and not lost:
        return
    number, trigger = row
    yield Change(
        what="way_back_lost" if lost else "way_back_added",
        path=("triggers", trigger, f"from {to}"),
        old=f"from {', '.join(lost or origins)}" if lost or had is not None else "",
        new=f"to {', '.join(known)}",
        at_old=() if had is None else ("tracks", old.id, "transitions", had[0]),
        at_new=("tracks", new.id, "transitions", number),
    )


def _way_back(track: Track, state: str) -> tuple[int, str] | None:
    """The first row that leads back out of a state, and its trigger; None if there is none, or nothing leads there."""
    if not _origins(track, state):
        return None
    rows = enumerate(track.transitions)
    found = ((at, row.trigger) for at, row in rows if row.target == PREVIOUS and state in row.sources)
    return next(found, None)


def _origins(track: Track, state: str) -> list[str]:
    """From where a state is entered."""
    rows = [row for row in track.transitions if row.target == state]
    return list(dict.fromkeys(one for row in rows for one in row.sources if one != state))
