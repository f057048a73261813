"""What the linter says of limits is so: in random walks over random workflows, and at the instants the core arms."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.analysis.flow.reach import Way
from casewf.analysis.limits.courses import Course
from casewf.analysis.lint import lint
from casewf.analysis.subject import Subject
from casewf.core.evolve import evolve
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.load import load_calendar, packaged_workflows, parse_document
from casewf.errors import DefinitionError
from casewf.model.case import Actor, Case
from casewf.model.clock_events import ClockCancelled, ClockStarted, ClockStopped, RungFired
from casewf.model.events import Event, Moved
from casewf.worktime import WorkCalendar
from core_cases import OFFICE, Story
from core_walks import step
from lint_cases import problems, subject

SLOW = [HealthCheck.too_slow]  # a generated workflow is a file that is read and compiled
PEOPLE = (Actor("ann", frozenset({"desk"})), Actor("bo", frozenset({"desk", "boss"})), SYSTEM_ACTOR)

MAIN = tuple(f"main.s{number}" for number in range(5))
SIDE = tuple(f"side.q{number}" for number in range(3))
TRIGGERS = ("t0", "t1", "t2", "t3", "t4", "u0", "u1", "u2")
KINDS = ("{}", "{}", "{}", "{category: closed}", "{final: true}", "{final: true, ends_case: true}")


def track(draw: st.DrawFn, name: str, states: tuple[str, ...], triggers: tuple[str, ...]) -> str:
    """A track with dead ends and with states that nothing leads to."""
    own = [one.partition(".")[2] for one in states]
    kinds = {state: draw(st.sampled_from(KINDS)) for state in own[1:]} | {own[0]: "{}"}
    open_ = [state for state in own if "final" not in kinds[state]]
    rows = []
    for trigger in triggers:
        sources = draw(st.sets(st.sampled_from(open_), min_size=1, max_size=2).map(sorted))
        target = draw(st.sampled_from((None, "=previous", *own, *own)))
        to = "" if target is None else f", to: {target}"
        rows.append(
            f"{{trigger: {trigger}, from: [{', '.join(sources)}]{to}, by: [desk, system], accepts: [n]}}"
        )
    declared = ", ".join(f"{state}: {kinds[state]}" for state in own)
    return f"{name}:\n  initial: {own[0]}\n  states: {{{declared}}}\n  transitions: [{', '.join(rows)}]"


def moment(draw: st.DrawFn, triggers: tuple[str, ...], places: tuple[str, ...]) -> str:
    when = draw(st.sampled_from(("", "", "", ", when: n > 1", ", when: state.main == 's1'")))
    kind = draw(st.sampled_from(("enter", "leave", "fire", "enter", "leave", "fire", "case")))
    if kind == "case":
        return f"{{case: {draw(st.sampled_from(('closed', 'reopened')))}{when}}}"
    names = draw(
        st.lists(st.sampled_from(triggers if kind == "fire" else places), min_size=1, max_size=2, unique=True)
    )
    return f"{{{kind}: [{', '.join(names)}]{when}}}"


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """A workflow of one or two tracks with up to three limits, many of which make no sense."""
    both = draw(st.booleans())
    triggers, places = (TRIGGERS, (*MAIN, *SIDE)) if both else (TRIGGERS[:5], MAIN)
    tracks = [track(draw, "main", MAIN, TRIGGERS[:5])]
    if both:
        tracks.append(track(draw, "side", SIDE, TRIGGERS[5:]))
    slas = []
    for name in ("one", "two", "three"):
        parts = [f"{key}: {moment(draw, triggers, places)}" for key in ("start", "stop")]
        flags = {
            "pause": lambda: (
                f"{{in: [{', '.join(draw(st.sets(st.sampled_from(places), min_size=1, max_size=3)))}]}}"
            ),
            "cancel": lambda: moment(draw, triggers, places),
            "reopen": lambda: moment(draw, triggers, places),
            "restarts": lambda: "true",
            "on_reopen": lambda: draw(st.sampled_from(("continue", "restart"))),
            "counts": lambda: "last",
        }
        parts += [f"{key}: {make()}" for key, make in flags.items() if draw(st.integers(0, 2)) == 0]
        fired = draw(st.sampled_from(("notify: boss", f"fire: {draw(st.sampled_from(triggers))}")))
        parts.append(f"target: [{{within: 4 hours}}], ladder: [{{at: 50%, {fired}}}, {{at: due, card: red}}]")
        slas.append(f"{name}: {{{', '.join(parts)}}}")
    return subject("\n".join(tracks), "\n".join(slas), fields="n: {type: integer, default: 0}")


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(of=subjects(), data=st.data(), length=st.integers(1, 12))
def test_what_the_linter_says_never_happens_does_not_happen(
    of: Subject, data: st.DataObject, length: int
) -> None:
    story = Story(of.program, by=PEOPLE[0])
    check_case(of, story.case)
    for _ in range(length):
        step(story, data.draw, PEOPLE)
        check_case(of, story.case)
    check_moves(of, story.history)
    found = problems(of)
    once = " ".join(problem.message for code, problem in found if code == "CW769")
    vain = " ".join(problem.message for code, problem in found if code == "CW763")
    moved = [event for event in story.history if isinstance(event, Moved)]
    for course in of.courses:
        name = course.sla.id
        own = [event for event in story.history if getattr(event, "sla", None) == name]
        check_limit(course, own)
        if f"`restarts` of limit {name!r}" in once and course.sla.on_reopen == "never":
            assert len([event for event in own if isinstance(event, ClockStarted)]) <= 1
        if f"of limit {name!r} fires" in vain:
            assert not [event for event in moved if event.by.on_behalf == f"{name}/0"]


def check_case(of: Subject, case: Case) -> None:
    """Where a case is, and what runs there."""
    for track, state in case.states.items():
        assert state in of.reach.reached[track]
        for course in of.courses:
            clock = case.clocks.get(course.sla.id)
            if clock is not None and clock.phase != "stopped":
                assert state in course.alive_in(track), course.sla.id
                stands = course.stands_in().get(track, frozenset())
                if of.reach.onward(track, [state]) <= stands or course.alive_in(track) <= stands:
                    assert clock.phase == "paused", course.sla.id


def check_limit(course: Course, own: list[Event]) -> None:
    """What became of a limit."""
    stopped = [event for event in own if isinstance(event, ClockStopped)]
    ended = [event for event in own if isinstance(event, ClockCancelled) and event.reason != "restarted"]
    if not any(one.can_come for one in course.starts):
        assert not own
    if not any(course.stop_can_follow(start) for start in course.started_by):
        assert not stopped
        if course.sla.on_reopen == "never" and not course.other_end(course.started_by):
            assert not ended


def check_moves(of: Subject, history: list[Event]) -> None:
    """Each move is a way that was foreseen, and does to the case and to limits no more than was foreseen."""
    case: Case | None = None
    way: Way | None = None
    for event in history:
        before, case = case, evolve(case, event)
        if isinstance(event, Moved) and before is not None:
            found = [
                one
                for one in of.reach.ways(f"fire:{event.trigger}")
                if (one.rule.row, one.rule.source, one.rule.target) == (event.row, event.source, event.target)
            ]
            assert len(found) == 1
            (way,) = found
            if event.closed is not before.closed:
                assert way.may_close if event.closed else way.may_reopen
            assert event.closed or before.closed or not way.closes
            check_moments(of, way)
        elif isinstance(event, ClockStarted):
            course = next(one for one in of.courses if one.sla.id == event.sla)
            starting = {one for start in course.starts for one in course.first_ways(start)}
            going_on = {one for reopen in course.reopens for one in reopen.ways}
            if way is None:
                assert any(start.at_opening for start in course.starts)
            else:
                assert way in starting | going_on


def check_moments(of: Subject, way: Way) -> None:
    """A move brings nothing that was said never to come."""
    brought = {f"fire:{way.rule.spec.trigger}"}
    if way.rule.target is not None:
        brought |= {f"leave:{way.track}.{way.rule.source}", f"enter:{way.track}.{way.entered}"}
    for course in of.courses:
        for one in (*course.stops, *course.cancels):
            if one.signal in brought and not one.barred:
                assert one.can_come


CHINA = load_calendar("cn-office")
CHINA_OFFICE = WorkCalendar.from_document(CHINA.to_document() | {"id": "office"})
AMOUNTS = (
    "1 working hour", "5 working hours", "12 working hours", "1 working day", "3 working days", "10 working days",
    "90 minutes", "24 hours", "72 hours", "2 days", "10 days",
)  # fmt: skip


@st.composite
def ladders(draw: st.DrawFn) -> Subject:
    """One limit, and a ladder of amounts of every unit."""
    amounts = st.sampled_from(AMOUNTS)
    rungs = draw(
        st.lists(
            st.one_of(
                amounts.map(lambda amount: f"before: {amount}"),
                amounts.map(lambda amount: f"after: {amount}"),
                st.sampled_from(("at: due", "at: 30%", "at: 80%")),
            ),
            min_size=2,
            max_size=4,
        )
    )
    return subject(
        "main:\n  initial: a\n  states: {a: {}, b: {final: true}}\n"
        "  transitions: [{trigger: t, from: a, to: b, by: desk}]",
        f"limit: {{start: {{enter: main.a}}, stop: {{enter: main.b}}, target: [{{within: {draw(amounts)}}}], "
        f"ladder: [{', '.join(f'{{{rung}, notify: boss}}' for rung in rungs)}]}}",
        calendar=draw(st.sampled_from((OFFICE, CHINA_OFFICE))),
    )


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(of=ladders(), data=st.data())
def test_rungs_fire_when_the_linter_says(of: Subject, data: st.DataObject) -> None:
    """E2: for a start that was tried, the core fires exactly the rungs that are armed, at the instants found."""
    (tried,) = of.ladders
    trial = data.draw(st.sampled_from(tried.trials))
    story = Story(of.program, by=PEOPLE[0], now=trial.start)
    assert story.clock().limit == trial.limit
    unresolved = {place for place, at in enumerate(trial.at) if at is None} - trial.unarmed
    story.elapse(max(at or 0 for at in (trial.limit, *trial.at)) + 1)
    fired = {event.rung: event.scheduled_for for event in story.happened(RungFired)}
    expected = {place: at for place, at in enumerate(trial.at) if at is not None}
    assert {rung: at for rung, at in fired.items() if rung not in unresolved} == expected


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(of=ladders())
def test_what_is_said_of_a_ladder_is_what_the_trials_show(of: Subject) -> None:
    """In order for every start or a finding, armed for every start or a finding."""
    (tried,) = of.ladders
    known = [[at for at in trial.at if at is not None] for trial in tried.trials]
    codes = {code for code, _ in problems(of)}
    assert ("CW758" in codes) == any(ats != sorted(ats) for ats in known)
    unarmed = {place for trial in tried.trials for place in trial.unarmed}
    never = set.intersection(*(set(trial.unarmed) for trial in tried.trials))
    assert ("CW760" in codes) == bool(never)
    assert ("CW759" in codes) == bool(unarmed - never)


TEXTS = tuple(
    files("casewf").joinpath("workflows", f"{name}.yaml").read_text("utf-8").splitlines(keepends=True)
    for name in packaged_workflows()
)
WORDS = ("union.archived", "union.closed", "government.done", "oversight.cleared")
SWAPS = (
    ("enter: ", "leave: "),
    ("leave: ", "enter: "),
    ("within: 1 working day", "until: pay_by"),
    ("restarts: true", "on_reopen: continue"),
    ("stop: ", "cancel: "),
    ("start: ", "stop: "),
    ("at: due", "before: 30 working days"),
    ("working days", "days"),
    ("working day", "working hours"),
    ("hours", "working days"),
    ("within: ", "within: 9"),
    ("calendar: cn-office", "calendar: elsewhere"),
)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_no_change_of_a_packaged_file_breaks_the_rules(data: st.DataObject) -> None:
    lines = list(data.draw(st.sampled_from(TEXTS)))
    slas = next(number for number, line in enumerate(lines) if line.startswith("slas:"))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(slas // 2, len(lines) - 1))
        how = data.draw(st.sampled_from(("drop", "swap", "twice", "word")))
        if how == "drop":
            del lines[place]
        elif how == "twice":
            lines.insert(place, lines[data.draw(st.integers(slas, len(lines) - 1))])
        elif how == "swap":
            lines[place] = lines[place].replace(*data.draw(st.sampled_from(SWAPS)))
        else:
            lines[place] = lines[place].replace("union.suspended", data.draw(st.sampled_from(WORDS)))
    try:
        document = parse_document("".join(lines))
    except DefinitionError:
        return
    day = data.draw(st.sampled_from((None, "2026-12-20", "0003-01-02", "9996-12-31")))
    lint(document, {"cn-office": CHINA}, on=None if day is None else dt.date.fromisoformat(day))
