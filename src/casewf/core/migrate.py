"""Making a case of one version of a workflow one of another: (old, new, case, now) → events, or a refusal (X2)."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.core.decide import Events, Refusal
from casewf.core.elapse import fire_due
from casewf.core.evolve import Draft
from casewf.core.import_case import unmeasured
from casewf.core.migration_clocks import acts_in_the_way, end_limits, move_clocks
from casewf.core.migration_gaps import gaps
from casewf.core.migration_position import Recalled, Stays, move_position, new_states
from casewf.core.permission import stamp
from casewf.core.program import Program
from casewf.core.step import Step, StepRefused
from casewf.core.work import NO_LINEAGES
from casewf.errors import WorkingTimeError
from casewf.model.case import Actor, Case
from casewf.model.migration import Migration

NOTHING_RECALLED = Recalled()


def migrate(
    old: Program,
    new: Program,
    migration: Migration,
    case: Case,
    now: int,
    actor: Actor,
    *,
    lineages: Mapping[str, tuple[str, ...]] = NO_LINEAGES,
    recalled: Recalled = NOTHING_RECALLED,
) -> Events | Refusal | Stays:
    """What makes a case one of the new version.

    Args:
        old: the definition that the case is pinned to.
        new: the one that it is to be of; on the shelf of both lies every calendar version that its clocks go by.
        migration: what becomes of what.
        case: an open case, its rungs before ``now`` fired already, by the old definition (E3).
        now: the instant, microseconds since 1970-01-01T00:00Z.
        actor: in whose name.
        lineages: for organisations that may become holders, the organisations above them (D3).
        recalled: what its history knows and the new definition may ask for.

    Returns:
        The events in order, or a ``Refusal`` with all reasons, or ``Stays`` for a case that is left where it is.
    """
    if open_ends := gaps(old.workflow, new.workflow, migration):
        return Refusal(tuple(gap.why for gap in open_ends))
    states = new_states(new, migration, case.states)
    if isinstance(states, Stays):
        return states
    step, by = Step(old, Draft(case, actor), now, lineages), stamp(actor, actor)
    moved = move_position(
        old, new, migration, case, states, at=step.at, actor=actor, by=by, recalled=recalled
    )
    in_the_way = tuple(acts_in_the_way(new, migration, case))
    if isinstance(moved, list):
        return Refusal((*moved, *in_the_way))
    if in_the_way:
        return Refusal(in_the_way)
    end_limits(step, new, migration)
    step.emit(moved)
    step.program = new
    if problems := move_clocks(step, old, migration, moved.fields, by):
        return Refusal(tuple(problems))
    try:
        step.automatic()
        fire_due(step)
    except StepRefused as refused:
        return Refusal((refused.reason,))
    except WorkingTimeError as error:
        return Refusal((unmeasured("automatic", error),))
    return tuple(step.events)
