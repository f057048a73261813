"""Corners of the figures: rounds that go on, names that were given before, what is known only later."""

from __future__ import annotations

import attrs
import pytest

from casewf.core.evolve import evolve
from casewf.kpi import Conventions, Plan, RatingTerms, Tally, facts_of
from casewf.kpi.figure import Period
from casewf.model.case import Case, Party, Stamp
from casewf.model.clock_events import ActRequested, ClockBreached, ClockCancelled, ClockRetargeted
from casewf.model.events import Event
from casewf.model.file_events import PartyRated, PartyRecorded
from kpi_histories import (
    DAY,
    HOUR,
    LI,
    MINUTE,
    counts,
    extended,
    facts,
    fired,
    handled,
    hotline,
    office,
    opened,
    paused,
    plan,
    played,
    reported,
    resumed,
    started,
    stopped,
    when,
)

AT = when("2026-03-02 09:00")
DUE = when("2026-03-06 18:00")
LATER = when("2026-03-13 18:00")


@pytest.mark.parametrize(
    "story",
    [
        "s03-returned-twice",
        "s-suspension-runs-out",
        "s-extension-rejected",
        "s-statutory-route",
        "s-urgent-reworked",
    ],
)
def test_limits_are_as_the_fold_has_them_at_every_event_of_a_story(story: str) -> None:
    case: Case | None = None
    events: list[Event] = []
    for event in played(story):
        case = evolve(case, event)
        events.append(event)
        runs = facts_of(events, plan()).runs
        for sla, clock in case.clocks.items():
            last = runs[sla][-1]
            assert (last.limit, last.verdict, last.ended_at) == (clock.limit, clock.verdict, clock.ended_at)
            assert (last.paused_at, last.pauses, last.start) == (clock.paused_at, clock.pauses, clock.start)


def test_a_resume_moves_the_due_instant() -> None:
    events = [*handled(AT, DUE, None), paused("handle", AT + HOUR), resumed("handle", AT + DAY, LATER)]
    case = facts(events)
    assert case.runs["handle"][0].limit == LATER
    assert counts(reported([case], LATER, LATER + 1)["on_time"]) == (0, 1)
    assert counts(reported([case], DUE, DUE + 1)["on_time"]) == (0, 0)


def test_what_ended_before_it_was_recorded_has_no_pause_after_its_end() -> None:
    """M12: a reply that really came on Tuesday ends the cycle on Tuesday, though it was paused on Wednesday."""
    events = [
        opened(AT),
        started("handle", AT, DUE),
        paused("handle", AT + 2 * DAY),
        attrs.evolve(stopped("handle", AT + DAY, DUE), at=AT + 3 * DAY),
    ]
    assert facts(events).runs["handle"][0].pauses == ()


def test_asked_for_and_not_granted() -> None:
    asked = ActRequested(at=AT + HOUR, sla="handle", act="extension", by=LI)
    other = attrs.evolve(asked, act="suspension")
    found = reported([facts([*handled(AT, DUE, None), asked])])
    assert (counts(found["extension_asked"]), counts(found["extension"])) == ((1, 1), (0, 1))
    assert counts(reported([facts([*handled(AT, DUE, None), other])])["extension_asked"]) == (0, 1)


def test_a_rung_that_supervises_is_not_a_person() -> None:
    by_rung = fired(
        AT + HOUR, "supervise", "supervised", track="oversight", by=Stamp("system", None, "sign/1")
    )
    assert counts(reported([facts([*handled(AT, DUE, None), by_rung])])["supervision"]) == (0, 1)


def test_when_an_imported_case_entered_its_state_is_not_known() -> None:
    begun = attrs.evolve(opened(AT), states={"union": "dispatched"}, imported_at=AT + DAY, imported_by=LI)
    case = facts([begun, started("handle", AT, DUE), stopped("handle", AT + HOUR, DUE)])
    assert case.marks == {}
    assert counts(reported([case], members="registered")["on_time"]) == (
        1,
        1,
    )  # registered where it was opened


def test_without_kinds_every_party_is_a_person() -> None:
    said = hotline()
    assert said.rating is not None
    terms = attrs.evolve(said, rating=RatingTerms(field="rating", good=said.rating.good))
    events = [
        opened(AT),
        PartyRecorded(at=AT, by=LI, party=Party(id="r1", kind="representative")),
        PartyRated(at=AT, by=LI, party="r1", rating="satisfied"),
    ]
    assert len(facts_of(events, Plan(terms)).people) == 1
    assert facts(events).people == ()


def test_who_speaks_for_himself_is_a_person() -> None:
    rate = fired(AT + DAY, "callback_satisfied", "rated", fields={"rating": "satisfied"})
    case = facts([*handled(AT, DUE, AT + HOUR), rate])
    assert counts(reported([case], ratings="person")["satisfaction"]) == (1, 1)


def test_what_is_judged_when_it_really_happened_waits_for_that() -> None:
    begun = attrs.evolve(started("handle", AT, DUE), observed=True)
    events = [opened(AT), fired(AT, "dispatch", "dispatched"), begun]
    found = reported([facts(events)])["limit_on_time:handle"]
    assert (counts(found), found.excluded) == ((0, 0), {"open": 1})


def test_a_merged_call_is_not_missed_in_the_dispatch_rate() -> None:
    events = [opened(AT), fired(AT + 1, "pick_up"), fired(AT + MINUTE, "merge", "merged")]
    found = reported([facts(events)])["dispatch"]
    assert (counts(found), found.excluded) == ((0, 0), {"merged": 1})


def test_a_result_counts_though_the_case_was_withdrawn_afterwards() -> None:
    events = [*handled(AT, DUE, AT + HOUR), fired(AT + DAY, "withdraw", "closed")]
    assert counts(reported([facts(events)])["on_time"]) == (1, 1)


def test_what_was_never_extended_has_one_due_instant() -> None:
    """That a target changed is no extension: the limit of the events holds, whatever the budget would give."""
    changed = ClockRetargeted(at=AT + HOUR, sla="handle", target=1, limit=LATER, term=2)
    end = fired(LATER, "submit", "in_review")
    events = [*handled(AT, DUE, None), changed, end, stopped("handle", LATER, LATER)]
    found = reported([facts(events)])
    assert counts(found["on_time"]) == counts(found["on_time_unextended"]) == (1, 1)


def test_of_a_part_taken_over_the_limit_before_the_extension_is_the_unextended_one() -> None:
    """Then the budget alone says nothing (K5)."""
    begun = attrs.evolve(started("handle", AT, DUE), budget=None, until=1)
    case = facts(
        [
            opened(AT),
            begun,
            ClockRetargeted(at=AT, sla="handle", target=0, limit=DUE, term=1, how="carry"),
            extended("handle", AT + HOUR, LATER),
            fired(DUE + 1, "submit", "in_review"),
            stopped("handle", DUE + 1, LATER),
        ]
    )
    run = attrs.evolve(case.runs["handle"][0], carried=True)
    case = attrs.evolve(case, runs={"handle": (run,)})
    assert counts(reported([case])["on_time"]) == (1, 1)
    assert counts(reported([case])["on_time_unextended"]) == (0, 1)


def test_a_push_that_went_well_before_says_nothing_of_this_one() -> None:
    def government(at: int, trigger: str, state: str) -> Event:
        return fired(at, trigger, state, track="government")

    begun = [government(AT, "g_open", "pending_push"), government(AT + MINUTE, "push_ok", "pushed")]
    again = government(AT + HOUR, "g_open_later", "pending_push")
    assert counts(reported([facts([opened(AT), *begun, again])])["push"]) == (1, 2)


def test_what_was_closed_and_is_open_again() -> None:
    events = [
        *handled(AT, DUE, AT + HOUR),
        fired(AT + DAY, "callback_satisfied", "rated", closed=True),
        fired(AT + 2 * DAY, "reopen", "coordinated"),
    ]
    found = reported([facts(events)])
    assert (counts(found["rework"]), found["rework"].excluded) == ((0, 0), {"reopened": 1})
    assert found["closed"].numerator == 0
    assert counts(found["closed_share"]) == (0, 1)
    assert reported([facts(events[:-1])])["closed"].numerator == 1


def test_a_ruling_speaks_of_what_was_said_before_it() -> None:
    def rate(at: int) -> Event:
        return fired(at, "callback_dissatisfied", "rework_ruling", fields={"rating": "dissatisfied"})

    denied = fired(AT + 2 * DAY, "deny_rework", "rated")
    events = [*handled(AT, DUE, AT + HOUR), rate(AT + DAY), denied, rate(AT + 3 * DAY)]
    assert counts(reported([facts(events)], ruled="excluded")["satisfaction"]) == (0, 1)


def test_no_instant_is_deducted_twice() -> None:
    """A cycle that goes on has taken over the pauses before it, and may have been in one."""
    tuesday, wednesday, thursday = (when(f"2026-03-0{day} 09:00") for day in (3, 4, 5))
    end = when("2026-03-10 09:00")
    goes_on = attrs.evolve(started("handle", AT, DUE, cycle=2), pauses=((tuesday, thursday),))
    events = [
        *handled(AT, DUE, None),
        paused("handle", tuesday),
        resumed("handle", wednesday, DUE),
        ClockCancelled(at=thursday, sla="handle", reason="restarted"),
        goes_on,
        fired(end, "submit", "in_review"),
        stopped("handle", end, end),
    ]
    assert reported([facts(events)])["handling_days"].value == 6 - 2


def test_past_what_the_calendar_knows_the_weekly_hours_count() -> None:
    calendar = office()[1]
    assert calendar.announced_through is not None
    begun = when(f"{calendar.announced_through} 09:00")
    case = facts(handled(begun, begun + 30 * DAY, begun + 7 * DAY))
    assert reported([case])["handling_days"].value == 5


def test_the_mean_is_of_what_was_submitted_in_the_period() -> None:
    case = facts(handled(AT, DUE, AT + DAY))
    assert counts(reported([case], AT, AT + DAY)["handling_days"]) == (0, 0)
    assert counts(reported([case], AT, AT + DAY + 1)["handling_days"]) == (1, 1)


def test_without_its_calendar_a_case_has_no_working_days() -> None:
    tally = Tally(hotline(), Period(None, DUE), Conventions(), {})
    tally.add(facts(handled(AT, DUE, AT + DAY)))
    found = next(one for one in tally.figures() if one.id == "handling_days")
    assert found.excluded == {"no_calendar": 1}


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(("known", "expected"), [(DUE, None), (DUE + 1, (0, 1))])
def test_a_case_of_the_period_that_is_late_by_now_is_late_whether_it_was_due_in_it_or_not(
    swept: bool, known: int, expected: tuple[int, int] | None
) -> None:
    events = handled(AT, DUE, None)
    if swept and known > DUE:
        events.append(ClockBreached(at=DUE + 1, sla="handle", cycle=1, due=DUE))
    tally = Tally(hotline(), Period(AT - DAY, AT + DAY, known), Conventions(members="registered"), {})
    tally.add(facts(events))
    found = {one.id: one for one in tally.figures() if not one.about}
    for name in ("closing", "on_time"):
        if expected is None:
            assert found[name].excluded == {"open": 1}
        else:
            assert counts(found[name]) == expected


def test_a_rating_of_before_the_import_is_no_rating_of_the_period() -> None:
    begun = attrs.evolve(opened(AT, rating="dissatisfied"), imported_at=AT + DAY, imported_by=LI)
    assert counts(reported([facts([begun])])["satisfaction"]) == (0, 0)
    rated = fired(AT + 2 * DAY, "callback_satisfied", "rated", fields={"rating": "satisfied"})
    assert counts(reported([facts([begun, rated])])["satisfaction"]) == (1, 1)
