"""Every story that is shipped or shown goes as it says, in memory and on SQLite, with an unbroken chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.definition import load_workflow
from casewf.engine.verify import verify
from casewf.model.events import Moved
from casewf.ports.store import Store
from casewf.testing.clock import at
from casewf.testing.story import play
from casewf.testing.story_file import load_story

ROOT = Path(__file__).parents[2]
# resolved, because the packaged story is shown among the examples by a link
STORIES = sorted(
    {
        path.resolve()
        for pattern in ("src/casewf/stories/*.story.yaml", "examples/**/*.story.yaml")
        for path in ROOT.glob(pattern)
    }
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with SqliteStore(tmp_path / "story.db") as opened:
            yield opened


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.name)
def test_a_story_goes_as_it_says(path: Path, store: Store) -> None:
    play(load_story(path), store=store).check()
    assert verify(store).problems == ()


def test_the_packaged_story_goes_as_it_says_on_postgresql(postgres_dsn: str, postgres_schema: str) -> None:
    with PostgresStore(postgres_dsn, schema=postgres_schema) as opened:
        play(load_story("s01-yang-yun"), store=opened).check()
        assert verify(opened).problems == ()


def test_there_is_a_story_to_play() -> None:
    assert [path.name for path in STORIES].count("s01-yang-yun.story.yaml") == 1


# The `timers` of scenario S01, as computed by hand from the calendar of the State Council.
S01_TIMERS = {
    "answer": "2025-06-17 08:42:05",
    "sign": "2025-06-17 10:56",
    "contact": "2025-06-17 10:56",
    "stage": "2025-06-18 08:56",
    "handle": "2025-06-20 18:00",
    "review": "2025-06-17 20:05",
    "callback": "2025-06-18 18:00",
    "performance": "2025-07-08 18:00",
}


@pytest.mark.parametrize(("sla", "due"), S01_TIMERS.items())
def test_every_limit_of_s01_is_due_when_it_should_be_and_is_met(sla: str, due: str) -> None:
    playback = play(load_story("s01-yang-yun"))
    assert playback.case is not None
    clock = playback.case.clocks[sla]
    assert (clock.due, clock.verdict, clock.phase) == (at(due), "met", "stopped")


def test_s01_ends_closed_without_a_card_and_with_the_money_paid() -> None:
    case = play(load_story("s01-yang-yun")).case
    assert case is not None
    assert case.states == {
        "union": "archived",
        "government": "done",
        "oversight": "cleared",
        "performance": "performed",
    }
    assert (case.closed, case.card, case.fields["paid_amount"], case.fields["people"]) == (
        True,
        "none",
        398000,
        10,
    )


@pytest.mark.parametrize("name", ["legal-supervision", "prevention-visit"])
def test_every_transition_of_a_child_s_workflow_is_taken_by_some_story(name: str) -> None:
    """From each of its states: what no story takes, nobody has seen working."""
    workflow = load_workflow(name)
    wanted = {
        (track.id, row, source)
        for track in workflow.tracks
        for row, spec in enumerate(track.transitions)
        for source in spec.sources
    }
    taken = set()
    for path in STORIES:
        store = MemoryStore()
        play(load_story(path), store=store)
        for head in store.heads():
            stored = store.load(head.case)
            if stored is not None and stored.case.workflow[0] == name:
                events = [row.event for row in store.history(head.case)]
                taken |= {(e.track, e.row, e.source) for e in events if isinstance(e, Moved)}
    assert wanted - taken == set()
