"""Separation of duties against holders: who alone may do something, and has done what bars him, on every way there.

What is certain in a state of a track is what every way to it has brought about. Another track may move at any time, so
only what the track itself does is certain, and of a role that something else assigns, nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from casewf.analysis.parts import Row, Steps, rows, rungs
from casewf.analysis.paths import Paths
from casewf.core.permission import Separation
from casewf.machine.rules import holder_kind
from casewf.model.expression import Expression, Name, results
from casewf.model.roles import SYSTEM, By
from casewf.model.workflow import Track, Transition, Workflow

__all__ = ["Barred", "barred"]

_Fact: TypeAlias = tuple[str, str]
"""``(role, "")``: the role has a holder; ``(role, trigger)``: and the holder fired the trigger."""

_Facts: TypeAlias = frozenset[_Fact]


@attrs.frozen(slots=True, kw_only=True)
class Barred:
    """Something that only the holder of a role may do, who has done what bars him.

    Attributes:
        what: what it is, in words.
        role: the role, or ``system``.
        kind: ``person``, or ``org``, of which organisations below the holder may be left.
        trigger: what he did.
        path: the key that bars him.
        states: the states in which it is so; empty for all that it can be done in.
    """

    what: str
    role: str
    kind: str
    trigger: str
    path: Steps
    states: tuple[str, ...] = ()


def barred(workflow: Workflow) -> Iterator[Barred]:
    """Everything that separation of duties leaves nobody for, or only organisations below the holder."""
    separating = [row for row in rows(workflow) if row.spec.not_by or row.spec.not_by_org]
    rating = None if workflow.parties is None else workflow.parties.rating
    specs: list[Separation] = [*(row.spec for row in separating), *([] if rating is None else [rating])]
    named = frozenset(name for spec in specs for name in (*spec.not_by, *spec.not_by_org))
    if not named:
        return
    tracks = {track.id: _Certain(track, _kinds(workflow, track), named) for track in workflow.tracks}
    for row in separating:
        places = [(tracks[row.track.id], state) for state in row.spec.sources]
        yield from _of(f"fire {row.spec.trigger!r}", row.spec, row.spec.by, places, row.path)
    if rating is not None:
        inside = [name.split(".", 1) for name in rating.inside]
        places = [(tracks[track], state) for track, state in inside]
        yield from _of("record a rating", rating, rating.by, places, ("parties", "ratings"))


def _of(
    what: str, spec: Separation, by: tuple[By, ...], places: list[tuple[_Certain, str]], path: Steps
) -> Iterator[Barred]:
    found: dict[tuple[str, str, str], list[str]] = {}
    reached = [(certain, state) for certain, state in places if state in certain.facts]
    for certain, state in reached:
        against = [certain.against(spec, one, state) for one in by]
        known = [one for one in against if one is not None]
        if by and len(known) == len(by):
            worst = min(known, key=lambda one: one[1] != "org")
            found.setdefault(worst, []).append(state)
    for (role, kind, trigger), states in found.items():
        key = "not_by" if trigger in spec.not_by else "not_by_org"
        yield Barred(
            what=what,
            role=role,
            kind=kind,
            trigger=trigger,
            path=(*path, key),
            states=() if len(states) == len(reached) else tuple(states),
        )


class _Certain:
    """What is certain in each state of a track that a case can come to.

    Attributes:
        facts: by state; ``system`` is its own holder.

    Args:
        track: the track.
        kinds: the roles that one person or one organisation holds, with which of the two.
        named: the triggers whose actors something bars.
    """

    def __init__(self, track: Track, kinds: Mapping[str, str], named: frozenset[str]) -> None:
        self._kinds = kinds
        self._named = named
        self.facts: dict[str, _Facts] = {}
        paths = Paths(track)
        leaving: dict[str, list[Transition]] = {}
        for row in track.transitions:
            for source in row.sources:
                leaving.setdefault(source, []).append(row)
        self.facts[track.initial] = frozenset(((SYSTEM, ""),))
        ahead = [track.initial]
        while ahead:
            state = ahead.pop()
            for row in leaving.get(state, ()):
                after = self._after(row, self.facts[state])
                for target in paths.leads(row, state):
                    before = self.facts.get(target)
                    met = after if before is None else before & after
                    if met != before:
                        self.facts[target] = met
                        ahead.append(target)

    def against(self, spec: Separation, by: By, state: str) -> tuple[str, str, str] | None:
        """The role, its kind, and what bars its holder; None if somebody may be left."""
        kind = self._kinds.get(by.role)
        if kind is None or by.any:
            return None
        names = spec.not_by_org if kind == "org" else (*spec.not_by, *spec.not_by_org)
        done = next((name for name in names if (by.role, name) in self.facts[state]), None)
        return None if done is None else (by.role, kind, done)

    def _after(self, row: Transition, facts: _Facts) -> _Facts:
        """What is certain once the row is taken."""
        if not row.assign and row.trigger not in self._named:
            return facts
        found = set(facts)
        for role, value in row.assign.items():
            found = {fact for fact in found if fact[0] != role}
            if role in self._kinds:
                found.add((role, ""))
                if not row.auto and value.tree in (Name("actor", "id"), Name("actor", "org")):
                    found.add((role, row.trigger))
        only = row.by[0].role if len(row.by) == 1 and not row.by[0].any else ""
        if row.trigger in self._named and only not in row.assign and (only, "") in facts:
            found.add((only, row.trigger))
        return frozenset(found)


def _kinds(workflow: Workflow, track: Track) -> Mapping[str, str]:
    """The roles that one person holds, or one organisation, by what the track's rows alone assign."""
    own: dict[str, set[str]] = {SYSTEM: {"person"}}
    for row in rows(workflow):
        for role, value in row.spec.assign.items():
            own.setdefault(role, set()).add(_kind(workflow, track, row, value))
    for rung, _ in rungs(workflow):
        for role in rung.assign:
            own.setdefault(role, set()).add("")
    return {role: next(iter(kinds)) for role, kinds in own.items() if len(kinds) == 1 and "" not in kinds}


def _kind(workflow: Workflow, track: Track, row: Row, value: Expression) -> str:
    """Whom an assignment makes the holder; empty for several, and in another track."""
    several = any(
        isinstance(one, Name) and one.kind == "field" and workflow.fields[one.name].many
        for one in results(value.tree)
    )
    return "" if several or row.track is not track else holder_kind(workflow, value)
