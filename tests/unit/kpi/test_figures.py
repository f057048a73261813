"""What each figure counts, what it leaves out and why, and what each convention changes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs
import pytest

from casewf.definition.load import load_workflow, terms_of
from casewf.kpi import (
    FIGURES,
    REASONS,
    CaseFacts,
    Conventions,
    Figure,
    Period,
    Plan,
    Tally,
    facts_of,
    general_terms,
)
from casewf.kpi.words import LABELS
from casewf.model.case import Party, Stamp
from casewf.model.clock_events import ClockBreached, ClockCancelled, RungFired
from casewf.model.events import Erased, Event
from casewf.model.file_events import Linked, PartyRated, PartyRecorded
from casewf.model.migration_events import Migrated
from kpi_histories import (
    DAY,
    HOUR,
    LI,
    MINUTE,
    SECOND,
    counts,
    extended,
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
DUE = when("2026-03-06 18:00")


def one(events: Sequence[Event], name: str, **conventions: object) -> Figure:
    return reported([facts(events)], **conventions)[name]


def is_left_out(figure: Figure, reason: str) -> bool:
    return counts(figure) == (0, 0) and figure.excluded == {reason: 1}


def plus(events: list[Event], *more: Event) -> list[Event]:
    return [*events, *more]


# --- the telephone ---


def test_a_call_during_an_outage_is_left_out() -> None:
    outages = ((AT - HOUR, AT + 1),)
    assert is_left_out(one([opened(AT)], "connect", outages=outages), "outage")
    assert counts(one([opened(AT + 1)], "connect", outages=outages)) == (0, 1)


def test_who_hangs_up_at_once_was_not_offered_to_anybody() -> None:
    said = hotline()
    hung_up = {**said.marks, "hung_up": said.marks["withdrawn"]}
    terms = attrs.evolve(said, marks=hung_up)

    def connect(after: int) -> Figure:
        tally = Tally(terms, Period(None, AT + DAY), Conventions(), {})
        tally.add(facts_of([opened(AT), fired(AT + after, "withdraw", "closed")], Plan(terms)))
        return next(found for found in tally.figures() if found.id == "connect")

    assert is_left_out(connect(5 * SECOND), "hung_up")
    assert counts(connect(6 * SECOND)) == (0, 1)


def test_other_channels_ring_no_telephone() -> None:
    assert counts(one([opened(AT, channel="web"), fired(AT + SECOND, "register")], "connect")) == (0, 0)


def test_a_case_split_off_another_one_is_no_call() -> None:
    split = Linked(at=AT, by=LI, kind="split_from", other="c0")
    assert is_left_out(one([opened(AT), split], "connect"), "split")
    assert counts(one([opened(AT), split, fired(AT + SECOND, "register")], "dispatch")) == (0, 0)


@pytest.mark.parametrize(("after", "within", "soon"), [(15, 15, 1), (16, 15, 0), (16, 20, 1)])
def test_answered_at_once(after: int, within: int, soon: int) -> None:
    events = [opened(AT), fired(AT + after * SECOND, "pick_up")]
    assert counts(one(events, "answer_15s", answer_within=within * SECOND)) == (soon, 1)


def asked(at: int, case: str, caller: str | None = "M-1", topic: str = "contract") -> CaseFacts:
    values = {"category": "consult", "topic": topic} | ({} if caller is None else {"caller_id": caller})
    return facts([opened(at, case, **values), fired(at + MINUTE, "answer_now", "answered", closed=True)])


@pytest.mark.parametrize(
    ("second", "first_was_enough"),
    [
        (asked(AT + 7 * DAY, "c2"), 0),
        (asked(AT + 7 * DAY + 1, "c2"), 1),
        (asked(AT + DAY, "c2", topic="overtime_pay"), 1),
        (asked(AT + DAY, "c2", caller="M-2"), 1),
        (asked(AT + DAY, "c2", caller=None), 1),
        (asked(AT - DAY, "c2"), 1),  # then it is that one that was not enough
    ],
)
def test_a_question_asked_again_was_not_answered_the_first_time(
    second: CaseFacts, first_was_enough: int
) -> None:
    earlier, later = second.opened_at >= AT, second.opened_at < AT
    expected = first_was_enough + 1 if earlier else 1
    for cases in ([asked(AT, "c1"), second], [second, asked(AT, "c1")]):
        assert counts(reported(cases)["one_call"]) == (expected, 2)
    assert earlier or later


def test_a_question_that_nobody_has_answered_yet_is_left_out() -> None:
    assert is_left_out(one([opened(AT, category="consult")], "one_call"), "open")


# --- the work ---


def test_the_period_is_half_open() -> None:
    case = facts(handled(AT, DUE, AT + HOUR))
    assert counts(reported([case], DUE, DUE + 1)["on_time"]) == (1, 1)
    assert counts(reported([case], DUE + 1, DUE + 2)["on_time"]) == (0, 0)
    assert counts(reported([case], AT, DUE)["on_time"]) == (0, 0)


def test_late_is_late_whether_a_sweep_has_written_it_down_or_not() -> None:
    swept = plus(handled(AT, DUE, None), ClockBreached(at=DUE, sla="handle", cycle=1, due=DUE))
    for events in (swept, handled(AT, DUE, None)):
        assert counts(one(events, "on_time")) == counts(one(events, "limit_on_time:handle")) == (0, 1)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (fired(AT + HOUR, "merge", "merged"), "merged"),
        (fired(AT + HOUR, "withdraw", "closed"), "withdrawn"),
        (fired(AT + HOUR, "transfer", "transferred"), "transferred"),
    ],
)
def test_who_goes_another_way_is_left_out_by_name(end: Event, reason: str) -> None:
    cancelled = ClockCancelled(at=AT + HOUR, sla="handle", reason="case_ended")
    for name in ("closing", "on_time", "on_time_unextended"):
        assert is_left_out(one([*handled(AT, DUE, None), end, cancelled], name), reason)


def test_who_stands_still_is_left_out() -> None:
    events = plus(handled(AT, DUE, None), paused("handle", AT + HOUR))
    assert is_left_out(one(events, "on_time"), "suspended")
    assert is_left_out(one(events, "closing"), "suspended")


def test_an_extension_counts_and_is_told_beside() -> None:
    later = when("2026-03-13 18:00")
    events = [*handled(AT, DUE, None), extended("handle", AT + DAY, later), stopped("handle", DUE + 1, later)]
    found = reported([facts([*events[:-1], fired(DUE + 1, "submit", "in_review"), events[-1]])])
    assert counts(found["on_time"]) == (1, 1)
    assert counts(found["on_time_unextended"]) == (0, 1)
    assert counts(found["extension"]) == counts(found["limit_extended:handle"]) == (1, 1)


def test_a_pause_moves_also_the_limit_without_the_extension() -> None:
    """Four working days from Monday 09:00, extended by five; stood still from Tuesday to Thursday: due on the 10th."""
    days = 4
    limit, later = when("2026-03-13 18:00"), when("2026-03-17 18:00")
    for submitted, in_time in (("2026-03-10 10:00", 1), ("2026-03-11 10:00", 0)):
        at = when(submitted)
        events = [
            opened(AT - HOUR),
            fired(AT, "dispatch", "dispatched"),
            started("handle", AT, DUE, days),
            extended("handle", AT + HOUR, limit),
            paused("handle", when("2026-03-03 09:00")),
            resumed("handle", when("2026-03-05 09:00"), later),
            fired(at, "submit", "in_review"),
            stopped("handle", at, later),
        ]
        found = reported([facts(events)])
        assert counts(found["on_time"]) == (1, 1)
        assert counts(found["on_time_unextended"]) == (in_time, 1)


@pytest.mark.parametrize(
    ("conventions", "days"),
    [
        ({}, 2),
        ({"suspended": "counted"}, 4),
        ({"days": "exact"}, Fraction(2)),
        ({"days": "exact", "suspended": "counted"}, Fraction(4)),
        ({"days": "calendar", "suspended": "counted"}, Fraction(4)),
    ],
)
def test_how_handling_is_told(conventions: dict[str, object], days: Fraction) -> None:
    """Monday 09:00 to Friday 09:00, of which Tuesday 09:00 to Thursday 09:00 it stood still."""
    end = when("2026-03-06 09:00")
    stood = [paused("handle", when("2026-03-03 09:00")), resumed("handle", when("2026-03-05 09:00"), DUE)]
    events = [*handled(AT, DUE, None), *stood, fired(end, "submit", "in_review"), stopped("handle", end, DUE)]
    found = one(events, "handling_days", **conventions)
    assert (found.value, found.denominator, found.unit) == (days, 1, "days")


def test_a_part_of_a_day_is_a_part_of_its_working_time() -> None:
    """The office works from 9 to 12 and from 14 to 18; at 14:00 three of seven hours are over."""
    calendar = office()[1]
    noon, close = when("2026-03-02 12:00"), calendar.day_close(calendar.day_of(AT))
    worked = calendar.work_between(AT, noon)
    whole = calendar.work_between(AT - 9 * HOUR, close)
    assert one(handled(AT, DUE, noon), "handling_days", days="exact").value == Fraction(worked, whole)
    assert one(handled(AT, DUE, noon), "handling_days").value == 0


def test_the_last_submission_is_still_to_come_while_there_is_rework() -> None:
    events = plus(handled(AT, DUE, AT + HOUR), fired(AT + DAY, "grant_rework", "coordinated"))
    assert counts(one(events, "handling_days")) == (0, 1)
    assert counts(one(events, "handling_days", submission="last")) == (0, 0)


def test_the_last_round_is_judged_by_its_own_limit() -> None:
    late = when("2026-03-20 18:00")
    rework = [
        fired(AT + DAY, "grant_rework", "coordinated"),
        started("rework", AT + DAY, AT + 2 * DAY),
        fired(late, "submit", "in_review"),
        stopped("rework", late, AT + 2 * DAY),
    ]
    events = [*handled(AT, DUE, AT + HOUR), *rework]
    assert counts(one(events, "on_time")) == (1, 1)
    assert counts(one(events, "on_time", submission="last")) == (0, 1)


# --- how it went ---


def test_the_response_is_a_call_that_somebody_took() -> None:
    def contact(*more: Event, **fields: object) -> Figure:
        return one([*handled(AT, DUE, None, **fields), *more], "response")

    limit = AT + 2 * HOUR
    begun = started("contact", AT, limit)
    assert counts(contact(begun, stopped("contact", AT + HOUR, limit))) == (1, 1)
    assert counts(contact(begun)) == (0, 1)
    assert is_left_out(contact(begun, anonymous=True), "anonymous")
    assert is_left_out(contact(), "open")
    assert is_left_out(
        contact(begun, ClockCancelled(at=AT + 1, sla="contact", reason="case_ended")), "case_ended"
    )


def test_a_missed_first_call_is_not_healed_by_a_later_one() -> None:
    limit = AT + 2 * HOUR
    rounds = [
        started("contact", AT, limit),
        stopped("contact", limit + 1, limit),
        started("contact", AT + DAY, AT + 2 * DAY, cycle=2),
        stopped("contact", AT + DAY + 1, AT + 2 * DAY),
    ]
    assert counts(one([*handled(AT, DUE, None), *rounds], "response")) == (0, 1)


def test_supervision_by_a_card_and_by_hand() -> None:
    def rung(card: str) -> RungFired:
        return RungFired(
            at=AT + HOUR, sla="sign", cycle=1, term=1, rung=0, repetition=1, scheduled_for=AT, card=card
        )

    base = handled(AT, DUE, AT + HOUR)
    by_hand = fired(AT + HOUR, "supervise", "supervised", track="oversight")
    by_rung = fired(AT + HOUR, "supervise", "supervised", track="oversight", by=Stamp("system"))
    for more, expected in (
        ([], (0, 0)),
        ([rung("blue")], (0, 0)),
        ([rung("yellow"), by_rung], (1, 1)),
        ([by_hand], (1, 0)),
    ):
        found = reported([facts([*base, *more])])
        assert (found["supervision"].numerator, found["supervision_cards"].numerator) == expected
    assert counts(reported([facts([*base, rung("red"), rung("red")])])["card:red"]) == (2, 1)


def test_pushed_at_once() -> None:
    begun = fired(AT, "g_open", "pending_push", track="government")

    def push(*more: Event, end: int = AT + DAY) -> Figure:
        return reported([facts([opened(AT - HOUR), begun, *more])], None, end)["push"]

    ok = fired(AT + 5 * MINUTE, "push_ok", "pushed", track="government")
    assert counts(push(ok)) == (1, 1)
    assert counts(push(attrs.evolve(ok, at=AT + 5 * MINUTE + 1))) == (0, 1)
    assert is_left_out(push(end=AT + MINUTE), "open")


def test_duplicates_are_merged_or_linked() -> None:
    base = [opened(AT), fired(AT + MINUTE, "register")]
    linked = Linked(at=AT + HOUR, by=LI, kind="duplicate", other="c9")
    related = attrs.evolve(linked, kind="related")
    for more, expected in ((fired(AT + HOUR, "merge", "merged"), 1), (linked, 1), (related, 0)):
        assert counts(one([*base, more], "duplicate")) == (expected, 1)


def test_an_agreement_is_kept_by_paying_not_by_giving_up() -> None:
    begun = started("performance", AT, DUE)
    ended = stopped("performance", AT + DAY, DUE)
    for trigger, state, kept in (("performance_ok", "performed", 1), ("performance_fail", "failed", 0)):
        move = fired(AT + DAY, trigger, state, track="performance")
        assert counts(one([opened(AT), begun, move, ended], "performance")) == (kept, 1)


def test_a_letter_is_answered_by_an_answer() -> None:
    terms = terms_of(load_workflow("legal-supervision"))
    for trigger, answered in (("employer_reply", 1), ("refuse_receipt", 0)):
        events = [
            opened(AT),
            started("opinion_reply", AT, DUE),
            fired(AT + DAY, trigger, "replied", track="supervision"),
            stopped("opinion_reply", AT + DAY, DUE),
        ]
        tally = Tally(terms, Period(None, DUE + 1), Conventions(), {})
        tally.add(facts_of(events, Plan(terms)))
        letters = next(found for found in tally.figures() if found.id == "letters")
        assert counts(letters) == (answered, 1)


# --- satisfaction ---


def rate(value: str, at: int = AT + DAY) -> Event:
    return fired(at, "callback_satisfied", "rated", fields={"rating": value})


def test_who_did_not_rate_is_left_out() -> None:
    base = handled(AT, DUE, AT + HOUR)
    assert is_left_out(one(plus(base, rate("not_rated")), "satisfaction"), "unrated")
    assert is_left_out(
        one(plus(handled(AT, DUE, None, anonymous=True), rate("not_rated")), "satisfaction"), "anonymous"
    )
    assert counts(one(base, "satisfaction")) == (0, 0)


def test_a_ruling_may_leave_dissatisfaction_out() -> None:
    events = plus(
        handled(AT, DUE, AT + HOUR), rate("dissatisfied"), fired(AT + 2 * DAY, "deny_rework", "rated")
    )
    assert counts(one(events, "satisfaction")) == (0, 1)
    assert is_left_out(one(events, "satisfaction", ruled="excluded"), "ruled")


def test_of_a_group_each_worker_is_counted() -> None:
    events = handled(AT, DUE, AT + HOUR)
    for number in range(4):
        kind = "representative" if number == 3 else "worker"
        events.append(PartyRecorded(at=AT, by=LI, party=Party(id=f"w{number}", kind=kind)))
    for party, first, final in (
        ("w0", "satisfied", "satisfied"),
        ("w1", "dissatisfied", "satisfied"),
        ("w3", "satisfied", "satisfied"),
    ):
        events += [
            PartyRated(at=AT + DAY, by=LI, party=party, rating=first),
            PartyRated(at=AT + 3 * DAY, by=LI, party=party, rating=final),
        ]
    events.append(rate("dissatisfied", AT + 4 * DAY))
    assert counts(one(events, "satisfaction")) == (0, 1)
    assert counts(one(events, "satisfaction", ratings="person")) == (2, 2)
    assert counts(one(events, "satisfaction", ratings="person", rating="first")) == (1, 2)


def test_the_group_of_the_story() -> None:
    case = facts(played("s-group-complaint"))
    assert counts(reported([case], ratings="person", rating="first")["satisfaction"]) == (7, 10)
    assert counts(reported([case], ratings="person")["satisfaction"]) == (10, 10)


# --- whatever a database holds ---


def test_an_imported_case_is_counted_where_its_past_is_known() -> None:
    begun = attrs.evolve(
        opened(AT), states={"union": "coordinated"}, imported_at=AT + DAY, imported_by=LI, origin="old 7"
    )
    submitted = fired(AT + 2 * DAY, "submit", "in_review")
    found = reported(
        [facts([begun, started("handle", AT, DUE), submitted, stopped("handle", AT + 2 * DAY, DUE)])]
    )
    assert counts(found["on_time"]) == (1, 1)
    assert is_left_out(found["handling_days"], "imported")
    assert is_left_out(found["connect"], "imported")


def test_an_erased_case_counts_as_before() -> None:
    events = handled(AT, DUE, AT + HOUR)
    erased = facts(plus(events, Erased(at=AT + 99 * DAY, by=LI, refs=("r1",), everything=True)))
    assert erased.erased
    assert reported([erased]) == reported([facts(events)])


def test_a_migration_may_rename_a_limit_and_a_field() -> None:
    before = started("old_handle", AT, DUE)
    migrated = Migrated(
        at=AT + HOUR,
        by=LI,
        source=("hotline-12351", 1, "g"),
        workflow=("hotline-12351", 2, "h"),
        states={},
        limits={"old_handle": "handle"},
        renamed={"kind": "category"},
    )
    begun = opened(AT)
    said = attrs.evolve(begun, fields={**begun.fields, "category": "consult"})
    events = [
        said,
        before,
        migrated,
        fired(AT + DAY, "submit", "in_review"),
        stopped("handle", AT + DAY, DUE),
    ]
    found = facts(events)
    assert found.migrated
    assert "consult" in found.kinds
    assert counts(reported([found])["limit_on_time:handle"]) == (1, 1)
    assert (
        "consult"
        not in facts([*events, attrs.evolve(migrated, gone=("category",), renamed={}, limits={})]).kinds
    )


def test_a_workflow_about_which_nothing_was_said_has_the_general_figures() -> None:
    workflow = load_workflow("hotline-12351")
    terms = general_terms(workflow)
    tally = Tally(terms, Period(None, AT + 99 * DAY), Conventions(), {office()[0]: office()[1]})
    tally.add(facts_of(played("s05-reworked"), Plan(terms)))
    names = [found.id for found in tally.figures()]
    assert set(names) == {"opened", "closed", "closed_share", "case_days", "limit_on_time", "limit_extended"}


def test_no_events_are_no_case() -> None:
    with pytest.raises(ValueError, match="begins with the event Opened"):
        facts([])


def test_everything_has_a_name() -> None:
    """Each figure and each reason is told in both languages."""
    assert set(LABELS) == set(FIGURES)
    assert all(label.zh and label.en for label in (*LABELS.values(), *REASONS.values()))
    stories = [facts(played(story)) for story in ("s03-returned-twice", "s-withdrawn", "s-anonymous")]
    found = reported([*stories, facts([opened(AT)])])
    for figure in found.values():
        assert figure.label.zh
        assert figure.convention.zh
        assert figure.convention.en
        assert set(figure.excluded) <= set(REASONS)
