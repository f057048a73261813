"""Deciding: program, case, command, now → events, or a refusal with all its reasons (M1-M12).

Pure: the same arguments give the same answer, and nothing is changed but what the events say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, get_args

import attrs

from casewf.core.acts import do_act, why_no_act
from casewf.core.case_file import make_entry, why_no_entry
from casewf.core.clock_moves import open_clocks
from casewf.core.elapse import fire_due
from casewf.core.evolve import Draft, opened_case
from casewf.core.fields import check_data
from casewf.core.import_case import import_case
from casewf.core.permission import admitted, not_admitted, stamp
from casewf.core.program import Program
from casewf.core.recompute import recompute
from casewf.core.relatives import absorb, join, report_child, split_off, why_no_split
from casewf.core.select import choose
from casewf.core.step import Step, StepRefused
from casewf.core.work import NO_LINEAGES, Work
from casewf.model.case import Case
from casewf.model.clock_events import ClockExtended, ClockResumed, ClockRetargeted, ClockStarted
from casewf.model.commands import (
    Absorb,
    Act,
    Command,
    Elapse,
    Fire,
    Import,
    Open,
    Recompute,
    ReportChild,
    Split,
)
from casewf.model.effects import TellParent
from casewf.model.events import Event, Opened
from casewf.model.file_commands import FileCommand
from casewf.model.quick import changed, copier
from casewf.model.reasons import Reason, reason
from casewf.model.roles import SYSTEM

_opening = copier(
    Opened, Opened, "at", "case", "by", "org", "org_above", "fields", "occurred_at", "parent", "effects"
)
_WAKING = frozenset((ClockStarted, ClockResumed, ClockRetargeted, ClockExtended))

Events: TypeAlias = tuple[Event, ...]


@attrs.frozen(slots=True)
class Refusal:
    """A command that the rules do not allow: all reasons of the step of M2 that left no row."""

    reasons: tuple[Reason, ...]

    @property
    def is_conflict(self) -> bool:
        """Whether the only thing wrong is the version the actor saw (M2, the last step)."""
        return len(self.reasons) == 1 and self.reasons[0].code == "version_conflict"


def decide(
    program: Program,
    case: Case | None,
    command: Command,
    now: int,
    lineages: Mapping[str, tuple[str, ...]] = NO_LINEAGES,
) -> Events | Refusal:
    """What a command does to a case.

    Args:
        program: the compiled workflow that the case is pinned to.
        case: the case as it stands, its rungs before ``now`` fired already (E3); None for ``Open`` and ``Import``.
        command: what is wanted.
        now: the instant of the command, microseconds since 1970-01-01T00:00Z; case time is never earlier than
            the case's last event (M12).
        lineages: for organisations that may become holders, the organisations above them (D3).

    Returns:
        The events in order (none for an ``Elapse`` with nothing due, or a ``Recompute`` that changes nothing), or a
        ``Refusal``: nothing changes.

    Raises:
        HorizonError: a clock would start whose due instant the calendar does not know (E2).
    """
    work = _work_out(program, case, command, now, lineages)
    return work if isinstance(work, Refusal) else tuple(work.events)


def advance(
    program: Program,
    case: Case | None,
    command: Command,
    now: int,
    lineages: Mapping[str, tuple[str, ...]] = NO_LINEAGES,
) -> tuple[Events, Case] | Refusal:
    """What a command does to a case, and the case as it stands afterwards.

    The events are those of ``decide``, and the case is the fold over them (D3), taken from the very draft they were
    decided on: whoever goes on from here need not fold them once more. The arguments, and what it raises, are those of
    ``decide``.

    Returns:
        The events in order and the case after them, which is ``case`` itself if there are none; or a ``Refusal``.
    """
    work = _work_out(program, case, command, now, lineages)
    if isinstance(work, Refusal):
        return work
    return tuple(work.events), work.draft.become_case() if work.events or case is None else case


def _work_out(
    program: Program, case: Case | None, command: Command, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    try:
        return _HOW[type(command)](program, case, command, now, lineages)
    except StepRefused as refused:
        return Refusal((refused.reason,))


def _existing(case: Case | None, command: Command) -> Case:
    if case is None:
        raise ValueError(f"{type(command).__name__} needs a case")
    return case


def _fire(
    program: Program, case: Case | None, command: Fire, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    case, actor = _existing(case, command), command.actor
    draft = Draft(case, actor)
    step = Step(program, draft, now, lineages)
    values: Mapping[str, object] = command.data
    problems: list[Reason] = []
    if values:
        values, problems = check_data(program.fields, values)
    if command.occurred_at is not None and not case.opened_at <= command.occurred_at <= step.at:
        problems.append(reason("occurred_range"))
    chosen = choose(
        program,
        draft,
        command.trigger,
        actor,
        values,
        commented=command.comment is not None,
        problems=problems,
    )
    if isinstance(chosen, list):
        return Refusal(tuple(chosen))
    if outdated := _outdated(command, case):
        return outdated
    rule, role, draft.actor = chosen
    step.move(
        rule,
        stamp(actor, draft.actor),
        role=role,
        data=values,
        comment=command.comment,
        occurred_at=command.occurred_at,
    )
    if program.autos:
        step.automatic()
    if _made_due(step.events, step.at):
        fire_due(step)  # rungs that the result made due belong to the same append (M6)
    return step


def _act(
    program: Program, case: Case | None, command: Act, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    case = _existing(case, command)
    step = Step(program, Draft(case, command.actor), now, lineages)
    if reasons := why_no_act(step, command):
        return Refusal(tuple(reasons))
    if outdated := _outdated(command, case):
        return outdated
    do_act(step, command)
    if _made_due(step.events, step.at):
        fire_due(step)
    return step


def _on_file(
    program: Program, case: Case | None, command: FileCommand, now: int, _: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    case = _existing(case, command)
    work = Work(program, Draft(case, command.actor), now)
    if reasons := why_no_entry(work, command):
        return Refusal(tuple(reasons))
    if outdated := _outdated(command, case):
        return outdated
    make_entry(work, command)
    return work


def _split(
    program: Program, case: Case | None, command: Split, now: int, _: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    step = Step(program, Draft(_existing(case, command), command.actor), now)
    if reasons := why_no_split(program, step.draft, command):
        return Refusal(tuple(reasons))
    split_off(step, command)
    return step


def _elapse(
    program: Program, case: Case | None, command: Elapse, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work:
    step = Step(program, Draft(_existing(case, command)), now, lineages)
    fire_due(step)
    return step


def _by_system(
    program: Program,
    case: Case | None,
    command: ReportChild | Absorb | Recompute,
    now: int,
    lineages: Mapping[str, tuple[str, ...]],
) -> Work:
    step = Step(program, Draft(_existing(case, command)), now, lineages)
    if isinstance(command, ReportChild):
        report_child(step, command)
    elif isinstance(command, Absorb):
        absorb(step, command)
    else:
        recompute(step, command.calendar, command.actor)
    fire_due(step)
    return step


def _import(
    program: Program, case: Case | None, command: Import, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    if case is not None:
        return Refusal((reason("case_exists", case=command.case),))
    result = import_case(program, command, now, lineages)
    return Refusal(tuple(result)) if isinstance(result, list) else result


def _outdated(command: Fire | Act | FileCommand, case: Case) -> Refusal | None:
    """The refusal of a command whose actor saw another version, or None (M2, the last step)."""
    if command.expect is None or command.expect == case.version:
        return None
    return Refusal((reason("version_conflict", found=str(case.version), expected=str(command.expect)),))


def _made_due(events: list[Event], at: int) -> bool:
    """Whether an event leaves a clock with something due before ``at``; what was due earlier has fired (E3)."""
    for event in events:
        if type(event) in _WAKING:
            upcoming = event.next  # type: ignore[union-attr]  # `in` does not narrow
            if event.limit < at or (upcoming is not None and upcoming.at < at):  # type: ignore[union-attr]
                return True
    return False


def _open(
    program: Program, case: Case | None, command: Open, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Work | Refusal:
    opening, actor = program.workflow.opening, command.actor
    values, problems = check_data(program.fields, command.data)
    opened = _opened(program, command, now, {**program.defaults, **values})
    draft = Draft(opened_case(opened), actor)
    # an effect opens it, as an author decided: a child, or a part split off
    own = SYSTEM in actor.roles
    if opening.by and not own:
        capacity = admitted(opening.by, draft, actor)
        if capacity is None:
            return Refusal(tuple(not_admitted(opening.by, draft, actor)))
        if capacity is not actor:
            draft.actor, opened = capacity, changed(opened, by=stamp(actor, capacity))
    if case is not None:
        return Refusal((reason("case_exists", case=command.case),))
    if problems := [*problems, *_not_given_rightly(program, command, values, problems, now)]:
        return Refusal(tuple(problems))
    step = Step(program, draft, now, lineages)
    step.events.append(opened)
    join(step, command, opened.by)
    open_clocks(step, opened.by, command.occurred_at)
    if program.autos:
        step.automatic()
    if _made_due(step.events, step.at):
        fire_due(step)
    return step


def _not_given_rightly(
    program: Program, command: Open, values: Mapping[str, object], problems: list[Reason], now: int
) -> list[Reason]:
    """What is wrong with an opening, beside the problems that its values have by themselves."""
    found: list[Reason] = []
    accepted = program.accepted_at_opening
    if accepted is not None and not accepted.issuperset(values):
        shown = ", ".join(sorted(accepted)) or "–"
        found += [
            reason("field_not_accepted", field=name, accepted=shown)
            for name in values
            if name not in accepted
        ]
    for name in program.workflow.opening.needs:
        if values.get(name, program.defaults.get(name)) is None:
            wrong = {one.params.get("field") for one in (*problems, *found)}
            if name not in wrong:
                found.append(reason("field_missing", field=name))
    if command.occurred_at is not None and command.occurred_at > now:
        found.append(reason("occurred_range"))
    return found


def _opened(program: Program, command: Open, now: int, fields: Mapping[str, object]) -> Opened:
    closed = program.blank.closed
    told = () if command.parent is None or not closed else (TellParent(command.parent, closed, "open"),)
    return _opening(
        program.blank,
        at=now,
        case=command.case,
        by=stamp(command.actor, command.actor),
        org=command.org,
        org_above=command.org_above,
        fields=fields,
        occurred_at=command.occurred_at,
        parent=command.parent,
        effects=told,
    )


# Any: each function takes the command of its key, which a mapping cannot say.
_HOW: Mapping[
    type, Callable[[Program, Case | None, Any, int, Mapping[str, tuple[str, ...]]], Work | Refusal]
] = {
    Open: _open,
    Fire: _fire,
    Act: _act,
    Split: _split,
    Import: _import,
    Elapse: _elapse,
    ReportChild: _by_system,
    Absorb: _by_system,
    Recompute: _by_system,
    **dict.fromkeys(get_args(FileCommand), _on_file),
}
