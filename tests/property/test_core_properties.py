"""Random commands over the packaged hotline workflow and generated ones: what holds at every step."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.core.decide import Refusal, advance
from casewf.core.program import Program, compile_program
from casewf.core.step import SYSTEM_ACTOR
from casewf.definition.load import load_calendar, load_workflow
from casewf.model.case import Actor, Case
from casewf.model.clock_events import RungFired
from casewf.model.commands import Command
from casewf.model.events import Event
from core_cases import DAY, HOUR, START, Story
from core_walks import attempt, check, check_history, step
from core_workflows import TRIGGERS, programs, starts

SLOW = [HealthCheck.too_slow]  # a generated workflow is a file that is read and compiled

LINES = {"cq": ("cq",), "yz": ("yz", "cq"), "st": ("st", "yz", "cq")}


@cache
def hotline() -> Program:
    return compile_program(load_workflow("hotline-12351"), {"cn-office": load_calendar("cn-office")})


def everybody(of: Program) -> tuple[Actor, ...]:
    """Two people with every role, and the timer."""
    roles = frozenset(of.workflow.roles)
    return (Actor("wu", roles, "cq", LINES["cq"]), Actor("li", roles, "yz", LINES["yz"]), SYSTEM_ACTOR)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), length=st.integers(1, 40))
def test_every_story_of_the_hotline_keeps_the_rules(data: st.DataObject, length: int) -> None:
    of = hotline()
    people = everybody(of)
    story = Story(of, by=people[0], org="cq", lineages={"yz": ("cq",), "st": ("yz", "cq")})
    for _ in range(length):
        step(story, data.draw, people)
    check_history(story)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(of=programs(), data=st.data(), length=st.integers(1, 12))
def test_every_story_of_any_small_workflow_keeps_the_rules(
    of: Program, data: st.DataObject, length: int
) -> None:
    people = everybody(of)
    story = Story(of, by=people[0], now=data.draw(starts(of)))
    for _ in range(length):
        step(story, data.draw, people)
    check_history(story)


class Advanced(Story):
    """A story that also goes on from what ``advance`` gives, and never looks at the fold for it."""

    drafted: Case | None = None

    def send(self, command: Command) -> tuple[Event, ...] | Refusal:
        advanced = advance(self.program, self.drafted, command, self.now, self.lineages)
        result = super().send(command)
        if isinstance(advanced, Refusal):
            assert advanced == result
        else:
            assert advanced[0] == result
            assert result or advanced[1] is self.drafted
            self.drafted = advanced[1]
        assert repr(self.drafted) == repr(self.case)
        return result


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(of=programs(), data=st.data(), length=st.integers(1, 12))
def test_going_on_from_the_draft_is_going_on_from_the_fold(
    of: Program, data: st.DataObject, length: int
) -> None:
    """D3: what ``advance`` goes on from is, to the order of every mapping, the fold over what it says happened."""
    people = everybody(of)
    story = Advanced(of, by=people[0], now=data.draw(starts(of)))
    for _ in range(length):
        step(story, data.draw, people)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(of=programs(timers=False), data=st.data(), length=st.integers(0, 6))
def test_many_sweeps_and_one_late_sweep_fire_the_same_rungs(
    of: Program, data: st.DataObject, length: int
) -> None:
    """E4: where no rung moves the case, downtime changes when rungs fire, but not which."""
    people = everybody(of)
    story = Story(of, by=people[0], now=data.draw(starts(of)))
    for _ in range(length):
        step(story, data.draw, people)
    late = Story(of, by=people[0])
    late._case, late.history, late.now = story.case, list(story.history), story.now
    for _ in range(31):
        story.elapse(story.now + DAY)
        check(story)
    late.elapse(late.now + 31 * DAY)
    check(late)
    assert _fired(story) == _fired(late)
    assert {n: c.verdict for n, c in story.case.clocks.items()} == {
        n: c.verdict for n, c in late.case.clocks.items()
    }


def _fired(story: Story) -> list[tuple[str, int, int, int, int, int]]:
    return sorted(
        (e.sla, e.cycle, e.term, e.rung, e.repetition, e.scheduled_for) for e in story.happened(RungFired)
    )


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(of=programs(), data=st.data(), length=st.integers(0, 6))
def test_deciding_twice_gives_the_same(of: Program, data: st.DataObject, length: int) -> None:
    """Pure: two stories with the same commands are the same, events and all."""
    people = everybody(of)
    one, two = Story(of), Story(of)
    for _ in range(length):
        trigger = data.draw(st.sampled_from(TRIGGERS))
        wait = data.draw(st.sampled_from((0, HOUR, DAY)))
        for story in (one, two):
            story.now += wait
            attempt(story, trigger, people[0], {}, None)
    assert one.history == two.history
    assert one.case.opened_at == START
