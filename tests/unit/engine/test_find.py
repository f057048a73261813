"""Finding gives exactly the cases that the actor may see, page by page (M2, M11)."""

from __future__ import annotations

import pytest

from casewf.errors import NotFound
from casewf.model.case import Actor
from casewf.ports.store import Store
from engine_fakes import CLAIM, HANDLER, OPERATOR, STRANGER, SUPERVISOR, World, claim

ACTORS = [
    OPERATOR,
    HANDLER,
    SUPERVISOR,
    STRANGER,
    Actor("sun", frozenset({"handler"}), "jiefangbei"),
    Actor("ma", frozenset({"operator"}), "wanzhou"),
    Actor("app", frozenset({"operator"})),
    Actor("jiefangbei", frozenset({"handler"})),
    Actor("*", frozenset(), "*"),
]


@pytest.fixture
def full(store: Store) -> World:
    """Cases of the city, of districts, of nobody; with and without a holder."""
    world = World(store)
    for number, (actor, org) in enumerate(
        [(OPERATOR, None), (OPERATOR, "yuzhong"), (ACTORS[5], None), (ACTORS[6], None), (OPERATOR, "wanzhou")]
    ):
        world.engine.open("claim", actor=actor, case_id=f"C-{number}", org=org)
    world.engine.fire("C-0", "dispatch", actor=OPERATOR, data={"lead_org": "wanzhou"})
    world.engine.fire("C-4", "dispatch", actor=OPERATOR, data={"lead_org": "jiefangbei"})
    return world


def found(world: World, actor: Actor, **more: object) -> list[str]:
    return [case.id for case in world.engine.find(actor=actor, **more).cases]  # type: ignore[arg-type]


def visible(world: World, actor: Actor) -> list[str]:
    seen = []
    for name in ("C-0", "C-1", "C-2", "C-3", "C-4"):
        try:
            seen.append(world.engine.case(name, actor=actor).id)
        except NotFound:
            continue
    return seen


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: f"{actor.id}-{actor.org}")
def test_find_gives_exactly_the_cases_that_can_be_opened(full: World, actor: Actor) -> None:
    assert found(full, actor) == visible(full, actor)


def test_scopes_differ(full: World) -> None:
    assert found(full, SUPERVISOR) == ["C-0", "C-1", "C-2", "C-3", "C-4"]
    assert found(full, HANDLER) == ["C-1", "C-3", "C-4"]
    assert found(full, STRANGER) == ["C-0", "C-2", "C-3", "C-4"]


def test_an_organisation_named_like_a_wildcard_shows_nothing_to_strangers(store: Store) -> None:
    world = World(store, directory=None)
    world.open()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "*"})
    assert found(world, STRANGER) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 500])
def test_pages_follow_one_another_without_gap_or_repetition(full: World, limit: int) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = full.engine.find(actor=SUPERVISOR, limit=limit, after=after)
        assert len(page.cases) <= limit
        seen += [case.id for case in page.cases]
        after = page.next_after
    assert seen == ["C-0", "C-1", "C-2", "C-3", "C-4"]


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_one_to_five_hundred_cases(full: World, limit: int) -> None:
    with pytest.raises(ValueError, match="limit must be 1 to 500"):
        full.engine.find(actor=SUPERVISOR, limit=limit)


def test_filters_hold_together(full: World) -> None:
    assert found(full, SUPERVISOR, state=("main", "dispatched")) == ["C-0", "C-4"]
    assert found(full, SUPERVISOR, state=("main", "closed")) == []
    assert found(full, SUPERVISOR, workflow="claim", closed=False, card="none", after="C-3") == ["C-4"]
    assert found(full, SUPERVISOR, workflow="other") == []
    full.go("16:01")
    full.engine.sweep()
    assert found(full, SUPERVISOR, card="yellow") == ["C-0", "C-4"]
    assert found(full, HANDLER, card="yellow") == ["C-4"]


def test_closed_cases_are_found_as_closed(world: World) -> None:
    world.taken("C-1")
    world.open("C-2")
    world.engine.fire("C-1", "close", actor=HANDLER)
    assert found(world, SUPERVISOR, closed=True) == ["C-1"]
    assert found(world, SUPERVISOR, closed=False) == ["C-2"]


def test_cases_of_several_versions_are_shown_together(store: Store) -> None:
    World(store).open("C-1")
    newer = World(store, workflows=[claim(CLAIM.replace("version: 1", "version: 2"))])
    newer.open("C-2")
    cases = newer.engine.find(actor=SUPERVISOR, workflow="claim").cases
    assert [case.workflow_version for case in cases] == [1, 2]
