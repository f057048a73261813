"""Events add up to the case, without definition or calendar (D3)."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import subprocess
import sys
from decimal import Decimal

import attrs
import pytest

from casewf.core.clock_results import after
from casewf.core.evolve import Draft, evolve, replay
from casewf.core.file_results import FILE_EVENTS
from casewf.core.program import Program, compile_program
from casewf.errors import InternalError
from casewf.model import clock_events, events, file_events
from casewf.model.amount import CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.case import Carried, Case, Cycle, Holder, NextRung, Party, Sealed, Stamp
from casewf.model.clock_events import (
    ActRejected,
    ActRequested,
    CalendarChanged,
    ClockBreached,
    ClockCancelled,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockSuspended,
    LimitAwaited,
    LimitDropped,
    RungFired,
    SuspensionEnded,
)
from casewf.model.codec import dump_event, dumps, load_event, loads
from casewf.model.commands import ACTS, Recompute
from casewf.model.effects import CallHook, LinkBack, MergeInto, Notify, OpenCase, Push, TellParent
from casewf.model.events import Erased, Event, IncidentRaised, Moved, Opened
from casewf.model.file_events import (
    Absorbed,
    Attached,
    ChildReported,
    Linked,
    Noted,
    PartyLeft,
    PartyRated,
    PartyRecorded,
    SplitOff,
    Unlinked,
)
from casewf.worktime import WorkCalendar
from core_cases import BOSS, DESK, NOTE, OFFICE, START, Story, at, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}, wait: {}, shut: {category: closed}}
  transitions:
    - {trigger: begin, from: [a, shut], to: b, by: desk, accepts: [n, amount, secret, day],
       assign: {helper: "'yz'"},
       effects: [{notify: boss}, {hook: ring}, {push: gov, send: [n], on_ok: sent, retry: [1 minute]}]}
    - {trigger: sent, from: [b, wait], by: system}
    - {trigger: wait, from: b, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: =previous, by: desk}
    - {trigger: change, from: b, by: boss, asks: [n], clears: cards, comment: required}
    - {trigger: check, from: b, by: desk, not_by: [change], accepts: [promised]}
    - {trigger: bad, from: b, to: a, by: system, needs: [never]}
    - {trigger: close, from: [b, wait], to: shut, by: desk}
side:
  initial: calm
  states: {calm: {category: closed}, alarmed: {category: closed}}
  transitions:
    - {trigger: alarm, from: calm, to: alarmed, auto: true, when: card == 'red'}
"""
FIELDS = """
n: {type: integer, default: 0}
amount: {type: decimal}
secret: {type: text, sensitive: true, seen_by: [desk]}
day: {type: date}
promised: {type: date}
never: {type: text}
"""
SLAS = """
limit:
  start: {enter: main.b}
  pause: {in: main.wait}
  stop: {enter: main.a}
  target: [{when: n == 8, within: 3 working days}, {within: 8 hours}]
  ladder:
    - {at: 50%, notify: boss, card: red, set: {n: n + 1}, assign: {boss: "'city'"}, fire: bad}
    - {at: due, every: 1 hour, times: 3, card: yellow}
  extension: {by: boss, up_to: 9 hours}
  suspension: {by: boss, up_to: 2 hours, times: 9}
promise: {start: {enter: main.b}, stop: {enter: main.a}, target: [{until: promised}]}
episode: {start: {enter: main.wait}, restarts: true, stop: {leave: main.wait}, target: [{within: 5 days}]}
"""


def play(steps: str) -> Story:
    """Plays words at one-hour intervals: triggers, acts, ``calendar`` for a new one, ``hour`` for nothing."""
    story = Story(
        program(FLOW, fields=FIELDS, slas=SLAS),
        org="city",
        org_above=("nation",),
        by=attrs.evolve(DESK, org="city"),
    )
    data = {
        "begin": {"amount": "1.50", "day": "2025-06-20", "secret": Sealed("r", "d")},
        "change": {"n": 8},
        "check": {"promised": "2025-06-20"},
    }
    for word in steps.split():
        story.now += 3_600_000_000
        if word == "hour":
            story.elapse()
        elif word == "calendar":
            story.program = _with_a_holiday(story.program)
            story.send(Recompute("office", attrs.evolve(BOSS, org="city")))
        elif word in ACTS:
            asks = word.startswith("request")
            amount = Elapsed(hours=2) if asks else None
            assert story.act(word, attrs.evolve(DESK if asks else BOSS, org="city"), amount=amount) == []
        else:
            actor = attrs.evolve(BOSS if word == "change" else DESK, org="city")
            story.fire(word, actor, data=data.get(word), comment=NOTE)
    return story


def _with_a_holiday(before: Program) -> Program:
    holiday = OFFICE.layer("holiday", days_off={dt.date(2025, 6, 17): "holiday"})
    changed = WorkCalendar.from_document(holiday.to_document() | {"id": "office"})
    after = compile_program(before.workflow, {"office": changed})
    after.shelf.update(before.shelf)
    return after


PATHS = [
    "begin close",
    "begin wait go_on check close",
    "begin hour hour hour hour hour hour",
    "begin hour change check hour hour",
    "begin wait hour hour close begin wait go_on",
    "begin hour hour hour hour hour wait hour go_on hour hour hour hour hour hour hour close begin hour",
    "begin change wait go_on close begin close",
    "begin request_extension extend request_suspension reject_suspension check hour hour hour hour close",
    "begin request_suspension suspend hour hour hour request_suspension suspend resume close",
    "begin change calendar hour close",
]


@pytest.mark.parametrize("path", PATHS)
def test_three_ways_lead_to_the_same_case(path: str) -> None:
    """D3: the draft that decided, event by event, and the whole history at once."""
    story = play(path)
    draft = Draft(evolve(None, story.history[0]))
    for event in story.history[1:]:
        draft.apply(event)
    assert draft.case() == story.case == replay(story.history)


@pytest.mark.parametrize("path", PATHS)
def test_a_history_that_was_stored_gives_the_same_case(path: str) -> None:
    """D3: through the codec, as a store does it."""
    story = play(path)
    stored = [load_event(*dump_event(event)) for event in story.history]
    assert stored == story.history
    assert replay(stored) == story.case


@pytest.mark.parametrize("path", PATHS)
def test_a_case_that_was_stored_is_the_same(path: str) -> None:
    """A snapshot is a cache of the fold, and goes on like it."""
    story = play(path)
    for length in range(1, len(story.history)):
        snapshot = loads(dumps(replay(story.history[:length])), Case)
        assert evolve(snapshot, story.history[length]) == replay(story.history[: length + 1])


def test_the_paths_meet_every_event_that_deciding_makes() -> None:
    made = {type(event) for path in PATHS for event in play(path).history}
    assert made == set(SAMPLES) - {Erased, *FILE_EVENTS}


def test_folding_reads_no_definition_calendar_or_time_zone() -> None:
    """D3: a fresh interpreter replays the history without any of these modules having been loaded."""
    story = play(PATHS[5])
    code = (
        "import json, sys; from casewf.model.codec import load_event, dumps;"
        "from casewf.core.evolve import replay;"
        "print(dumps(replay(load_event(*one) for one in json.load(sys.stdin))));"
        "names = ('casewf.definition', 'casewf.worktime', 'zoneinfo');"
        "print([name for name in sys.modules if name.startswith(names)])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([dump_event(event) for event in story.history]),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    ).stdout.splitlines()
    assert loads(answer[0], Case) == story.case
    assert answer[1] == "[]"


STAMP = Stamp("ann", "city", "limit/0")
PARTY = Party(
    id="p1",
    kind="worker",
    person="m-1",
    identity=NOTE,
    represents=("p2",),
    came_from="C-0",
    ratings=("satisfied",),
    rated=True,
)
SAMPLES: dict[type, Event] = {
    Opened: Opened(
        at=1, case="案1", workflow=("w", 2, "h"), by=STAMP, states={"m": "a"}, org="o", org_above=("p",),
        fields={"d": Decimal("1.50"), "s": Sealed("r", "x"), "many": ("a", "b"), "$odd": 1, "b": False},
        occurred_at=0, closed=True, parent="C-0", holders={"helper": Holder(("yz",))}, origin="old 17",
        effects=(TellParent("C-0", True, "open"),),
        imported_by=STAMP, imported_at=2, previous={"m.a": "b"}, witnesses={"t": (("li", "yz"),)}, comment=NOTE,
    ),
    Moved: Moved(
        at=2, trigger="t", track="m", row=3, source="a", target="b", by=STAMP, role="desk", auto=True,
        occurred_at=1,
        fields={"n": 1}, holders={"helper": Holder(("yz",), above=("cq",))}, comment=NOTE, witness=True,
        remember=True,
        clears=True, new_round=True, closed=True,
        effects=(Notify("r", ("o",), "t"), CallHook("h", "t"), Push("g", ("f",), "ok", "no", (1, 2), "t")),
    ),
    ClockStarted: ClockStarted(
        at=3, sla="limit", start=2, limit=9, calendar=("office", "v"), term_at=2, cycle=2, target=1,
        budget=WorkingDays(3), until=None, original=8, extensions=(WorkingDays(1),), extended=1, suspensions=1,
        carried=Carried(at=2, left=3, whole=4), pauses=((3, 4),), verdict="breached", observed=True,
        fired=((0, 1),),
        next=NextRung(5, 1, 2), unresolved=True, provisional=True, cycles=(Cycle(1, "met", 4, 3),),
    ),
    ClockPaused: ClockPaused(at=4, sla="limit", since=4, by=STAMP, reason="act"),
    ClockResumed: ClockResumed(
        at=5, sla="limit", until=5, limit=10, by=STAMP, next=NextRung(6, 0), unresolved=True, provisional=True
    ),
    ClockStopped: ClockStopped(at=6, sla="limit", stopped_at=5, verdict="met", limit=10, provisional=True),
    ClockCancelled: ClockCancelled(at=6, sla="limit", reason="case_ended"),
    ClockRetargeted: ClockRetargeted(
        at=6, sla="limit", target=1, limit=12, term=2, how="carry", budget=Elapsed(hours=1), until=739000,
        carried=Carried(at=2, left=3, whole=4), fired=((1, 1),), next=NextRung(7, 1), unresolved=True,
        provisional=True,
    ),
    ActRequested: ActRequested(
        at=6, sla="limit", act="extension", by=STAMP, amount=WorkingDays(2), comment=NOTE,
        effects=(Notify("boss"),),
    ),
    ActRejected: ActRejected(at=6, sla="limit", act="extension", by=STAMP, comment=NOTE),
    ClockExtended: ClockExtended(
        at=6, sla="limit", amount=WorkingDays(2), by=STAMP, requested_by=STAMP, limit=12, term=2, comment=NOTE,
        fired=((1, 1),), carried=Carried(at=2, left=3, whole=4), next=NextRung(7, 1), unresolved=True, provisional=True,
    ),
    ClockSuspended: ClockSuspended(
        at=6, sla="limit", by=STAMP, requested_by=STAMP, amount=Elapsed(hours=1), until=9, comment=NOTE
    ),
    SuspensionEnded: SuspensionEnded(at=9, sla="limit", ended_at=8, by=STAMP, comment=NOTE),
    CalendarChanged: CalendarChanged(
        at=9, sla="limit", calendar=("office", "w"), limit=12, by=STAMP, suspended_until=20,
        next=NextRung(7, 1), unresolved=True, provisional=True,
    ),
    LimitAwaited: LimitAwaited(at=9, sla="limit", start=8, pauses=((3, 4),), paused_at=5, over=True),
    LimitDropped: LimitDropped(at=9, sla="limit"),
    ClockBreached: ClockBreached(at=11, sla="limit", cycle=2, due=10),
    RungFired: RungFired(
        at=12, sla="limit", cycle=2, term=1, rung=0, repetition=3, scheduled_for=9, next=NextRung(13, 0, 4),
        unresolved=True, card="red", card_rank=2, fields={"n": 2}, holders={"boss": Holder(("p",))},
        effects=(Notify("boss"),),
    ),
    IncidentRaised: IncidentRaised(at=13, kind="timer_refused", about="limit/0", detail="x"),
    Noted: Noted(at=14, by=STAMP, comment=NOTE),
    Attached: Attached(
        at=14, by=STAMP, id="a1", place=NOTE, sha256="f" * 64, size=3, media_type="text/plain", kind="contract"
    ),
    PartyRecorded: PartyRecorded(at=14, by=STAMP, party=PARTY),
    PartyLeft: PartyLeft(at=14, by=STAMP, party="p1"),
    PartyRated: PartyRated(at=14, by=STAMP, party="p1", rating="satisfied"),
    Linked: Linked(at=14, by=STAMP, kind="related", other="C-2", effects=(LinkBack("C-2", "related"),)),
    Unlinked: Unlinked(at=14, by=STAMP, kind="related", other="C-2", effects=(LinkBack("C-2", "related", False),)),
    SplitOff: SplitOff(
        at=14, by=STAMP, other="C-3", parties=("p1",), comment=NOTE, fields={"n": 3},
        effects=(OpenCase(workflow="w", case="C-3", relation="split"),),
    ),
    Absorbed: Absorbed(at=14, by=STAMP, source="C-4", parties=(PARTY,), effects=(MergeInto("C-5", ("p1",)),)),
    ChildReported: ChildReported(at=14, by=STAMP, child="C-1.1", closed=True),
    Erased: Erased(at=14, by=STAMP, refs=("r",), reason="asked", everything=True),
}  # fmt: skip
KINDS = [
    cls
    for module in (clock_events, events, file_events)
    for cls in vars(module).values()
    if isinstance(cls, type) and cls.__module__ == module.__name__ and attrs.has(cls)
]


def test_there_is_a_sample_of_every_event() -> None:
    """And every attribute of it differs from its default, so that the round trip leaves nothing out."""
    assert set(SAMPLES) == set(KINDS)
    for event in SAMPLES.values():
        same = [
            f.name
            for f in attrs.fields(type(event))
            if f.default is not attrs.NOTHING and getattr(event, f.name) == f.default
        ]
        assert same in ([], ["until"])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_survives_being_stored(kind: type) -> None:
    event = SAMPLES[kind]
    assert load_event(*dump_event(event)) == event


@pytest.mark.parametrize(
    "amount", [WorkingDays(1), CalendarDays(2), WorkingTime(hours=3), Elapsed(minutes=4)]
)
def test_every_kind_of_budget_survives_being_stored(amount: object) -> None:
    event = attrs.evolve(SAMPLES[ClockStarted], budget=amount)  # type: ignore[misc]
    assert load_event(*dump_event(event)) == event


def test_incidents_and_erasures_change_nothing_but_version_and_time() -> None:
    case = play("begin").case
    for kind in (IncidentRaised, Erased):
        event = attrs.evolve(SAMPLES[kind], at=case.at + 5)  # type: ignore[misc]
        assert evolve(case, event) == attrs.evolve(case, version=case.version + 1, at=case.at + 5)


def test_an_event_is_applied_without_changing_the_case_before() -> None:
    """Mappings are replaced, never changed."""
    story = play("begin")
    before = story.case
    kept = (dict(before.fields), dict(before.states), dict(before.clocks), dict(before.holders))
    story.elapse(at("mon 23:00"))
    assert kept == (before.fields, before.states, before.clocks, before.holders)


def test_what_an_event_leaves_alone_is_shared() -> None:
    story = play("begin")
    before = story.case
    story.fire("check", attrs.evolve(DESK, org="city"))
    assert story.case.fields is before.fields
    assert story.case.clocks is before.clocks


def test_a_history_begins_with_an_opening_and_has_one() -> None:
    opened, other = SAMPLES[Opened], SAMPLES[Erased]
    for wrong, why in (
        ([], "an empty history"),
        ([other], "begins with"),
        ([opened, opened], "was opened twice"),
    ):
        with pytest.raises(InternalError, match=why):
            replay(wrong)
    with pytest.raises(InternalError, match="before the case was opened"):
        evolve(None, other)
    with pytest.raises(InternalError, match="opened twice"):
        evolve(evolve(None, opened), opened)


def test_time_and_version_follow_the_events() -> None:
    story = play("begin hour hour")
    assert (story.case.opened_at, story.case.at) == (START, story.history[-1].at)
    assert story.case.version == len(story.history)


RESULTS = {
    ClockStarted: (
        "start limit calendar term_at cycle target budget until original extensions extended carried pauses "
        "suspensions verdict observed fired next unresolved provisional cycles"
    ),
    ClockResumed: "limit next unresolved provisional",
    ClockStopped: "verdict limit provisional",
    ClockRetargeted: "target limit term budget until carried fired next unresolved provisional",
    ClockExtended: "limit term carried fired next unresolved provisional",
    CalendarChanged: "calendar limit next unresolved provisional",
    RungFired: "next unresolved",
}
"""What a clock is, in so many words, after an event."""


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_a_clock_is_afterwards_what_its_event_says(kind: type) -> None:
    """D3: the fold works nothing out."""
    blank = attrs.evolve(
        SAMPLES[ClockStarted], term_at=None, original=None, carried=None, fired=(), next=None
    )  # type: ignore[misc]
    before = attrs.evolve(
        after(None, blank),
        target=0,
        budget=None,
        unresolved=False,
        provisional=False,
        paused_at=3,
        phase="paused",
    )
    event = SAMPLES[kind]
    clock = after(None if kind is ClockStarted else before, event)  # type: ignore[arg-type]
    for name in RESULTS[kind].split():
        assert getattr(clock, name) == getattr(event, name), name


def test_a_draft_becomes_the_case_and_nothing_of_it_is_left() -> None:
    case = Case(
        id="C-1", workflow=("w", 1, "h"), org=None, version=1, opened_at=5, at=5, opened_by="ann", states={}
    )
    draft = Draft(case, DESK)
    like = draft.case()
    found = draft.become_case()
    assert (type(found), found, like) == (Case, case, case)
    assert found is draft
    assert pickle.loads(pickle.dumps(found)) == case
    assert not hasattr(found, "actor")
    for name in ("actor", "version"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(found, name, 2)
