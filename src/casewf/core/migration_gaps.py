"""What keeps cases of one version from becoming cases of another, whatever they hold: all of it at once (X2).

It is looked at before any case is, so that an author learns of a forgotten state although no case is there today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from casewf.machine.rules import is_closed, witnesses
from casewf.model.amount import WorkingDays, WorkingTime
from casewf.model.migration import FieldMove, Migration
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Field, Sla, State, Track, Workflow

LOSSLESS = frozenset((("integer", "decimal"), ("choice", "text"), ("org", "text"), ("person", "text")))
"""Kinds of which every value of the first is one of the second, too."""


@attrs.frozen(slots=True)
class Gap:
    """Something that cases may hold and that has no place in the new version.

    ``path`` is where it stands in the old file, or where it is new in the new one.
    """

    path: tuple[str, ...]
    why: Reason


def gaps(old: Workflow, new: Workflow, migration: Migration) -> tuple[Gap, ...]:
    """Everything that ``migration`` leaves open between two versions; none if cases can be looked at one by one."""
    return (
        *_unknown(old, new, migration),
        *_twice("tracks", [one.id for one in old.tracks], migration.tracks),
        *_twice("fields", old.fields, {name: move.to for name, move in migration.fields.items()}),
        *_twice("clocks", _renamed_limits(migration), _renamed_limits(migration)),
        *_tracks(old, new, migration),
        *_fields(old, new, migration),
        *_named("roles", old.roles, new.roles, migration.roles, "role"),
        *_named(
            "triggers", witnesses(old), _triggers(new), migration.triggers, "trigger", within=_triggers(old)
        ),
        *_named("cards", dict(old.cards), dict(new.cards), migration.cards, "card"),
        *_kinds(old, new, migration),
        *_limits(old, new, migration),
    )


def is_alike(old: Sla, new: Sla) -> bool:
    """Whether two versions of a limit are equally long under the same conditions."""
    return [(one.when, one.within, one.until) for one in old.target] == [
        (one.when, one.within, one.until) for one in new.target
    ]


def _triggers(workflow: Workflow) -> dict[str, None]:
    return {row.trigger: None for track in workflow.tracks for row in track.transitions}


def _named(
    section: str,
    held: Collection[str],
    known: Collection[str],
    moved: Mapping[str, str | None],
    kind: str,
    within: Collection[str] = (),
) -> Iterator[Gap]:
    """What cases may hold under a name that is gone, and entries that name what is not there."""
    for name in sorted(held) if isinstance(held, frozenset) else held:
        if name not in known and name not in moved:
            yield Gap((section, name), reason(f"{kind}_unmapped", **{kind: name}))
    yield from _misnamed(section, within or held, known, moved)


def _misnamed(
    section: str, held: Collection[str], known: Collection[str], moved: Mapping[str, str | None]
) -> Iterator[Gap]:
    for name, to in moved.items():
        if name not in held:
            yield Gap(("migrate", section, name), reason("mapping_unknown", section=section, name=name))
        if to is not None and to not in known:
            yield Gap(("migrate", section, name), reason("mapping_unknown", section=section, name=to))


def _twice(section: str, held: Iterable[str], moved: Mapping[str, str | None]) -> Iterator[Gap]:
    """Two things of which each case has one, and which would be one."""
    places: dict[str, str] = {}
    for name in held:
        to = moved.get(name, name)
        if to is not None and places.setdefault(to, name) != name:
            yield Gap(("migrate", section, name), reason("mapping_twice", section=section, name=to))


def _renamed_limits(migration: Migration) -> dict[str, str]:
    return {name: move.to for name, move in migration.limits.items() if move.to is not None}


def _unknown(old: Workflow, new: Workflow, migration: Migration) -> Iterator[Gap]:
    """Entries of sections without held names of their own that name what is not there."""
    for name in migration.set:
        if name not in new.fields:
            yield Gap(("migrate", "set", name), reason("mapping_unknown", section="set", name=name))
    limits = {sla.id for sla in new.slas}
    for name in migration.starts:
        if name not in limits:
            yield Gap(("migrate", "starts", name), reason("mapping_unknown", section="starts", name=name))
    tracks = {track.id for track in new.tracks}
    fresh = {track.id for track in new.tracks if _source(old, migration, track.id) is None}
    for name in (*migration.begin, *migration.states):
        if name not in (fresh if name in migration.begin else tracks - fresh):
            yield Gap(("migrate", "states", name), reason("mapping_unknown", section="states", name=name))


def _source(old: Workflow, migration: Migration, new: str) -> Track | None:
    """The track of the old version that goes on as this one, or None for one that is new."""
    name = migration.track_of(new)
    if migration.tracks.get(name, new) != new:
        return None  # it goes on as another one
    return next((track for track in old.tracks if track.id == name), None)


def _tracks(old: Workflow, new: Workflow, migration: Migration) -> Iterator[Gap]:
    known = {track.id for track in new.tracks}
    for track in old.tracks:
        if track.id not in known and track.id not in migration.tracks:
            yield Gap(("tracks", track.id), reason("track_unmapped", track=track.id))
    yield from _misnamed("tracks", {track.id for track in old.tracks}, known, migration.tracks)
    for track in new.tracks:
        source = _source(old, migration, track.id)
        if source is not None:
            yield from _states(source, track, migration.states.get(track.id, {}))
        elif track.id not in migration.begin and not is_closed(track.state(track.initial)):
            yield Gap(("tracks", track.id), reason("track_begins", track=track.id))
        elif track.id in migration.begin and not _has(track, migration.begin[track.id]):
            yield _unknown_state(track.id, migration.begin[track.id])


def _states(old: Track, new: Track, moved: Mapping[str, str | None]) -> Iterator[Gap]:
    now = {state.id: state for state in new.states}
    for state in old.states:
        path = ("tracks", old.id, "states", state.id)
        if state.id in moved:
            continue
        if state.id not in now:
            yield Gap(path, reason("state_unmapped", track=new.id, state=state.id))
        elif _standing(state) != _standing(now[state.id]):
            yield Gap(path, reason("state_changed", track=new.id, state=state.id))
    for name, to in moved.items():
        if not _has(old, name):
            yield _unknown_state(new.id, name)
        if to is not None and not _has(new, to):
            yield _unknown_state(new.id, to)


def _has(track: Track, state: str) -> bool:
    return any(one.id == state for one in track.states)


def _unknown_state(track: str, state: str) -> Gap:
    why = reason("mapping_unknown", section="states", name=f"{track}.{state}")
    return Gap(("migrate", "states", track, state), why)


def _standing(state: State) -> tuple[bool, bool, bool]:
    """What a state means for the case."""
    return is_closed(state), state.final, state.ends_case


def _fields(old: Workflow, new: Workflow, migration: Migration) -> Iterator[Gap]:
    yield from _misnamed(
        "fields", old.fields, new.fields, {name: move.to for name, move in migration.fields.items()}
    )
    for name, field in old.fields.items():
        move = migration.fields.get(name)
        to = name if move is None else move.to
        if move is None and name not in new.fields:
            yield Gap(("fields", name), reason("field_unmapped", field=name))
        elif to is not None and to in new.fields and to not in migration.set:
            yield from _field(name, field, new.fields[to], move or FieldMove(to=to))


def _field(name: str, old: Field, new: Field, move: FieldMove) -> Iterator[Gap]:
    """Whether values of one are values of the other, as far as their types tell."""
    path = ("fields", name)
    gone = [one for one in old.of if new.of and one not in new.of and one not in move.values]
    if old.sensitive or new.sensitive:
        same = (old.sensitive, old.kind, old.many) == (new.sensitive, new.kind, new.many)
        if not same or gone or move.values:
            yield Gap(path, reason("field_sealed", field=name))
    elif old.many and not new.many:
        yield _retyped(path, old, new)
    elif gone:
        yield Gap(path, reason("options_unmapped", field=name, options=", ".join(gone)))
    elif old.kind != new.kind and (old.kind, new.kind) not in LOSSLESS and not move.values:
        yield _retyped(path, old, new)


def _retyped(path: tuple[str, ...], old: Field, new: Field) -> Gap:
    found, expected = (f"{'many ' if one.many else ''}{one.kind}" for one in (old, new))
    return Gap(path, reason("field_retyped", field=path[-1], found=found, expected=expected))


def _kinds(old: Workflow, new: Workflow, migration: Migration) -> Iterator[Gap]:
    """Kinds of parties; where the new version keeps no parties at all, each case says whether it has some."""
    if old.parties is None or new.parties is None:
        return
    for kind in old.parties.kinds:
        if kind not in new.parties.kinds and kind not in migration.kinds:
            yield Gap(("parties", "kinds", kind), reason("kind_unmapped", party_kind=kind))
    yield from _misnamed("kinds", old.parties.kinds, new.parties.kinds, migration.kinds)


def _limits(old: Workflow, new: Workflow, migration: Migration) -> Iterator[Gap]:
    now = {sla.id: sla for sla in new.slas}
    before = {sla.id for sla in old.slas}
    moved = {name: move.to for name, move in migration.limits.items()}
    yield from _misnamed("clocks", before, now, moved)
    for sla in old.slas:
        path, move = ("slas", sla.id), migration.rule_of(sla.id)
        to = move.to or sla.id
        if move.how == "cancel":
            continue
        if to != sla.id and to in before:
            yield Gap(path, reason("limit_taken", sla=to))
        elif to not in now:
            yield Gap(path, reason("limit_unmapped", sla=sla.id))
        elif sla.id not in migration.limits and not is_alike(sla, now[to]):
            yield Gap(path, reason("limit_changed", sla=sla.id))
        elif move.how == "carry" and len(_units(sla) | _units(now[to])) > 1:
            yield Gap(path, reason("carry_units", sla=sla.id))


def _units(sla: Sla) -> set[str]:
    """The kinds of time that its targets are in (K5)."""
    return {
        "date"
        if one.within is None
        else "work"
        if isinstance(one.within, WorkingDays | WorkingTime)
        else "plain"
        for one in sla.target
    }
