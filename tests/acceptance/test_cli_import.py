"""``casewf import``: the first day on the packaged hotline, what is refused, and being killed in the middle."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.core.program import named_effects
from casewf.definition.children import with_children
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.engine.verify import verify
from casewf.model.case import Actor
from casewf.model.effect_specs import HookSpec, PushSpec
from casewf.model.effects import Notify
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingHook, RecordingNotifier, ScriptedConnector

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "import" / "open-cases.csv"
GOLDEN = ROOT / "tests" / "golden" / "import"
OPTIONS = ("--workflow", "hotline-12351", "--zone", "Asia/Shanghai")


@pytest.fixture(autouse=True)
def _plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def casewf(*arguments: str, lang: str = "en") -> int:
    return main(["import", *arguments, *OPTIONS, "--lang", lang])


def golden(name: str, shown: str) -> None:
    path = GOLDEN / name
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def hotline(now: str) -> Engine:
    workflow = load_workflow("hotline-12351")
    effects = [effect for one in with_children((workflow,)) for effect in named_effects(one)]
    return Engine(
        [workflow],
        store=MemoryStore(),
        clock=TestClock(at(now)),
        notifier=RecordingNotifier(),
        connectors={one.connector: ScriptedConnector() for one in effects if isinstance(one, PushSpec)},
        hooks={one.name: RecordingHook() for one in effects if isinstance(one, HookSpec)},
        deliver="later",
    )


def hosted(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    """Let ``--app a_host:engine`` find an engine."""
    module = ModuleType("a_host")
    module.engine = engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_host", module)


def test_the_example_is_due_when_people_worked_out_by_hand() -> None:
    """15 working days over Qingming; 15 of which ten stood still; one case that still stands."""
    engine = hotline("2026-04-02 09:00")
    found = engine.import_file(EXAMPLE, workflow="hotline-12351", actor=Actor("admin"), zone="Asia/Shanghai")
    results = {row.result.case: row.result for row in found.rows}
    assert {one.outcome for one in results.values()} == {"imported"}, results
    dues = {case: {one.sla: one.due for one in result.limits} for case, result in results.items()}
    assert dues == {
        "H-2026-0316": {"handle": at("2026-04-07 18:00")},
        "H-2026-0310": {"handle": at("2026-04-15 18:00")},
        "H-2026-0312": {"stage": None, "handle": None, "suspension": at("2026-04-17 18:00")},
    }
    assert verify(engine._means.store).ok


def test_a_suspended_case_resumes_into_the_state_it_came_from_with_what_was_left() -> None:
    """It was due on 2 April at 18:00; exactly ten working days stood still, and Qingming is a day off."""
    engine = hotline("2026-04-02 10:00")
    file = engine.import_file(EXAMPLE, workflow="hotline-12351", actor=Actor("admin"), zone="Asia/Shanghai")
    assert [row.result.outcome for row in file.rows] == ["imported"] * 3
    he = Actor("he", frozenset({"handler"}), "jiangbei")
    view = engine.fire("H-2026-0312", "resume", actor=he, comment="仲裁已裁决")
    assert view.states["union"] == "coordinated"
    assert view.clocks["handle"].due == at("2026-04-17 18:00")


def test_m11_the_example_belongs_to_the_city_where_supervisors_are_found_and_is_held_by_the_districts() -> (
    None
):
    engine = hotline("2026-04-08 09:00")
    file = engine.import_file(EXAMPLE, workflow="hotline-12351", actor=Actor("admin"), zone="Asia/Shanghai")
    assert [row.result.outcome for row in file.rows] == ["imported"] * 3
    chief = Actor("qin", frozenset({"supervisor"}), "city")
    held = {case: engine.case(case, actor=chief) for case in ("H-2026-0316", "H-2026-0310", "H-2026-0312")}
    assert {case.org for case in held.values()} == {"city"}
    assert [case.holders["handler"] for case in held.values()] == [("yubei",), ("jiangbei",), ("jiangbei",)]
    told = [row.effect for row in engine._means.store.outbox("H-2026-0316")]
    assert {effect.role: effect.orgs for effect in told if isinstance(effect, Notify)} == {
        "handler": ("yubei",),
        "supervisor": ("city",),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_dry_run_tells_every_case(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    hosted(monkeypatch, hotline("2026-04-08 09:00"))
    assert casewf(str(EXAMPLE), "--app", "a_host:engine", "--dry-run", lang=lang) == 0
    golden(f"example.{lang}.txt", capsys.readouterr().out)


def test_a_dry_run_makes_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert casewf(str(EXAMPLE), "--db", "cases.db", "--dry-run") == 0
    assert not Path("cases.db").exists()
    out = capsys.readouterr()
    assert "3 cases could be imported" in out.out
    assert "there is no directory" in out.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_refused_rows_are_told_with_line_and_column(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    arguments = (str(GOLDEN / "refused.csv"), "--db", "cases.db", "--by", "admin", "--report", "again.csv")
    assert casewf(*arguments, lang=lang) == 1
    golden(f"refused.{lang}.txt", capsys.readouterr().out)
    golden(f"report.{lang}.csv", Path("again.csv").read_text(encoding="utf-8-sig"))


def test_a_report_can_be_corrected_and_imported(capsys: pytest.CaptureFixture[str]) -> None:
    """Its own columns say nothing; the rows that were imported are not in it."""
    assert (
        casewf(str(GOLDEN / "refused.csv"), "--db", "cases.db", "--by", "admin", "--report", "again.csv") == 1
    )
    with Path("again.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] == "H-4"]
    (row,) = rows
    row |= {"previous.union": "coordinated", "clock.handle.paused_since": "2026-03-20 10:00"}
    row["clock.suspension.start"] = "2026-03-20 10:00"
    with Path("corrected.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    assert casewf("corrected.csv", "--db", "cases.db", "--by", "admin") == 0
    with SqliteStore("cases.db") as store:
        assert [head.case for head in store.heads()] == ["H-4", "H-9"]
        assert verify(store).ok
    capsys.readouterr()


def _link(name: str, target: str) -> str:
    Path(name).symlink_to(target)
    return name


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "report", ["cases.db", "./cases.db", "cases.db-wal", "in.csv", "old.csv", "linked", "dangling", "folder"]
)
def test_a_report_replaces_no_file(capsys: pytest.CaptureFixture[str], report: str, lang: str) -> None:
    """Nor does it lie where the database is about to be."""
    Path("in.csv").write_bytes((GOLDEN / "refused.csv").read_bytes())
    Path("old.csv").write_text("precious", encoding="utf-8")
    Path("folder").mkdir()
    _link("linked", "in.csv")
    _link("dangling", "nowhere")
    for database in (False, True):
        if database:
            SqliteStore("cases.db").close()
        before = _files()
        assert casewf("in.csv", "--db", "cases.db", "--by", "a", "--report", report, lang=lang) == 2
        assert "--report" in capsys.readouterr().err
        assert _files() == before


def test_a_report_takes_no_name_that_another_file_may_have(capsys: pytest.CaptureFixture[str]) -> None:
    """The input may be called as a report under way might be."""
    line = '{"id": "A", "opened_at": "2026-03-16 09:00"}\n'
    Path("rest.csv.part").write_text(line, encoding="utf-8")
    assert casewf("rest.csv.part", "--db", "cases.db", "--by", "a", "--report", "rest.csv") == 1
    assert Path("rest.csv.part").read_text(encoding="utf-8") == line
    assert "A,," in Path("rest.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()


def test_a_file_that_breaks_off_makes_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    text = (GOLDEN / "refused.csv").read_text(encoding="utf-8")
    Path("in.csv").write_text(f'{text}"open', encoding="utf-8")
    assert casewf("in.csv", "--db", "cases.db", "--by", "a", "--report", "rest.csv") == 2
    assert "is not CSV" in capsys.readouterr().err
    assert [name for name in _files() if "rest" in name] == []


def test_a_file_that_appears_meanwhile_is_kept_and_so_is_the_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = hotline("2026-04-02 09:00")
    hosted(monkeypatch, engine)
    begin = engine.import_file

    def made_meanwhile(*arguments: object, **more: object) -> object:
        Path("rest.csv").write_text("precious", encoding="utf-8")
        return begin(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "import_file", made_meanwhile)
    arguments = (str(GOLDEN / "refused.csv"), "--app", "a_host:engine", "--by", "a")
    assert casewf(*arguments, "--report", "rest.csv") == 2
    assert Path("rest.csv").read_text(encoding="utf-8") == "precious"
    (part,) = Path().glob("rest.csv.*.part")
    assert str(part) in capsys.readouterr().err
    assert "H-1,旧-1" in part.read_text(encoding="utf-8-sig")


def test_the_same_file_twice_imports_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert casewf(str(EXAMPLE), "--db", "cases.db", "--by", "admin") == 0
    heads = _heads("cases.db")
    assert casewf(str(EXAMPLE), "--db", "cases.db", "--by", "somebody") == 0
    assert _heads("cases.db") == heads
    assert "0 cases imported, 3 imported before, 0 refused" in capsys.readouterr().out


def test_killed_in_the_middle_it_goes_on_and_doubles_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """SIGKILL as soon as the child tells of the refused row in the middle."""
    header = "id,opened_at,state.union,field.government_needed,clock.handle.start,clock.contact.start"
    row = "2026-03-16 09:00,coordinated,否,2026-03-16 09:15,none"
    lines = [header, *(f"K-{number:04},{row}" for number in range(600))]
    lines.insert(60, f"BAD,{row.replace('coordinated', 'nowhere')}")
    Path("many.csv").write_text("\n".join(lines), encoding="utf-8")
    command = [
        sys.executable,
        "-u",
        "-m",
        "casewf.cli.main",
        "import",
        "many.csv",
        "--db",
        "many.db",
        "--by",
        "a",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen([*command, *OPTIONS], stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        assert "BAD" in child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    before = _heads("many.db")
    assert 59 <= len(before) < 600
    assert casewf("many.csv", "--db", "many.db", "--by", "a") == 1
    after = _heads("many.db")
    assert len(after) == 600
    assert {case: after[case] for case in before} == before
    with SqliteStore("many.db") as store:
        assert verify(store).ok
    assert f"{len(before)} imported before, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((str(EXAMPLE), "--db", "cases.db"), "--by is missing"),
        ((str(EXAMPLE), "--db", "cases.db", "--by", "system"), "--by: system is casewf itself"),
        ((str(EXAMPLE), "--db", "cases.db", "--by", "\udcff"), "--by: this is no text"),
        (("nowhere.csv", "--db", "cases.db", "--by", "a"), "No such file"),
        (
            (str(EXAMPLE), "--db", "cases.db", "--dry-run", "--warned-until", "soon"),
            "--warned-until: soon is no time",
        ),
        ((str(EXAMPLE), "--app", "nowhere:app", "--dry-run"), "--app nowhere:app"),
        (("wrong.csv", "--db", "cases.db", "--by", "a"), "there is no column 'idd' (did you mean id?)"),
        (("wrong.csv", "--db", "cases.db", "--by", "a", "--report", "wrong.csv"), "must be another file"),
    ],
    ids=["by", "system", "half", "file", "time", "app", "column", "report"],
)
def test_what_cannot_be_done_exits_2_and_makes_nothing(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    Path("wrong.csv").write_text("idd,opened_at\n", encoding="utf-8")
    assert casewf(*arguments) == 2
    assert words in capsys.readouterr().err
    assert Path("wrong.csv").read_text(encoding="utf-8") == "idd,opened_at\n"
    if Path("cases.db").exists():
        assert _heads("cases.db") == {}


def test_half_a_character_is_spelt_out_in_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.json").write_text('{"id": "A", "comment": "\\ud800", "opened_at": "2026-03-16 09:00"}', "utf-8")
    assert casewf("a.json", "--db", "cases.db", "--by", "a", "--report", "rest.csv") == 1
    assert "\\ud800" in Path("rest.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()


def test_a_controlling_character_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither of a case that is refused nor of one that is not."""
    header = "id,opened_at,state.union,field.government_needed,clock.handle.start,clock.contact.start"
    row = "2026-03-16 09:00,{state},否,2026-03-16 09:15,none"
    lines = [
        header,
        *(f"K\x1b[2J\x9b{state},{row.format(state=state)}" for state in ("coordinated", "\x1b]0;x")),
    ]
    Path("a.csv").write_text("\n".join(lines), encoding="utf-8")
    for more in (("--dry-run",), ("--by", "a"), ("--dry-run",)):
        assert casewf("a.csv", "--db", "cases.db", *more) == 1
        out = capsys.readouterr().out
        assert "K�[2J�" in out
        assert all(one.isprintable() or one == "\n" for one in out), out


def test_the_hosts_engine_brings_its_directory(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = hotline("2026-04-02 09:00")
    hosted(monkeypatch, engine)
    assert (
        casewf(str(EXAMPLE), "--app", "a_host:engine", "--by", "admin", "--warned-until", "2026-04-02 09:00")
        == 0
    )
    assert engine._means.store.outbox("H-2026-0316") == ()
    out = capsys.readouterr()
    assert out.err == ""
    assert "3 cases imported" in out.out


def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}


def _heads(path: str) -> dict[str, str]:
    with SqliteStore(path) as store:
        return {head.case: head.hash for head in store.heads()}
