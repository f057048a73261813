"""What no careful host imports ends in a clear error and changes nothing; who did something is never somebody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casewf.engine.imported import Imported, ImportedClock, read_doer
from casewf.engine.importing import ImportedRow
from casewf.errors import ImportFileError
from casewf.model.case import Actor
from casewf.testing.clock import at
from engine_fakes import World, dump

ADMIN = Actor("admin", frozenset(), "city")
HALF = json.loads('"\\ud800"')
START = at("2026-03-13 16:00")


def clock(**more: object) -> dict[str, object]:
    return {"clocks": {"answer": ImportedClock(start=START, **more), "total": None}}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"fields": {5: 1}}, TypeError, "a name in fields must be text, got int"),
        ({"fields": {HALF: 1}}, ValueError, "a name in fields holds half a character"),
        ({"fields": None}, TypeError, "fields must be a mapping by name, got NoneType"),
        ({"states": ["main"]}, TypeError, "states must be a mapping by name, got list"),
        ({"states": {"main": 5}}, TypeError, r"states\['main'\] must be text, got int"),
        ({"previous": {"main": 5}}, TypeError, r"previous\['main'\] must be text"),
        ({"clocks": {"answer": 5}}, TypeError, "the clock answer must be an ImportedClock or None, got int"),
        (clock(pauses=5), TypeError, r"pauses must be a list of \(begin, end\), got 5"),
        (clock(pauses=[5]), TypeError, r"pauses must be a list of \(begin, end\)"),
        (clock(extensions=[(START, "x")]), TypeError, r"such as WorkingDays\(5\), got 'x'"),
        (clock(verdict=5, stopped=START), TypeError, "a verdict must be text"),
        ({"holders": {"handler": 5}}, TypeError, "a holder must be text or a list of texts, got int"),
        ({"holders": {"handler": [5]}}, TypeError, "a holder must be text, got int"),
        ({"holders": {"handler": []}}, ValueError, "a holder cannot be an empty list"),
        ({"holders": {"handler": [""]}}, ValueError, "a holder cannot be empty"),
        ({"holders": {"handler": ["person:"]}}, ValueError, "a holder needs an id after 'person:'"),
        ({"done_by": {"dispatch": 5}}, TypeError, "who did it must be text or a list of texts"),
        ({"done_by": {"dispatch": []}}, ValueError, "who did it cannot be an empty list"),
        ({"done_by": {"dispatch": ["li@union.cn"]}}, ValueError, "got 'li@union.cn'.*end it with another"),
        ({"org": ""}, ValueError, "an organisation cannot be empty"),
        ({"origin": None}, TypeError, "an origin must be text"),
        ({"comment": 5}, TypeError, "a comment must be text, got int"),
    ],
)  # fmt: skip
def test_what_is_none_is_said_before_anything_is_written(
    world: World, wrong: dict[str, object], error: type[Exception], words: str
) -> None:
    given: dict[str, object] = {"id": "C-1", "opened_at": at("2026-03-13 09:00"), **clock()}
    before = dump(world.store)
    with pytest.raises(error, match=words):
        world.engine.import_case(Imported(**{**given, **wrong}), workflow="claim", actor=ADMIN)  # type: ignore[arg-type]
    assert dump(world.store) == before


@pytest.mark.parametrize("wrong", [None, {}, "C-1"])
def test_only_an_imported_can_be_imported(world: World, wrong: object) -> None:
    with pytest.raises(TypeError, match="what is imported must be an Imported, got"):
        world.engine.import_case(wrong, workflow="claim", actor=ADMIN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "doer"),
    [
        ("li", ("li", None)),
        ("li@yuzhong", ("li", "yuzhong")),
        ("li@union.cn@yuzhong", ("li@union.cn", "yuzhong")),
        ("li@union.cn@", ("li@union.cn", None)),
        ("li@", ("li", None)),
        ("li@union.cn", None),
        ("@yuzhong", None),
        ("@", None),
        ("", None),
    ],
)
def test_who_did_it_is_told_by_the_last_at_sign_or_not_at_all(
    text: str, doer: tuple[str, str | None] | None
) -> None:
    assert read_doer(text) == doer


def run(world: World, path: Path, text: str) -> list[ImportedRow]:
    path.write_text(text, encoding="utf-8")
    found = world.engine.import_file(path, workflow="claim", actor=ADMIN, zone="Asia/Shanghai")
    return list(found.rows)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"holder": {"handler": []}}, ("must_be_given", "holder.handler")),
        ({"holder": {"handler": "person:"}}, ("holders_mixed", "holder.handler")),
        ({"done_by": {"dispatch": [""]}}, ("must_be_given", "done_by.dispatch")),
        ({"done_by": {"dispatch": "li@union.cn"}}, ("doer_unclear", "done_by.dispatch")),
        ({"field": {HALF: 1}}, ("column_unknown", f"field.{HALF}")),
        ({"state": {"main": "working", HALF: "x"}}, ("column_unknown", f"state.{HALF}")),
        ({"clock": {HALF: {"start": "2026-03-13 09:00"}}}, ("column_unknown", f"clock.{HALF}.start")),
        ({"field": {"summary": HALF}}, ("field_type", "summary")),
        ({HALF: 1}, ("column_unknown", HALF)),
    ],
)
def test_what_is_none_in_a_row_refuses_the_row(
    world: World, tmp_path: Path, part: dict[str, object], expected: tuple[str, str]
) -> None:
    before = dump(world.store)
    (row,) = run(
        world, tmp_path / "a.json", json.dumps([{"id": "C", "opened_at": "2026-03-13 09:00", **part}])
    )
    assert row.result.outcome == "refused"
    found = [(one.code, one.params.get("column", one.params.get("field"))) for one in row.result.reasons]
    assert expected in found
    assert dump(world.store) == before


@pytest.mark.parametrize("path", ["nowhere.csv", ".", HALF, "a\0.csv"], ids=["none", "folder", "half", "nul"])
def test_a_file_that_cannot_be_read_says_so(world: World, path: str) -> None:
    with pytest.raises(ImportFileError, match="cannot be read") as caught:
        world.engine.import_file(path, workflow="claim", actor=ADMIN, zone="Asia/Shanghai")
    assert "无法读取" in caught.value.text("zh")


@pytest.mark.parametrize("workflow", [None, [], {}])
def test_a_workflow_that_is_no_name(world: World, workflow: object, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="a workflow's id must be text"):
        world.engine.import_file(tmp_path, workflow=workflow, actor=ADMIN, zone="Asia/Shanghai")  # type: ignore[arg-type]
