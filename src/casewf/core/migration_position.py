"""Where a case stands in another version of its workflow: states, values, holders, who did what, card (X2)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.core.evolve import Draft
from casewf.core.fields import FieldProblem, check_value
from casewf.core.import_checks import ways_back
from casewf.core.migration_fields import MovedFields, move_fields
from casewf.core.program import Program
from casewf.machine.guard_view import GuardError
from casewf.machine.guards import compile_expression
from casewf.machine.rules import witnesses
from casewf.model.case import Actor, Case, Holder, Stamp
from casewf.model.migration import Migration
from casewf.model.migration_events import Migrated
from casewf.model.reasons import Reason, reason

_Did = tuple[tuple[str, str | None], ...]


@attrs.frozen(slots=True, kw_only=True)
class Recalled:
    """What the history of a case knows and the case itself need not have kept, by the names of the old version.

    Attributes:
        did: trigger → who fired it, (id, organisation) pairs.
        came_from: ``track.state`` → the state before, of the last time it was entered.
    """

    did: Mapping[str, _Did] = attrs.field(factory=dict)
    came_from: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(slots=True)
class Stays:
    """A case whose state is mapped to ``=stay``: it is left under its version."""

    track: str
    state: str


def new_states(new: Program, migration: Migration, states: Mapping[str, str]) -> dict[str, str] | Stays:
    """The state of every track of the new version, in its order."""
    found: dict[str, str] = {}
    for track in new.workflow.tracks:
        source = migration.track_of(track.id)
        present = states.get(source) if migration.tracks.get(source, track.id) == track.id else None
        if present is None:
            found[track.id] = migration.begin.get(track.id, track.initial)
            continue
        to = migration.states.get(track.id, {}).get(present, present)
        if to is None:
            return Stays(source, present)
        found[track.id] = to
    return found


def move_position(
    old: Program,
    new: Program,
    migration: Migration,
    case: Case,
    states: Mapping[str, str],
    *,
    at: int,
    actor: Actor,
    by: Stamp,
    recalled: Recalled,
) -> Migrated | list[Reason]:
    """The event that makes a case one of the new version, or everything about the case that is in the way.

    Args:
        old: the definition before.
        new: the definition from now on.
        migration: what becomes of what; it leaves nothing open between the two.
        case: the case, which is open; the clocks of limits that end with it have ended.
        states: the states in the new version.
        at: case time.
        actor: who migrates; expressions of ``set`` see him.
        by: the same, as events remember him.
        recalled: what its history knows.
    """
    fields = move_fields(old, new, migration, case.fields)
    problems = [*fields.problems]
    if new.is_closed(states):
        problems.append(reason("would_close"))
    if case.parties and new.workflow.parties is None:
        problems.append(reason("parties_left"))
    previous = _previous(new, migration, case, states, recalled)
    problems += _lost(old, new, migration, case, states, previous)
    card = case.card if case.card == "none" else migration.cards.get(case.card, case.card) or "none"
    limits = _renamed_limits(migration)
    event = Migrated(
        at=at,
        by=by,
        source=case.workflow,
        workflow=(new.workflow.id, new.workflow.version, new.hash),
        states=states,
        previous=previous,
        holders=_holders(migration, case, problems),
        witnesses=_witnesses(new, migration, case, recalled),
        limits=limits,
        ended=tuple(
            sla.id for sla in old.workflow.slas if sla.id not in limits and sla.id not in new.by_name
        ),
        triggers={name: to for name, to in migration.triggers.items() if to is not None},
        kinds=migration.kinds,
        card=card,
        card_rank=new.ranks.get(card, 0),
    )
    event = _with_fields(event, fields)
    problems += _limits_taken(case, event)
    if problems:
        return problems
    return _with_set(new, migration, case, event, fields, actor)


def _renamed_limits(migration: Migration) -> dict[str, str]:
    return {
        sla: move.to
        for sla, move in migration.limits.items()
        if move.to is not None and move.to != sla and move.how != "cancel"
    }


def _with_fields(event: Migrated, fields: MovedFields) -> Migrated:
    return attrs.evolve(event, renamed=fields.renamed, gone=tuple(fields.gone), fields=dict(fields.changed))


def _with_set(
    new: Program, migration: Migration, case: Case, event: Migrated, fields: MovedFields, actor: Actor
) -> Migrated | list[Reason]:
    """The event with what ``set`` gives, worked out over the case as it is without that."""
    problems: list[Reason] = []
    if not migration.set:
        return event
    view = Draft(case, actor)
    view.apply(event)
    for name, expression in migration.set.items():
        try:
            value = check_value(name, new.fields[name], compile_expression(expression)(view))
        except GuardError as error:
            problems.append(reason("value_failed", field=name, detail=str(error)))
        except FieldProblem as problem:
            problems.append(problem.reason)
        else:
            fields.changed[name] = value
            fields.gone += [old for old, to in fields.renamed.items() if to == name]
            fields.renamed = {old: to for old, to in fields.renamed.items() if to != name}
    return problems or _with_fields(event, fields)


def _previous(
    new: Program, migration: Migration, case: Case, states: Mapping[str, str], recalled: Recalled
) -> dict[str, str]:
    """Where ``=previous`` leads back to, under the new names; what the present states remember counts first."""
    known = {**recalled.came_from, **case.previous}
    present = [
        f"{migration.track_of(track)}.{case.states.get(migration.track_of(track))}" for track in states
    ]
    found: dict[str, str] = {}
    tracks = {migration.track_of(track): track for track in states}
    for place in sorted(known, key=lambda name: (name not in present, name)):
        source, state = place.split(".", 1)
        track = tracks.get(source)
        if track is None:
            continue
        moved = migration.states.get(track, {})
        here, back = moved.get(state, state), moved.get(known[place]) or known[place]
        if here is not None and back in ways_back(new, track, here):
            found.setdefault(f"{track}.{here}", back)
    return found


def _lost(
    old: Program,
    new: Program,
    migration: Migration,
    case: Case,
    states: Mapping[str, str],
    previous: Mapping[str, str],
) -> list[Reason]:
    """A way back out of a present state of which nobody knows where it leads, and which there was, or would be (M10).

    In the initial state a case may be from its opening, and then nothing leads back; nor where nothing did before.
    """
    problems: list[Reason] = []
    for track in new.workflow.tracks:
        state, source = states[track.id], migration.track_of(track.id)
        if state == track.initial or f"{track.id}.{state}" in previous or not ways_back(new, track.id, state):
            continue
        before = case.states.get(source)
        had_none = before is not None and f"{source}.{before}" not in case.previous
        if not (had_none and before is not None and ways_back(old, source, before)):
            problems.append(reason("previous_lost", state=state))
    return problems


def _holders(migration: Migration, case: Case, problems: list[Reason]) -> dict[str, Holder]:
    found: dict[str, Holder] = {}
    for role, holder in sorted(case.holders.items()):
        to = migration.roles.get(role, role)
        if to is None:
            continue
        other = found.get(to)
        if other is None:
            found[to] = holder
        elif other.kind != holder.kind:
            problems.append(reason("holders_differ", role=to))
        else:
            ids = tuple(dict.fromkeys((*other.ids, *holder.ids)))
            above = tuple(one for one in dict.fromkeys((*other.above, *holder.above)) if one not in ids)
            found[to] = Holder(ids, holder.kind, above)
    return found


def _witnesses(new: Program, migration: Migration, case: Case, recalled: Recalled) -> dict[str, _Did]:
    """Who fired what the new version asks for, under whatever name it was fired (M11)."""
    wanted = witnesses(new.workflow)
    found: dict[str, _Did] = {}
    for did in (case.witnesses, recalled.did):
        for name, who in sorted(did.items()):
            to = migration.triggers.get(name, name)
            if to is not None and to in wanted:
                found[to] = tuple(dict.fromkeys((*found.get(to, ()), *who)))
    return found


def _limits_taken(case: Case, event: Migrated) -> list[Reason]:
    """Limits whose clock would go on under a name that this case had a clock of already (E1)."""
    taken = {*case.past_cycles, *case.clocks}
    return [
        reason("limit_taken", sla=to)
        for sla, to in event.limits.items()
        if to in taken and (sla in case.clocks or sla in case.awaited)
    ]
