"""Files of cases to import: CSV and JSON say the same, in the encodings that people have, and fail with a place."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from casewf.engine.imported import ImportedCase
from casewf.engine.importing import ImportedRow
from casewf.errors import ImportFileError, WorkingTimeError
from casewf.model.case import Actor
from casewf.ports.store import Store
from engine_fakes import HANDLER, World, claim, dump

ADMIN = Actor("admin", frozenset(), "city")
HEADER = "id,origin,opened_at,opened_by,state.main,field.summary,holder.handler,clock.answer.start,clock.total.start"
ROW = "{id},旧-{id},2026-03-13 09:00,wu,working,欠薪,yuzhong,2026-03-13 16:00,none"
FULL = {
    "id": "C-1",
    "origin": "旧-C-1",
    "opened_at": "2026-03-13 09:00",
    "opened_by": "wu",
    "state": {"main": "suspended", "platform": "pushed"},
    "field": {"summary": "欠薪", "people": 3, "amount": "12.50"},
    "holder": {"handler": ["yuzhong"]},
    "clock": {
        "answer": {
            "start": "2026-03-13 09:10",
            "pauses": [["2026-03-13 09:30", "2026-03-13 09:40"], ["2026-03-13 10:00", "2026-03-13 10:10"]],
            "paused_since": "2026-03-13 10:20",
        },
        "total": "none",
    },
}
CLOCK = {"start": "2026-03-13 09:10", "stopped": "2026-03-13 09:20"}
FLAT = (
    "id,origin,opened_at,opened_by,state.main,state.platform,field.summary,field.people,field.amount,holder.handler,"
    "clock.answer.start,clock.answer.pauses,clock.answer.paused_since,clock.total.start\n"
    "C-1,旧-C-1,2026/3/13 9:00,wu,suspended,pushed,欠薪,3,12.50,yuzhong,2026/3/13 9:10,"
    "2026/3/13 9:30/2026/3/13 9:40；2026/3/13 10:00/2026/3/13 10:10,2026-03-13T10:20+08:00,none\n"
)


def table(*ids: str) -> str:
    return "\n".join((HEADER, *(ROW.format(id=one) for one in ids))) + "\n"


def run(world: World, path: Path, **more: object) -> list[ImportedRow]:
    options: dict[str, object] = {"workflow": "claim", "actor": ADMIN, "zone": "Asia/Shanghai", **more}
    return list(world.engine.import_file(path, **options).rows)  # type: ignore[arg-type]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def codes(result: ImportedCase) -> list[tuple[str, str]]:
    return [(one.code, one.params.get("column", one.params.get("field", ""))) for one in result.reasons]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_the_encodings_that_excel_writes(
    world: World, tmp_path: Path, encoding: str
) -> None:
    rows = run(world, written(tmp_path / "old.csv", table("C-1", "C-2"), encoding))
    assert [(row.line, row.result.case, row.result.outcome) for row in rows] == [
        (2, "C-1", "imported"),
        (3, "C-2", "imported"),
    ]
    assert world.engine.case("C-1", actor=HANDLER).fields["summary"] == "欠薪"


def test_csv_and_json_say_the_same(store: Store, tmp_path: Path) -> None:
    """One is skipped after the other, which an origin with other content would not be."""
    world = World(store)
    (first,) = run(world, written(tmp_path / "old.csv", FLAT))
    assert first.result.outcome == "imported", first.result.reasons
    before = dump(store)
    for name, text in (
        ("list.json", json.dumps([FULL], indent=2)),
        ("lines.jsonl", json.dumps(FULL) + "\n\n"),
    ):
        (again,) = run(world, written(tmp_path / name, text))
        assert again.result.outcome == "skipped", (name, again.result.reasons)
    assert dump(store) == before


def test_a_json_row_comes_back_as_the_cells_of_a_table(world: World, tmp_path: Path) -> None:
    (row,) = run(world, written(tmp_path / "a.json", json.dumps([FULL])), dry_run=True)
    assert (
        row.cells["clock.answer.pauses"]
        == "2026-03-13 09:30/2026-03-13 09:40; 2026-03-13 10:00/2026-03-13 10:10"
    )
    assert row.cells["clock.total.start"] == "none"


def test_a_long_list_is_read_item_by_item(world: World, tmp_path: Path) -> None:
    """Over many buffers, with the lines of the items; the first is imported before the last is read."""
    items = [
        {**FULL, "id": f"C-{number}", "origin": "", "field": {"summary": "长" * 500}} for number in range(300)
    ]
    text = "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]"
    path = written(tmp_path / "long.json", text)
    found = world.engine.import_file(path, workflow="claim", actor=ADMIN, zone="Asia/Shanghai")
    assert next(found.rows).result.outcome == "imported"
    assert world.store.load("C-0") is not None
    assert world.store.load("C-1") is None
    assert [row.line for row in found.rows] == list(range(3, 302))


def test_a_row_that_is_refused_does_not_stop_the_others(world: World, tmp_path: Path) -> None:
    text = table("C-1", "C-2", "C-3").replace(
        "C-2,旧-C-2,2026-03-13 09:00,wu,working", "C-2,旧-C-2,yesterday,wu,nowhere"
    )
    rows = run(world, written(tmp_path / "old.csv", text))
    assert [row.result.outcome for row in rows] == ["imported", "refused", "imported"]
    assert codes(rows[1].result) == [("time_wanted", "opened_at"), ("not_among", "state.main")]
    assert rows[1].cells["opened_at"] == "yesterday"
    assert world.store.load("C-2") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("2026-03-13 09:00", "13.03.2026"), [("time_wanted", "opened_at")]),
        (("2026-03-13 09:00", "2026-02-30 09:00"), [("time_wanted", "opened_at")]),
        (("2026-03-13 09:00", "0001-01-01 09:00"), [("time_wanted", "opened_at")]),
        (("2026-03-13 09:00", ""), [("must_be_given", "opened_at")]),
        (("C-1,", ","), [("must_be_given", "id")]),
        (("2026-03-13 16:00", "soon"), [("time_wanted", "clock.answer.start")]),
        (("yuzhong", "yuzhong;person:li"), [("holders_mixed", "holder.handler")]),
        ((",none", ",none,extra"), [("cells_too_many", "")]),
    ],
    ids=["date", "day", "year", "opening", "id", "start", "holders", "cells"],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_column(
    world: World, tmp_path: Path, change: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    (row,) = run(world, written(tmp_path / "old.csv", table("C-1").replace(*change, 1)))
    assert (row.result.outcome, codes(row.result)) == ("refused", expected)


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("pauses", "2026-03-13 16:10", ("pause_wanted", "clock.answer.pauses")),
        ("pauses", "2026-03-13 16:10/x", ("pause_wanted", "clock.answer.pauses")),
        ("extensions", "2026-03-13 16:10 5 days", ("extension_wanted", "clock.answer.extensions")),
        ("extensions", "2026-03-13 16:10 +5 weeks", ("extension_wanted", "clock.answer.extensions")),
        ("paused_since", "x", ("time_wanted", "clock.answer.paused_since")),
        ("stopped", "x", ("time_wanted", "clock.answer.stopped")),
    ],
)
def test_what_cannot_be_read_of_a_clock(
    world: World, tmp_path: Path, part: str, value: str, expected: tuple[str, str]
) -> None:
    first, second = table("C-1").splitlines()
    text = f"{first},clock.answer.{part}\n{second},{value}\n"
    (row,) = run(world, written(tmp_path / "old.csv", text))
    assert expected in codes(row.result)


def test_a_time_that_clocks_skipped_is_refused_and_one_shown_twice_is_the_first(
    world: World, tmp_path: Path
) -> None:
    """T7, in Berlin."""
    skipped = table("C-1").replace("2026-03-13 09:00", "2025-03-30 02:30")
    (row,) = run(world, written(tmp_path / "a.csv", skipped), zone="Europe/Berlin")
    assert codes(row.result) == [("time_skipped", "opened_at")]
    twice = table("C-1").replace("2026-03-13 09:00", "2025-10-26 02:30")
    run(world, written(tmp_path / "b.csv", twice), zone="Europe/Berlin")
    stored = world.store.load("C-1")
    assert stored is not None
    assert stored.case.opened_at == 1761438600 * 10**6  # 00:30 UTC


def test_an_id_or_origin_twice_in_the_file_is_refused_with_the_first_line(
    world: World, tmp_path: Path
) -> None:
    rows = run(world, written(tmp_path / "old.csv", table("C-1", "C-2", "C-1")))
    assert [row.result.outcome for row in rows] == ["imported", "imported", "refused"]
    assert [reason.params["line"] for reason in rows[2].result.reasons] == ["2", "2"]


@pytest.mark.parametrize(
    "part", [{"state": {"main": "长" * 999}}, {"clock": {"answer": {**CLOCK, "verdict": "长" * 999}}}]
)
def test_a_reason_shows_the_beginning_of_what_was_written(
    world: World, tmp_path: Path, part: dict[str, object]
) -> None:
    (row,) = run(world, written(tmp_path / "a.json", json.dumps([{**FULL, **part}])))
    shown = [one.params["found"] for one in row.result.reasons if one.code == "not_among"]
    assert shown == ["长" * 40]


def test_a_secret_is_in_no_reason(world: World, tmp_path: Path) -> None:
    item = {**FULL, "field": {"phone": 13900001111}}
    (row,) = run(world, written(tmp_path / "a.json", json.dumps([item])))
    (reason,) = row.result.reasons
    assert reason.code == "field_type"
    assert "1390" not in reason.text("zh") + reason.text("en")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("7", [("object_wanted", "–")]),
        ('{"id": "C-1", "id": "C-2"}', [("row_key_twice", "id"), ("must_be_given", "opened_at")]),
        ('{"id": "C-1", "opened_at": "2026-03-13 09:00", "stat": 1}', [("column_unknown", "stat")]),
        ('{"id": "C-1", "opened_at": "2026-03-13 09:00", "state": []}', [("object_wanted", "state")]),
        (
            '{"id": "C-1", "opened_at": "2026-03-13 09:00", "clock": {"answer": 3}}',
            [("object_wanted", "clock.answer")],
        ),
        ('{"id": true, "opened_at": "2026-03-13 09:00"}', [("text_wanted", "id")]),
        ('{"id": "\\ud800", "opened_at": "2026-03-13 09:00"}', [("text_wanted", "id")]),
        ('{"id": "C-1", "opened_at": NaN}', [("json_wrong", "")]),
        ('{"id": "C-1", ', [("json_wrong", "")]),
        ("[" * 5000, [("json_wrong", "")]),
    ],
    ids=["number", "twice", "unknown", "list", "clock", "true", "surrogate", "nan", "broken", "deep"],
)
def test_a_line_that_is_no_case_is_refused_and_the_next_goes_on(
    world: World, tmp_path: Path, item: str, expected: list[tuple[str, str]]
) -> None:
    text = f"{json.dumps({**FULL, 'id': 'A'})}\n{item}\n{json.dumps({**FULL, 'id': 'B', 'origin': 'B'})}\n"
    rows = run(world, written(tmp_path / "a.jsonl", text))
    assert [row.result.outcome for row in rows] == ["imported", "refused", "imported"]
    assert [one for one in codes(rows[1].result) if one in expected] == expected


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", "id,opened_at\n".encode("utf-16"), "neither UTF-8 nor GB18030"),
        ("a.csv", b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        ("a.csv", b"id,opend_at,state.main\n", r"no column 'opend_at' \(did you mean opened_at\?\)"),
        ("a.csv", b"id,clock.answr.start\n", r"did you mean clock.answer.start\?"),
        ("a.csv", b"id,id\n", "columns id are there twice"),
        ("a.csv", b"opened_at\n", "must name the columns, and `id`"),
        ("a.csv", b'id,opened_at\nC-1,"x\n', "line 2 is not CSV"),
        ("a.csv", b"id," + b"y" * 140_000 + b"\n", "line 1 is not CSV: field larger"),
        ("a.csv", b"id," + b"y" * 1_000 + b"\n", r"no column 'y{40}'$"),
        ("a.csv", b"id,a1,a2,a3,a4,a5\n", "no column 'a1'; 'a2'; 'a3'; nor 2 more$"),
        ("a.csv", b"id" + b",x" * 5_000 + b"\n", "has 5,001 columns, and 2,000 are the most"),
        ("a.json", b'[{"id": "C-1"}', "ends before its list does"),
        ("a.json", b'[{"id": "C-1"},\n{"id": ]', "from line 2 on is not JSON"),
    ],
    ids=[
        "empty",
        "utf16",
        "bytes",
        "column",
        "limit",
        "twice",
        "no id",
        "quote",
        "cell",
        "long",
        "several",
        "wide",
        "cut",
        "broken",
    ],
)
def test_a_file_that_is_none_says_so_with_the_place(
    world: World, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=words) as caught:
        run(world, path)
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.mark.parametrize("first", ["张三,13900001111", "Zhang San,13900001111,欠薪"])
def test_a_first_line_without_column_names_is_not_told(world: World, tmp_path: Path, first: str) -> None:
    """It is a case: nobody's name and telephone number belong in a log."""
    with pytest.raises(ImportFileError, match="the first line has no column names") as caught:
        run(world, written(tmp_path / "a.csv", f"{first}\n{first}\n"))
    for lang in ("zh", "en"):
        assert not {"张三", "Zhang", "1390"} & {
            one for one in first.split(",") if one in caught.value.text(lang)
        }
        assert "1390" not in caught.value.text(lang)


@pytest.mark.parametrize("row", ['{"id": "C-1", %s}', '{"id": "C-1", "field": {%s}}', "[{%s}]"])
def test_a_row_with_very_many_keys_is_refused_at_once(world: World, tmp_path: Path, row: str) -> None:
    """Linear in their number: minutes otherwise."""
    keys = ", ".join(f'"k{number}": 1' for number in range(60_000))
    (found,) = run(world, written(tmp_path / "a.json", row % keys))
    assert [one.code for one in found.result.reasons] == ["row_too_wide"]


def test_of_many_unknown_keys_the_first_are_told_and_the_others_counted(world: World, tmp_path: Path) -> None:
    keys = ", ".join(f'"{name}{"长" * 100}": 1' for name in "abcde")
    (row,) = run(world, written(tmp_path / "a.json", f'{{"id": "C-1", {keys}}}'))
    told = [one for one in row.result.reasons if "unknown" in one.code]
    assert [one.code for one in told] == ["column_unknown"] * 3 + ["columns_unknown"]
    assert all(len(one.params["column"]) == 40 for one in told[:3])
    assert told[3].params["count"] == "2"


def test_a_json_row_comes_back_from_a_report_as_it_was(store: Store, tmp_path: Path) -> None:
    """Pauses and extensions alike, so that the row of the report is skipped where the row itself was imported."""
    stop = "target: [{within: 4 working hours}]"
    world = World(store, workflows=[claim(**{stop: f"{stop}\n    extension: {{by: handler}}"})])
    clock = {
        "start": "2026-03-13 15:00",
        "pauses": [["2026-03-13 15:10", "2026-03-13 15:20"]],
        "extensions": [["2026-03-13 15:30", "1 working hour"], ["2026-03-13 15:40", "2 working hours"]],
    }
    item = {**FULL, "state": {"main": "working"}, "clock": {"answer": clock, "total": "none"}}
    (row,) = run(world, written(tmp_path / "a.json", json.dumps([item])))
    assert row.result.outcome == "imported", row.result.reasons
    with (tmp_path / "again.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row.cells))
        writer.writeheader()
        writer.writerow(row.cells)
    (again,) = run(world, tmp_path / "again.csv")
    assert again.result.outcome == "skipped", again.result.reasons


def test_a_zone_that_is_none(world: World, tmp_path: Path) -> None:
    with pytest.raises(WorkingTimeError, match="did you mean 'Asia/Shanghai'"):
        run(world, written(tmp_path / "a.csv", table("C-1")), zone="Asia/Shangai")


def test_the_columns_of_a_report_are_taken_and_say_nothing(world: World, tmp_path: Path) -> None:
    first, second = table("C-1").splitlines()
    text = f"{first},refused.line,refused.because\n{second},2,wrong\n"
    (row,) = run(world, written(tmp_path / "a.csv", text))
    assert row.result.outcome == "imported"
