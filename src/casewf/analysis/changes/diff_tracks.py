"""What differs between the tracks of two versions: states, and which row wins from where (M1, M5, X2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from casewf.analysis.changes.change import Change, shown
from casewf.analysis.parts import rungs, transitions
from casewf.definition.document import Path
from casewf.machine.rules import is_closed, witnesses
from casewf.model.codec import dumps
from casewf.model.effect_specs import PushSpec
from casewf.model.migration import Migration
from casewf.model.workflow import State, Track, Transition, Workflow

__all__ = ["track_changes"]

_Row: TypeAlias = tuple[int, Transition]
"""A row by its number in the file; its sources left out."""


def track_changes(old: Workflow, new: Workflow, plan: Migration) -> Iterator[Change]:
    """The changes of tracks; one that goes on under another name is compared with that."""
    now = {track.id: track for track in new.tracks}
    compared: set[str] = set()
    for track in old.tracks:
        to, at = plan.tracks.get(track.id, track.id), ("tracks", track.id)
        if track.id not in now or to != track.id:
            yield Change(what="track_removed", path=at, old=shown(track.title) or track.id, at_old=at)
        if to is not None and to in now:
            compared.add(to)
            yield from _track(old, track, now[to], plan)
    for track in new.tracks:
        if track.id not in compared:
            what = "track_added" if is_closed(track.state(track.initial)) else "track_added_open"
            at = ("tracks", track.id)
            yield Change(what=what, path=at, new=f"initial: {track.initial}", at_new=at)
    before, after = [one.id for one in old.tracks if one.id in now], [one for one in now if one in compared]
    if before != after and set(before) == set(after):
        yield _plain("tracks_order", ("tracks",), ("tracks",), before, after)


def _track(old: Workflow, track: Track, new: Track, plan: Migration) -> Iterator[Change]:
    at_old, at_new = ("tracks", track.id), ("tracks", new.id)
    moved = plan.states.get(new.id, {})
    if track.title != new.title:
        yield _plain("label", (*at_old, "title"), (*at_new, "title"), track.title, new.title)
    if moved.get(track.initial, track.initial) != new.initial:
        yield _plain("initial", (*at_old, "initial"), (*at_new, "initial"), track.initial, new.initial)
    yield from _states(track, new)
    yield from _labels(track, new)
    yield from _rows(old, track, new, moved)


def _plain(
    what: str, at_old: tuple[str, ...], at_new: tuple[str, ...], before: object, after: object
) -> Change:
    return Change(what=what, path=at_old, old=shown(before), new=shown(after), at_old=at_old, at_new=at_new)


def _states(old: Track, new: Track) -> Iterator[Change]:
    now = {state.id: state for state in new.states}
    before = [state.id for state in old.states]
    for state in old.states:
        path, other = ("tracks", old.id, "states", state.id), now.get(state.id)
        if other is None:
            yield Change(what="state_removed", path=path, old=shown(state.title) or state.id, at_old=path)
            continue
        at_new = ("tracks", new.id, "states", state.id)
        if state.title != other.title:
            yield _plain("label", path, at_new, state.title, other.title)
        if _standing(state) != _standing(other):
            lost = (state.final and not other.final) or (state.ends_case and not other.ends_case)
            what = "state_reopened" if lost else "state_closing"
            yield _plain(what, path, at_new, _standing(state), _standing(other))
    for state in new.states:
        if state.id not in before:
            at_new = ("tracks", new.id, "states", state.id)
            yield Change(what="state_added", path=at_new, new=shown(state.title) or state.id, at_new=at_new)
    if set(before) == set(now) and before != list(now):
        at = ("tracks", old.id, "states")
        yield _plain("states_order", at, ("tracks", new.id, "states"), before, list(now))


def _standing(state: State) -> str:
    """What a state means for the case, in the words of a file."""
    words = ["final"] if state.final else ["closed"] if is_closed(state) else ["open"]
    return ", ".join([*words, *(["ends_case"] if state.ends_case else [])])


def _labels(old: Track, new: Track) -> Iterator[Change]:
    for trigger, label in new.triggers.items():
        before = old.triggers.get(trigger)
        if before is not None and before != label:
            at_old, at_new = (("tracks", one.id, "triggers", trigger) for one in (old, new))
            yield _plain("label", at_old, at_new, before, label)


# Rows


def _rows(old: Workflow, track: Track, new: Track, moved: Mapping[str, str | None]) -> Iterator[Change]:
    before, after = _by_trigger(track), _by_trigger(new)
    asked, outcomes = witnesses(old), _outcomes(old)
    for trigger, sources in before.items():
        if trigger not in after:
            number = next(iter(sources.values()))[0][0]
            what = "trigger_forgotten" if trigger in asked else "trigger_removed"
            at: tuple[Path, ...] = ("tracks", track.id, "transitions", number)
            yield Change(what=what, path=("triggers", trigger), old=trigger, at_old=at)
            if trigger in outcomes:
                yield Change(what="outcome_removed", path=("outcomes", trigger), old=trigger, at_old=at)
    for trigger, sources in after.items():
        if trigger not in before:
            number = next(iter(sources.values()))[0][0]
            at = ("tracks", new.id, "transitions", number)
            yield Change(what="trigger_added", path=("triggers", trigger), new=trigger, at_new=at)
        else:
            yield from _trigger(trigger, track, new, before[trigger], sources, moved)
    yield from _automatic(track, new, moved)


def _outcomes(workflow: Workflow) -> set[str | None]:
    """The triggers by which a push reports how it came out."""
    specs = [effect for row in transitions(workflow) for effect in row.effects]
    specs += [effect for rung, _ in rungs(workflow) for effect in rung.effects]
    pushes = [effect for effect in specs if isinstance(effect, PushSpec)]
    return {trigger for push in pushes for trigger in (push.on_ok, push.on_fail)}


def _by_trigger(track: Track) -> dict[str, dict[str, list[_Row]]]:
    """Trigger → source → its rows in the order in which they are tried (M1)."""
    found: dict[str, dict[str, list[_Row]]] = {}
    for number, row in enumerate(track.transitions):
        for source in row.sources:
            rows = found.setdefault(row.trigger, {}).setdefault(source, [])
            rows.append((number, attrs.evolve(row, sources=())))
    return found


@attrs.define
class _Found:
    """One difference of rows, with the states from which it is so."""

    change: Change
    sources: list[str] = attrs.field(factory=list)


def _trigger(
    trigger: str,
    old: Track,
    new: Track,
    before: Mapping[str, list[_Row]],
    after: Mapping[str, list[_Row]],
    moved: Mapping[str, str | None],
) -> Iterator[Change]:
    """The differences of one trigger; the same one from several states is told once."""
    found: dict[tuple[str, str, str, tuple[Path, ...], tuple[Path, ...]], _Found] = {}
    gone = {state.id for state in old.states} - {state.id for state in new.states}
    fresh = {state.id for state in new.states} - {state.id for state in old.states}
    names = {state: moved.get(state, state) or state for state in before}
    for source in [*before, *(one for one in after if one not in names.values())]:
        to = names.get(source, source)
        if to in gone or (source not in before and to in fresh):
            continue  # its rows came or went with the state itself
        rows = [(number, _renamed(row, moved)) for number, row in before.get(source, [])]
        for change in _compared(trigger, old.id, new.id, rows, after.get(to, [])):
            key = (change.what, change.old, change.new, change.at_old, change.at_new)
            found.setdefault(key, _Found(change)).sources.append(to)
    for one in found.values():
        where = f"from {', '.join(dict.fromkeys(one.sources))}"
        yield attrs.evolve(one.change, path=("triggers", trigger, where))


def _renamed(row: Transition, moved: Mapping[str, str | None]) -> Transition:
    """An old row with its target as the new version calls it."""
    return (
        row
        if row.target is None
        else attrs.evolve(row, target=moved.get(row.target, row.target) or row.target)
    )


def _compared(trigger: str, old: str, new: str, before: list[_Row], after: list[_Row]) -> Iterator[Change]:
    """The differences of the rows of a trigger from one state."""
    if [row for _, row in before] == [row for _, row in after]:
        return
    was, now = [dumps(row) for _, row in before], [dumps(row) for _, row in after]  # rows have no hash
    path = ("triggers", trigger)
    known, wanted = set(was), set(now)
    if len(was) == len(now) and known == wanted:
        at_old: tuple[Path, ...] = ("tracks", old, "transitions", before[0][0])
        at_new: tuple[Path, ...] = ("tracks", new, "transitions", after[0][0])
        turned = (" before ".join(_short(row) for _, row in rows) for rows in (before, after))
        one, other = turned
        yield Change(what="rows_reordered", path=path, old=one, new=other, at_old=at_old, at_new=at_new)
        return
    left = [pair for pair, row in zip(before, was, strict=True) if row not in wanted]
    fresh = [pair for pair, row in zip(after, now, strict=True) if row not in known]
    for (number, row), (place, other_row) in zip(left, fresh, strict=False):
        yield from _row(path, old, new, number, row, place, other_row)
    for number, row in left[len(fresh) :]:
        at_old = ("tracks", old, "transitions", number)
        yield Change(what="row_removed", path=path, old=_short(row), at_old=at_old)
    for number, row in fresh[len(left) :]:
        at_new = ("tracks", new, "transitions", number)
        yield Change(what="row_added", path=path, new=_short(row), at_new=at_new)


_KEYS = {"target": "to"}


def _row(
    path: tuple[str, ...], old: str, new: str, number: int, row: Transition, place: int, other: Transition
) -> Iterator[Change]:
    """What differs between a row and the one in its place, key by key."""
    for field in attrs.fields(Transition):
        before, after = getattr(row, field.name), getattr(other, field.name)
        if before == after:
            continue
        key = _KEYS.get(field.name, field.name)
        yield Change(
            what="row_changed",
            path=path,
            old=f"{key}: {shown(before)}" if shown(before) else "",
            new=f"{key}: {shown(after)}" if shown(after) else "",
            at_old=("tracks", old, "transitions", number, key),
            at_new=("tracks", new, "transitions", place, key),
        )


def _short(row: Transition) -> str:
    """A row by where it leads and when."""
    words = [f"to {row.target}" if row.target is not None else "stay"]
    if row.by:
        words.append(f"by {shown(row.by)}")
    if row.when is not None:
        words.append(f"when {row.when}")
    return " ".join(words)


def _automatic(old: Track, new: Track, moved: Mapping[str, str | None]) -> Iterator[Change]:
    """The order in which automatic rows of several triggers are looked at (M5)."""
    before, after = _orders(old), _orders(new)
    for source, order in before.items():
        other = after.get(moved.get(source, source) or source, {})
        common, turned = [one for one in order if one in other], [one for one in other if one in order]
        if common != turned:
            path = ("tracks", old.id, "transitions", f"automatic from {source}")
            at_old, at_new = (("tracks", one.id, "transitions") for one in (old, new))
            yield Change(
                what="automatic_reordered",
                path=path,
                old=" before ".join(common),
                new=" before ".join(turned),
                at_old=at_old,
                at_new=at_new,
            )


def _orders(track: Track) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for row in track.transitions:
        for source in row.sources if row.auto else ():
            found.setdefault(source, {})[row.trigger] = None
    return found
