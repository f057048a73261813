"""Numbers that were published, from histories of that many cases; and those of the scripted stories."""

from __future__ import annotations

from fractions import Fraction

import pytest

from casewf.kpi import CaseFacts, Conventions, Figure, handling_days
from kpi_histories import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    counts,
    facts,
    fired,
    handled,
    hotline,
    office,
    opened,
    played,
    reported,
    when,
)

SIGNED = "2026-03-02 09:00"


def percent(figure: Figure) -> str:
    assert figure.value is not None
    return f"{float(figure.value):.2%}"


def call(number: int, *, answered: bool) -> CaseFacts:
    at = when(SIGNED) + number * SECOND
    return facts([opened(at), *([fired(at + 9 * SECOND, "pick_up")] if answered else [])])


def test_the_connect_rate_of_the_seed() -> None:
    one, other = call(1, answered=True), call(2, answered=False)
    found = reported([one] * 62_666 + [other] * (63_000 - 62_666))["connect"]
    assert counts(found) == (62_666, 63_000)
    assert percent(found) == "99.47%"


def question(*, answered: bool) -> CaseFacts:
    at = when(SIGNED)
    end = fired(at + 5 * MINUTE, "answer_now", "answered", closed=True)
    sent = fired(at + 5 * MINUTE, "dispatch", "dispatched")
    return facts([opened(at, category="consult"), end if answered else sent])


def test_the_one_call_rate_of_the_seed() -> None:
    one, other = question(answered=True), question(answered=False)
    found = reported([one] * 51_995 + [other] * 5)["one_call"]
    assert counts(found) == (51_995, 52_000)
    assert percent(found) == "99.99%"


def rated(value: str) -> CaseFacts:
    at = when(SIGNED)
    more = [fired(at + DAY, "callback_satisfied", "rated", fields={"rating": value})]
    return facts([*handled(at, at + 9 * DAY, at + DAY), *more])


def test_the_satisfaction_of_the_seed() -> None:
    one, other = rated("basically_satisfied"), rated("dissatisfied")
    found = reported([one] * 10_979 + [other] * 21)["satisfaction"]
    assert counts(found) == (10_979, 11_000)
    assert percent(found) == "99.81%"


class TestBeijing:
    """北京 12351, January and February 2021: 99.13 % and 98.11 % follow from the orders *due*, 4,028 of them."""

    start, end = when("2021-01-01 00:00"), when("2021-03-01 00:00")

    def cases(self) -> list[CaseFacts]:
        day = when("2021-01-18 09:00")
        due = day + 15 * DAY
        in_time, late, never = (facts(handled(day, due, end)) for end in (day + 6 * DAY, due + DAY, None))
        later = facts(
            handled(self.end - DAY, self.end + 14 * DAY, None)
        )  # dispatched, but not due in the period
        answered = facts([opened(day), fired(day + SECOND, "pick_up")])
        made = ((in_time, 3_952), (late, 3_993 - 3_952), (never, 4_028 - 3_993), (later, 4_190 - 4_028))
        return [one for case, number in (*made, (answered, 18_592 - 4_190)) for one in [case] * number]

    def test_its_rates_have_the_denominator_due(self) -> None:
        found = reported(self.cases(), self.start, self.end)
        assert counts(found["closing"]) == (3_993, 4_028)
        assert percent(found["closing"]) == "99.13%"
        assert counts(found["on_time"]) == (3_952, 4_028)
        assert percent(found["on_time"]) == "98.11%"
        assert counts(found["on_time_unextended"]) == counts(found["on_time"])
        assert counts(found["dispatch"]) == (4_190, 18_592)
        assert percent(found["dispatch"]) == "22.54%"

    def test_other_denominators_give_other_numbers(self) -> None:
        cases = self.cases()
        of_registered = reported(cases, self.start, self.end, members="registered")
        assert counts(of_registered["closing"]) == (3_993, 4_028)
        assert of_registered["closing"].excluded == {"open": 4_190 - 4_028}
        assert counts(of_registered["on_time"]) == (3_952, 4_028)
        assert of_registered["on_time"].excluded == {"open": 4_190 - 4_028}
        of_closed = reported(cases, self.start, self.end, members="closed")
        assert counts(of_closed["on_time"]) == (3_952, 3_993)


# The scripted stories, with the expected results that stand under each of them.
S01, S03, S05, S08 = "s01-yang-yun", "s03-returned-twice", "s05-reworked", "s08-answered-on-the-telephone"


def days(story: str, **conventions: object) -> Fraction | str:
    version, calendar = office()
    return handling_days(facts(played(story)), hotline(), Conventions(**conventions), {version: calendar})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("story", "first", "last"), [(S01, 0, 0), (S03, 9, 9), (S05, 5, 11), (S08, "open", "open")]
)
def test_the_handling_of_the_stories(story: str, first: object, last: object) -> None:
    assert days(story) == first
    assert days(story, submission="last") == last


def test_the_mean_of_the_ten_scripted_cases() -> None:
    """Their durations were computed by hand; with the rework round of the fifth the mean is another one."""
    calendar = office()[1]
    begun = when(SIGNED)

    def handled_in(first: int, last: int) -> CaseFacts:
        ends = [begun + HOUR if days == 0 else calendar.days_after(begun, days) for days in (first, last)]
        events = handled(begun, begun + 90 * DAY, ends[0])
        if last != first:
            events += [
                fired(ends[0] + HOUR, "grant_rework", "coordinated"),
                fired(ends[1], "submit", "in_review"),
            ]
        return facts(events)

    cases = [
        handled_in(*both) for both in ((0, 0), (14, 14), (9, 9), (13, 13), (5, 11), (2, 2), (9, 9), (6, 6))
    ]
    assert reported(cases)["handling_days"].value == Fraction("7.25")
    assert reported(cases, submission="last")["handling_days"].value == 8


def test_the_first_story_is_on_time_satisfied_and_kept() -> None:
    found = reported([facts(played(S01))])
    assert counts(found["on_time"]) == counts(found["satisfaction"]) == counts(found["performance"]) == (1, 1)
    assert counts(found["supervision"]) == (1, 1)
    assert counts(found["supervision_cards"]) == (0, 1)
    assert counts(found["answer_15s"]) == (1, 1)


def test_the_third_story_was_asked_back_twice_and_sent_back_once() -> None:
    found = reported([facts(played(S03))])
    assert counts(found["return_requested"]) == (2, 2)
    assert counts(found["return_granted"]) == (1, 2)
    assert counts(found["dispatch_accuracy"]) == (0, 1)
    assert found["sign_on_time"].excluded == {"returned": 1}
    assert counts(found["sign_on_time"]) == (1, 1)


def test_the_fifth_story_is_dissatisfied_first_and_satisfied_finally() -> None:
    case = facts(played(S05))
    final, first = reported([case]), reported([case], rating="first", submission="last")
    assert counts(final["satisfaction"]) == (1, 1)
    assert counts(first["satisfaction"]) == (0, 1)
    assert counts(final["on_time"]) == counts(first["on_time"]) == (1, 1)
    assert counts(final["rework"]) == (1, 1)
    assert counts(final["response"]) == (0, 1)  # there was a call, and nobody took it
    assert counts(final["push"]) == (0, 1)  # accepted after eleven minutes


def test_the_eighth_story_is_a_question_answered_on_the_telephone() -> None:
    found = reported([facts(played(S08))])
    assert counts(found["one_call"]) == (1, 1)
    assert counts(found["dispatch"]) == (0, 1)
    assert counts(found["handling_days"]) == (0, 0)
    assert found["handling_days"].value is None
    assert counts(found["satisfaction"]) == (1, 1)
