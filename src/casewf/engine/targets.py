"""Other cases that a command is about: whether what it wants of them can be done, asked before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casewf.core.decide import Refusal, decide
from casewf.core.program import Program
from casewf.core.relatives import why_not_merge
from casewf.engine.means import Means
from casewf.errors import NotFound
from casewf.model.case import Actor, Case
from casewf.model.commands import Command, Fire, Open, Split
from casewf.model.effects import MergeInto, OpenCase
from casewf.model.events import Event, Moved
from casewf.model.file_events import SplitOff
from casewf.model.reasons import Reason, reason
from casewf.model.roles import SYSTEM


def why_nowhere(means: Means, program: Program, command: Command) -> list[Reason]:
    """Which organisations that the command names the directory does not know: nobody there would ever see the case."""
    if not isinstance(command, Open | Fire):
        return []
    return [
        reason("org_unknown", field=name, found=one)
        for name, value in command.data.items()
        if (field := program.fields.get(name)) is not None and field.kind == "org" and not field.sensitive
        for one in (value if isinstance(value, tuple | list) else (value,))
        if not means.knows(str(one))
    ]


def unless_impossible(
    means: Means, case: Case, command: Command, events: tuple[Event, ...], now: int
) -> tuple[Event, ...] | Refusal:
    """The events, or a refusal if one of them wants of another case what that one does not take."""
    reasons: list[Reason] = []
    if isinstance(command, Fire):
        for event in events:
            if isinstance(event, Moved) and event.effects:
                targets = [effect.case for effect in event.effects if isinstance(effect, MergeInto)]
                for into in targets:
                    reasons += why_not_merge(case, _seen(means, into, command.actor), into)
    elif isinstance(command, Split):
        reasons += _why_not_open(means, case, events, now)
    return Refusal(tuple(reasons)) if reasons else events


def _seen(means: Means, case_id: str, actor: Actor) -> Case | None:
    try:
        return means.visible(case_id, actor).case
    except NotFound:
        return None


def _why_not_open(means: Means, case: Case, events: Sequence[Event], now: int) -> Sequence[Reason]:
    """Why the case that is split off could not be opened; empty if it could, as things are now."""
    effects = [effect for event in events if isinstance(event, SplitOff) for effect in event.effects]
    for effect in effects:
        if not isinstance(effect, OpenCase):
            continue
        if means.store.load(effect.case) is not None:
            return [reason("case_exists", case=effect.case)]
        program = means.registry.current(effect.workflow)
        carried: Mapping[str, object] = {name: case.fields[name] for name in effect.carry}
        org = effect.org
        above = () if org is None else means.lineage(org)[1:]
        system = Actor(SYSTEM, frozenset((SYSTEM,)))
        command = Open(effect.case, system, org, above, {**effect.values, **carried})
        result = decide(program, None, command, now, means.lineages(program, None, command, {}))
        if isinstance(result, Refusal):
            return result.reasons
    return []
