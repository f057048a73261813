"""A worklist gives what waits for somebody, the most urgent first, and what he may do on it (M2, M4, M11)."""

from __future__ import annotations

import base64
import datetime as dt
import json

import attrs
import pytest

from casewf.engine.worklist import Worklist
from casewf.model.case import Actor
from casewf.ports.store import Store
from casewf.testing.clock import at
from engine_fakes import CLAIM, HANDLER, OPERATOR, STRANGER, SUPERVISOR, World, claim

COLLEAGUE = Actor("sun", frozenset({"handler"}), "yuzhong")
BELOW = Actor("qian", frozenset({"handler"}), "jiefangbei")
PERSONAL = CLAIM.replace("roles:\n", "roles:\n  case_worker: {zh: 经办人, en: Case worker}\n").replace(
    "to: working, by: handler}\n      - {trigger: suspend",
    "to: working, by: handler, assign: {case_worker: actor.id}}\n      - {trigger: suspend",
)


@pytest.fixture
def world(store: Store) -> World:
    """C-1 is li's and due at 16:00, C-2 his and late since noon; C-3 waits for somebody in yuzhong; C-4 is new."""
    world = World(store, start="2026-03-16 08:00", workflows=[claim(PERSONAL)])
    for case_id, hour in (("C-2", "09:00"), ("C-1", "10:00")):
        world.go(hour)
        world.taken(case_id)
    world.go("11:00")
    world.dispatched("C-3")
    world.open("C-4")
    return world


def ids(found: Worklist) -> list[str]:
    return [item.id for item in found.items]


def mine(world: World, actor: Actor, **more: object) -> list[str]:
    return ids(world.engine.worklist(actor=actor, **more))  # type: ignore[arg-type]


def ours(world: World, actor: Actor, **more: object) -> list[str]:
    return mine(world, actor, scope="organisation", **more)


class TestScopes:
    def test_mine_is_what_i_hold_the_most_urgent_first(self, world: World) -> None:
        assert mine(world, HANDLER) == ["C-2", "C-1"]

    def test_mine_is_what_i_opened_until_somebody_holds_it(self, world: World) -> None:
        assert mine(world, OPERATOR) == ["C-4"]
        world.engine.fire("C-4", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
        assert mine(world, OPERATOR) == []

    def test_nothing_is_mine_that_my_organisation_holds(self, world: World) -> None:
        assert mine(world, COLLEAGUE) == []
        assert mine(world, Actor("yuzhong", frozenset({"handler"}), "wanzhou")) == []

    def test_a_deputy_has_the_list_of_the_absent_person_too(self, world: World) -> None:
        deputy = attrs.evolve(COLLEAGUE, deputy_for=(HANDLER,))
        assert mine(world, deputy) == ["C-2", "C-1"]
        above = Actor("zhu", frozenset(), "city", deputy_for=(BELOW,))
        items = world.engine.worklist(actor=above, scope="organisation").items
        assert [item.id for item in items] == ["C-2", "C-1", "C-3", "C-4"]
        assert "take" in {one.trigger for one in items[2].options}

    def test_what_is_held_above_an_absent_person_s_organisation_is_on_his_deputy_s_list(
        self, world: World
    ) -> None:
        """The deputy's own organisation neither holds the cases nor lies above their holder."""
        world.engine.open("claim", actor=STRANGER, case_id="C-9", org="wanzhou")
        deputy = Actor("zhu", frozenset(), "wanzhou", deputy_for=(BELOW,))
        assert ours(world, deputy) == ["C-2", "C-1", "C-3", "C-9"]

    def test_my_organisation_s_is_what_it_or_one_below_or_above_it_has(self, world: World) -> None:
        assert ours(world, COLLEAGUE) == ["C-2", "C-1", "C-3"]
        assert ours(world, BELOW) == ["C-2", "C-1", "C-3"]
        assert ours(world, SUPERVISOR) == ["C-2", "C-1", "C-3", "C-4"]
        assert ours(world, OPERATOR) == ["C-2", "C-1", "C-3", "C-4"]

    def test_a_stranger_has_nothing(self, world: World) -> None:
        assert mine(world, STRANGER) == ours(world, STRANGER) == []

    def test_somebody_without_an_organisation_has_what_belongs_to_none(self, store: Store) -> None:
        world = World(store)
        app = Actor("app", frozenset({"operator"}))
        world.engine.open("claim", actor=app, case_id="C-1")
        world.open("C-2")
        assert ours(world, app) == ["C-1"]
        assert mine(world, app) == ["C-1"]

    def test_an_unknown_scope_is_told(self, world: World) -> None:
        with pytest.raises(ValueError, match="scope must be `mine` or `organisation`, got 'all'"):
            mine(world, HANDLER, scope="all")

    def test_what_i_hold_elsewhere_is_mine_and_not_my_organisation_s(self, world: World) -> None:
        moved = Actor("li", frozenset({"handler"}), "wanzhou")
        assert ours(world, moved) == []
        assert mine(world, moved) == ["C-2", "C-1"]


class TestOverview:
    def test_it_has_every_case_in_the_same_order_and_no_options(self, world: World) -> None:
        elsewhere = Actor("ma", frozenset({"operator"}), "wanzhou")
        world.engine.open("claim", actor=elsewhere, case_id="C-5")
        found = world.engine.overview()
        assert ids(found) == ["C-2", "C-1", "C-3", "C-4", "C-5"]
        assert {item.options for item in found.items} == {()}
        assert found.at == at("2026-03-16 11:00")
        page = world.engine.overview(limit=2, state=("main", "working"))
        assert (ids(page), page.next_after) == (["C-2", "C-1"], None)
        page = world.engine.overview(limit=2)
        assert ids(world.engine.overview(after=page.next_after)) == ["C-3", "C-4", "C-5"]


class TestItems:
    def test_an_item_says_what_is_due_and_by_which_limit(self, world: World) -> None:
        world.go("15:00")
        late, other = world.engine.worklist(actor=HANDLER).items
        assert (late.id, late.sla, late.due, late.overdue) == ("C-2", "answer", at("2026-03-16 15:00"), False)
        world.go("15:01")
        late, other = world.engine.worklist(actor=HANDLER).items
        assert (late.overdue, other.overdue) == (True, False)
        assert str(other.due) == "2026-03-16 16:00:00+08:00"
        assert other.states == {"main": "working", "oversight": "calm", "platform": "pushed"}
        assert other.holders == {"handler": ("yuzhong",), "case_worker": ("li",)}
        assert other.definition.title.zh == "诉求"
        assert (other.org, other.card, other.closed) == ("city", "none", False)
        assert other.opened_at == at("2026-03-16 10:00")

    def test_a_paused_case_comes_last_and_a_swept_one_shows_its_card(self, world: World) -> None:
        world.engine.fire("C-2", "suspend", actor=HANDLER, comment="ill")
        world.go("16:30")
        world.engine.sweep()
        first, second = world.engine.worklist(actor=HANDLER).items
        assert (first.id, first.card, second.id, second.sla) == ("C-1", "yellow", "C-2", "total")

    def test_a_case_without_any_limit_comes_last(self, store: Store) -> None:
        text = CLAIM.partition("slas:")[0]
        world = World(store, workflows=[claim(text)])
        world.open("C-1")
        (item,) = world.engine.worklist(actor=OPERATOR).items
        assert (item.due, item.sla, item.overdue) == (None, None, False)

    def test_options_are_the_allowed_ones_of_engine_options(self, world: World) -> None:
        for actor in (HANDLER, COLLEAGUE, SUPERVISOR):
            for item in world.engine.worklist(actor=actor, scope="organisation").items:
                everything = world.engine.options(item.id, actor=actor)
                assert item.options == tuple(one for one in everything if one.allowed)
        names = {
            item.id: [one.trigger for one in item.options]
            for item in world.engine.worklist(actor=COLLEAGUE, scope="organisation").items
        }
        assert names == {
            "C-1": ["note", "suspend", "close"],
            "C-2": ["note", "suspend", "close"],
            "C-3": ["note", "take"],
        }

    def test_cases_of_several_versions_stand_in_one_list(self, store: Store) -> None:
        World(store).open("C-1")
        newer = World(store, workflows=[claim(CLAIM.replace("version: 1", "version: 2"))])
        newer.open("C-2")
        found = newer.engine.worklist(actor=OPERATOR).items
        assert [(item.id, item.definition.version) for item in found] == [("C-1", 1), ("C-2", 2)]

    def test_reading_a_list_writes_nothing(self, world: World, store: Store) -> None:
        world.go("2026-03-20 10:00")
        before = [store.history(case_id) for case_id in ("C-1", "C-2", "C-3", "C-4")]
        mine(world, HANDLER)
        assert [store.history(case_id) for case_id in ("C-1", "C-2", "C-3", "C-4")] == before


class TestFilters:
    def test_filters_hold_together(self, world: World) -> None:
        assert ours(world, SUPERVISOR, state=("main", "working")) == ["C-2", "C-1"]
        assert ours(world, SUPERVISOR, workflow="other") == []
        assert ours(world, SUPERVISOR, workflow="claim", state=("main", "received")) == ["C-4"]
        world.go("15:30")
        world.engine.sweep()
        assert ours(world, SUPERVISOR, card="yellow") == ["C-2"]
        assert ours(world, SUPERVISOR, card="none", state=("main", "working")) == ["C-1"]

    def test_late_means_after_the_due_instant(self, world: World) -> None:
        """T1: a case is not late at the instant itself."""
        world.go("15:00")
        assert mine(world, HANDLER, overdue=True) == []
        assert mine(world, HANDLER, overdue=False) == ["C-2", "C-1"]
        world.go("15:01")
        assert mine(world, HANDLER, overdue=True) == ["C-2"]
        assert mine(world, HANDLER, overdue=False) == ["C-1"]

    def test_due_before_is_an_instant_of_any_zone(self, world: World) -> None:
        moment = dt.datetime(2026, 3, 16, 8, 0, tzinfo=dt.UTC)  # 16:00 in Shanghai
        assert mine(world, HANDLER, due_before=moment) == ["C-2"]
        assert mine(world, HANDLER, due_before=moment + dt.timedelta(microseconds=1)) == ["C-2", "C-1"]
        world.go("15:30")
        assert mine(world, HANDLER, due_before=moment, overdue=False) == []
        assert mine(world, HANDLER, due_before=moment + dt.timedelta(days=1), overdue=True) == ["C-2"]
        with pytest.raises(ValueError, match="naive"):
            mine(world, HANDLER, due_before=dt.datetime(2026, 3, 16, 8, 0))  # noqa: DTZ001

    def test_closed_cases_are_a_list_of_their_own_by_id(self, world: World) -> None:
        for case_id in ("C-2", "C-1"):
            world.engine.fire(case_id, "close", actor=HANDLER)
        assert mine(world, HANDLER) == []
        assert mine(world, HANDLER, closed=True) == ["C-1", "C-2"]
        assert ours(world, SUPERVISOR, closed=True, limit=1) == ["C-1"]


class TestPages:
    @pytest.mark.parametrize("limit", [1, 2, 3, 500])
    @pytest.mark.parametrize("closed", [False, True])
    def test_pages_follow_one_another(self, world: World, limit: int, closed: bool) -> None:
        if closed:
            for case_id in ("C-2", "C-1"):
                world.engine.fire(case_id, "close", actor=HANDLER)
        whole = ours(world, SUPERVISOR, closed=closed)
        seen: list[str] = []
        after: str | None = None
        while True:
            page = world.engine.worklist(
                actor=SUPERVISOR, scope="organisation", closed=closed, limit=limit, after=after
            )
            seen += ids(page)
            after = page.next_after
            if after is None:
                break
        assert seen == whole

    def test_a_page_goes_on_where_the_last_one_ended_whatever_became_of_that_case(self, world: World) -> None:
        page = world.engine.worklist(actor=SUPERVISOR, scope="organisation", limit=2)
        world.engine.fire("C-1", "close", actor=HANDLER)
        assert ours(world, SUPERVISOR, after=page.next_after) == ["C-3", "C-4"]

    @pytest.mark.parametrize(
        "after",
        [
            "",
            "C-1",
            "%%%",
            "中",
            *(
                base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
                for value in (
                    1,
                    [],
                    ["", 1],
                    ["C-1", "x"],
                    ["C-1", True],
                    ["C-1", 2**70],
                    [1, 1],
                    ["\ud800", 1],
                )
            ),
        ],
    )
    def test_an_after_that_came_from_nowhere_is_told(self, world: World, after: str) -> None:
        with pytest.raises(ValueError, match="after must be the `next_after` of the page before"):
            mine(world, HANDLER, after=after)

    def test_the_after_of_open_cases_is_none_of_closed_ones(self, world: World) -> None:
        page = world.engine.worklist(actor=SUPERVISOR, scope="organisation", limit=2)
        with pytest.raises(ValueError, match="after must be"):
            ours(world, SUPERVISOR, after=page.next_after, closed=True)

    @pytest.mark.parametrize("limit", [0, 501])
    def test_a_page_has_one_to_five_hundred_cases(self, world: World, limit: int) -> None:
        with pytest.raises(ValueError, match="limit must be 1 to 500"):
            mine(world, HANDLER, limit=limit)
