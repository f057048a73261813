"""Walks through workflows for tests: people and turns, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import at, instant_of
from casewf.testing.story_model import Story, StoryCase
from casewf.testing.strategies import commands
from casewf.testing.walk import Walk
from casewf.testing.walk_people import people_of_roles

START = instant_of(at("2026-03-02 09:00"))


def setting(workflow: Workflow, *children: Workflow, zone: str = "Asia/Shanghai") -> Story:
    company = people_of_roles((workflow, *children))
    return Story(
        file="",
        workflow=workflow,
        zone=zone,
        title=Label("走查", "A walk"),
        case="walk-1",
        org=None,
        steps=(),
        organisations=company.organisations,
        people=company.people,
        cases={f"walk-1-{one.id}": StoryCase(workflow=one) for one in children},
    )


@st.composite
def turns(draw: st.DrawFn, walk: Walk, count: int) -> None:
    """So many turns of a walk, taken."""
    for _ in range(count):
        case = draw(st.sampled_from(walk.cases or ("walk-1",)))
        kind = draw(st.sampled_from(["do"] * 6 + ["next", "wait", "undo"]))
        if kind == "do" or not walk.is_open("walk-1"):
            walk.do(draw(commands(walk, case)), case)
        elif kind == "next":
            walk.let_pass(walk.next_instant() or walk.now)
        elif kind == "wait":
            walk.let_pass(walk.now + draw(st.integers(1, 5 * 86_400_000_000)))
        else:
            walk.undo()


def answering(draw: st.DrawFn) -> object:
    """A connector that takes one push and not the next, as it is drawn."""

    def answer(_: str, __: Delivery) -> Outcome:
        return Outcome(ok=True) if draw(st.booleans()) else Outcome(ok=False, error="fail")

    return answer
