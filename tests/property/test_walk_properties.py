"""Whatever somebody does in a walk, the story that is saved of it plays green, and what is taken back never was."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.definition.load import load_workflow, parse_workflow
from casewf.model.workflow import Workflow
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from casewf.testing.story_model import Story
from casewf.testing.story_writer import References, story_text
from casewf.testing.strategies import commands
from casewf.testing.walk import Walk
from story_texts import WORKFLOW as LOST_CARD
from walks import START, answering, setting, turns

workflow = cache(lambda name: parse_workflow(LOST_CARD) if name == "lost-card" else load_workflow(name))
SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ACTS = LOST_CARD.replace(
    "    ladder: [{before: 1 working day",
    "    extension: {by: operator, times: 2}\n    suspension: {by: operator, up_to: 3 days}\n"
    "    ladder: [{before: 1 working day",
)


def written(walk: Walk) -> str:
    workflows = {one: one for one in ("legal-supervision", "prevention-visit")}
    names = {walk.setting.workflow.id: walk.setting.workflow.id, **workflows}
    return story_text(walk.story(), References(workflows=names))


def plays_green(walk: Walk, definition: Workflow) -> None:
    text = written(walk)
    story = parse_story(text, workflow=definition)
    playback = play(story)
    assert playback.failures == (), text
    assert bare(story) == bare(walk.story())


def bare(story: Story) -> list[object]:
    """The steps without where they stand in a file."""
    return [
        (
            step.at,
            step.case,
            step.action,
            step.refused,
            {(check.what, check.about, check.wanted) for check in step.checks},
        )
        for step in story.steps
    ]


@SLOW
@given(st.data(), st.sampled_from(["lost-card", "prevention-visit", "legal-supervision"]))
def test_a_saved_walk_plays_green(data: st.DataObject, name: str) -> None:
    definition = parse_workflow(ACTS) if name == "lost-card" else workflow(name)
    walk = Walk(setting(definition), START, answering(data.draw))
    data.draw(turns(walk, data.draw(st.integers(1, 15))))
    if walk.steps:
        plays_green(walk, definition)


@settings(SLOW, max_examples=15)
@given(st.data())
def test_a_saved_walk_through_the_hotline_plays_green(data: st.DataObject) -> None:
    walk = Walk(setting(workflow("hotline-12351")), START, answering(data.draw))
    data.draw(turns(walk, data.draw(st.integers(2, 20))))
    if walk.steps:
        plays_green(walk, workflow("hotline-12351"))


@SLOW
@given(st.data())
def test_what_is_taken_back_never_was(data: st.DataObject) -> None:
    walk = Walk(setting(parse_workflow(ACTS)), START, answering(data.draw))
    data.draw(turns(walk, data.draw(st.integers(1, 8))))
    before = (written(walk) if walk.steps else "", walk.now, [walk.history(case) for case in walk.cases])
    case = walk.cases[0] if walk.cases else "walk-1"
    walk.do(data.draw(commands(walk, case)), case)
    walk.undo()
    assert (
        written(walk) if walk.steps else "",
        walk.now,
        [walk.history(one) for one in walk.cases],
    ) == before
