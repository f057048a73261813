"""A case that stands where a test begins, its clocks running, without the way that leads there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set

import attrs

from casewf.engine.case_view import CaseView
from casewf.engine.engine import Engine
from casewf.engine.imported import PERSON, Imported, ImportedClock
from casewf.errors import ReasonLike, Refused
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Workflow
from casewf.ports.outside import Directory
from casewf.testing.clock import datetime_of, means_of
from casewf.testing.looking import look
from casewf.testing.story_model import people_of
from casewf.views.words import refusal_words

__all__ = ["case_at"]

_CLOCK = "clock."
_TESTER = Actor("tester")


def case_at(
    engine: Engine,
    workflow: str,
    case_id: str = "C-1",
    *,
    states: Mapping[str, str] | None = None,
    fields: Mapping[str, object] | None = None,
    holders: Mapping[str, Sequence[str]] | None = None,
    clocks: Mapping[str, dt.datetime | ImportedClock | None] | None = None,
    org: str | None = None,
    since: dt.datetime | None = None,
    previous: Mapping[str, str] | None = None,
    done_by: Mapping[str, Sequence[str]] | None = None,
    warned_until: dt.datetime | None = None,
) -> CaseView:
    """Put a case at a position, as ``Engine.import_case`` would take it over; returns it with every value shown.

    The position is checked as that of an imported case is: its states, values and clocks must go together. Clocks that
    are not named, and that its states would have started, run since ``since``; where they stand still, they were
    paused then. It was opened by ``tester``, at the earliest instant that is named here. Nothing is done of
    what moves on the way there would have done.

    Args:
        engine: where the case is to live.
        workflow: the workflow's id.
        case_id: what it is to be called.
        states: by track; one without an entry is where it begins, if nothing is to be done there.
        fields: values by name.
        holders: by role, ids of organisations, or of persons as ``person:li``.
        clocks: by limit, since when it runs, or all of its past as an ``ImportedClock``; None: it does not run.
        org: the organisation it belongs to; None for none, and then everybody sees it.
        since: when it came to its states, aware; now if None.
        previous: by track, the state to which ``=previous`` leads (M10).
        done_by: by trigger, who did it, so that ``not_by`` holds.
        warned_until: warnings that were due before this instant were given already, and only raise their cards; now if
            None. With an earlier one the others fire at once, as after downtime (E4).

    Raises:
        Refused: it cannot stand there, or the directory does not know whom it names; with all that is wrong at once.
        ValueError: there is a case of this id; a naive datetime, or an id that cannot be one.
    """
    __tracebackhide__ = True
    now = datetime_of(means_of(engine).clock.now())
    arrived = since or now
    pasts = {sla: _past(clock) for sla, clock in (clocks or {}).items()}
    position = Imported(
        id=case_id,
        opened_at=min([arrived, *(clock.start for clock in pasts.values() if clock is not None)]),
        org=org,
        states=states or {},
        fields=fields or {},
        holders=holders or {},
        previous=previous or {},
        done_by=done_by or {},
        clocks=pasts,
        warned_until=warned_until or now,
    )
    told = {sla for sla, clock in (clocks or {}).items() if isinstance(clock, ImportedClock)}
    _take_over(engine, workflow, position, arrived, told)
    return look(engine, case_id)


def _past(clock: dt.datetime | ImportedClock | None) -> ImportedClock | None:
    return ImportedClock(start=clock) if isinstance(clock, dt.datetime) else clock


def _take_over(engine: Engine, workflow: str, position: Imported, since: dt.datetime, told: Set[str]) -> None:
    """Import the case with the clocks that its states ask for, as the rules for imports name them.

    ``told`` are those whose past the test tells itself.
    """
    __tracebackhide__ = True
    if means_of(engine).store.load(position.id) is not None:
        raise ValueError(f"there is a case {position.id!r} already; give this one another id")
    unknown = _unknown(engine, workflow, position)
    while True:
        try:
            engine.import_case(position, workflow=workflow, actor=_TESTER, dry_run=True)
        except Refused as refused:
            clocks = dict(position.clocks)
            for why in refused.reasons:
                if isinstance(why, Reason):
                    _fill(clocks, why, since, told)
            if clocks == position.clocks:
                raise _explained(engine.workflow(workflow), position, unknown, refused.reasons) from None
            position = attrs.evolve(position, clocks=clocks)
        else:
            if unknown:
                raise _explained(engine.workflow(workflow), position, unknown, ())
            engine.import_case(position, workflow=workflow, actor=_TESTER)
            return


def _unknown(engine: Engine, workflow: str, position: Imported) -> list[ReasonLike]:
    """Names that there are not: of those the import takes some, and does not come to look at others."""
    means, definition = means_of(engine), engine.workflow(workflow)
    found: list[ReasonLike] = []
    orgs = [("org", position.org)] if position.org is not None else []
    for name, value in position.fields.items():
        field = definition.fields.get(name)
        if field is not None and field.kind == "org" and not field.sensitive:
            several = value if isinstance(value, list | tuple) else [value]
            orgs += [(name, one) for one in several if isinstance(one, str)]
    for role, ids in position.holders.items():
        for one in ids:
            person = one.removeprefix(PERSON)
            is_there = means.directory is None or means.directory.actor(person, means.clock.now()) is not None
            if not one.startswith(PERSON):
                orgs += [] if is_there else [(f"holder.{role}", one)]  # a person is told by the import itself
            elif not is_there:
                known = _people(means.directory)
                found.append(reason("not_among", column=f"holder.{role}", found=one, known=known))
    found += [reason("org_unknown", field=name, found=one) for name, one in orgs if not means.knows(one)]
    limits = [sla.id for sla in definition.slas]
    found += [
        reason("sla_unknown", column=f"{_CLOCK}{sla}", known=", ".join(limits) or "–")
        for sla in position.clocks
        if sla not in limits
    ]
    return found


def _people(directory: Directory | None) -> str:
    """Whom a directory knows, as far as it can tell."""
    return (
        ", ".join(people_of(directory))
        if isinstance(directory, StaticDirectory)
        else "the directory's people"
    )


def _explained(
    workflow: Workflow, position: Imported, unknown: Sequence[ReasonLike], more: Sequence[ReasonLike]
) -> Refused:
    """The refusal with all that is wrong, and for a test what to do."""
    reasons = [*unknown, *(one for one in more if one not in unknown)]
    refused = Refused(position.id, "import", reasons, refusal_words(workflow))
    if any(one.code == "import_closed" for one in reasons):
        refused.add_note(
            "casewf: case_at puts open cases only; to close one in a test, put it where it was before, and play "
            "the last step with engine.fire"
        )
    return refused


def _fill(clocks: dict[str, ImportedClock | None], why: Reason, since: dt.datetime, told: Set[str]) -> None:
    """Give a clock what the refusal misses of it."""
    sla = why.params.get("column", "").removeprefix(_CLOCK).rpartition(".")[0]
    if why.code == "clock_needed":
        clocks[sla] = ImportedClock(start=since)
    elif why.code == "pause_needed" and sla not in told and (clock := clocks.get(sla)) is not None:
        clocks[sla] = attrs.evolve(clock, paused_since=max(clock.start, since))
