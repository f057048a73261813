"""``casewf doctor`` on whole, late, damaged and foreign files, as monitoring calls it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.adapters.system import SystemClock
from casewf.cli.doctor_checks import Check, Limits, Status, Thresholds, health_checks
from casewf.cli.main import main
from casewf.definition.load import parse_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.ports.stored import COUNTED, Health, Incident
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.recorders import RecordingNotifier

GOLDEN = Path(__file__).parents[1] / "golden" / "storage"
OPERATOR = Actor("wu", frozenset({"operator"}), "city")
MINUTE = 60_000_000
WORKFLOW = """
casewf: 1
id: question
version: 1
calendar: cn-office
roles: {operator: {zh: 接线员, en: Operator}}
opening: {by: operator, effects: [{notify: operator}]}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理, en: Received}, answered: {zh: 已答复, en: Answered, category: closed}}
    transitions: [{trigger: answer, from: received, to: answered, by: operator, effects: [{notify: operator}]}]
slas:
  answer:
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 1 hour}]
"""
LIMITS = Thresholds(
    clock=Limits(5_000_000, MINUTE),
    timers=Limits(5 * MINUTE, 30 * MINUTE),
    effects=Limits(15 * MINUTE, 120 * MINUTE),
    dead=Limits(1, 10),
    incidents=Limits(1, 20),
)
NOW = 1_767_571_200_000_000


@pytest.fixture(autouse=True)
def _locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


def write(path: Path, minutes_ago: int, *, answer: bool = False) -> None:
    """A file with a case that was opened so long ago, due after an hour; answered, it has an effect that waits."""
    clock = TestClock(datetime_of(SystemClock().now() - minutes_ago * MINUTE))
    with SqliteStore(path) as store:
        engine = Engine(
            [parse_workflow(WORKFLOW.replace(", effects: [{notify: operator}]}\ntracks", "}\ntracks"))],
            store=store,
            clock=clock,
            notifier=RecordingNotifier(),
            deliver="later",
        )
        case = engine.open("question", actor=OPERATOR)
        if answer:
            engine.fire(case.id, "answer", actor=OPERATOR)


def doctor(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main(["doctor", *map(str, arguments)])
    said = capsys.readouterr()
    assert said.err == ""
    return code, said.out


def found(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, said = doctor(capsys, "--json", *arguments)
    document: dict[str, Any] = json.loads(said)
    assert Status[document["status"]] == code
    return document


def status(capsys: pytest.CaptureFixture[str], path: Path, name: str, *arguments: str) -> str:
    checks = {check["name"]: check for check in found(capsys, "--db", path, *arguments)["checks"]}
    shown: str = checks[name]["status"]
    return shown


# What it finds


def test_a_file_that_keeps_up_is_well(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 10)
    code, said = doctor(capsys, "--db", path)
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "OK: all is well"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["OK", name] for name in ("storage", "clock", "timers", "effects", "dead", "incidents")
    ]
    assert "format 3" in lines[1]
    assert "every page is whole" in lines[1]


def test_a_sweep_that_does_not_come_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 80)
    code, said = doctor(capsys, "--db", path)
    assert code == 1
    assert said.splitlines()[0] == "WARNING: timers"
    assert "1 case due, the oldest for 20 min" in said
    assert doctor(capsys, "--db", path, "--timers", "1m,19m")[0] == 2
    assert doctor(capsys, "--db", path, "--timers", "1h,2h")[0] == 0
    code, said = doctor(capsys, "--db", path, "--lang", "zh")
    assert "到期未触发的工单 1 件，最早的已等待20分钟" in said


def test_deliveries_that_do_not_come_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 50, answer=True)
    assert status(capsys, path, "effects") == "WARNING"
    assert status(capsys, path, "effects", "--effects", "1m,40m") == "CRITICAL"
    assert "1 effect due, the oldest for 50 min" in doctor(capsys, "--db", path)[1]


def test_effects_that_were_given_up_and_incidents_are_told(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, 50, answer=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outbox SET state = 'dead'")
    with SqliteStore(path) as store:
        store.report(Incident(case="", at=SystemClock().now() - MINUTE, kind="broken", about="sweep"))
    assert status(capsys, path, "dead") == "WARNING"
    assert status(capsys, path, "dead", "--dead", "1,1") == "CRITICAL"
    assert status(capsys, path, "dead", "--dead", "2,9") == "OK"
    assert status(capsys, path, "incidents") == "WARNING"
    said = doctor(capsys, "--db", path)[1]
    assert "1 effect given up" in said
    assert "1 incident within 24 h, the latest 1 min ago" in said


def test_an_entry_in_the_future_is_a_clock_that_is_wrong(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, -120)
    code, said = doctor(capsys, "--db", path)
    assert (code, said.splitlines()[0]) == (2, "CRITICAL: clock")
    assert "ahead of this clock" in said


def test_the_document_has_numbers_limits_and_instants(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 80)
    document = found(capsys, "--db", path)
    timers = next(check for check in document["checks"] if check["name"] == "timers")
    assert 20 * 60 <= timers["value"] < 21 * 60
    assert (timers["warning"], timers["critical"]) == (300, 1800)
    assert set(document["health"]) == {field.name for field in attrs.fields(Health)}
    assert document["health"]["due_cases"] == 1
    assert document["health"]["oldest_due"].endswith("+00:00")
    assert document["health"]["oldest_effect"] is None


# Files that are none, or broken


def test_looking_changes_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 80)
    old = Path(shutil.copy(GOLDEN / "format-2.db", path.with_name("old.db")))
    for one in (path, old):
        before = one.read_bytes()
        doctor(capsys, "--db", one)
        assert one.read_bytes() == before


def test_it_looks_while_somebody_writes(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert doctor(capsys, "--db", path)[0] == 0


@pytest.mark.parametrize("old", ["format-1", "format-2"])
def test_a_file_of_an_older_format_is_a_warning(
    old: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(GOLDEN / f"{old}.db", tmp_path))
    code, said = doctor(capsys, "--db", path)
    assert code == 1
    assert f"storage format {old[-1]}, and this version writes 3" in said
    assert found(capsys, "--db", path)["health"] is None


def test_a_file_of_a_newer_format_cannot_be_looked_at(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 10)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    code, said = doctor(capsys, "--db", path)
    assert code == 3
    assert said.startswith("UNKNOWN: ")
    assert "open it with the version that wrote it" in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "there is no file"),
        (b"", "is empty and no casewf database"),
        (b"id,opened_at\nC-1,2026-03-04\n" * 200, "it is no SQLite database"),
        ("foreign", "but not one of casewf"),
        ("folder", "there is no file"),
    ],
)
def test_what_is_no_casewf_database_cannot_be_looked_at(
    content: bytes | str | None, expected: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content == "foreign":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE songs (name TEXT)")
    elif content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    code, said = doctor(capsys, "--db", path)
    assert (code, said[:9]) == (3, "UNKNOWN: ")
    assert expected in said
    assert found(capsys, "--db", path) == {"status": "UNKNOWN", "error": said[9:].rstrip("\n")}


@pytest.mark.parametrize("where", [4096, 3 * 4096 + 7, 9 * 4096])
def test_a_damaged_file_is_critical(where: int, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 10)
    data = bytearray(path.read_bytes())
    data[where : where + 3000] = b"\xff" * 3000
    path.write_bytes(data)
    code, said = doctor(capsys, "--db", path)
    assert (code, said.splitlines()[0]) == (2, "CRITICAL: storage")
    assert "the file is damaged" in said
    assert "restore a backup" in said


def test_a_file_cut_off_in_the_middle_is_critical(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(path, 10)
    path.write_bytes(path.read_bytes()[: 5 * 4096 + 100])
    assert doctor(capsys, "--db", path)[0] == 2


def test_a_missing_table_is_critical_and_a_missing_index_a_warning(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, 10)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP INDEX outbox_dead")
    code, said = doctor(capsys, "--db", path)
    assert code == 1
    assert "tables or indexes are missing: outbox_dead" in said
    assert len(said.splitlines()) == 7  # all else was looked at
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE outbox")
    assert doctor(capsys, "--db", path)[0] == 2


# Options


@pytest.mark.parametrize(
    "option",
    [
        ("--timers", "5m"),
        ("--timers", "30m,5m"),
        ("--timers", "5,30"),
        ("--effects", "1w,2w"),
        ("--dead", "1m,2m"),
        ("--incidents", "-1,3"),
        ("--dead", "0,1"),
        ("--clock", ""),
    ],
)
def test_limits_that_are_none_are_unknown(
    option: tuple[str, str], path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, 10)
    code, said = doctor(capsys, "--db", path, f"{option[0]}={option[1]}")
    assert code == 3
    assert f"{option[0]} {option[1]}: two limits are wanted" in said
    assert (
        "应为两个从小到大的界限"
        in doctor(capsys, "--db", path, f"{option[0]}={option[1]}", "--lang", "zh")[1]
    )


def test_wrong_usage_is_unknown_and_not_critical(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--db", "cases.db", "--nonsense"])
    assert ended.value.code == 3
    assert "unrecognized arguments: --nonsense" in capsys.readouterr().err


def test_an_instant_that_no_calendar_has_is_shown_as_it_is(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path, 10, answer=True)
    with closing(sqlite3.connect(path)) as damaged, damaged:
        damaged.execute("UPDATE outbox SET due_at = -9000000000000000000")
    assert "-9000000000000000000 µs" in doctor(capsys, "--db", path, "--json")[1]


def test_it_asks_the_hosts_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doctored_host.py").write_text(
        "from casewf import Engine, MemoryStore, SystemClock\n"
        "engine = Engine([], store=MemoryStore(), clock=SystemClock())\n"
    )
    code, said = doctor(capsys, "--app", "doctored_host:engine")
    assert (code, said.splitlines()[0]) == (0, "OK: all is well")
    assert "storage" not in said
    code, said = doctor(capsys, "--app", "doctored_host:nothing")
    assert (code, said[:9]) == (3, "UNKNOWN: ")


# What the numbers mean


def judged(**changes: object) -> dict[str, Check]:
    health = attrs.evolve(Health(at=NOW), **changes)
    return {check.name: check for check in health_checks(health, LIMITS)}


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("clock", {"newest": NOW + 4_999_999}, Status.OK),
        ("clock", {"newest": NOW + 5_000_000}, Status.WARNING),
        ("clock", {"newest": NOW - 10**12}, Status.OK),
        ("clock", {"clock": NOW - MINUTE}, Status.CRITICAL),
        ("timers", {"oldest_due": NOW - 5 * MINUTE + 1, "due_cases": 1}, Status.OK),
        ("timers", {"oldest_due": NOW - 5 * MINUTE, "due_cases": 1}, Status.WARNING),
        ("timers", {"oldest_due": NOW - 30 * MINUTE, "due_cases": 1}, Status.CRITICAL),
        ("effects", {"waiting_effects": 500, "failed_effects": 500}, Status.OK),
        ("effects", {"oldest_effect": NOW - 120 * MINUTE, "due_effects": 3}, Status.CRITICAL),
        ("effects", {"waiting_effects": 1, "oldest_unbound": NOW - 15 * MINUTE + 1}, Status.OK),
        ("effects", {"waiting_effects": 1, "oldest_unbound": NOW - 15 * MINUTE}, Status.WARNING),
        ("dead", {"dead_effects": 9}, Status.WARNING),
        ("dead", {"dead_effects": 10}, Status.CRITICAL),
        ("incidents", {"incidents": 20, "latest_incident": NOW + 1}, Status.CRITICAL),
    ],
)
def test_a_limit_is_reached_at_its_number(name: str, changes: dict[str, object], expected: Status) -> None:
    assert judged(**changes)[name].status is expected


def test_texts_say_what_is_the_matter_in_both_languages() -> None:
    found = judged(
        clock=NOW - 2 * MINUTE,
        newest=NOW + 1_000_000,
        due_cases=COUNTED,
        claimed_cases=100,
        oldest_due=NOW - 90 * MINUTE,
        due_effects=1,
        oldest_effect=NOW,
        waiting_effects=COUNTED,
        leased_effects=2,
        failed_effects=3,
        dead_effects=COUNTED,
        incidents=2,
        latest_incident=NOW + MINUTE,
    )
    assert [(check.en, check.zh) for check in found.values()] == [
        ("this machine's clock and the database's are 2 min apart", "本机时钟与数据库时钟相差2分钟"),
        (
            "10000 or more cases due, the oldest for 1 h 30 min; 100 held by a sweep",
            "到期未触发的工单 至少10000 件，最早的已等待1小时30分钟；正在处理 100 件",
        ),
        (
            "1 effect due, the oldest for less than a second; 10000 or more wait for their time: 2 being delivered, "
            "3 to be tried again",
            "到期未送的外发事项 1 项，最早的已等待不到1秒；另有 至少10000 项未到时间：2 项正在投递，3 项失败待重试",
        ),
        (
            "10000 or more effects given up; casewf outbox --dead says why, casewf outbox --revive tries again",
            "已放弃的外发事项 至少10000 项；原因见 casewf outbox --dead，排除后用 casewf outbox --revive 重发",
        ),
        ("2 incidents within 24 h, the latest in the future", "24小时内异常事件 2 件，最近一件在未来"),
    ]


def test_a_database_that_is_locked_for_too_long_cannot_be_looked_at(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the old journal mode a writer locks readers out; a store would wait, a monitor says so."""
    write(path, 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        code, said = doctor(capsys, "--db", path)
    assert code == 3
    assert "another process holds the database's lock" in said
