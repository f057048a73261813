"""Random cases of small workflows, made cases of another version again and again: what holds at every step (X2)."""

from __future__ import annotations

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.analysis.changes.diff import diff
from casewf.core.evolve import evolve
from casewf.core.migration_gaps import gaps
from casewf.core.program import Program
from casewf.core.step import SYSTEM_ACTOR
from casewf.model.case import Actor, Case, Clock
from casewf.model.clock_events import RungFired
from casewf.model.codec import dump_event, dumps, load_event, loads
from casewf.model.events import Moved
from casewf.model.migration import Migration
from casewf.model.migration_events import Migrated
from core_cases import _STATE, OFFICE, Story, only
from core_walks import check, step
from core_workflows import CALENDARS, FIELDS, STARTS, STATES, sections
from migration_cases import compiled, move, version

SLOW = [HealthCheck.too_slow]
PEOPLE = (
    Actor("wu", frozenset(("desk", "boss", "helper")), "cq", ("cq",)),
    Actor("li", frozenset(("desk", "boss", "helper")), "yz", ("yz", "cq")),
    SYSTEM_ACTOR,
)
LIMITS = ("one", "two", "three")
HOW = ("keep", "rebase", "carry", "restart", "cancel")


def file_of(draw: st.DrawFn, number: int, migrate: str = "") -> tuple[str, list[str]]:
    """A version of a small workflow, and the names of its limits."""
    tracks, slas = sections(draw)
    text = version(
        number,
        tracks=_STATE.sub(r"\1: {en: \1, \2", tracks),
        slas=slas,
        fields=FIELDS,
        migrate=migrate,
    )
    return text, [name for name in LIMITS if f"{name}: {{" in slas]


def next_version(draw: st.DrawFn, number: int, before: list[str]) -> tuple[str, list[str]]:
    """Another version, in which each state may be another one, and each limit goes on somehow, or ends."""
    text, now = file_of(draw, number)
    states = ", ".join(f"{name}: {draw(st.sampled_from((name, name, name, *STATES)))}" for name in STATES)
    clocks = []
    for name in before:
        how = draw(st.sampled_from(HOW))
        fresh = [one for one in now if one not in before]
        if how != "cancel" and fresh and draw(st.booleans()):
            clocks.append(f"{name}: {{to: {draw(st.sampled_from(fresh))}, how: {how}}}")
        else:
            clocks.append(f"{name}: {how if name in now else 'cancel'}")
    starts = [f"{name}: {{in: main.{draw(st.sampled_from(STATES))}}}" for name in now if draw(st.booleans())]
    more = f"\n  starts: {{{', '.join(starts)}}}" if starts else ""
    migrate = (
        f"migrate:\n  from: {number - 1}\n  states: {{main: {{{states}}}}}\n  clocks: {{{', '.join(clocks)}}}"
    )
    migrate += more + "\n"
    return text + migrate, now


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(data=st.data(), length=st.integers(0, 8))
def test_every_case_that_changes_its_version_keeps_the_rules(data: st.DataObject, length: int) -> None:
    draw = data.draw
    calendar = draw(st.sampled_from(CALENDARS)) or OFFICE
    text, limits = draw(st.composite(lambda d: file_of(d, 1))())
    one = Story(compiled(text, calendar)[0], by=PEOPLE[0], now=STARTS[0])
    programs = [one.program]
    for number in (2, 3):
        for _ in range(length):
            step(one, draw, PEOPLE)
        one.now += draw(st.sampled_from((0, 1, 3_600_000_000, 90_000_000_000)))
        one.elapse()
        if one.case.closed:
            break
        text, limits = draw(
            st.composite(lambda d, n=number, was=tuple(limits): next_version(d, n, list(was)))()
        )
        before, history = one.case, list(one.history)
        result = move(one, text, calendar=calendar)
        if not isinstance(result, tuple):
            assert (one.case, one.history) == (before, history), "M3"
            return
        programs.append(one.program)
        unhealed(before, one.case, only(Migrated, result))
        check(one)
    for _ in range(length):
        step(one, draw, PEOPLE)
    check_whole_history(one, programs)


def unhealed(before: Case, after: Case, event: Migrated) -> None:
    """K3: what was judged is judged; only a case that goes on can be late, never less late."""
    for sla, clock in before.clocks.items():
        later = after.clocks.get(event.limits.get(sla, sla))
        if sla in event.ended or later is None:
            assert sla in event.ended
            continue
        if later.cycle != clock.cycle:
            assert later.cycles[: len(clock.cycles)] == clock.cycles
        elif clock.phase == "stopped":
            assert judged(later) == judged(clock)
        elif clock.verdict == "breached":
            assert (later.verdict, later.limit) == ("breached", clock.limit)


def judged(clock: Clock) -> tuple[object, ...]:
    return clock.verdict, clock.limit, clock.ended_at, clock.start, clock.pauses, clock.extensions


def check_whole_history(one: Story, programs: list[Program]) -> None:
    claims = [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in one.history if isinstance(e, RungFired)]
    assert len(claims) == len(set(claims)), "E1: no claim is made twice"
    places = [
        (e.sla, e.cycle, e.scheduled_for, e.rung, e.term) for e in one.history if isinstance(e, RungFired)
    ]
    assert len(places) == len(set(places)), "E1"
    case: Case | None = None
    left = list(programs)
    for event in one.history:
        before, case = case, evolve(case, event)
        kind, body = dump_event(event)
        assert load_event(kind, body) == event, "D3: what is stored is what happened"
        if before is None:
            continue
        assert event.at >= before.at, "M12"
        if isinstance(event, Migrated):
            left.pop(0)
            assert case.workflow[2] == left[0].hash, "K6"
            assert case.closed is before.closed is False
        if isinstance(event, Moved):
            row = left[0].workflow.track(event.track).transitions[event.row]
            assert (row.trigger, event.source) == (event.trigger, before.states[event.track])
            assert event.source in row.sources
        assert case.closed is left[0].is_closed(case.states), "M8"
    assert case is not None
    assert loads(dumps(case), Case) == case == one.case


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(data=st.data(), length=st.integers(1, 8))
def test_a_move_to_the_same_content_changes_nothing_but_the_version(data: st.DataObject, length: int) -> None:
    """A version of which every limit, row and state is as before makes a case that goes on exactly as it would have."""
    draw = data.draw
    text, _ = draw(st.composite(lambda d: file_of(d, 1))())
    one = Story(compiled(text)[0], by=PEOPLE[0], now=STARTS[0])
    for _ in range(length):
        step(one, draw, PEOPLE)
    one.elapse()
    if one.case.closed:
        return
    before = one.case
    result = move(one, text.replace("version: 1", "version: 2"))
    assert isinstance(result, tuple), result
    assert [type(event).__name__ for event in result] == ["Migrated"]
    same = ("states", "fields", "clocks", "awaited", "previous", "card", "holders", "witnesses", "children")
    assert [getattr(one.case, name) for name in same] == [getattr(before, name) for name in same]


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_whatever_a_migration_would_be_refused_for_is_a_change_that_is_left_open(data: st.DataObject) -> None:
    """X2: `diff` keeps what `migrate` asks for in view, and nothing that differs is passed over."""
    texts = [data.draw(st.composite(lambda d, number=number: file_of(d, number))())[0] for number in (1, 2)]
    old, new = (compiled(text)[0].workflow for text in texts)
    changes = diff(old, new)
    open_ends = {gap.path for gap in gaps(old, new, Migration(workflow=new.id, version=new.version))}
    assert open_ends <= {one.path for one in changes if one.is_open}
    assert bool(changes) is (attrs.evolve(old, version=2) != new)
    assert diff(old, attrs.evolve(old, version=2)) == ()
