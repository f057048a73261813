"""The coverage of the example stories, held against their histories: folded again, and each guard asked anew."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.core.evolve import Draft, opened_case
from casewf.core.permission import capacities
from casewf.definition.load import load_workflow
from casewf.machine.guards import compile_expression
from casewf.machine.rules import is_met
from casewf.model.case import Actor
from casewf.model.events import Moved, Opened
from casewf.model.workflow import Workflow
from casewf.testing.coverage import Coverage, WorkflowCoverage
from casewf.testing.coverage_points import Point
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.testing.story_model import Story

FOLDER = Path(__file__).parents[2] / "examples/stories"
STORIES = sorted(FOLDER.glob("*.story.yaml"))


@cache
def covered(path: Path) -> tuple[MemoryStore, Playback, dict[str, WorkflowCoverage]]:
    store, coverage = MemoryStore(), Coverage()
    playback = play(load_story(path), store=store, coverage=coverage).check()
    return store, playback, {one.workflow.id: one for one in coverage.result()}


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_under_coverage_writes_the_same_bytes(path: Path) -> None:
    store, playback, _ = covered(path)
    plain = MemoryStore()
    play(playback.story, store=plain).check()
    assert plain.heads() == store.heads()


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_row_that_was_taken_had_its_guard_met(path: Path) -> None:
    """The guard is asked anew on the case as it was before, with what the move gave; the probes said the same."""
    asked_again(path)


def asked_again(path: Path) -> int:
    """How many guards of rows that were taken were asked again, and found met."""
    store, playback, results = covered(path)
    guarded = 0
    for head in store.heads():
        rows = [row.event for row in store.history(head.case)]
        assert isinstance(rows[0], Opened)
        result = results[rows[0].workflow[0]]
        draft = Draft(opened_case(rows[0]))
        for event in rows[1:]:
            if isinstance(event, Moved):
                guarded += _asked_again(playback.story, result, draft, event)
                place = ("tracks", event.track, "transitions", event.row)
                assert Point("transition", place, event.source) in result.covered
            draft.apply(event)
    return guarded


def _asked_again(story: Story, result: WorkflowCoverage, draft: Draft, event: Moved) -> bool:
    row = result.workflow.track(event.track).transitions[event.row]
    if row.when is None:
        return False
    before = draft.fields
    given = {name: value for name, value in event.fields.items() if name not in row.set}
    draft.fields = {**before, **given}
    person = event.by.id if event.by.id in story.people else None
    actor = Actor(event.by.id) if person is None else story.actor(person, event.at)
    met = False
    for draft.actor in capacities(actor):
        met = met or is_met(compile_expression(row.when), draft)
    draft.fields = before
    assert met, f"{event.trigger} was taken"
    place = ("tracks", event.track, "transitions", event.row, "when")
    assert Point("guard", place, met=True) in result.covered
    return True


def test_there_are_guards_to_be_asked_again() -> None:
    assert sum(map(asked_again, STORIES)) > 100


def test_a_refusal_for_a_guard_covers_that_it_was_not_met() -> None:
    refused = 0
    for path in STORIES:
        _, playback, results = covered(path)
        for attempt in playback.refusals:
            codes = {reason.code for reason in attempt.reasons}
            if codes <= {"guard_not_met", "guard_missing"} and codes:
                result = results[playback.story.workflow.id]
                places = _guards(result.workflow, attempt.trigger)
                assert any(Point("guard", place, met=False) in result.covered for place in places)
                refused += 1
    assert refused > 5


def _guards(workflow: Workflow, trigger: str) -> list[tuple[str | int, ...]]:
    return [
        ("tracks", track.id, "transitions", number, "when")
        for track in workflow.tracks
        for number, row in enumerate(track.transitions)
        if row.trigger == trigger and row.when is not None
    ]


def test_the_hotline_is_the_one_that_is_shipped() -> None:
    _, _, results = covered(FOLDER / "s01-yang-yun.story.yaml")
    assert results["hotline-12351"].workflow == load_workflow("hotline-12351")
    assert results["hotline-12351"].document is not None
