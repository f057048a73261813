"""The command line on a PostgreSQL database: what it does on a file, and that it makes nothing by itself."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from casewf import Engine, PostgresStore, load_workflow
from casewf.cli.main import main
from casewf.model.case import Actor
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

OPERATOR = Actor("wu", frozenset({"operator", "dispatcher"}), "city")


@pytest.fixture
def database(postgres_database: str) -> Iterator[str]:
    """A database with a case that was registered long ago."""
    with PostgresStore(postgres_database) as store:
        engine = Engine(
            [load_workflow("hotline-12351")],
            store=store,
            clock=TestClock(at("2026-03-16 10:00")),
            notifier=RecordingNotifier(),
            connectors={"government": ScriptedConnector()},
        )
        engine.open("hotline-12351", actor=OPERATOR, case_id="C-1")
        complaint = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}
        engine.fire("C-1", "register", actor=OPERATOR, data=complaint)
    return postgres_database


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments]) == code
    out, err = capsys.readouterr()
    return out + err


def test_a_case_is_listed_shown_explained_swept_and_verified(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "C-1" in said(capsys, "cases", "--db", database, "--lang", "en")
    assert "contract" in said(capsys, "case", "C-1", "--db", database, "--lang", "en")
    assert "2026-03-16" in said(capsys, "explain", "C-1", "dispatch", "--db", database, "--lang", "en")
    before = versions(database)
    said(capsys, "sweep", "--db", database, "--once", "--lang", "en")
    assert versions(database)["C-1"] > before["C-1"]
    assert "1" in said(capsys, "verify", database, "--lang", "en")
    assert "1 / 1" in said(capsys, "report", "--db", database, "--period", "2026-03", "--lang", "en")


def test_the_doctor_tells_of_a_table_or_an_index_that_is_missing(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (
        "doctor",
        "--db",
        database,
        "--timers",
        "9999d,9999d",
        "--effects",
        "9999d,9999d",
        "--lang",
        "en",
    )
    assert "all is well" in said(capsys, *options)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'casewf.cases_by_card'::regclass"
        )
        connection.execute("DROP INDEX casewf.outbox_dead")
        told = said(capsys, *options, code=1)
        assert "tables or indexes are missing: cases_by_card, outbox_dead" in told
        assert len(told.splitlines()) == 7  # all else was looked at
        connection.execute("DROP TABLE casewf.outbox")
    told = said(capsys, *options, code=2)
    assert "tables or indexes are missing: outbox, cases_by_card, outbox_by_case" in told
    assert len(told.splitlines()) == 2


def test_open_cases_are_imported_and_the_tables_made(
    postgres_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "open.csv"
    with rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "opened_at", "state.union", "clock.answer.start", "clock.dispatch.start"])
        writer.writerow(["OLD-1", "2026-03-16 10:00", "received", "none", "none"])
    wanted = (
        "import",
        str(rows),
        "--db",
        postgres_database,
        "--workflow",
        "hotline-12351",
        "--zone",
        "Asia/Shanghai",
    )
    assert "casewf's tables are not in the schema" in said(capsys, *wanted, "--dry-run", code=2)
    said(capsys, *wanted, "--by", "chief")
    assert list(versions(postgres_database)) == ["OLD-1"]


@pytest.mark.parametrize("command", [("cases", "--db"), ("verify",), ("sweep", "--once", "--db")])
def test_a_database_without_tables_is_told_and_left_as_it_is(
    postgres_database: str, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert "casewf's tables are not in the schema" in said(capsys, *command, postgres_database, code=2)
    with psycopg.connect(postgres_database) as connection:
        assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'casewf'").fetchall() == []


def test_a_server_that_is_not_there_is_told_without_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "cases", "--db", "postgresql://wu:s3cret@localhost:1/hotline", code=2)
    assert "cannot be reached" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    "command",
    [
        ("cases",),
        ("outbox",),
        ("import", "open.csv", "--workflow", "hotline-12351", "--zone", "Asia/Shanghai", "--by", "chief"),
    ],
)
def test_keywords_are_not_taken_for_a_file(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("open.csv").write_text("id,opened_at\nC-1,2026-03-16 10:00\n", encoding="utf-8")
    told = said(capsys, *command, "--db", "host=localhost dbname=x password=s3cret", code=2)
    assert "postgresql://user@host" in told
    assert "s3cret" not in told
    assert [file.name for file in tmp_path.iterdir()] == ["open.csv"]


def versions(database: str) -> dict[str, int]:
    with PostgresStore(database, install=False) as store:
        return {head.case: head.number for head in store.heads()}


@pytest.mark.parametrize(
    "address", ["mysql://u:s3cret@h/x", "postgresql+psycopg://u:s3cret@h/x", "postgres:/u:s3cret@h/x"]
)
@pytest.mark.parametrize("command", [["cases"], ["doctor"], ["sweep", "--once"], ["verify"]])
def test_an_address_of_another_kind_is_told_without_its_password(
    address: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, *command, "--db", address, code=3 if command == ["doctor"] else 2)
    assert f"{address.partition(':')[0]}: is no kind of database" in told
    assert "postgresql://user@host:5432/database" in told
    assert "s3cret" not in told


def test_verify_takes_the_database_as_other_commands_do(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "verify", "--db", database) == said(capsys, "verify", database)
    for wrong in (["verify"], ["verify", database, "--db", database]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
