"""Taking over a case of an old system, with its past told at the instants of its past (K1, E1, E4).

What the engine would have written had it run the clocks itself, it writes now: each start, pause, extension and stop
at its own instant, and before each what was due by then, so that a fold, an explanation and the next warning come out
the same.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from casewf.core.acts import extend, suspend
from casewf.core.clock_moves import stop_clock
from casewf.core.clock_pauses import end_suspension, paused_by_state, resume
from casewf.core.clock_starts import start_clock
from casewf.core.elapse import BREACH, RESUME, breach, emit_rung, fire_due, first_due, follow
from casewf.core.evolve import Draft, opened_case
from casewf.core.fields import check_data
from casewf.core.import_checks import full_states, why_no_clocks, why_no_position, wrong_pause
from casewf.core.limit_plan import SlaPlan
from casewf.core.program import Program
from casewf.core.step import SYSTEM_ACTOR, Step
from casewf.errors import HorizonError, WorkingTimeError
from casewf.model.amount import Amount
from casewf.model.case import Stamp
from casewf.model.clock_events import ClockCancelled, ClockPaused, RungFired
from casewf.model.commands import Import, PastClock
from casewf.model.events import Opened
from casewf.model.reasons import Reason, reason
from casewf.model.zone import load_zone

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_Entry: TypeAlias = tuple[int, int, Callable[[], Reason | None]]
"""An entry of a ledger: its instant, the number of its SLA, and what writes it or says why it cannot be."""


def import_case(
    program: Program, wanted: Import, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> Step | list[Reason]:
    """An imported case with the events of its past, or every reason why it cannot be imported."""
    if problems := why_no_position(program, wanted, now):
        # clocks are looked at all the same where there is a position to look from
        return [*problems, *_clock_problems(program, wanted, now, lineages)]
    step = _opened(program, wanted, now, lineages)
    if problems := why_no_clocks(step, wanted, now):
        return problems
    past = _Past(step, wanted, Stamp(wanted.actor.id, wanted.actor.org, wanted.actor.on_behalf))
    if problems := past.tell():
        return problems
    past.catch_up(now)
    return step


def _clock_problems(
    program: Program, wanted: Import, now: int, lineages: Mapping[str, tuple[str, ...]]
) -> list[Reason]:
    known = full_states(program, wanted.states)
    for track in program.workflow.tracks:
        if known.get(track.id) not in {state.id for state in track.states}:
            return []
    return why_no_clocks(_opened(program, wanted, now, lineages), wanted, now)


def _opened(program: Program, wanted: Import, now: int, lineages: Mapping[str, tuple[str, ...]]) -> Step:
    """The case as it was opened there, in the states that it has come to."""
    states = full_states(program, wanted.states)
    opened = Opened(
        at=wanted.opened_at,
        case=wanted.case,
        workflow=(program.workflow.id, program.workflow.version, program.hash),
        by=Stamp(wanted.opened_by),
        states=states,
        org=wanted.org,
        org_above=wanted.org_above,
        fields={**program.defaults, **check_data(program.fields, wanted.data)[0]},
        closed=program.is_closed(states),
        holders=wanted.holders,
        origin=wanted.origin,
        imported_by=Stamp(wanted.actor.id, wanted.actor.org, wanted.actor.on_behalf),
        imported_at=now,
        previous={
            f"{track}.{states[track]}": state for track, state in wanted.previous.items() if track in states
        },
        witnesses=wanted.done_by,
        comment=wanted.comment,
    )
    step = Step(program, Draft(opened_case(opened), SYSTEM_ACTOR), wanted.opened_at, lineages)
    step.events.append(opened)
    return step


@attrs.define(slots=True)
class _Past:
    """The past of a case being told; ``owed`` holds the warnings whose consequences are still to follow."""

    step: Step
    wanted: Import
    by: Stamp
    owed: list[RungFired] = attrs.field(factory=list)

    def tell(self) -> list[Reason]:
        """Write every entry of the ledgers, in the order of time; the reasons why some cannot be."""
        problems: dict[int, Reason] = {}
        ledgers = [
            self._ledger(plan, past)
            for plan in self.step.program.slas
            if (past := self.wanted.clocks.get(plan.spec.id)) is not None
        ]
        for at, number, write in heapq.merge(*ledgers, key=lambda entry: entry[:2]):
            if number in problems:
                continue
            self._let_pass(at)
            self.step.at = at
            try:
                problem = write()
            except WorkingTimeError as error:
                problem = unmeasured(f"clock.{self.step.program.slas[number].spec.id}", error)
            if problem is not None:
                problems[number] = problem
        return [*problems.values(), *(self._unpaused() if not problems else ())]

    def catch_up(self, now: int) -> None:
        """Fire what has become due since: quietly what the old system warned of, the rest as after downtime (E4)."""
        if self.wanted.warned_until is not None:
            self._let_pass(min(self.wanted.warned_until, now))
        self.step.at = max(now, self.step.draft.at)
        for fired in self.owed:
            follow(self.step, fired)
        fire_due(self.step)

    def _let_pass(self, until: int) -> None:
        """Fire what was due before an instant, each at its own, so that the next entry can hide none of it (E3)."""
        step = self.step
        step.at = until
        while (found := first_due(step)) is not None:
            clock, kind = found
            step.at = max(clock.wake or until, step.draft.at)
            if kind == RESUME:
                end_suspension(step, step.program.by_name[clock.sla], clock)
            elif kind == BREACH or clock.next is None:
                breach(step, clock)
            else:
                quiet = self.wanted.warned_until is not None and clock.next.at < self.wanted.warned_until
                fired = emit_rung(step, clock, clock.next, quiet=quiet)
                if not quiet:
                    self.owed.append(fired)
            step.at = until

    def _ledger(self, plan: SlaPlan, past: PastClock) -> list[_Entry]:
        """The entries of a clock in the order of time; at one instant in the order in which they can be."""
        number, sla, step = plan.number, plan.spec.id, self.step
        found: list[tuple[int, int, Callable[[], Reason | None]]] = [
            (past.start, 0, lambda: start_clock(step, plan, past.start, None, self.by))
        ]
        for at, amount in past.extensions:
            found.append((at, 1, lambda amount=amount: self._extend(plan, amount)))  # type: ignore[misc]  # bound now
        for begin, end in past.pauses:
            found.append((begin, 3, lambda: self._pause(sla)))
            if end != past.stopped_at:  # else the pause ended with the clock, and it never ran again
                found.append((end, 2, lambda: resume(step, plan, step.draft.clocks[sla], step.at, self.by)))
        if past.paused_since is not None:
            found.append((past.paused_since, 4, lambda: self._stand(plan, past.paused_until)))
        if past.stopped_at is not None:
            found.append((past.stopped_at, 5, lambda: self._stop(sla, past.verdict)))
        return [(at, number, write) for at, _, write in sorted(found, key=lambda entry: entry[:2])]

    def _pause(self, sla: str) -> None:
        self.step.emit(ClockPaused(at=self.step.at, sla=sla, since=self.step.at, by=self.by))

    def _stand(self, plan: SlaPlan, until: int | None) -> None:
        """Begin the present pause: by a state of the case, else or also by an act, which somebody can end (K7)."""
        by_state = paused_by_state(self.step.draft, plan)
        if by_state:
            self._pause(plan.spec.id)
        rule = plan.spec.suspension
        if rule is not None and (until is not None or not by_state):
            amount = rule.up_to if until is None else None
            suspend(self.step, plan, amount, self.by, requested_by=self.by, until=until)

    def _extend(self, plan: SlaPlan, amount: Amount) -> Reason | None:
        clock = self.step.draft.clocks[plan.spec.id]
        reached = self.step.at if clock.paused_at is None else clock.paused_at
        if clock.verdict == "breached" or reached > clock.limit:
            return reason(
                "extended_after_due",
                column=f"clock.{plan.spec.id}.extensions",
                due=self._local(clock.limit, plan),
            )
        extend(self.step, plan, clock, amount, self.by, requested_by=self.by)
        return None

    def _stop(self, sla: str, verdict: str | None) -> Reason | None:
        clock = self.step.draft.clocks[sla]
        if verdict == "cancelled":
            self.step.emit(ClockCancelled(at=self.step.at, sla=sla, reason="cancelled"))
            return None
        stop_clock(self.step, clock, self.step.at)
        found = self.step.draft.clocks[sla]
        if verdict in (None, found.verdict):
            return None
        return reason(
            "verdict_differs",
            column=f"clock.{sla}.verdict",
            found=str(verdict),
            reckoned=found.verdict,
            due=self._local(found.limit, self.step.program.by_name[sla]),
        )

    def _unpaused(self) -> list[Reason]:
        """The same look as before at what stands and what runs, now that conditions can see the clocks (K2)."""
        clocks = self.step.draft.clocks
        return [
            problem
            for plan in self.step.program.slas
            if (clock := clocks.get(plan.spec.id)) is not None and clock.phase != "stopped"
            for problem in wrong_pause(self.step, plan, paused=clock.phase == "paused")
        ]

    def _local(self, instant: int, plan: SlaPlan) -> str:
        """An instant as the clock's calendar shows it, to the minute."""
        pin = self.step.draft.clocks[plan.spec.id].calendar
        zone = load_zone(self.step.program.pinned_calendar(pin).zone)
        return f"{(_EPOCH + dt.timedelta(microseconds=instant)).astimezone(zone):%Y-%m-%d %H:%M}"


def unmeasured(column: str, error: WorkingTimeError) -> Reason:
    """Why a clock cannot be measured; ``column`` says which, or what starts it."""
    if not isinstance(error, HorizonError):
        return reason("unmeasured", column=column, detail=str(error))
    return reason(
        "beyond_calendar",
        column=column,
        calendar=error.calendar,
        date=str(error.date),
        announced=str(error.announced_through),
    )
