"""Importing through the engine: one append, once by origin, secrets in the vault, nothing told that was told before."""

from __future__ import annotations

import datetime as dt

import pytest

from casewf.engine.imported import Imported, ImportedClock
from casewf.engine.verify import verify
from casewf.errors import BindingError, NotFound, Refused
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.model.directory import StaticDirectory
from casewf.model.events import Opened
from casewf.model.staff import Person
from casewf.ports.store import Store
from casewf.testing.clock import at
from casewf.views.explanation import explanation_text
from casewf.views.timeline import timeline
from engine_fakes import HANDLER, OPERATOR, STRANGER, World, dump, rows

ADMIN = Actor("admin", frozenset(), "city")


def old_case(**more: object) -> Imported:
    """A case of last Friday, taken by the district union, half of its four working hours gone."""
    given: dict[str, object] = {
        "id": "C-1",
        "origin": "旧-17",
        "opened_at": at("2026-03-13 09:00"),
        "opened_by": "wu",
        "org": "city",
        "states": {"main": "working", "platform": "pushed"},
        "fields": {"summary": "欠薪", "phone": "13900001111", "lead_org": "yuzhong"},
        "holders": {"handler": ["yuzhong"]},
        "clocks": {
            "answer": ImportedClock(start=at("2026-03-13 16:00")),
            "total": ImportedClock(start=at("2026-03-13 09:00")),
        },
        "comment": "由旧系统导入",
    }
    return Imported(**{**given, **more})  # type: ignore[arg-type]


def brought(world: World, imported: Imported | None = None, **more: object) -> str:
    found = world.engine.import_case(imported or old_case(), workflow="claim", actor=ADMIN, **more)  # type: ignore[arg-type]
    return found.outcome


def test_a_case_goes_on_as_if_it_had_been_here(world: World) -> None:
    """Due after four working hours from Friday 16:00, that is Monday 11:00; it is Monday 10:00 now."""
    found = world.engine.import_case(
        old_case(), workflow="claim", actor=ADMIN, warned_until=at("2026-03-16 10:00")
    )
    assert (found.case, found.origin, found.outcome) == ("C-1", "旧-17", "imported")
    assert [(one.sla, one.due, one.overdue) for one in found.limits] == [
        ("answer", at("2026-03-16 11:00"), False),
        ("total", at("2026-03-14 09:00"), True),
    ]
    view = world.engine.case("C-1", actor=HANDLER)
    assert (view.states["main"], view.holders) == ("working", {"handler": ("yuzhong",)})
    assert world.engine.case("C-1", actor=OPERATOR).fields["phone"] == "13900001111"
    world.go("10:30")
    assert world.engine.fire("C-1", "close", actor=HANDLER).clocks["answer"].verdict == "met"


def test_it_is_seen_by_those_who_would_see_it_here(world: World) -> None:
    """Holders bring the organisations above them along (M11)."""
    brought(world, old_case(org="yuzhong"))
    assert world.engine.case("C-1", actor=OPERATOR).org == "yuzhong"
    with pytest.raises(NotFound):
        world.engine.case("C-1", actor=STRANGER)


def test_what_was_warned_of_has_no_effects_and_the_rest_does(store: Store) -> None:
    """The first warning, at half of the time, was due on Friday 18:00."""
    told, quiet = World(store), World(store)
    brought(told, old_case(id="C-1", origin="1"))
    assert [row.effect.about for row in rows(told)] == ["answer/0"]
    brought(quiet, old_case(id="C-2", origin="2"), warned_until=at("2026-03-16 10:00"))
    assert rows(quiet, case_id="C-2") == []
    assert told.outside.times("notify") == 1
    for name in ("C-1", "C-2"):
        fired = [row.event for row in store.history(name) if isinstance(row.event, RungFired)]
        assert [event.rung for event in fired] == [0]
    told.go("15:00")
    told.engine.sweep()
    fired = [row.event.rung for row in store.history("C-2") if isinstance(row.event, RungFired)]
    assert fired == [0, 1, 2], "E1: none twice, none lost"


def test_the_row_says_until_when_it_was_warned_where_the_file_says_otherwise(world: World) -> None:
    brought(world, old_case(warned_until=at("2026-03-13 17:00")), warned_until=at("2026-03-16 10:00"))
    assert len(rows(world)) == 1


def test_m11_a_person_given_as_an_organisation_is_refused_where_the_directory_knows_better(
    store: Store,
) -> None:
    """All that is wrong at once, and nothing written; organisations at the top of a chart are no persons."""
    chart = {"city": None, "yuzhong": "city", "xu": None}
    people = {"yuzhong": [Person("li", "李")], "xu": [Person("xu", "许")], "city": [Person("city", "市")]}
    world = World(store, directory=StaticDirectory(chart, people))
    with pytest.raises(Refused) as refused:
        brought(world, old_case(holders={"handler": ["li"]}, states={"main": "nowhere"}))
    assert [(one.code, one.params.get("found")) for one in refused.value.reasons][:1] == [
        ("holder_is_person", "li")
    ]
    assert "not_among" in [one.code for one in refused.value.reasons]
    assert "holder.handler" in refused.value.text("zh")
    assert "person:li" in refused.value.text("zh")
    assert "write person:li" in refused.value.text("en")
    assert store.load("C-1") is None
    for number, holders in enumerate((["person:li"], ["xu"], ["city"], ["nobody-knows"])):
        case = old_case(id=f"N-{number}", origin=str(number), holders={"handler": holders})
        assert brought(world, case) == "imported"


def test_without_a_directory_a_holder_is_what_the_file_says(store: Store) -> None:
    assert brought(World(store, directory=None), old_case(holders={"handler": ["li"]})) == "imported"


def test_the_same_case_again_is_skipped_whoever_imports_it_and_whenever(world: World) -> None:
    assert brought(world) == "imported"
    before = dump(world.store)
    world.go("10:10")
    again = world.engine.import_case(
        old_case(),
        workflow="claim",
        actor=Actor("other", frozenset(), "city"),
        warned_until=at("2026-03-16 10:05"),
    )
    assert again.outcome == "skipped"
    assert dump(world.store) == before


def test_a_case_that_has_moved_on_is_skipped_and_stays_as_it_is(world: World) -> None:
    brought(world)
    world.engine.fire("C-1", "suspend", actor=HANDLER, comment="等待材料")
    assert brought(world) == "skipped"
    assert world.engine.case("C-1", actor=HANDLER).states["main"] == "suspended"


@pytest.mark.parametrize(
    "other",
    [
        {"fields": {"summary": "工伤", "phone": "13900001111", "lead_org": "yuzhong"}},
        {"fields": {"summary": "欠薪", "phone": "13900002222", "lead_org": "yuzhong"}},
        {"comment": "别的说明"},
        {"opened_at": at("2026-03-13 08:59")},
        {"id": "C-9"},
        {"clocks": {"answer": ImportedClock(start=at("2026-03-13 16:01")), "total": None}},
    ],
    ids=["field", "sensitive", "comment", "opening", "id", "clock"],
)
def test_an_origin_with_other_content_is_refused_and_changes_nothing(
    world: World, other: dict[str, object]
) -> None:
    brought(world)
    before = dump(world.store)
    with pytest.raises(Refused) as caught:
        brought(world, old_case(**other))
    assert [reason.code for reason in caught.value.reasons] == ["imported_otherwise"]
    assert dump(world.store) == before


def test_an_id_that_was_opened_here_is_refused(world: World) -> None:
    world.open()
    with pytest.raises(Refused, match="the case C-1 exists already"):
        brought(world)


def test_a_dry_run_says_what_would_come_of_it_and_writes_nothing(world: World) -> None:
    before = dump(world.store)
    dry = world.engine.import_case(old_case(), workflow="claim", actor=ADMIN, dry_run=True)
    assert dump(world.store) == before
    assert world.engine.import_case(old_case(), workflow="claim", actor=ADMIN) == dry


def test_a_dry_run_refuses_what_an_import_refuses(world: World) -> None:
    before = dump(world.store)
    found = []
    for dry_run in (True, False):
        with pytest.raises(Refused) as caught:
            brought(world, old_case(states={"main": "nowhere"}), dry_run=dry_run)
        found.append(caught.value.reasons)
    assert found[0] == found[1]
    assert dump(world.store) == before


def test_no_event_holds_a_secret_and_the_chain_verifies(world: World) -> None:
    """D4, D5: the phone number and the comment are in the vault alone."""
    brought(world)
    bodies = "".join(row.body for row in world.store.history("C-1"))
    assert "13900001111" not in bodies
    assert "由旧系统导入" not in bodies
    assert verify(world.store).ok
    entry = world.engine.history("C-1", actor=HANDLER)[0]
    assert entry.comment == "由旧系统导入"
    assert world.engine.erase("C-1", actor=OPERATOR, fields=["phone"]) == 1
    assert verify(world.store).ok


def test_a_refusal_never_shows_a_secret(world: World) -> None:
    with pytest.raises(Refused) as caught:
        brought(world, old_case(fields={"phone": 13900001111}))
    assert "13900001111" not in caught.value.text("zh") + caught.value.text("en")


def test_the_timeline_tells_the_past_at_its_own_instants(world: World) -> None:
    paused = ImportedClock(
        start=at("2026-03-13 09:10"), pauses=[(at("2026-03-13 09:30"), at("2026-03-13 17:00"))]
    )
    brought(world, old_case(clocks={"answer": paused, "total": None}), warned_until=at("2026-03-16 10:00"))
    workflow, history = world.engine.workflow("claim"), world.engine.history("C-1", actor=HANDLER)
    zh = timeline(workflow, history, zone="Asia/Shanghai", lang="zh")
    en = timeline(workflow, history, zone="Asia/Shanghai", lang="en")
    assert "立单（原系统） · wu" in zh
    assert "由 旧-17 导入 · 2026-03-16 周一 10:00" in zh
    assert "答复时限 恢复计时 · 限 03-16" in zh
    assert "imported from 旧-17" in en
    assert [line.split()[0] for line in zh.splitlines() if "原系统记录" in line] == [
        "09:10",
        "09:30",
        "17:00",
    ]


def test_an_explanation_shows_the_pauses_of_the_old_system(world: World) -> None:
    paused = ImportedClock(
        start=at("2026-03-13 09:10"), pauses=[(at("2026-03-13 09:30"), at("2026-03-13 17:00"))]
    )
    brought(world, old_case(clocks={"answer": paused, "total": None}))
    explanation = world.engine.explain("C-1", "answer", actor=HANDLER)
    text = explanation_text(explanation, world.engine.workflow("claim"), lang="zh")
    assert "2026-03-16 周一 11:40" in text
    assert "09:30" in text
    assert "admin" in text, "who said so"


def test_the_opening_names_who_imported_it(world: World) -> None:
    brought(world)
    opened = world.store.history("C-1")[0].event
    assert isinstance(opened, Opened)
    assert opened.imported_by is not None
    assert (opened.by.id, opened.imported_by.id, opened.imported_by.org) == ("wu", "admin", "city")


def test_what_a_host_must_not_pass(world: World) -> None:
    naive = dt.datetime(2026, 3, 13, 9)  # noqa: DTZ001  # that is what is tested
    for wrong, words in (
        (old_case(opened_at=naive), "naive"),
        (old_case(id=""), "cannot be the id"),
        (old_case(holders={"handler": ["person:li", "yuzhong"]}), "not by both"),
    ):
        with pytest.raises(ValueError, match=words):
            brought(world, wrong)
    with pytest.raises(BindingError, match="no workflow 'nothing'"):
        world.engine.import_case(old_case(), workflow="nothing", actor=ADMIN)
