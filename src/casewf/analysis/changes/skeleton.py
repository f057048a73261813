"""A section ``migrate`` to begin with: an entry for everything that needs one, guessed by names and labels (X2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches

import attrs

from casewf.core.migration_gaps import LOSSLESS, Gap, gaps
from casewf.definition.migrate import DROP, STAY
from casewf.definition.written import written
from casewf.machine.rules import is_closed
from casewf.model.migration import FieldMove, LimitMove, Migration
from casewf.model.text import Label
from casewf.model.workflow import Field, Sla, State, Track, Workflow

__all__ = ["skeleton"]

_ROUNDS = 3
"""A track that goes on under another name brings its states into view."""

_LISTED = 6
_GUESS = Label("按名称猜测，请核对", "a guess by its name")
_NONE_NEAR = Label("没有相近者，请核对", "nothing has a name like it")


@attrs.define
class _Entry:
    """What is written about one thing, and what an author may want to know of it."""

    value: str
    note: Label


@attrs.define
class _Sketch:
    """The section as far as it has come, as it is written and as it is read."""

    old: Workflow
    new: Workflow
    plan: Migration
    entries: dict[tuple[str, ...], _Entry] = attrs.field(factory=dict)

    def say(self, section: str, names: tuple[str, ...], value: str, note: Label, read: object) -> None:
        """Note an entry, and make it part of the plan."""
        self.entries[section, *names] = _Entry(value, note)
        known: dict[str, object] = dict(getattr(self.plan, _READ.get(section, section)))
        if len(names) == 2:
            read = {**getattr(self.plan, section).get(names[0], {}), names[1]: read}
        known[names[0]] = read
        self.plan = attrs.evolve(self.plan, **{_READ.get(section, section): known})  # type: ignore[arg-type]


_READ = {"clocks": "limits"}
"""Sections that the plan calls otherwise."""


def skeleton(old: Workflow, new: Workflow, lang: str = "en") -> str:
    """The text of a section that leaves nothing open between two versions; empty if nothing need be said.

    It is a beginning: the author knows better what became of what, and each guess says that it is one.

    Args:
        old: the version that open cases have.
        new: the version that they would have.
        lang: the language of the remarks, ``zh`` or ``en``.
    """
    sketch = _Sketch(old, new, Migration(workflow=new.id, version=new.version, sources=(old.version,)))
    for _ in range(_ROUNDS):
        found = gaps(old, new, sketch.plan)
        tracks = [gap for gap in found if gap.why.code == "track_unmapped"]
        for gap in tracks or found:
            _ANSWERS[gap.path[0]](sketch, gap)
    return "\n".join(_lines(sketch, lang)) + "\n" if sketch.entries else ""


def _lines(sketch: _Sketch, lang: str) -> Iterator[str]:
    yield "migrate:"
    yield f"  from: {sketch.old.version}"
    above: tuple[str, ...] = ()
    order = ("tracks", "states", "fields", "roles", "triggers", "cards", "kinds", "clocks")
    for path, entry in sorted(sketch.entries.items(), key=lambda one: order.index(one[0][0])):
        for depth, name in enumerate(path[:-1], start=1):
            if above[:depth] != path[:depth]:
                yield f"{'  ' * depth}{name if depth == 1 else written(name)}:"
        above = path[:-1]
        yield f"{'  ' * len(path)}{written(path[-1])}: {entry.value}  # {entry.note.text(lang)}"


# Each of these answers a gap


def _track(sketch: _Sketch, gap: Gap) -> None:
    name = gap.path[1]
    if gap.why.code == "track_begins":
        track = _of(sketch.new, name)
        rests = [one.id for one in track.states if is_closed(one) and not one.ends_case]
        state = next(iter(rests), track.initial)
        sketch.entries["states", name] = _Entry(written(state), _others(track.states, state))
        sketch.plan = attrs.evolve(sketch.plan, begin={**sketch.plan.begin, name: state})
        return
    taken = {*_ids(sketch.old.tracks), *sketch.plan.tracks.values()}
    known = {track.id: track.title for track in sketch.new.tracks if track.id not in taken}
    _rename(sketch, "tracks", name, known, _of(sketch.old, name).title)


def _state(sketch: _Sketch, gap: Gap) -> None:
    _, name, _, state = gap.path
    track = _of(sketch.old, name)
    into = _of(sketch.new, sketch.plan.tracks.get(name, name) or name)
    before = track.state(state)
    fit = [one for one in into.states if _stays_open(before, one)]
    same = [one.id for one in fit if one.id == state]
    near = _near(state, before.title, {one.id: one.title for one in fit})
    to = next(iter(same), near)
    note = _others(into.states, to) if to else _others(fit)
    sketch.say("states", (into.id, state), written(to) if to else STAY, note, to or None)


def _stays_open(before: State, after: State) -> bool:
    """Whether a state leaves the case open, or closed, as the old one did: nobody decided anything (M8)."""
    if after.ends_case:
        return before.ends_case
    return is_closed(before) or not is_closed(after)


def _field(sketch: _Sketch, gap: Gap) -> None:
    name = gap.path[1]
    field = sketch.old.fields[name]
    if name in sketch.new.fields:
        to = name
    else:
        taken = {*sketch.old.fields, *(move.to for move in sketch.plan.fields.values())}
        free = {one: other for one, other in sketch.new.fields.items() if one not in taken}
        fit = {one: other.title for one, other in free.items() if _values(field, other) is not None}
        to = _near(name, field.title, fit)
    values = _values(field, sketch.new.fields[to]) if to else None
    if values is None:
        sketch.say("fields", (name,), DROP, _NONE_NEAR, FieldMove(to=None))
    else:
        move = FieldMove(to=to, values=values)
        short = {"to": to, "values": values} if values else to
        sketch.say("fields", (name,), written(short), _GUESS, move)


def _values(old: Field, new: Field) -> dict[str, object] | None:
    """What options of a field that are gone become in another one; None if its values do not go there."""
    gone = [one for one in old.of if new.of and one not in new.of]
    if old.sensitive or new.sensitive:
        same = (old.sensitive, old.kind, old.many) == (new.sensitive, new.kind, new.many)
        return {} if same and not gone else None
    if (old.many and not new.many) or (old.kind != new.kind and (old.kind, new.kind) not in LOSSLESS):
        return None
    found: dict[str, object] = {}
    for one in gone:
        to = _near(one, old.options.get(one, Label()), new.options) or new.of[0]
        found[one] = to
    return found


def _role(sketch: _Sketch, gap: Gap) -> None:
    _rename(sketch, "roles", gap.path[1], sketch.new.roles, sketch.old.roles[gap.path[1]])


def _card(sketch: _Sketch, gap: Gap) -> None:
    _rename(sketch, "cards", gap.path[1], dict(sketch.new.cards), dict(sketch.old.cards)[gap.path[1]])


def _trigger(sketch: _Sketch, gap: Gap) -> None:
    labels: list[dict[str, Label]] = []
    for workflow in (sketch.old, sketch.new):
        tracks = workflow.tracks
        used = {row.trigger: Label() for track in tracks for row in track.transitions}
        labels.append(used | {name: label for track in tracks for name, label in track.triggers.items()})
    _rename(sketch, "triggers", gap.path[1], labels[1], labels[0][gap.path[1]])


def _kind(sketch: _Sketch, gap: Gap) -> None:
    name = gap.path[-1]
    was, now = sketch.old.parties, sketch.new.parties
    if was is None or now is None:
        return
    to = _near(name, was.kinds[name], now.kinds)
    note = _GUESS if to else _NONE_NEAR
    to = to or next(iter(now.kinds))
    sketch.say("kinds", (name,), written(to), note, to)


def _limit(sketch: _Sketch, gap: Gap) -> None:
    name = gap.path[1]
    if any(sla.id == name for sla in sketch.new.slas):
        note = Label("或 rebase、carry、restart、cancel", "or rebase, carry, restart, cancel")
        sketch.say("clocks", (name,), "keep", note, LimitMove(how="keep"))
        return
    taken = {*_ids(sketch.old.slas), *(move.to for move in sketch.plan.limits.values())}
    title = next(sla.title for sla in sketch.old.slas if sla.id == name)
    to = _near(name, title, {sla.id: sla.title for sla in sketch.new.slas if sla.id not in taken})
    if to:
        move = LimitMove(how="keep", to=to)
        sketch.say("clocks", (name,), written({"to": to, "how": "keep"}), _GUESS, move)
    else:
        sketch.say("clocks", (name,), "cancel", _NONE_NEAR, LimitMove(how="cancel"))


def _in_track(sketch: _Sketch, gap: Gap) -> None:
    (_state if len(gap.path) == 4 else _track)(sketch, gap)


_ANSWERS: Mapping[str, Callable[[_Sketch, Gap], None]] = {
    "tracks": _in_track,
    "fields": _field,
    "roles": _role,
    "triggers": _trigger,
    "cards": _card,
    "parties": _kind,
    "slas": _limit,
}


def _rename(sketch: _Sketch, section: str, name: str, known: Mapping[str, Label], label: Label) -> None:
    """The likeliest name, or ``=drop``."""
    to = _near(name, label, known)
    sketch.say(section, (name,), written(to) if to else DROP, _GUESS if to else _NONE_NEAR, to or None)


def _near(name: str, label: Label, known: Mapping[str, Label]) -> str:
    """The known name with the same label, or one like it; empty if there is none."""
    for lang in ("zh", "en"):
        said = getattr(label, lang)
        same = [one for one, other in known.items() if said and getattr(other, lang) == said]
        if len(same) == 1:
            return same[0]
    return next(iter(get_close_matches(name, list(known), n=1)), "")


def _others(states: Collection[State], but: str = "") -> Label:
    """Whether the entry is a guess, and the states that may be meant instead."""
    names = [one.id for one in states if one.id != but]
    shown = [*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])]
    note = _GUESS if but else _NONE_NEAR
    if not shown:
        return note
    return Label(f"{note.zh}；或 {'、'.join(shown)}", f"{note.en}; or {', '.join(shown)}")


def _ids(parts: Collection[Track | Sla]) -> set[str]:
    return {one.id for one in parts}


def _of(workflow: Workflow, track: str) -> Track:
    return next(one for one in workflow.tracks if one.id == track)
