"""Walks through workflows for tests: people, values and turns, drawn by Hypothesis."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

from casewf.model.amount import CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.text import Label
from casewf.model.workflow import Field, Workflow
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import at, datetime_of, instant_of
from casewf.testing.story_model import Action, ActOnClock, FireTrigger, OpenCase, Story, StoryCase
from casewf.testing.walk import Walk
from casewf.testing.walk_people import people_of_roles

START = instant_of(at("2026-03-02 09:00"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
AMOUNTS = st.sampled_from(
    [
        WorkingDays(1),
        WorkingDays(3),
        CalendarDays(2),
        Elapsed(hours=1),
        Elapsed(seconds=90),
        WorkingTime(minutes=30),
    ]
)


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


def values(field: Field, story: Story) -> st.SearchStrategy[object]:
    """What somebody may give for a field, in the type in which stories hold it."""
    one = _one(field, story)
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple) if field.many else one


def _one(field: Field, story: Story) -> st.SearchStrategy[object]:
    if field.of:
        return st.sampled_from(field.of)
    low = -(10**6) if field.minimum is None else field.minimum
    high = 10**6 if field.maximum is None else field.maximum
    return {
        "text": TEXTS,
        "integer": st.integers(low, high),
        "decimal": st.decimals(Decimal(low), Decimal(high), places=2),
        "boolean": st.booleans(),
        "date": st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        "instant": st.integers(START, START + 10**13).map(datetime_of),
        "org": st.sampled_from(sorted(story.organisations)),
        "person": st.sampled_from(sorted(story.people)),
    }[field.kind]


@st.composite
def actions(draw: st.DrawFn, walk: Walk, case: str) -> Action:
    """Something that one of the people may try on a case; most of it is allowed."""
    story, workflow = walk.setting, walk.workflow_of(case)
    wild = draw(st.integers(0, 5)) == 0
    if not walk.is_open(case):
        able = [name for name in story.people if name in {one.role for one in workflow.opening.by}]
        names = workflow.fields if workflow.opening.accepts is None else workflow.opening.accepts
        given = draw(st.lists(st.sampled_from(sorted(names)), unique=True, max_size=4)) if names else []
        return OpenCase(
            by=draw(st.sampled_from(sorted(story.people) if wild or not able else able)),
            data={
                name: draw(values(workflow.fields[name], story)) for name in (*workflow.opening.needs, *given)
            },
        )
    every = [(name, one) for name in sorted(story.people) for one in walk.options(case, name) or ()]
    allowed = [(name, one) for name, one in every if one.allowed]
    if wild or not allowed:
        triggers = [row.trigger for track in workflow.tracks for row in track.transitions]
        return FireTrigger(
            trigger=draw(st.sampled_from(triggers)), by=draw(st.sampled_from(sorted(story.people)))
        )
    person, option = draw(st.sampled_from(allowed))
    comment = draw(TEXTS) if option.comment_required else None
    if option.sla is not None:
        amount = draw(AMOUNTS) if (*option.asks, *option.accepts) else None
        return ActOnClock(act=option.trigger, sla=option.sla, by=person, amount=amount, comment=comment)
    asked = [*option.asks, *(name for name in option.accepts if draw(st.integers(0, 4)) == 0)]
    data = {name: draw(values(workflow.fields[name], story)) for name in asked}
    return FireTrigger(trigger=option.trigger, by=person, data=data, comment=comment)


@st.composite
def turns(draw: st.DrawFn, walk: Walk, count: int) -> None:
    """So many turns of a walk, taken."""
    for _ in range(count):
        case = draw(st.sampled_from(walk.cases or ("walk-1",)))
        kind = draw(st.sampled_from(["do"] * 6 + ["next", "wait", "undo"]))
        if kind == "do" or not walk.is_open("walk-1"):
            walk.do(draw(actions(walk, case)), case)
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
