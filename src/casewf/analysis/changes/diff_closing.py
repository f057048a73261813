"""Open states that the section ``migrate`` maps to closed ones: what would be closed by it is refused (M8, X2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from casewf.analysis.changes.change import Change
from casewf.machine.rules import is_closed
from casewf.model.migration import Migration
from casewf.model.workflow import State, Track, Workflow

__all__ = ["closing_changes"]


@attrs.frozen(slots=True)
class _Place:
    """A state of the old version, and the one of the new version that its cases come to.

    Attributes:
        track: the old track.
        before: the state.
        into: the new track, or None if the track is dropped.
        after: the new state, or None if the track is dropped.
        is_said: the section says so; a state that became a closed one under its name wants a word first.
    """

    track: Track
    before: State
    into: Track | None
    after: State | None
    is_said: bool

    @property
    def rests(self) -> bool:
        """Whether its track keeps no case open any more."""
        return self.after is None or is_closed(self.after)

    @property
    def turns(self) -> bool:
        """Whether it kept a case open, and by the word of the author does so no more."""
        if not self.is_said:
            return False
        ends = self.after is not None and self.after.ends_case and not self.before.ends_case
        return ends or (self.rests and not is_closed(self.before))


def closing_changes(old: Workflow, new: Workflow, plan: Migration) -> Iterator[Change]:
    """The states whose cases would surely be closed by the mapping, and those where that is for other tracks to say.

    Tracks and states of which ``plan`` does not say what becomes of them are told as such, and not here.
    """
    places = {track.id: list(_places(track, new, plan)) for track in old.tracks}
    begin = [_begins(track, plan) for track in new.tracks if plan.track_of(track.id) not in places]
    for track, own in places.items():
        others = [
            [place for place in rest if not place.before.ends_case]
            for name, rest in places.items()
            if name != track
        ]
        told = set()
        for place in own:
            verdict = _verdict(place, others, begin) if place.turns else ""
            change = _change(place, verdict)
            if verdict and change.path not in told:
                told.add(change.path)
                yield change


def _places(track: Track, new: Workflow, plan: Migration) -> Iterator[_Place]:
    """The states from which cases are moved, each with where to."""
    name = plan.tracks.get(track.id, track.id)
    into = next((one for one in new.tracks if one.id == name), None)
    if name is not None and into is None:
        return
    moved = {} if into is None else plan.states.get(into.id, {})
    for state in track.states:
        to = moved.get(state.id, state.id)
        after = None if into is None else next((one for one in into.states if one.id == to), None)
        if into is None or after is not None:
            yield _Place(track, state, into, after, into is None or state.id in moved)


def _begins(track: Track, plan: Migration) -> State | None:
    """Where open cases are in a track that is new; None for a state that it does not have."""
    name = plan.begin.get(track.id, track.initial)
    return next((one for one in track.states if one.id == name), None)


def _verdict(place: _Place, others: Sequence[Sequence[_Place]], begin: Sequence[State | None]) -> str:
    """``surely`` or ``perhaps`` closed, or empty if it stays open wherever the other tracks are."""
    if place.after is not None and place.after.ends_case:
        return "surely"
    if not all(state is not None and is_closed(state) for state in begin) or not all(others):
        return ""
    if all(one.rests for other in others for one in other):
        return "surely"
    return "perhaps" if all(any(one.rests for one in other) for other in others) else ""


def _change(place: _Place, verdict: str) -> Change:
    track, state = place.track.id, place.before.id
    at_old: tuple[str, ...] = ("tracks", track, "states", state)
    at_new: tuple[str, ...] = ("migrate", "tracks", track)
    if place.into is None:
        at_old = at_old[:2]
    else:
        at_new = ("migrate", "states", place.into.id, state)
    surely = verdict == "surely"
    return Change(
        what="mapping_closes" if surely else "mapping_may_close",
        path=at_new if surely else at_old,
        old=state if place.into is not None else track,
        new="=drop" if place.after is None else place.after.id,
        at_old=at_old,
        at_new=at_new,
    )
