"""``casewf export --ocel``: what happened to all cases, read back by pm4py as people who mine processes do."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.core.evolve import replay
from casewf.definition.load import load_workflow
from casewf.model.clock_events import ClockStarted, RungFired
from casewf.model.events import Event, Moved, Opened
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.ports.stored import StoredEvent
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.views.ocel import OPEN, EventLog, rung_name
from kpi_histories import HOUR, STORIES, opened, started, stopped, when

PLAYED = (
    "s01-yang-yun",
    "s05-reworked",
    "s-negotiation-breaks-off",
    "s-group-complaint",
    "s-nobody-signs",
    "s07-supervision-and-visit",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database, and its log."""
    path = tmp_path_factory.mktemp("log")
    with SqliteStore(path / "cases.db") as store:
        for name in PLAYED:
            play(load_story(STORIES / f"{name}.story.yaml"), store=store).check()
    assert main(["export", "--ocel", "--db", str(path / "cases.db"), "--out", str(path / "log.json")]) == 0
    return path


@pytest.fixture(scope="module")
def histories(folder: Path) -> dict[str, list[Event]]:
    with SqliteStore(folder / "cases.db") as store:
        return {head.case: [one.event for one in store.history(head.case)] for head in store.heads()}


@pytest.fixture(scope="module")
def log(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "log.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def mined(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the packages that it brings along
        import pm4py

        return pm4py.read_ocel2_json(str(folder / "log.json"))


def activity(event: Event) -> str | None:
    match event:
        case Opened():
            return OPEN
        case Moved():
            return event.trigger
        case RungFired():
            return rung_name(event.sla, event.rung)
    return None


def test_every_trigger_and_rung_is_there_once(mined: Any, histories: dict[str, list[Event]]) -> None:
    expected = Counter(activity(event) for history in histories.values() for event in history)
    del expected[None]
    assert Counter(mined.events["ocel:activity"]) == expected
    assert {rung_name("sign", 0), "dispatch", OPEN} <= set(expected)


def test_every_case_cycle_person_and_organisation_is_there_once(
    mined: Any, histories: dict[str, list[Event]]
) -> None:
    everything = [event for history in histories.values() for event in history]
    stamps = [event.by for event in everything if isinstance(event, Opened | Moved)]
    found = mined.objects.groupby("ocel:type")["ocel:oid"].apply(set)
    assert found["case"] == {f"case/{name}" for name in histories}
    assert len(found["limit"]) == sum(isinstance(event, ClockStarted) for event in everything)
    assert {f"person/{stamp.id}" for stamp in stamps if stamp.id != SYSTEM} <= found["person"]
    assert {f"organisation/{stamp.org}" for stamp in stamps if stamp.org} <= found["organisation"]
    assert mined.objects["ocel:oid"].is_unique
    assert f"person/{SYSTEM}" not in found["person"]


def test_times_are_those_of_the_events(mined: Any, histories: dict[str, list[Event]]) -> None:
    times = dict(zip(mined.events["ocel:eid"], mined.events["ocel:timestamp"], strict=True))
    for case, history in histories.items():
        for number, event in enumerate(history, 1):
            if activity(event) is not None:
                assert times[f"{case}:{number}"].value == event.at * 1000


def related(log: dict[str, Any], event: str) -> set[tuple[str, str]]:
    found = next(one for one in log["events"] if one["id"] == event)
    return {(one["objectId"], one["qualifier"]) for one in found["relationships"]}


def test_a_move_is_related_to_its_case_who_made_it_and_the_limits_it_touched(
    log: dict[str, Any], histories: dict[str, list[Event]]
) -> None:
    number = next(n for n, event in enumerate(histories["S05"], 1) if activity(event) == "dispatch")
    assert related(log, f"S05:{number}") >= {
        ("case/S05", "case"),
        ("person/chen", "dispatcher"),
        ("organisation/city", "dispatcher"),
        ("organisation/district", "handler"),
        ("limit/S05/dispatch/1", "stops"),
        ("limit/S05/handle/1", "starts"),
        ("limit/S05/sign/1", "starts"),
    }
    rung = next(n for n, event in enumerate(histories["s-nobody-signs"], 1) if isinstance(event, RungFired))
    fired = histories["s-nobody-signs"][rung - 1]
    limit = f"limit/s-nobody-signs/{fired.sla}/{fired.cycle}"  # type: ignore[union-attr]
    assert (limit, "rung_of") in related(log, f"s-nobody-signs:{rung}")


def test_a_clock_that_stops_by_itself_was_stopped_by_no_move() -> None:
    at = when("2026-03-02 09:00")
    events = [opened(at), started("handle", at, at + HOUR), stopped("handle", at + HOUR, at + HOUR)]
    case = replay(events)
    history = [StoredEvent(number, "", "", "", event) for number, event in enumerate(events, 1)]
    shown = EventLog({"h": load_workflow("hotline-12351")}).events_of(case, history)
    assert [one["qualifier"] for one in shown[0]["relationships"]] == ["case", "by", "starts"]  # type: ignore[attr-defined]


def test_what_became_sensitive_later_is_kept_back() -> None:
    """Values of a field that is sensitive now may lie open in cases of before."""
    workflow = load_workflow("hotline-12351")
    at = when("2026-03-02 09:00")
    case = replay([opened(at, topic="work_injury")])

    def names(of: Workflow) -> set[str]:
        shown = EventLog({"h": of}).objects_of(case, [StoredEvent(1, "", "", "", opened(at))])
        return {one["name"] for one in shown[0]["attributes"]}  # type: ignore[attr-defined]

    later = attrs.evolve(workflow.fields["topic"], sensitive=True)
    assert "field_topic" in names(workflow)
    assert "field_topic" not in names(attrs.evolve(workflow, fields={**workflow.fields, "topic": later}))


def test_a_limit_tells_its_verdict(log: dict[str, Any]) -> None:
    limit = next(one for one in log["objects"] if one["id"] == "limit/S05/contact/1")
    values = {one["name"]: one["value"] for one in limit["attributes"]}
    assert values == {
        "sla": "contact",
        "cycle": 1,
        "verdict": "breached",
        "start": "2026-05-11T07:00:00.000000Z",
        "due": "2026-05-12T10:00:00.000000Z",
        "ended": values["ended"],
    }


def test_a_child_is_related_to_its_parent(log: dict[str, Any]) -> None:
    parents = [
        one["objectId"]
        for found in log["objects"]
        if found["type"] == "case"
        for one in found["relationships"]
        if one["qualifier"] == "child_of"
    ]
    assert "case/S07" in parents


def test_the_discovered_model_has_the_known_moves(mined: Any) -> None:
    import pm4py

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = pm4py.discover_ocdfg(mined)
    follows = set(graph["edges"]["event_couples"]["case"])
    assert {
        ("submit", "review_pass"),
        ("callback_dissatisfied", "grant_rework"),
        ("register", "dispatch"),
    } <= follows
    assert ("review_pass", "submit") not in follows


def test_every_name_and_kind_is_declared(log: dict[str, Any]) -> None:
    """What the format asks for: attributes by the types of their objects and events, and relations to what there is."""
    kinds = {"string": str, "integer": int, "float": float, "boolean": bool, "time": str}
    ids = [one["id"] for one in log["objects"]]
    assert len(ids) == len(set(ids))
    for things, types in (("objects", "objectTypes"), ("events", "eventTypes")):
        declared = {
            one["name"]: {a["name"]: kinds[a["type"]] for a in one["attributes"]} for one in log[types]
        }
        for thing in log[things]:
            for attribute in thing["attributes"]:
                assert type(attribute["value"]) is declared[thing["type"]][attribute["name"]]
            assert {one["objectId"] for one in thing["relationships"]} <= set(ids)


def test_nobody_whom_a_case_is_about_is_named(folder: Path) -> None:
    """D5: no sensitive value, no text that somebody wrote, no party, no id of the person whom the case is about."""
    text = (folder / "log.json").read_text(encoding="utf-8")
    for secret in (
        "杨云",
        "郑某",
        "139-0000-0005",
        "13900000001",
        "工人甲",
        "M-101",
        "产假",
        "没人联系过我",
        "caller_name",
        "caller_id",
    ):
        assert secret not in text


def test_what_it_needs_and_what_it_leaves_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "log.json").read_bytes()
    database = str(folder / "cases.db")
    for words, message in (
        (["--db", database], "--out"),
        (["--app", "host:engine", "--out", "x"], "--db"),
        (["--db", database, "--out", str(folder / "log.json")], "exists already"),
    ):
        assert main(["export", "--ocel", *words, "--lang", "en"]) == 2
        assert message in capsys.readouterr().err
    assert (folder / "log.json").read_bytes() == before


def test_a_database_without_cases_has_an_empty_log(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "empty.db").close()
    out = tmp_path / "log.json"
    assert main(["export", "--ocel", "--db", str(tmp_path / "empty.db"), "--out", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["events"], found["objects"], found["eventTypes"]) == ([], [], [])


@pytest.mark.parametrize(
    "change", ["DELETE FROM definitions WHERE kind = 'workflow'", "UPDATE definitions SET body = 'x'"]
)
def test_a_database_whose_workflow_is_gone_is_told_and_leaves_no_half_file(
    change: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, out = tmp_path / "cases.db", tmp_path / "log.json"
    with SqliteStore(database) as store:
        play(load_story(STORIES / "s-nobody-signs.story.yaml"), store=store)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(change)
    assert main(["export", "--ocel", "--db", str(database), "--out", str(out), "--lang", "en"]) == 2
    assert "`casewf verify` finds what else is, then restore a backup" in capsys.readouterr().err
    assert not out.exists()
