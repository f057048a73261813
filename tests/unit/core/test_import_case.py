"""Taking over a case at its position: what its past comes to, and everything that is wrong with a position at once."""

from __future__ import annotations

import attrs
import pytest

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import replay
from casewf.core.import_checks import VERDICTS
from casewf.core.program import Program
from casewf.model.amount import Elapsed, WorkingDays
from casewf.model.case import Actor, Case, Holder, Stamp
from casewf.model.clock_events import ClockBreached, ClockExtended, RungFired
from casewf.model.commands import Fire, Import, PastClock
from casewf.model.events import Moved, Opened
from casewf.model.reasons import Reason
from casewf.worktime import WorkCalendar
from core_cases import HOUR, SHORT, at, program
from core_positions import IMPORTER, imported
from well_formed import check_reasons

TRACKS = """
main:
  initial: new
  states: {new: {}, work: {}, wait: {}, done: {}, gone: {category: closed}}
  transitions:
    - {trigger: begin, from: new, to: work, by: desk}
    - {trigger: wait, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: =previous, by: desk}
    - {trigger: finish, from: work, to: done, by: desk, not_by: [begin]}
    - {trigger: leave, from: [new, work, wait, done], to: gone, by: desk}
side:
  initial: calm
  states: {calm: {category: closed}, watched: {}, handed: {}}
  transitions:
    - {trigger: watch, from: calm, to: watched, by: system}
    - {trigger: watch, from: watched, by: system}
    - {trigger: hand, from: calm, to: handed, auto: true, when: state.main == 'done'}
"""
FIELDS = """
n: {type: integer, default: 0, max: 9}
pay_by: {type: date}
secret: {type: text, sensitive: true}
"""
SLAS = """
limit:
  start: {enter: main.work}
  stop: {enter: main.done}
  pause: {in: main.wait}
  target: [{when: n == 5, within: 1 hour}, {within: 4 hours}]
  ladder:
    - {at: 50%, card: yellow, notify: helper}
    - {at: due, card: red, notify: boss, fire: watch}
    - {after: 2 hours, notify: boss, set: {n: n + 1}}
  extension: {by: boss, times: 1, up_to: original}
plain:
  start: {enter: main.new}
  stop: {enter: main.done}
  target: [{within: 2 working days}]
  ladder: []
  suspension: {by: boss, up_to: 10 days}
payment:
  start: {fire: wait}
  stop: {enter: main.done}
  target: [{when: n == 7, within: 1 hour}, {until: pay_by}]
  ladder: []
  extension: {by: boss, times: 1}
"""
NOW = at("wed 12:00")


def flow(**more: object) -> Program:
    return program(TRACKS, slas=SLAS, fields=FIELDS, **more)  # type: ignore[arg-type]


def case(**more: object) -> Import:
    """A case at work since Monday 10:00, due at 14:00 the same day."""
    given: dict[str, object] = {
        "case": "C1",
        "origin": "old 1",
        "actor": IMPORTER,
        "opened_at": at("mon 09:30"),
        "opened_by": "ann",
        "states": {"main": "work"},
        "clocks": {"limit": PastClock(start=at("mon 10:00"))},
    }
    return Import(**{**given, **more})  # type: ignore[arg-type]


def limit(**more: object) -> Import:
    return case(clocks={"limit": PastClock(**{"start": at("mon 10:00"), **more})})  # type: ignore[arg-type]


def refused(wanted: Import, now: int = NOW, of: Program | None = None) -> list[tuple[str, str]]:
    result = decide(of or flow(), None, wanted, now)
    assert isinstance(result, Refusal), result
    check_reasons(result.reasons)
    return [(one.code, one.params.get("column", one.params.get("field", ""))) for one in result.reasons]


def codes(wanted: Import, now: int = NOW, of: Program | None = None) -> list[str]:
    return [code for code, _ in refused(wanted, now, of)]


def taken(wanted: Import, now: int = NOW, of: Program | None = None) -> tuple[list[object], Case]:
    events = imported(of or flow(), wanted, now)
    return list(events), replay(events)


# What comes of it


def test_the_opening_says_where_the_case_comes_from_and_who_brought_it() -> None:
    events, found = taken(case(holders={"boss": Holder(("yz",), above=("cq",))}, org="yz", warned_until=NOW))
    opened = events[0]
    assert isinstance(opened, Opened)
    assert (opened.at, opened.by.id, opened.origin) == (at("mon 09:30"), "ann", "old 1")
    assert opened.imported_by is not None
    assert (opened.imported_by.id, opened.imported_at) == ("mia", NOW)
    assert (found.states, found.fields, found.opened_by) == (
        {"main": "work", "side": "calm"},
        {"n": 0},
        "ann",
    )
    assert found.holders["boss"] == Holder(("yz",), above=("cq",))


def test_a_late_limit_is_breached_and_its_warnings_fire_each_once_with_both_instants() -> None:
    """E4: as after downtime; nothing is late in silence."""
    events, found = taken(case())
    rungs = [event for event in events if isinstance(event, RungFired)]
    assert [(e.rung, e.scheduled_for, e.at) for e in rungs] == [
        (0, at("mon 12:00"), NOW),
        (1, at("mon 14:00"), NOW),
        (2, at("mon 16:00"), NOW),
    ]
    assert [bool(event.effects) for event in rungs] == [True, True, True]
    assert [event.due for event in events if isinstance(event, ClockBreached)] == [at("mon 14:00")]
    assert [event.trigger for event in events if isinstance(event, Moved)] == ["watch"]
    assert (found.card, found.states["side"], found.fields["n"]) == ("red", "watched", 1)


def test_what_the_old_system_warned_of_is_recorded_at_its_instant_and_does_nothing_more() -> None:
    """The desk is not flooded; the claims are there, so that nothing fires again (E1)."""
    events, found = taken(case(warned_until=at("mon 15:00")))
    rungs = [event for event in events if isinstance(event, RungFired)]
    assert [(e.rung, e.at, bool(e.effects)) for e in rungs] == [
        (0, at("mon 12:00"), False),
        (1, at("mon 14:00"), False),
        (2, NOW, True),
    ]
    assert not [event for event in events if isinstance(event, Moved)]
    assert (found.card, found.states["side"]) == ("red", "calm")
    assert found.clocks["limit"].verdict == "breached"


def test_a_warning_at_the_very_instant_up_to_which_was_warned_still_fires() -> None:
    events, _ = taken(case(warned_until=at("mon 12:00")))
    assert [bool(event.effects) for event in events if isinstance(event, RungFired)] == [True, True, True]


def test_a_warning_before_an_extension_fires_in_its_own_term_and_once_more_in_the_next() -> None:
    """E1: none is lost with the term that it belongs to, and what it moves it moves now."""
    events, found = taken(limit(extensions=((at("mon 13:00"), Elapsed(hours=4)),)), now=at("mon 15:00"))
    rungs = [event for event in events if isinstance(event, RungFired)]
    assert [(e.term, e.rung, e.scheduled_for, bool(e.effects)) for e in rungs] == [
        (1, 0, at("mon 12:00"), True),
        (2, 0, at("mon 14:00"), True),
    ]
    (extended,) = [event for event in events if isinstance(event, ClockExtended)]
    assert (extended.at, extended.limit, extended.term) == (at("mon 13:00"), at("mon 18:00"), 2)
    assert (found.clocks["limit"].original, found.clocks["limit"].extended) == (at("mon 14:00"), 1)


def test_the_consequences_of_a_warning_before_a_pause_follow_now() -> None:
    """The position is that of now, so what a warning moves is moved now; its breach was recorded before the pause."""
    events, found = taken(limit(pauses=((at("tue 09:00"), at("tue 10:00")),)))
    moved = [event for event in events if isinstance(event, Moved)]
    assert [(event.trigger, event.at) for event in moved] == [("watch", NOW)]
    assert [event.at for event in events if isinstance(event, ClockBreached)] == [at("mon 14:00")]
    assert found.clocks["limit"].limit == at("mon 14:00"), "K1: after the breach the due instant stands"


def test_pauses_move_the_due_instant() -> None:
    _, found = taken(limit(pauses=((at("mon 11:00"), at("wed 11:00")),)))
    assert found.clocks["limit"].due == at("wed 14:00")
    _, found = taken(
        case(
            states={"main": "wait"},
            previous={"main": "work"},
            clocks={"limit": PastClock(start=at("mon 10:00"), paused_since=at("mon 11:00"))},
        )
    )
    assert (found.clocks["limit"].phase, found.clocks["limit"].due) == ("paused", None)
    assert found.previous == {"main.wait": "work"}


def test_a_pause_up_to_the_stop_arms_nothing_that_the_clock_never_ran_to() -> None:
    """K2: calendar days roll, so a pause can make the share of one percent shorter; it was not armed while it stood."""
    mondays = WorkCalendar(id="office", zone="UTC", week={"mon": [("09:00", "16:00")]})
    slas = (
        "limit: {start: {enter: main.work}, stop: {enter: main.done}, pause: {in: main.wait}, "
        "ladder: [{at: 1%, card: red}], target: [{within: 8 days}]}"
    )
    start, hour = at("2025-06-01 00:00"), HOUR
    past = PastClock(
        start=start,
        pauses=((start, start + 30 * hour), (start + 33 * hour, start + 80 * hour)),
        stopped_at=start + 80 * hour,
    )
    of = program(TRACKS, slas=slas, fields=FIELDS, calendar=mondays)
    events, _ = taken(case(opened_at=start, clocks={"limit": past}), now=start + 90 * hour, of=of)
    assert not [event for event in events if isinstance(event, RungFired)]


@pytest.mark.parametrize(
    ("stopped", "verdict"), [("mon 14:00", "met"), ("mon 14:01", "breached"), ("mon 14:01", "cancelled")]
)
def test_a_stopped_clock_is_judged_by_its_ledger(stopped: str, verdict: str) -> None:
    """K3; called off after the limit had passed, it stays breached."""
    _, found = taken(limit(stopped_at=at(stopped), verdict=verdict))
    expected = "breached" if verdict == "cancelled" else verdict
    assert (found.clocks["limit"].verdict, found.clocks["limit"].ended_at) == (expected, at(stopped))


def test_a_pause_up_to_the_stop_has_moved_the_limit_on_with_it() -> None:
    pauses = ((at("mon 11:00"), at("wed 11:00")),)
    _, found = taken(limit(pauses=pauses, stopped_at=at("wed 11:00"), verdict="met"))
    assert found.clocks["limit"].limit == at("wed 14:00")


def test_a_suspension_ends_when_the_workflow_says_or_at_the_time_given() -> None:
    """K7: by default after ``up_to``, ten calendar days."""
    since = at("tue 09:00")
    _, found = taken(
        case(clocks={"limit": None, "plain": PastClock(start=at("mon 09:30"), paused_since=since)})
    )
    suspension = found.clocks["plain"].suspension
    assert suspension is not None
    assert suspension.until == at("2025-06-27 17:00")
    over = PastClock(start=at("mon 09:30"), paused_since=since, paused_until=at("tue 11:00"))
    _, found = taken(case(clocks={"limit": None, "plain": over}))
    assert found.clocks["plain"].pauses == ((since, at("tue 11:00")),)
    assert found.clocks["plain"].phase == "running"


def test_a_limit_that_is_judged_at_the_stop_cannot_have_been_extended_after_its_due_instant() -> None:
    """M12: nothing had breached it, and it was too late all the same."""
    of = program(TRACKS, slas=SLAS.replace("limit:", "limit:\n  measure: occurred"), fields=FIELDS)
    late = limit(extensions=((at("mon 14:01"), Elapsed(hours=1)),))
    assert refused(late, of=of) == [("extended_after_due", "clock.limit.extensions")]


def test_who_imported_a_case_and_for_whom_is_remembered() -> None:
    events, _ = taken(case(actor=Actor("mia", org="cq", on_behalf="ann")))
    opened = events[0]
    assert isinstance(opened, Opened)
    assert opened.imported_by == Stamp("mia", "cq", "ann")


def test_what_stands_by_a_state_is_no_act_unless_an_end_was_given() -> None:
    """K2, K7: the state is reason enough, and nobody asked for more; with an end, somebody did."""
    slas = SLAS.replace("plain:", "plain:\n  pause: {in: main.wait}")
    of = program(TRACKS, slas=slas, fields=FIELDS)
    since, until = at("mon 11:00"), at("fri 11:00")
    for end in (None, until):
        standing = PastClock(start=at("mon 10:00"), paused_since=since, paused_until=end)
        wanted = case(
            states={"main": "wait"},
            previous={"main": "work"},
            clocks={"limit": None, "plain": standing, "payment": None},
        )
        _, found = taken(wanted, of=of)
        clock = found.clocks["plain"]
        assert (clock.phase, clock.paused_at) == ("paused", since)
        assert (clock.suspension and clock.suspension.until) == end


def test_who_did_it_there_may_not_do_here_what_the_workflow_forbids_him() -> None:
    of = flow()
    _, found = taken(case(done_by={"begin": (("bo", None),)}), of=of)
    bo = Actor("bo", frozenset({"desk"}))
    result = decide(of, found, Fire("finish", bo), NOW)
    assert isinstance(result, Refusal)
    assert [one.code for one in result.reasons] == ["same_person"]


def test_none_says_that_a_limit_does_not_run_although_the_position_would_have_started_it() -> None:
    assert refused(case(clocks={})) == [("clock_needed", "clock.limit.start")]
    _, found = taken(case(clocks={"limit": None}))
    assert found.clocks == {}


def test_the_target_is_chosen_by_the_fields_of_the_position() -> None:
    _, found = taken(case(data={"n": 5}), now=at("mon 10:30"))
    assert found.clocks["limit"].due == at("mon 11:00")


def test_who_did_what_a_rule_of_ratings_asks_for_is_taken_over_as_well() -> None:
    """M11: not only rows bar somebody."""
    parties = "kinds: {worker: {en: Worker}}\nby: desk\nratings: {of: mood, by: desk, not_by: [leave]}"
    fields = FIELDS + "mood: {type: choice, of: [good, bad]}\n"
    of = program(TRACKS, slas=SLAS, fields=fields, parties=parties)
    events = imported(of, case(done_by={"leave": (("li", None),)}), NOW)
    assert replay(events).witnesses == {"leave": (("li", None),)}


# What is refused


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (case(states={"main": "nowhere"}), [("not_among", "state.main")]),
        (case(states={}), [("must_be_given", "state.main")]),
        (case(states={"main": "work", "third": "x"}), [("track_unknown", "state.third")]),
        (case(states={"main": "gone"}, clocks={}), [("import_closed", "")]),
        (case(states={"main": "done"}, clocks={}), [("automatic_pending", "state.side")]),
        (case(data={"nonsense": 1}), [("field_unknown", "nonsense")]),
        (case(data={"n": "many"}), [("field_type", "n")]),
        (case(holders={"king": Holder(("x",))}), [("role_unknown", "holder.king")]),
        (case(done_by={"leave": (("li", None),)}), [("not_asked_for", "done_by.leave")]),
        (case(previous={"main": "new"}), [("not_among", "previous.main")]),
        (case(previous={"third": "new"}), [("track_unknown", "previous.third")]),
        (case(opened_at=NOW + 1, clocks={"limit": None}), [("instant_future", "opened_at")]),
        (case(clocks={"limit": None, "speed": None}), [("sla_unknown", "clock.speed")]),
        (limit(start=at("mon 09:00")), [("instant_before_opening", "clock.limit.start")]),
        (limit(start=NOW + 1), [("instant_future", "clock.limit.start")]),
        (limit(stopped_at=NOW + 1), [("instant_future", "clock.limit.stopped")]),
        (limit(stopped_at=at("mon 09:45")), [("outside_clock", "clock.limit.stopped")]),
        (limit(verdict="met"), [("must_be_given", "clock.limit.stopped")]),
        (limit(verdict="won", stopped_at=at("mon 12:00")), [("not_among", "clock.limit.verdict")]),
        (limit(verdict="breached", stopped_at=at("mon 12:00")), [("verdict_differs", "clock.limit.verdict")]),
        (
            limit(pauses=((at("mon 11:00"), at("mon 13:00")), (at("mon 12:00"), at("mon 14:00")))),
            [("pauses_in_disorder", "clock.limit.pauses")],
        ),
        (limit(pauses=((at("mon 12:00"), at("mon 12:00")),)), [("pauses_in_disorder", "clock.limit.pauses")]),
        (limit(pauses=((at("mon 12:00"), at("mon 11:00")),)), [("pauses_in_disorder", "clock.limit.pauses")]),
        (limit(pauses=((at("mon 09:45"), at("mon 11:00")),)), [("outside_clock", "clock.limit.pauses")]),
        (
            limit(pauses=((at("mon 11:00"), at("mon 13:00")),), stopped_at=at("mon 12:00")),
            [("outside_clock", "clock.limit.pauses")],
        ),
        (limit(paused_since=at("mon 11:00")), [("pause_unfounded", "clock.limit.paused_since")]),
        (limit(paused_until=at("mon 11:00")), [("outside_clock", "clock.limit.paused_until")]),
        (
            limit(paused_since=at("mon 11:00"), stopped_at=at("mon 12:00")),
            [("stopped_or_paused", "clock.limit.paused_since")],
        ),
        (
            case(states={"main": "wait"}),
            [("previous_needed", "previous.main"), ("pause_needed", "clock.limit.paused_since")],
        ),
        (limit(extensions=((at("mon 11:00"), WorkingDays(1)),)), [("extension_unit", "clock.limit.extensions")]),
        (limit(extensions=((at("mon 14:01"), Elapsed(hours=1)),)), [("extended_after_due", "clock.limit.extensions")]),
        (
            case(
                data={"pay_by": "2025-06-20"},
                clocks={
                    "limit": None,
                    "payment": PastClock(start=at("mon 10:00"), extensions=((at("mon 11:00"), WorkingDays(1)),)),
                },
            ),
            [("limit_is_date", "")],
        ),
        (
            case(clocks={"limit": None, "payment": PastClock(start=at("mon 10:00"))}),
            [("date_needed", "field.pay_by")],
        ),
        (
            case(
                clocks={
                    "limit": None,
                    "plain": PastClock(start=at("mon 10:00"), extensions=((at("mon 11:00"), WorkingDays(1)),)),
                }
            ),
            [("act_not_offered", "")],
        ),
    ],
)  # fmt: skip
def test_a_position_that_cannot_be_is_refused(wanted: Import, expected: list[tuple[str, str]]) -> None:
    assert refused(wanted) == expected


def test_what_is_not_among_the_known_is_told_with_all_of_them() -> None:
    wrong = case(
        clocks={"limit": PastClock(start=at("mon 10:00"), stopped_at=at("mon 11:00"), verdict="lost")}
    )
    result = decide(flow(), None, attrs.evolve(wrong, states={"main": "lost"}), NOW)
    other = decide(flow(), None, wrong, NOW)
    assert isinstance(result, Refusal)
    assert isinstance(other, Refusal)
    assert result.reasons[0].params["known"] == "new, work, wait, done, gone"
    assert other.reasons[0].params["known"] == ", ".join(VERDICTS)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wanted = case(
        states={"main": "wait"},
        data={"n": "many", "x": 1},
        holders={"king": Holder(("x",))},
        clocks={
            "limit": PastClock(start=at("mon 09:00"), extensions=((NOW + 1, WorkingDays(1)),)),
            "speed": None,
        },
    )
    assert codes(wanted) == [
        "previous_needed",
        "field_type",
        "field_unknown",
        "role_unknown",
        "sla_unknown",
        "instant_future",
        "instant_before_opening",
        "extension_unit",
        "pause_needed",
    ]


def test_two_clocks_that_cannot_be_told_are_both_named() -> None:
    wrong = PastClock(start=at("mon 10:00"), stopped_at=at("mon 12:00"), verdict="breached")
    assert refused(case(clocks={"limit": wrong, "plain": wrong})) == [
        ("verdict_differs", "clock.limit.verdict"),
        ("verdict_differs", "clock.plain.verdict"),
    ]


def test_a_limit_past_what_the_calendar_knows_is_refused_with_the_day() -> None:
    wanted = case(
        opened_at=at("2025-06-20 09:30"),
        clocks={"limit": None, "plain": PastClock(start=at("2025-06-20 10:00"))},
    )
    result = decide(flow(calendar=SHORT), None, wanted, at("2025-06-20 12:00"))
    assert isinstance(result, Refusal)
    (reason,) = result.reasons
    assert isinstance(reason, Reason)
    assert (reason.code, reason.params["announced"]) == ("beyond_calendar", "2025-06-20")


def test_an_id_that_is_taken_is_refused() -> None:
    _, found = taken(case())
    result = decide(flow(), found, case(), NOW)
    assert isinstance(result, Refusal)
    assert [one.code for one in result.reasons] == ["case_exists"]
