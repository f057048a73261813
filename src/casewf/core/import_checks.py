"""What keeps a case of an old system from being imported: all that is wrong with its position at once (M3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casewf.core.clock_pauses import met, paused_by_state
from casewf.core.clock_starts import choose_target, until_of
from casewf.core.fields import check_data
from casewf.core.limit_plan import SlaPlan
from casewf.core.program import Program, rule_of
from casewf.core.step import Step
from casewf.machine.guards import compile_expression
from casewf.machine.rules import witnesses
from casewf.model.amount import amount_code, size
from casewf.model.commands import Import, PastClock
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Moment

VERDICTS = ("met", "breached", "cancelled")

_SHOWN = 40
"""How many characters a reason shows of what was given: in a shifted row that may be anything about anybody."""


def why_no_position(program: Program, wanted: Import, now: int) -> list[Reason]:
    """What is wrong with the position itself, whatever its clocks are; none if a case can stand there."""
    problems = _wrong_states(program, wanted)
    if wanted.opened_at > now:
        problems.append(reason("instant_future", column="opened_at"))
    problems += check_data(program.fields, wanted.data)[1]
    problems += [
        reason("role_unknown", column=f"holder.{role}", known=_listed(program.workflow.roles))
        for role in wanted.holders
        if role not in program.workflow.roles
    ]
    asked = witnesses(program.workflow)
    problems += [
        reason("not_asked_for", column=f"done_by.{trigger}", known=_listed(asked))
        for trigger in wanted.done_by
        if trigger not in asked
    ]
    return problems


def full_states(program: Program, given: Mapping[str, str]) -> dict[str, str]:
    """The state of every track that has one; a track without an entry rests where it begins (see ``Import``)."""
    found = {}
    for track in program.workflow.tracks:
        if track.id in given:
            found[track.id] = given[track.id]
        elif track.initial in program.closing_states[track.id]:
            found[track.id] = track.initial
    return found


def ways_back(program: Program, track: str, state: str) -> tuple[str, ...]:
    """The states to which ``=previous`` can lead from a state (M10)."""
    rules = [rule_of(row) for event in program.machines[track].events.values() for row in event.rows(state)]
    return tuple(dict.fromkeys(rule.back_to for rule in rules if rule.back_to is not None))


def _wrong_states(program: Program, wanted: Import) -> list[Reason]:
    tracks = {track.id: [state.id for state in track.states] for track in program.workflow.tracks}
    problems = [
        reason("track_unknown", column=f"state.{name}", known=_listed(tracks))
        for name in wanted.states
        if name not in tracks
    ]
    states = full_states(program, wanted.states)
    for track, known in tracks.items():
        if track not in states:
            problems.append(reason("must_be_given", column=f"state.{track}"))
        elif states[track] not in known:
            problems.append(
                reason(
                    "not_among", column=f"state.{track}", found=states[track][:_SHOWN], known=_listed(known)
                )
            )
    if problems:
        return problems
    if program.is_closed(states):
        return [reason("import_closed")]
    return _wrong_ways_back(program, wanted, states)


def _wrong_ways_back(program: Program, wanted: Import, states: Mapping[str, str]) -> list[Reason]:
    problems = []
    for track, state in states.items():
        possible = ways_back(program, track, state)
        given = wanted.previous.get(track)
        column = f"previous.{track}"
        if possible and given is None:
            problems.append(
                reason("previous_needed", column=column, state=state, possible=", ".join(possible))
            )
        elif given is not None and given not in possible:
            problems.append(reason("not_among", column=column, found=given[:_SHOWN], known=_listed(possible)))
    unknown = [track for track in wanted.previous if track not in states]
    return [
        *problems,
        *(reason("track_unknown", column=f"previous.{one}", known=_listed(states)) for one in unknown),
    ]


def why_no_clocks(step: Step, wanted: Import, now: int) -> list[Reason]:
    """What is wrong with the clocks at a position that a case can stand at, before they are measured.

    Args:
        step: under way on the case as it was opened there, without clocks.
        wanted: the position.
        now: the instant of the import.
    """
    program = step.program
    problems = [
        reason("sla_unknown", column=f"clock.{sla}", known=_listed(program.by_name))
        for sla in wanted.clocks
        if sla not in program.by_name
    ]
    for plan in program.slas:
        past = wanted.clocks.get(plan.spec.id)
        if past is not None:
            problems += _wrong_instants(past, f"clock.{plan.spec.id}", wanted.opened_at, now)
            problems += _wrong_clock(step, plan, past)
        elif plan.spec.id not in wanted.clocks and (state := _runs_since(step, plan)) is not None:
            problems.append(reason("clock_needed", column=f"clock.{plan.spec.id}.start", state=state))
    return [*problems, *_pending(step)]


def _wrong_instants(past: PastClock, column: str, opened_at: int, now: int) -> list[Reason]:
    named = [("start", past.start), ("paused_since", past.paused_since), ("stopped", past.stopped_at)]
    named += [("pauses", one) for pause in past.pauses for one in pause]
    named += [("extensions", at) for at, _ in past.extensions]
    given = [(name, at) for name, at in named if at is not None]
    late = dict.fromkeys(name for name, at in given if at > now)
    early = dict.fromkeys(name for name, at in given if at < opened_at)
    problems = [reason("instant_future", column=f"{column}.{name}") for name in late]
    problems += [reason("instant_before_opening", column=f"{column}.{name}") for name in early]
    end = past.stopped_at if past.paused_since is None else past.paused_since
    last = {"pauses": end, "extensions": past.stopped_at}
    outside = dict.fromkeys(
        name
        for name, at in given
        if at < past.start or ((end_of := last.get(name)) is not None and at > end_of)
    )
    problems += [
        reason("outside_clock", column=f"{column}.{name}")
        for name in outside
        if name not in late and name not in early
    ]
    edges = [edge for pause in past.pauses for edge in pause]
    if edges != sorted(edges) or any(begin == stop for begin, stop in past.pauses):
        problems.append(reason("pauses_in_disorder", column=f"{column}.pauses"))
    if past.paused_until is not None and (past.paused_since is None or past.paused_until < past.paused_since):
        problems.append(reason("outside_clock", column=f"{column}.paused_until"))
    if past.stopped_at is not None and past.paused_since is not None:
        problems.append(reason("stopped_or_paused", column=f"{column}.paused_since"))
    return problems


def _wrong_clock(step: Step, plan: SlaPlan, past: PastClock) -> list[Reason]:
    sla, column = plan.spec.id, f"clock.{plan.spec.id}"
    problems = []
    if past.verdict is not None and past.stopped_at is None:
        problems.append(reason("must_be_given", column=f"{column}.stopped"))
    if past.verdict is not None and past.verdict not in VERDICTS:
        problems.append(
            reason(
                "not_among", column=f"{column}.verdict", found=past.verdict[:_SHOWN], known=_listed(VERDICTS)
            )
        )
    target = plan.targets[choose_target(step, plan)].spec
    if target.until is not None and until_of(step, target.until) is None:
        problems.append(reason("date_needed", column=f"field.{target.until}", sla=sla))
    if past.extensions and plan.spec.extension is None:
        problems.append(reason("act_not_offered", act="extend", sla=sla))
    elif past.extensions and target.within is None:
        problems.append(reason("limit_is_date"))
    elif target.within is not None and any(
        type(amount) is not type(target.within) or size(amount) == 0 for _, amount in past.extensions
    ):
        problems.append(
            reason("extension_unit", column=f"{column}.extensions", amount=amount_code(target.within))
        )
    if past.stopped_at is None:
        problems += wrong_pause(
            step, plan, paused=past.paused_since is not None, until=past.paused_until is not None
        )
    return problems


def wrong_pause(step: Step, plan: SlaPlan, *, paused: bool, until: bool = False) -> list[Reason]:
    """Whether a clock that has not ended stands or runs as the states of the case say (K2)."""
    column = f"clock.{plan.spec.id}.paused_since"
    by_state = paused_by_state(step.draft, plan)
    if by_state and not paused:
        return [reason("pause_needed", column=column, sla=plan.spec.id)]
    if plan.spec.suspension is None and paused and (until or not by_state):
        return [reason("pause_unfounded", column=column, sla=plan.spec.id)]
    return []


def _runs_since(step: Step, plan: SlaPlan) -> str | None:
    """The present state whose entering would have started the clock, or None."""
    for moment in plan.spec.start:
        for name in _entered(moment):
            track, state = name.split(".", 1)
            if step.draft.states[track] == state and _holds(step, moment):
                return state
    return None


def _entered(moment: Moment) -> Iterable[str]:
    return (*moment.enter, *moment.inside)


def _holds(step: Step, moment: Moment) -> bool:
    return moment.when is None or met(step.draft, compile_expression(moment.when))


def _pending(step: Step) -> list[Reason]:
    """Automatic rows that the position leaves open: they would have run there, and would run at the next move (M5).

    One that waits for a clock or a card can be open, because time alone fires none.
    """
    return [
        reason(
            "automatic_pending",
            column=f"state.{rule.track}",
            trigger=rule.spec.trigger,
            state=rule.source,
        )
        for rule in step.enabled_rows()
        if rule.spec.when is None
        or not any(name == "card" or name.startswith("sla.") for name in rule.spec.when.names)
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "–"
