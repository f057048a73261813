"""What the linter calls impossible of rungs, cards and acts never happens, however the due instant moves (E2, K7)."""

from __future__ import annotations

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from casewf.analysis.subject import Subject
from casewf.core.evolve import evolve
from casewf.model.case import Actor, Case
from casewf.model.clock_events import ActRequested, RungFired
from core_cases import Story, program
from core_walks import step
from lint_cases import problems, subject

PEOPLE = (Actor("ann", frozenset({"desk", "boss"})), Actor("bo", frozenset({"desk", "boss"})))
TRACKS = """
main:
  initial: work
  states: {work: {}, wait: {}, done: {category: closed}}
  transitions:
    - {trigger: wait, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: work, by: desk}
    - {trigger: note, from: [work, wait], by: desk, accepts: n}
    - {trigger: finish, from: [work, wait], to: done, by: desk}
    - {trigger: reopen, from: done, to: work, by: desk}
"""
FIELDS = "n: {type: integer, default: 0, min: 0, max: 3}"
WORKING = ("3 working hours", "9 working hours", "1 working day", "4 working days")
PLAIN = ("90 minutes", "5 hours", "24 hours", "2 days", "90 hours")


@st.composite
def limits(draw: st.DrawFn) -> str:
    """A limit whose due instant may move on, with a ladder of every unit."""
    targets = st.sampled_from(draw(st.sampled_from((WORKING, PLAIN))))
    amounts = st.sampled_from((*WORKING, *PLAIN))
    when = st.one_of(
        amounts.map("before: {}".format),
        amounts.map("after: {}".format),
        st.sampled_from(("at: due", "at: due", "at: 30%")),
    )
    rungs = st.builds("{{{}, card: {}}}".format, when, st.sampled_from(("yellow", "red")))
    ladder = st.lists(rungs, min_size=1, max_size=3).map(", ".join)
    own = draw(st.one_of(st.just(""), ladder.map(", ladder: [{}]".format)))
    first = draw(st.sampled_from(("", f"{{when: n > 1, within: {draw(targets)}{own}}}, ")))
    asked = st.one_of(st.just(""), amounts.map(", asked_before: {}".format))
    more = [
        f"extension: {{by: boss, times: 2{draw(asked)}}}",
        f"suspension: {{by: boss, times: 2{draw(asked)}}}",
        "pause: {in: main.wait}",
        draw(st.sampled_from(("on_reopen: continue", "on_reopen: restart"))),
        draw(st.sampled_from(("on_change: carry", "on_change: restart"))),
    ]
    chosen = draw(st.lists(st.sampled_from(more), unique=True, max_size=2))
    parts = [
        "start: {enter: main.work}",
        "stop: {enter: main.done}",
        f"target: [{first}{{within: {draw(targets)}}}]",
        f"ladder: [{draw(ladder)}]",
    ]
    return f"limit: {{{', '.join([*parts, *chosen])}}}"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(slas=limits(), data=st.data(), length=st.integers(3, 15))
def test_what_is_said_never_to_happen_does_not(slas: str, data: st.DataObject, length: int) -> None:
    of = subject(TRACKS, slas, fields=FIELDS)
    found = problems(of)
    rungs = {rung.plan.number: rung.path for tried in of.ladders for rung in tried.rungs}

    def told(code: str, *key: str) -> dict[int, str]:
        """The rungs at which a rule found something, with what it says."""
        return {
            number: problem.message
            for number, path in rungs.items()
            for one, problem in found
            if one == code and problem.span == of.at(*path, *key)
        }

    never, unarmed, hidden = told("CW760"), told("CW759"), told("CW761", "card")
    too_late = [problem.message for code, problem in found if code == "CW768"]
    for code in {code for code, _ in found}:
        event(code)
    story = Story(program(TRACKS, slas=slas, fields=FIELDS), by=PEOPLE[0])
    for _ in range(length):
        step(story, data.draw, PEOPLE)
    case: Case | None = None
    for batch in story.batches:
        card = "none" if case is None else case.card
        fired = [one for one in batch if isinstance(one, RungFired)]
        for one in batch:
            if isinstance(one, RungFired):
                assert case is not None
                within = f"is never armed with `{written(of, case.clocks['limit'].target)}`"
                assert one.rung not in never
                assert within not in unarmed.get(one.rung, "")
            elif isinstance(one, ActRequested):
                assert not any(f"the {one.act.removeprefix('request_')} " in message for message in too_late)
            case = evolve(case, one)
        assert case is not None
        raised = [one.rung for one in fired if one.card == case.card != card]
        assert not raised or not hidden.keys() >= set(raised), "nothing clears a card here"


def written(of: Subject, target: int) -> str:
    return f"within: {of.written('slas', 'limit', 'target', target, 'within')}"
