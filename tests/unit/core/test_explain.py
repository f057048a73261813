"""Why a limit is due when it is, as data (X1)."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.core.explain import DayLine, Explanation, PauseLine, RungLine, TargetLine, explain, explain_ahead
from casewf.errors import DateMissingError
from casewf.model.amount import CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.case import Cycle
from casewf.model.clock_events import ActRequested, ClockExtended
from core_cases import BOSS, DESK, HOUR, OFFICE, Story, at
from core_flows import LIMIT, PAUSED, limit

MONDAY = dt.date(2025, 6, 16).toordinal()
LATE = "{after: 1 hour, every: 1 hour, times: 2, card: red}"
LADDER = f"ladder: [{{at: 50%, notify: boss}}, {{at: due, card: yellow}}, {LATE}]"
ACTS = "extension: {by: boss, times: 2}, suspension: {by: boss, up_to: 3 days}"


def told(one: Story, when: str) -> Explanation:
    return explain(one.program, one.case, "limit", at(when), one.history)


def day(
    number: int, *worked: tuple[str, str], paused: tuple[tuple[str, str], ...] = (), **more: object
) -> DayLine:
    """The day so many days after Monday; working times are of it."""
    date = f"2025-06-{16 + number}"
    stretches, taken = (
        tuple((at(f"{date} {begin}"), at(f"{date} {end}")) for begin, end in spans)
        for spans in (worked, paused)
    )
    return DayLine(**{  # type: ignore[arg-type]
        "day": MONDAY + number, "working": True, "name": None, "counted": None, "worked": stretches,
        "paused": taken, **more,
    })  # fmt: skip


def test_a_limit_that_was_paused_extended_and_warned_of() -> None:
    """Ten working hours from Monday 09:00, an hour's pause, two more granted: due on Tuesday at 14:00."""
    one = limit(
        f"{PAUSED}, {LADDER}, {ACTS}",
        LIMIT.replace("[{within: 4", "[{when: n > 0, within: 2 working days}, {within: 10 working"),
    )
    one.fire("begin")
    one.fire("wait", when="mon 10:00")
    one.fire("go_on", when="mon 11:00")
    one.act("request_extension", when="mon 12:00", amount=WorkingTime(hours=2))
    one.act("extend", BOSS, when="mon 13:00")
    one.elapse("mon 17:00")
    found = told(one, "mon 17:00")
    clock = one.clock()
    assert (found.sla, found.title, found.kind) == (
        "limit",
        one.program.by_name["limit"].spec.title,
        "service",
    )
    assert (found.cycle, found.term, found.start, found.due) == (1, 2, at("mon 09:00"), at("tue 14:00"))
    assert (found.original, found.verdict, found.phase) == (at("tue 11:00"), "none", "running")
    assert found.targets == (
        TargetLine(condition="n > 0", amount=WorkingDays(2), until=None, won=False),
        TargetLine(condition="", amount=WorkingTime(hours=10), until=None, won=True),
    )
    assert (found.budget, found.extensions, found.carried) == (
        WorkingTime(hours=10),
        (WorkingTime(hours=2),),
        None,
    )
    assert (found.calendar, found.zone, found.provisional) == ((OFFICE.id, OFFICE.version), "UTC", False)
    assert found.days == (
        day(0, ("09:00", "10:00"), ("11:00", "17:00"), paused=(("10:00", "11:00"),)),
        day(1, ("09:00", "14:00")),
    )
    by = one.happened(ActRequested)[0].by
    assert found.pauses == (PauseLine(begin=at("mon 10:00"), end=at("mon 11:00"), reason="state", by=by),)
    assert [type(event) for event in found.changes] == [ActRequested, ClockExtended]
    assert (found.requests, found.suspension, found.cycles) == ((), None, ())
    assert found.rungs == (
        RungLine(number=0, repetition=1, at=at("mon 16:00"), fired=True, card=None),
        RungLine(number=1, repetition=1, at=at("tue 14:00"), fired=False, card="yellow"),
        RungLine(number=2, repetition=1, at=at("tue 15:00"), fired=False, card="red"),
        RungLine(number=2, repetition=2, at=at("tue 16:00"), fired=False, card="red"),
    )
    assert clock.due == found.due


def test_while_it_stands_nothing_is_due_and_no_warning_has_an_instant() -> None:
    one = limit(f"{PAUSED}, {LADDER}, {ACTS}")
    one.fire("begin")
    one.act("request_extension", when="mon 09:30", amount=Elapsed(hours=2))
    one.fire("wait", when="mon 12:00")
    found = told(one, "mon 12:30")
    assert (found.due, found.phase, found.requests) == (None, "paused", one.clock().requests)
    assert found.pauses == (
        PauseLine(
            begin=at("mon 12:00"), end=at("mon 12:30"), reason="state", by=found.pauses[0].by, is_open=True
        ),
    )
    assert [(one.at, one.fired) for one in found.rungs] == [
        (at("mon 11:00"), True),
        (None, False),
        (None, False),
        (None, False),
    ]
    assert explain(one.program, one.case, "limit", at("mon 11:00")).pauses[0].end == at("mon 12:00")


def test_a_suspension_is_shown_with_who_granted_it() -> None:
    one = limit(ACTS)
    one.fire("begin")
    one.act("request_suspension", when="mon 10:00")
    one.act("suspend", BOSS, when="mon 10:00")
    found = told(one, "mon 12:00")
    assert found.suspension == one.clock().suspension
    (pause,) = found.pauses
    assert (pause.reason, pause.by and pause.by.id, pause.is_open) == ("act", "bo", True)


def test_the_time_between_two_cycles_is_called_closed() -> None:
    one = limit("reopen: {fire: reopen}", LIMIT.replace("4 hours", "8 hours"))
    one.fire("begin")
    one.fire("finish", when="mon 10:00")
    one.fire("reopen", when="mon 12:00")
    found = told(one, "mon 13:00")
    assert found.pauses == (PauseLine(begin=at("mon 10:00"), end=at("mon 12:00"), reason="closed"),)
    assert (found.cycle, found.cycles) == (2, (Cycle(1, "met", at("mon 17:00"), at("mon 10:00")),))


def test_working_days_are_numbered_and_rest_days_are_not() -> None:
    """Three working days from Thursday: Friday, Monday, Tuesday."""
    one = limit(base=LIMIT.replace("4 hours", "3 working days"), now=at("thu 12:00"))
    one.fire("begin")
    found = told(one, "thu 12:00")
    full = (("09:00", "17:00"),)
    assert found.days == (
        day(3, ("12:00", "17:00")),
        day(4, *full, counted=1),
        day(5, working=False),
        day(6, working=False),
        day(7, *full, counted=2),
        day(8, *full, counted=3),
    )


def test_calendar_days_show_only_how_the_last_rolled() -> None:
    """Five days from Monday are Saturday."""
    one = limit(base=LIMIT.replace("4 hours", "5 days"))
    one.fire("begin")
    found = told(one, "mon 10:00")
    assert (found.budget, found.due) == (CalendarDays(5), at("2025-06-23 17:00"))
    assert found.days == (day(5, working=False), day(6, working=False), day(7))
    one = limit(base=LIMIT.replace("4 hours", "4 days"))
    one.fire("begin")
    assert told(one, "mon 10:00").days == ()


def test_a_limit_ahead_is_explained_as_a_real_one_would_be() -> None:
    one = limit(f"{LADDER}", LIMIT.replace("[{within: 4", "[{when: n > 0, within: 2 hours}, {within: 4"))
    one.fire("begin")
    ahead = explain_ahead(one.program, "limit", at("mon 09:00"), {})
    assert ahead == told(one, "mon 09:00")
    assert explain_ahead(one.program, "limit", at("mon 09:00"), {"n": 1}).due == at("mon 09:00") + 2 * HOUR


def test_what_has_no_clock_says_what_there_is() -> None:
    one = limit()
    with pytest.raises(KeyError, match="case C1 has no clock 'limit'; it has none"):
        told(one, "mon 09:00")
    one.fire("begin")
    with pytest.raises(KeyError, match="case C1 has no clock 'other'; it has limit"):
        explain(one.program, one.case, "other", at("mon 09:00"))
    with pytest.raises(KeyError, match="no SLA 'other'; there are limit"):
        explain_ahead(one.program, "other", at("mon 09:00"), {})
    dated = limit(base=LIMIT.replace("within: 4 hours", "until: until"))
    dated.fire("begin", DESK)
    with pytest.raises(DateMissingError) as missing:
        told(dated, "mon 10:00")
    assert "limit" in str(missing.value)
    assert "until" in str(missing.value)
