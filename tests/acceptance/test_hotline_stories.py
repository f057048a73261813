"""The stories of the hotline: the scripted cases instant by instant, and every row and rung taken by some story."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from casewf.core.program import compile_program
from casewf.definition.load import load_calendar, load_workflow
from casewf.model.clock_events import ClockRetargeted, ClockStarted, RungFired
from casewf.model.events import Event, Moved, Opened
from casewf.testing.clock import at, instant_of
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import load_story

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "stories"
STORIES = tuple(sorted(FOLDER.glob("*.story.yaml")))
SCRIPTED = {"S01": "s01", "S03": "s03", "S05": "s05", "S08": "s08", "V1": "v1"}


@cache
def playback(path: Path) -> Playback:
    return play(load_story(path)).check()


def scripted(case: str) -> Playback:
    (path,) = FOLDER.glob(f"{SCRIPTED[case]}-*.story.yaml")
    return playback(path)


def test_the_packaged_story_is_among_the_examples_as_the_same_file() -> None:
    example = FOLDER / "s01-yang-yun.story.yaml"
    assert example.is_symlink()
    assert example.resolve() == (ROOT / "src/casewf/stories/s01-yang-yun.story.yaml").resolve()


def test_every_story_is_listed_in_the_readme() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in STORIES if f"]({path.name})" not in listed] == []


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.name)
def test_a_short_story_says_that_its_people_are_invented(path: Path) -> None:
    note = load_story(path).note
    assert "虚构" in note.zh
    assert "invented" in note.en


# What the scripted cases say of their limits, computed by hand from the calendar of the State Council: when each starts
# and when it is due. The money's limit starts with the agreement, at 17:40 of the day that the script names.
TIMERS = [
    ("S01", "answer", "2025-06-17 08:41:50", "2025-06-17 08:42:05"),
    ("S01", "sign", "2025-06-17 08:56", "2025-06-17 10:56"),
    ("S01", "contact", "2025-06-17 08:56", "2025-06-17 10:56"),
    ("S01", "stage", "2025-06-17 08:56", "2025-06-18 08:56"),
    ("S01", "handle", "2025-06-17 08:56", "2025-06-20 18:00"),
    ("S01", "review", "2025-06-17 18:05", "2025-06-17 20:05"),
    ("S01", "callback", "2025-06-17 18:40", "2025-06-18 18:00"),
    ("S01", "performance", "2025-06-17 17:40", "2025-07-08 18:00"),
    ("S03", "sign", "2026-03-16 09:15", "2026-03-17 18:00"),
    ("S03", "return_window", "2026-03-16 09:15", "2026-03-17 18:00"),
    ("S03", "return_ruling", "2026-03-16 14:00", "2026-03-16 18:00"),
    ("S03", "handle", "2026-03-16 09:15", "2026-04-07 18:00"),
    ("S05", "handle", "2026-05-11 09:20", "2026-05-20 18:00"),
    ("S05", "rework_ruling", "2026-05-20 10:00", "2026-05-21 18:00"),
    ("S05", "rework", "2026-05-20 15:00", "2026-05-27 18:00"),
    ("S08", "answer", "2026-01-04 09:12", "2026-01-04 09:12:15"),
    ("V1", "handle", "2026-03-10 09:00", "2026-03-31 18:00"),
]


def dues(of: Playback, sla: str) -> list[object]:
    """Every due instant that a story expects of a limit, in order."""
    checks = [check for step in of.story.steps for check in step.checks]
    return [check.wanted for check in checks if check.what == "due" and check.about == (sla,)]


@pytest.mark.parametrize(("case", "sla", "start", "due"), TIMERS)
def test_every_limit_of_a_script_starts_and_is_due_when_it_says(
    case: str, sla: str, start: str, due: str
) -> None:
    of = scripted(case)
    first = next(
        entry.event
        for entry in of.history
        if isinstance(entry.event, ClockStarted) and entry.event.sla == sla
    )
    assert (first.start, first.limit) == (instant_of(at(start)), instant_of(at(due)))
    assert instant_of(at(due)) in dues(of, sla)


def test_the_limit_of_v1_moves_as_the_script_says() -> None:
    """A pause of exactly ten working days, then five more; the last due is after a review that was not counted."""
    wanted = [
        "2026-03-31 18:00",
        None,
        "2026-04-15 18:00",
        "2026-04-15 18:00",
        "2026-04-22 18:00",
        "2026-04-22 18:00",
        "2026-04-23 15:00",
    ]
    assert dues(scripted("V1"), "handle") == [None if due is None else instant_of(at(due)) for due in wanted]


# Every row and every rung


def test_every_transition_is_taken_by_some_story() -> None:
    rows = {
        f"{track.id}: {row.trigger} (row {number}) from {source}"
        for track in load_workflow("hotline-12351").tracks
        for number, row in enumerate(track.transitions)
        for source in row.sources
    }
    taken = {
        f"{event.track}: {event.trigger} (row {event.row}) from {event.source}"
        for event in events()
        if isinstance(event, Moved)
    }
    assert sorted(rows - taken) == []
    assert len(rows) > 100


def test_every_rung_fires_in_some_story() -> None:
    program = compile_program(load_workflow("hotline-12351"), {"cn-office": load_calendar("cn-office")})
    rungs = {f"{plan.spec.id}/{rung.number}" for plan in program.slas for rung in plan.rungs}
    fired = {f"{event.sla}/{event.rung}" for event in events() if isinstance(event, RungFired)}
    assert sorted(rungs - fired) == []
    assert len(rungs) > 30


def test_every_target_of_every_limit_is_measured_by_in_some_story() -> None:
    slas = load_workflow("hotline-12351").slas
    targets = {f"{sla.id} target {number}" for sla in slas for number in range(len(sla.target))}
    used = {
        f"{event.sla} target {event.target}"
        for event in events()
        if isinstance(event, ClockStarted | ClockRetargeted)
    }
    assert sorted(targets - used) == []


def events() -> Iterator[Event]:
    """What happened to the hotline cases of all stories; their children go by other workflows."""
    for path in STORIES:
        played = playback(path)
        for history in (played.history, *played.others.values()):
            opened = history[0].event
            if isinstance(opened, Opened) and opened.workflow[0] == "hotline-12351":
                yield from (entry.event for entry in history)
