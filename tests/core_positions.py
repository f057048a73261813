"""A case as an old system would hand it over: its position, and the ledgers of its clocks."""

from __future__ import annotations

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import replay
from casewf.core.program import Program
from casewf.model.case import Actor, Clock, Stamp
from casewf.model.clock_events import ClockExtended
from casewf.model.commands import Import, PastClock
from casewf.model.events import Event
from core_cases import Story

IMPORTER = Actor("mia")


def position(story: Story, **more: object) -> Import:
    """What is known of a case: where it stands, and when its clocks started, paused, were extended and stopped."""
    case = story.case
    given: dict[str, object] = {
        "case": case.id,
        "origin": f"old-{case.id}",
        "actor": IMPORTER,
        "opened_at": case.opened_at,
        "opened_by": case.opened_by,
        "org": case.org,
        "org_above": case.org_above,
        "states": case.states,
        "data": case.fields,
        "holders": case.holders,
        "previous": {
            track: case.previous[f"{track}.{state}"]
            for track, state in case.states.items()
            if f"{track}.{state}" in case.previous
        },
        "done_by": case.witnesses,
        "clocks": {sla: past_of(story, clock) for sla, clock in case.clocks.items()},
    }
    return Import(**{**given, **more})  # type: ignore[arg-type]


def past_of(story: Story, clock: Clock) -> PastClock:
    """The ledger of a clock. A pause without length moves nothing, and no old system would have kept it."""
    return PastClock(
        start=clock.start,
        pauses=tuple(pause for pause in clock.pauses if pause[0] < pause[1]),
        paused_since=clock.paused_at,
        paused_until=None if clock.suspension is None else clock.suspension.until,
        extensions=tuple(
            (event.at, event.amount) for event in story.happened(ClockExtended) if event.sla == clock.sla
        ),
        stopped_at=clock.ended_at,
        verdict=clock.verdict if clock.phase == "stopped" else None,
    )


def imported(of: Program, wanted: Import, now: int) -> tuple[Event, ...]:
    """The events of an import that must be accepted."""
    result = decide(of, None, wanted, now)
    assert not isinstance(result, Refusal), [one.text() for one in result.reasons]
    return result


def taken_over(story: Story, **more: object) -> Story:
    """The same case in a system that learns of it only now."""
    events = imported(story.program, position(story, **more), story.now)
    twin = Story.__new__(Story)
    twin.program, twin.now, twin.lineages = story.program, story.now, story.lineages
    twin.history, twin.batches = list(events), [events]
    twin._case = replay(events)
    return twin


def comparable(clock: Clock) -> Clock:
    """A clock without what a ledger does not tell: pauses without length, and who suspended it when."""
    suspension = clock.suspension
    if suspension is not None:
        suspension = attrs.evolve(suspension, since=0, requested_by=Stamp(""), amount=None)
    return attrs.evolve(
        clock,
        pauses=tuple(pause for pause in clock.pauses if pause[0] < pause[1]),
        suspension=suspension,
        suspensions=0,
        requests=(),
    )
