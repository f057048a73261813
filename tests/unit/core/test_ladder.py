"""Which rungs fire, when and in which order (E1-E4), beyond the golden rows."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.core.clocks import Measure, limit_of, measure_of, nominal_day, share_instant
from casewf.model.amount import CalendarDays, WorkingDays
from casewf.model.case import Carried, Clock
from casewf.model.clock_events import ClockBreached, ClockStarted, RungFired
from core_cases import HOUR, OFFICE, SHORT, START, Story, at, only, program
from core_flows import LADDER_FIELDS, LADDERS, TARGETS, fired, ladder

# which and when


def test_a_rung_fires_after_its_instant_never_at_it() -> None:
    """E3: only instants before now; at equal instants the command goes first."""
    story = ladder("{at: 50%, notify: boss}")
    assert story.elapse("mon 11:00") == ()
    assert [type(event) for event in story.elapse(at("mon 11:00") + 1)] == [RungFired]


def test_a_command_at_the_instant_of_a_rung_goes_first() -> None:
    """E3: stopped at the due instant, nothing fires."""
    story = ladder("{at: due, notify: boss, card: red}")
    story.fire("finish", when="mon 13:00")
    story.elapse("tue 09:00")
    assert (story.happened(RungFired), story.clock().verdict) == ([], "met")


def test_a_rung_fires_once() -> None:
    """E1."""
    story = ladder("{at: 50%, notify: boss}")
    story.elapse("mon 12:00")
    assert story.elapse("mon 12:30") == ()


def test_rungs_fire_in_order_of_their_instants_whatever_their_place() -> None:
    story = ladder(
        "{after: 1 hour, notify: boss}, {at: due, notify: boss}, "
        "{before: 1 hour, notify: boss}, {at: 50%, notify: boss}"
    )
    story.elapse("tue 09:00")
    assert [(rung, due) for rung, _, due in fired(story)] == [
        (3, at("mon 11:00")),
        (2, at("mon 12:00")),
        (1, at("mon 13:00")),
        (0, at("mon 14:00")),
    ]


def test_rungs_of_one_instant_fire_in_file_order() -> None:
    """E3: (instant, SLA, rung, repetition); the breach of the same instant goes before."""
    story = ladder(
        "{at: due, notify: boss}, {before: 2 hours, notify: boss}, "
        "{at: 50%, notify: boss}, {at: due, card: red}"
    )
    events = story.elapse("tue 09:00")
    assert [type(event).__name__ if isinstance(event, ClockBreached) else event.rung for event in events] == [  # type: ignore[union-attr]
        1,
        2,
        "ClockBreached",
        0,
        3,
    ]


OTHER = "  start: {enter: main.work}\n  stop: {enter: main.done}\n  target: [{within: 4 hours}]"


@pytest.mark.parametrize("when", ["due", "50%"])
def test_ties_between_limits_go_in_file_order(when: str) -> None:
    """E3: in the order of the file, not of their names or starts."""
    rung = f"{{at: {when}, notify: boss}}"
    others = f"zeta:\n{OTHER}\n  ladder: [{rung}]\nalpha:\n{OTHER}\n  ladder: [{rung}]"
    story = ladder(rung, others=others)
    story.elapse("tue 09:00")
    assert [event.sla for event in story.happened(RungFired)] == ["limit", "zeta", "alpha"]


def test_the_instants_of_different_limits_mix() -> None:
    others = f"other:\n{OTHER}\n  ladder: [{{at: 60%, notify: boss}}]"
    story = ladder("{at: 50%, notify: boss}, {at: 75%, notify: boss}", others=others)
    story.elapse("mon 12:59")
    assert [event.sla for event in story.happened(RungFired)] == ["limit", "other", "limit"]


def test_skipped_rungs_carry_both_instants() -> None:
    """E4."""
    story = ladder("{at: 50%, notify: boss}")
    event = only(RungFired, story.elapse("fri 09:00"))
    assert (event.scheduled_for, event.at) == (at("mon 11:00"), at("fri 09:00"))


def test_a_rung_repeats_as_often_as_it_says() -> None:
    """E1: repetitions are counted, each fires once."""
    story = ladder("{after: 1 hour, every: 2 hours, times: 3, notify: boss}")
    story.elapse("fri 09:00")
    assert fired(story) == [(0, 1, at("mon 14:00")), (0, 2, at("mon 16:00")), (0, 3, at("mon 18:00"))]
    assert story.elapse("fri 10:00") == ()


def test_a_rung_that_is_due_again_between_two_sweeps_fires_then() -> None:
    story = ladder("{at: due, every: 1 working day, times: 3, notify: boss}")
    story.elapse("mon 14:00")
    assert len(fired(story)) == 1
    story.elapse("tue 13:01")
    assert fired(story)[1:] == [(0, 2, at("tue 13:00"))]
    story.elapse("wed 13:01")
    assert fired(story)[2:] == [(0, 3, at("wed 13:00"))]


def test_repetitions_of_two_rungs_take_turns() -> None:
    story = ladder(
        "{at: due, every: 2 hours, times: 2, notify: boss}, "
        "{after: 1 hour, every: 2 hours, times: 2, notify: boss}"
    )
    story.elapse("tue 09:00")
    assert [(rung, repetition) for rung, repetition, _ in fired(story)] == [(0, 1), (1, 1), (0, 2), (1, 2)]


def test_a_rung_whose_instant_is_not_after_the_start_is_not_armed() -> None:
    """E2."""
    story = ladder("{before: 4 hours, notify: boss}, {before: 5 hours, notify: boss}")
    assert story.clock().next is None
    story.elapse("tue 09:00")
    assert fired(story) == []


def test_a_share_is_rounded_up_to_the_microsecond() -> None:
    """E2: half of an odd number of microseconds up to a date."""
    slas = (
        TARGETS.replace("enter: main.work", "fire: ping")
        + "  target: [{until: day}]\n  ladder: [{at: 50%, notify: boss}]"
    )
    story = Story(
        program(LADDERS, slas=slas, fields=LADDER_FIELDS + "day: {type: date, default: 2025-06-18}\n")
    )
    story.fire("ping", when=START + 1)
    upcoming = story.clock().next
    assert upcoming is not None
    assert upcoming.at == START + 1 + (at("wed 17:00") - START) // 2


def test_a_rung_past_what_the_calendar_knows_waits_and_hinders_no_command() -> None:
    """E2."""
    story = ladder("{after: 9 working days, notify: boss}", within="1 working day", calendar=SHORT)
    assert (story.clock().next, story.clock().unresolved) == (None, True)
    story.fire("finish")
    assert not story.clock().unresolved


# terms, pauses, cycles

LATER = TARGETS + (
    "  target: [{when: n == 8, within: 8 hours}, {when: n == 1, within: 3 hours}, {within: 4 hours}]\n"
    "  ladder: [{at: 50%, notify: boss}, {at: 75%, notify: boss}, {at: due, notify: boss}]"
)


def rebased() -> Story:
    return Story(program(LADDERS, slas=LATER, fields=LADDER_FIELDS))


def test_a_later_due_instant_opens_a_term_in_which_rungs_arm_again() -> None:
    """E1: 75 % fired at 12:00 in term 1 and fires at 15:00 in term 2; 50 % would be 13:00."""
    story = rebased()
    story.fire("ping", when="mon 12:30", data={"n": 8})
    story.elapse("tue 09:00")
    assert [(e.term, e.rung, e.scheduled_for) for e in story.happened(RungFired)] == [
        (1, 0, at("mon 11:00")),
        (1, 1, at("mon 12:00")),
        (2, 0, at("mon 13:00")),
        (2, 1, at("mon 15:00")),
        (2, 2, at("mon 17:00")),
    ]


def test_a_rung_not_after_the_opening_of_its_term_is_not_armed() -> None:
    """E1: at 13:00 sharp, 50 % of eight hours is not after the opening."""
    story = rebased()
    story.fire("ping", when="mon 13:00", data={"n": 8})
    story.elapse("tue 09:00")
    assert [(e.term, e.rung) for e in story.happened(RungFired)] == [(1, 0), (1, 1), (2, 1), (2, 2)]


def test_an_earlier_due_instant_opens_no_term_and_repeats_nothing() -> None:
    """E1: the 50 % that fired stays fired."""
    story = rebased()
    story.fire("ping", when="mon 11:10", data={"n": 1})
    story.elapse("tue 09:00")
    assert [(e.term, e.rung) for e in story.happened(RungFired)] == [(1, 0), (1, 1), (1, 2)]


def test_a_continued_cycle_does_not_arm_what_its_term_left_out() -> None:
    """K4, E1: what is spent and fired is taken over, and so is where the term began."""
    story = rebased()
    story.fire("ping", when="mon 13:00", data={"n": 8})
    story.fire("finish", when="mon 13:30")
    assert only(ClockStarted, story.fire("reopen", when="tue 13:30")).next is not None
    story.elapse("fri 09:00")
    assert [(e.cycle, e.rung, e.scheduled_for) for e in story.happened(RungFired)][2:] == [
        (2, 1, at("tue 15:00")),
        (2, 2, at("tue 17:00")),
    ]


def test_pausing_opens_no_term() -> None:
    """E1."""
    story = ladder("{at: 50%, notify: boss}, {at: due, notify: boss}")
    story.fire("wait", when="mon 12:00")
    story.fire("go_on", when="mon 14:00")
    story.elapse("tue 09:00")
    assert [(e.term, e.rung, e.scheduled_for) for e in story.happened(RungFired)] == [
        (1, 0, at("mon 11:00")),
        (1, 1, at("mon 15:00")),
    ]


def test_a_rung_at_the_start_of_a_pause_fires_at_the_resume() -> None:
    """K1: an instant equal to the start of a pause is moved, never to before the resume."""
    story = ladder("{before: 1 hour, notify: boss}")
    story.fire("wait", when="mon 12:00")
    story.fire("go_on", when="mon 14:00")
    story.elapse("tue 09:00")
    assert fired(story) == [(0, 1, at("mon 14:00"))]


def test_a_continued_cycle_does_not_repeat_rungs() -> None:
    """K4, E1."""
    story = ladder("{at: 50%, notify: boss}, {at: due, notify: boss}")
    story.fire("finish", when="mon 12:00")
    story.fire("reopen", when="tue 12:00")
    story.elapse("fri 09:00")
    assert [(e.cycle, e.rung, e.scheduled_for) for e in story.happened(RungFired)] == [
        (1, 0, at("mon 11:00")),
        (2, 1, at("tue 13:00")),
    ]


def test_a_cycle_started_afresh_fires_every_rung_again() -> None:
    story = ladder("{at: 50%, notify: boss}", more="  on_reopen: restart")
    story.fire("finish", when="mon 12:00")
    story.fire("reopen", when="tue 12:00")
    story.elapse("fri 09:00")
    assert [(e.cycle, e.rung, e.scheduled_for) for e in story.happened(RungFired)] == [
        (1, 0, at("mon 11:00")),
        (2, 0, at("tue 14:00")),
    ]


def test_a_target_can_have_a_ladder_of_its_own() -> None:
    """Rungs are numbered along the file, the limit's own first."""
    slas = TARGETS + (
        "  target: [{when: n == 1, within: 3 hours, ladder: [{at: due, card: red}]}, {within: 4 hours}]\n"
        "  ladder: [{at: 50%, notify: boss}]"
    )
    story = Story(program(LADDERS, slas=slas, fields=LADDER_FIELDS), data={"n": 1})
    story.elapse("tue 09:00")
    assert fired(story) == [(1, 1, at("mon 12:00"))]


# the measure itself


def test_a_share_of_working_days_is_of_the_days_without_their_pauses() -> None:
    """E2: half of Monday 09:00 to Wednesday 17:00 is Tuesday 13:00, and the whole Tuesday was paused."""
    measure = Measure(OFFICE, START, WorkingDays(2), pauses=((at("tue 09:00"), at("tue 17:00")),))
    assert limit_of(measure) == at("thu 17:00")
    assert share_instant(measure, at("thu 17:00"), 50) == at("wed 13:00")


def test_an_extended_date_stays_the_date_and_keeps_its_ledger() -> None:
    """A date is what was agreed; the clock still knows when it started, stood, and what it took over."""
    carried = Carried(at=at("mon 10:00"), left=HOUR, whole=2 * HOUR)
    clock = Clock(
        sla="limit",
        start=START,
        limit=at("wed 17:00"),
        calendar=(OFFICE.id, OFFICE.version),
        term_at=START,
        until=dt.date(2025, 6, 18).toordinal(),
        original=at("wed 17:00"),
        extensions=(WorkingDays(1),),
        carried=carried,
        pauses=((at("mon 09:30"), at("mon 11:00")),),
    )
    measure = measure_of(clock, OFFICE, (at("tue 09:00"), at("tue 10:00")))
    assert (measure.start, measure.budget, measure.until, measure.carried, measure.beyond) == (
        START,
        None,
        clock.until,
        carried,
        (),
    )
    assert measure.pauses == ((at("mon 10:00"), at("mon 11:00")), (at("tue 09:00"), at("tue 10:00")))


def test_the_nominal_day_of_a_limit_is_the_last_before_it_rolls() -> None:
    """T4: five days after Monday are Saturday, and a day's pause makes it Sunday; both are due on Monday."""
    five = Measure(OFFICE, START, CalendarDays(5))
    sunday = Measure(OFFICE, START, CalendarDays(5), pauses=((at("tue 09:00"), at("wed 09:00")),))
    assert [dt.date.fromordinal(nominal_day(one) or 1).isoformat() for one in (five, sunday)] == [
        "2025-06-21",
        "2025-06-22",
    ]
    assert limit_of(five) == limit_of(sunday) == at("2025-06-23 17:00")
    assert nominal_day(Measure(OFFICE, START, WorkingDays(5))) is None
    assert nominal_day(Measure(OFFICE, START, CalendarDays(5), beyond=(WorkingDays(1),))) is None
    carried = Carried(at=START, left=HOUR, whole=HOUR)
    assert nominal_day(Measure(OFFICE, START, CalendarDays(5), carried=carried)) is None
    assert nominal_day(Measure(OFFICE, START, None, 739_000)) == 739_000
