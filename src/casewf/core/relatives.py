"""What cases do to one another: children, merges, splits.

Each case decides by itself; what it wants of another one is an effect (D2), and reaches that as a command.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.core.clock_pauses import conditional_pauses, pause_or_resume
from casewf.core.evolve import Draft
from casewf.core.fields import check_data
from casewf.core.permission import admitted, not_admitted, stamp
from casewf.core.program import Program
from casewf.core.step import Step
from casewf.model.case import Case, Link, Party, Sealed, Stamp
from casewf.model.commands import Absorb, Open, ReportChild, Split
from casewf.model.effects import MergeInto, OpenCase
from casewf.model.events import IncidentRaised
from casewf.model.file_events import Absorbed, ChildReported, Linked, PartyRecorded, SplitOff
from casewf.model.reasons import Reason, reason

SPLIT_FROM, MERGED_INTO = "split_from", "merged_into"
CHILD, SPLIT = "child", "split"


def merged_into(links: tuple[Link, ...]) -> str | None:
    """The case that the one with these links was merged into, or None."""
    return next((link.case for link in links if link.kind == MERGED_INTO), None)


def why_not_merge(source: Case, target: Case | None, into: str) -> list[Reason]:
    """All reasons why a case cannot be merged; ``target`` is None if the actor does not see it, or it is not there."""
    if into == source.id:
        return [reason("merge_self")]
    if target is None:
        return [reason("merge_target", case=into)]
    reasons = []
    if target.workflow[0] != source.workflow[0]:
        reasons.append(reason("merge_workflow", case=into))
    if target.closed:
        reasons.append(reason("merge_closed", case=into))
    return reasons


def join(step: Step, command: Open, by: Stamp) -> None:
    """What a case that was split off brings along: its parties, and the tie to where it came from."""
    for party in command.parties:
        step.emit(PartyRecorded(at=step.at, by=by, party=party))
    if command.split_from is not None:
        step.emit(Linked(at=step.at, by=by, kind=SPLIT_FROM, other=command.split_from))


def report_child(step: Step, command: ReportChild) -> None:
    """Count a child anew, then do what waited for it (M5); whether the case is closed does not matter.

    A closed case moves only by rows that are open to it (M8), a final state by none. What the case was told before
    changes nothing, for it is counted already.
    """
    if command.closed is command.was_closed:
        return
    by = stamp(command.actor, command.actor)
    step.emit(ChildReported(at=step.at, by=by, child=command.child, closed=command.closed))
    for number in conditional_pauses(step):
        pause_or_resume(step, step.program.slas[number], by)
    if step.program.autos:
        step.automatic()


def absorb(step: Step, command: Absorb) -> None:
    """Take over the parties of a case that was merged into this one.

    If this one was merged itself meanwhile, they go on to where it went; else nobody may look at a closed case any
    more, so that is an incident.
    """
    onward = merged_into(step.draft.links)
    parties = _renamed(command, step.draft.version + 1)
    forwarded: tuple[MergeInto, ...] = ()
    if onward is not None and parties and not command.circle:
        forwarded = (MergeInto(onward, tuple(party.id for party in parties), about="merge"),)
    step.emit(
        Absorbed(
            at=step.at,
            by=stamp(command.actor, command.actor),
            source=command.source,
            parties=parties,
            effects=forwarded,
        )
    )
    if command.circle or (step.draft.closed and onward is None):
        kind = "merged_in_circle" if command.circle else "merged_into_closed"
        detail = f"{len(parties)} parties of {command.source} came to a case that is closed"
        step.emit(IncidentRaised(at=step.at, kind=kind, about=command.source, detail=detail))


def _renamed(command: Absorb, event: int) -> tuple[Party, ...]:
    """The parties under ids that are new here, made of the number of the event that brings them.

    They do not name the source: who sees this case may not see that one (M2).
    """
    names = {party.id: f"m{event}.{number}" for number, party in enumerate(command.parties, 1)}
    return tuple(
        attrs.evolve(
            party,
            id=names[party.id],
            represents=tuple(names[one] for one in party.represents if one in names),
        )
        for party in command.parties
    )


def why_no_split(program: Program, draft: Draft, command: Split) -> list[Reason]:
    """All reasons of the step of M2 that a split does not pass; none if it is allowed.

    Whether the new case could be opened with its values is asked where that one's workflow is known.
    """
    rule = program.workflow.split
    if rule is None:
        return [reason("split_not_offered")]
    if admitted(rule.by, draft, command.actor) is None:
        return not_admitted(rule.by, draft, command.actor)
    if draft.closed:
        return [reason("case_closed")]
    _, problems = check_data(program.fields, command.data)
    return [
        *problems,
        *(reason("party_unknown", party=name) for name in command.parties if name not in draft.parties),
    ]


def split_off(step: Step, command: Split) -> None:
    """Let the parties go, and have the new case opened."""
    rule, actor = step.program.workflow.split, command.actor
    capacity = None if rule is None else admitted(rule.by, step.draft, actor)
    values, carry = split_values(step.program, step.draft.fields, command.data)
    effect = OpenCase(
        workflow=step.program.workflow.id,
        case=command.other,
        relation=SPLIT,
        org=step.draft.org,
        values=values,
        carry=carry,
        parties=command.parties,
        about="split",
    )
    given, _ = check_data(step.program.fields, command.data)
    step.emit(
        SplitOff(
            at=step.at,
            by=stamp(actor, capacity or actor),
            other=command.other,
            parties=command.parties,
            fields=given,
            comment=command.comment,
            effects=(effect,),
        )
    )


def split_values(
    program: Program, fields: Mapping[str, object], data: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """What the new case is opened with, and the sensitive fields to be copied then (D5)."""
    rule = program.workflow.split
    carries = () if rule is None else rule.carries
    kept = {name: fields[name] for name in carries if fields.get(name) is not None and name not in data}
    given, _ = check_data(program.fields, data)
    open_values = {name: value for name, value in kept.items() if not isinstance(value, Sealed)}
    return {**open_values, **given}, tuple(name for name in kept if name not in open_values)
