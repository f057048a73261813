"""Stories as text: what is written is read back as the same story."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from casewf.definition.source import Place
from casewf.model.amount import CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.text import Label
from casewf.testing.clock import at, instant_of
from casewf.testing.story_file import load_story, parse_story
from casewf.testing.story_model import (
    ActOnClock,
    Check,
    DeliverNow,
    EraseValues,
    FireTrigger,
    OpenCase,
    Step,
    Story,
    SweepNow,
)
from casewf.testing.story_writer import References, story_text, written_amount
from story_texts import OPEN, story

FOLDER = Path(__file__).parents[3] / "examples/stories"
STORIES = sorted(FOLDER.glob("*.story.yaml"))
WRITTEN = ("state", "clock", "due", "verdict", "phase", "card", "closed")
NAMES = References(workflows={"lost-card": "./lost-card.yaml"})


def writable(known: Story) -> Story:
    """The story with what is written of it: other steps become looks, other expectations go."""
    steps = [
        attrs.evolve(
            step,
            action=step.action
            if isinstance(step.action, OpenCase | FireTrigger | ActOnClock | SweepNow | DeliverNow)
            else None,
            refused=step.refused if isinstance(step.action, OpenCase | FireTrigger | ActOnClock) else None,
            checks=tuple(check for check in step.checks if check.what in WRITTEN),
        )
        for step in known.steps
    ]
    kept = [step for step in steps if step.action is not None or step.checks]
    return attrs.evolve(known, steps=tuple(kept), note=Label())


def bare(known: Story) -> Story:
    nowhere = Place(file="")
    steps = [
        attrs.evolve(
            step,
            place=nowhere,
            checks=tuple(sorted((attrs.evolve(check, place=nowhere) for check in step.checks), key=repr)),
        )
        for step in known.steps
    ]
    return attrs.evolve(known, file="", steps=tuple(steps), directory=None, directory_file=None)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_an_example_is_read_back_as_the_same_story(path: Path) -> None:
    known = writable(load_story(path))
    names = {one.id: "../opinion.yaml" if one.id == "opinion" else one.id for one in known.workflows}
    directory = None if known.directory_file is None else known.directory_file
    text = story_text(known, References(workflows=names, directory=directory))
    assert bare(parse_story(text, folder=FOLDER)) == bare(known)
    assert all(len(line) <= 110 for line in text.splitlines() if "expect" in line)


def test_a_step_that_fits_stands_on_one_line_and_names_its_time_once() -> None:
    steps = """  - {at: 2026-03-02 09:00, open: {}, by: wu, note: {zh: 来电, en: A call}}
  - {fire: dispatch, by: wu, data: {lead_org: north}, comment: by word of mouth}
  - {at: 09:00:05.5, deliver: true}
  - {at: 2026-03-03 09:00, act: resume, sla: handle, by: li, refused: [act_not_offered]}
  - {sweep: true, expect: {clocks: {glance: none, handle: {due: none}}, card: none}}
"""
    text = story_text(story(steps), NAMES)
    assert text[text.index("steps:\n") + len("steps:\n") :] == steps


def test_a_step_that_does_not_fit_is_written_in_lines() -> None:
    steps = f"""  - {{at: 2026-03-02 09:00, open: {{caller_phone: '{"1" * 100}'}}, by: wu}}\n"""
    text = story_text(story(steps), NAMES)
    assert text.endswith(
        f"steps:\n  - at: 2026-03-02 09:00\n    open: {{caller_phone: '{'1' * 100}'}}\n    by: wu\n"
    )


def test_what_is_not_written_is_refused() -> None:
    known = story(OPEN)
    looked = attrs.evolve(
        known.steps[0], checks=(Check("told", (), ("li",), Place(file="s.yaml")),), action=None
    )
    with pytest.raises(ValueError, match="an expectation of told is not written"):
        story_text(attrs.evolve(known, steps=(looked,)), NAMES)
    erased = attrs.evolve(known.steps[0], action=EraseValues(by="wu", fields=None))
    with pytest.raises(ValueError, match="a step EraseValues is not written"):
        story_text(attrs.evolve(known, steps=(erased,)), NAMES)


def test_a_time_that_comes_twice_is_refused_the_second_time() -> None:
    """Clocks in Berlin are put back on 25 October 2026 at three: a story that says 02:30 means the first."""
    known = attrs.evolve(story(OPEN), zone="Europe/Berlin")
    second = instant_of(at("2026-10-25 01:30", "UTC"))
    step = Step(at=second, place=Place(file=""), case="card-1", action=SweepNow())
    with pytest.raises(ValueError, match="2026-10-25 02:30 comes twice in Europe/Berlin"):
        story_text(attrs.evolve(known, steps=(step,)), NAMES)
    first = attrs.evolve(step, at=instant_of(at("2026-10-25 00:30", "UTC")))
    assert "at: 2026-10-25 02:30" in story_text(attrs.evolve(known, steps=(first,)), NAMES)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (WorkingDays(1), "1 working day"),
        (WorkingDays(3), "3 working days"),
        (CalendarDays(45), "45 days"),
        (WorkingTime(minutes=90), "90 working minutes"),
        (WorkingTime(hours=4), "4 working hours"),
        (Elapsed(hours=24), "24 hours"),
        (Elapsed(seconds=15), "15 seconds"),
    ],
)
def test_amounts_are_written_as_authors_write_them(amount: Elapsed, words: str) -> None:
    assert written_amount(amount) == words
