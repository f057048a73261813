"""What figures say of cases that went another way than was meant: sent back for review, withdrawn, left lying."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest

from casewf.kpi import Conventions, Plan, RatingTerms, facts_of, handling_days
from casewf.model.case import Party
from casewf.model.clock_events import ClockBreached, ClockCancelled
from casewf.model.events import Event
from casewf.model.file_events import PartyLeft, PartyRated, PartyRecorded, SplitOff
from kpi_histories import (
    DAY,
    HOUR,
    LI,
    counts,
    facts,
    fired,
    handled,
    hotline,
    office,
    opened,
    paused,
    played,
    reported,
    resumed,
    started,
    stopped,
    when,
)

AT = when("2026-03-02 09:00")  # a Monday
DUE = when("2026-03-20 18:00")


def rejected_in_review() -> list[Event]:
    """Suspended for a day, submitted on Friday, rejected on Wednesday, submitted again on Thursday."""
    first, back, last = (when(f"2026-03-{day} 09:00") for day in ("06", "11", "12"))
    suspension = (when("2026-03-03 09:00"), when("2026-03-04 09:00"))
    goes_on = attrs.evolve(
        started("handle", AT, DUE, cycle=2), at=back, start=AT, pauses=(suspension, (first, back))
    )
    return [
        *handled(AT, DUE, None),
        paused("handle", suspension[0]),
        resumed("handle", suspension[1], DUE),
        fired(first, "submit", "in_review"),
        stopped("handle", first, DUE),
        fired(back, "review_reject", "coordinated"),
        goes_on,
        fired(last, "submit", "in_review"),
        stopped("handle", last, DUE),
    ]


@pytest.mark.parametrize(
    ("submission", "suspended", "expected"),
    [("first", "deducted", 3), ("first", "counted", 4), ("last", "deducted", 7), ("last", "counted", 8)],
)
@pytest.mark.parametrize("kind", ["whole", "exact"])
def test_a_result_that_waits_for_its_review_is_no_suspension(
    submission: str, suspended: str, expected: int, kind: str
) -> None:
    """Its limit stands still then, and the handling of the case goes on, as it does until rework is granted."""
    version, calendar = office()
    by = Conventions(submission=submission, suspended=suspended, days=kind)  # type: ignore[arg-type]
    found = handling_days(facts(rejected_in_review()), hotline(), by, {version: calendar})
    assert found == expected


def test_a_story_of_a_review_rejected_has_only_its_suspension_deducted() -> None:
    version, calendar = office()
    by = Conventions(submission="last", days="calendar")
    found = handling_days(facts(played("v1-suspended-and-extended")), hotline(), by, {version: calendar})
    span = when("2026-04-21 10:00") - when("2026-03-10 09:00")
    assert found == Fraction(span, DAY) - 14  # suspended from the 18th of March to the 1st of April


def test_a_cycle_that_stands_still_from_its_beginning_is_suspended() -> None:
    """One that began anew at the instant at which the one before was called off."""
    again, resume, end = (when(f"2026-03-{day} 09:00") for day in ("03", "05", "06"))
    events = [
        *handled(AT, DUE, None),
        ClockCancelled(at=again, sla="handle", reason="restarted"),
        started("handle", again, DUE, cycle=2),
        paused("handle", again),
        resumed("handle", resume, DUE),
        fired(end, "submit", "in_review"),
        stopped("handle", end, DUE),
    ]
    assert reported([facts(events)])["handling_days"].value == 4 - 2


# Dispatches that were not signed for


def dispatched(*more: Event, closed: bool = False) -> list[Event]:
    """A complaint whose dispatch is to be signed for within a day."""
    begun = [opened(AT - HOUR, category="complaint"), fired(AT, "dispatch", "dispatched")]
    return [*begun, started("sign", AT, AT + DAY), *more]


@pytest.mark.parametrize(
    ("mark", "trigger", "to"),
    [
        ("returned", "approve_return", "received"),
        ("withdrawn", "withdraw", "closed"),
        ("merged", "merge", "merged"),
        ("transferred", "transfer", "transferred"),
        ("cancelled", "other", "elsewhere"),
    ],
)
@pytest.mark.parametrize("reason", ["cancelled", "case_ended"])
def test_a_dispatch_is_left_out_for_what_ended_it(mark: str, trigger: str, to: str, reason: str) -> None:
    end = AT + HOUR
    over = ClockCancelled(at=end, sla="sign", reason=reason)
    found = reported([facts(dispatched(fired(end, trigger, to), over))])["sign_on_time"]
    expected = reason if mark == "cancelled" else mark
    assert (counts(found), found.excluded) == ((0, 0), {expected: 1})


def test_a_dispatch_that_was_returned_before_the_case_was_withdrawn_was_returned() -> None:
    again = AT + 2 * HOUR
    events = dispatched(
        fired(AT + HOUR, "approve_return", "received"),
        ClockCancelled(at=AT + HOUR, sla="sign", reason="cancelled"),
        fired(again, "dispatch", "dispatched"),
        started("sign", again, again + DAY, cycle=2),
        fired(again + HOUR, "withdraw", "closed"),
        ClockCancelled(at=again + HOUR, sla="sign", reason="cancelled"),
    )
    assert reported([facts(events)])["sign_on_time"].excluded == {"returned": 1, "withdrawn": 1}


def test_a_dispatch_that_was_late_already_was_late() -> None:
    """A breach never heals (K3)."""
    end = AT + 2 * DAY
    events = dispatched(
        ClockBreached(at=AT + DAY + 1, sla="sign", cycle=1, due=AT + DAY),
        fired(end, "withdraw", "closed"),
        ClockCancelled(at=end, sla="sign", reason="cancelled"),
    )
    assert counts(reported([facts(events)])["sign_on_time"]) == (0, 1)


def test_the_withdrawn_story_was_not_returned() -> None:
    found = reported([facts(played("s-withdrawn"))])["sign_on_time"].excluded
    assert "returned" not in found


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(("known", "expected"), [(AT + DAY, None), (AT + DAY + 1, (0, 1))])
def test_who_never_signed_has_not_answered_once_that_was_due(
    swept: bool, known: int, expected: tuple[int, int] | None
) -> None:
    """The limit of the first contact begins with the signature: without one it is never late."""
    events = dispatched()
    if swept and expected is not None:
        events.append(ClockBreached(at=AT + DAY + 1, sla="sign", cycle=1, due=AT + DAY))
    found = reported([facts(events)], None, known)["response"]
    if expected is None:
        assert (counts(found), found.excluded) == ((0, 0), {"open": 1})
    else:
        assert (counts(found), found.excluded) == (expected, {})


def test_who_signed_late_is_judged_by_the_contact() -> None:
    late = AT + 2 * DAY
    signed = [
        fired(late, "sign", "coordinated"),
        stopped("sign", late, AT + DAY),
        started("contact", late, late + DAY),
    ]
    begun = dispatched(*signed)
    assert reported([facts(begun)], None, late + HOUR)["response"].excluded == {"open": 1}
    spoken = [
        fired(late + HOUR, "contact", fields={"connected": True}),
        stopped("contact", late + HOUR, late + DAY),
    ]
    assert counts(reported([facts([*begun, *spoken])])["response"]) == (1, 1)


def test_a_second_dispatch_that_nobody_signed_for_counts_too() -> None:
    again = AT + 2 * HOUR
    events = dispatched(
        stopped("sign", AT + 1, AT + DAY),
        started("contact", AT + 1, AT + DAY),
        ClockCancelled(at=AT + HOUR, sla="contact", reason="cancelled"),
        fired(AT + HOUR, "approve_return", "received"),
        fired(again, "dispatch", "dispatched"),
        started("sign", again, again + DAY, cycle=2),
    )
    assert reported([facts(events)], None, again + DAY)["response"].excluded == {"cancelled": 1}
    assert counts(reported([facts(events)], None, again + DAY + 1)["response"]) == (0, 1)


def test_a_contact_that_is_not_due_yet_is_open_whether_it_was_signed_for_or_not() -> None:
    """As with urgent cases, whose limit of the contact begins with the dispatch."""
    events = dispatched(started("contact", AT, AT + 3 * DAY))
    assert reported([facts(events)], None, AT + 2 * DAY)["response"].excluded == {"open": 1}


def test_a_case_that_ended_unsigned_has_no_response() -> None:
    end = AT + 3 * DAY
    events = dispatched(
        fired(end, "withdraw", "closed", closed=True), ClockCancelled(at=end, sla="sign", reason="cancelled")
    )
    late = [
        events[0],
        events[1],
        events[2],
        ClockBreached(at=AT + DAY + 1, sla="sign", cycle=1, due=AT + DAY),
    ]
    for history in (events, [*late, *events[3:]]):
        found = reported([facts(history)])["response"]
        assert (counts(found), found.excluded) == ((0, 0), {"case_ended": 1})


# People who rated and went


@pytest.mark.parametrize("kinds", [frozenset({"worker"}), frozenset[str]()])
@pytest.mark.parametrize("went", ["left", "split"])
def test_what_somebody_said_counts_here_though_he_went(kinds: frozenset[str], went: str) -> None:
    """Where the kinds that count are named, and where all do."""
    said = hotline()
    assert said.rating is not None
    rating = RatingTerms(field="rating", good=said.rating.good, persons=kinds)
    gone = (
        PartyLeft(at=AT + DAY, by=LI, party="w1")
        if went == "left"
        else SplitOff(at=AT + DAY, by=LI, other="c2", parties=("w1",))
    )
    events = [
        opened(AT),
        PartyRecorded(at=AT, by=LI, party=Party(id="w1", kind="worker")),
        PartyRated(at=AT + HOUR, by=LI, party="w1", rating="satisfied"),
        gone,
    ]
    found = facts_of(events, Plan(attrs.evolve(said, rating=rating)))
    assert [one.value for people in found.people for one in people] == ["satisfied"]
