"""``casewf erase`` and ``casewf export``, as an officer for data protection types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition.load import load_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, dump_file

TEXT = (
    CLAIM.replace("fields:\n", "fields:\n  caller: {type: text, identifies: true}\n")
    .replace("opening: {by: operator}", "opening: {by: operator}\nretention: {keep: 30 days}")
    .replace("effects: [{hook: archive}]", "effects: []")
)
APPLY = ("--apply", "--by", "officer", "--reason", "asked for")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Two cases of m-1, one of them closed long ago, and one of m-2."""
    file = tmp_path / "cases.db"
    with SqliteStore(file) as store:
        one = World(store, workflows=[claim(TEXT)], start="2019-03-18 10:00")
        for case_id, person in (("C-1", "m-1"), ("C-2", "m-2"), ("C-3", "m-1")):
            one.open(case_id, data={"phone": f"139-{case_id}", "caller": person})
        one.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
        one.engine.fire("C-1", "take", actor=HANDLER)
        one.engine.fire("C-1", "close", actor=HANDLER)
        one.clock.travel(at("2019-03-19 10:00"))
    return str(file)


@pytest.fixture
def run(path: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def command(*words: str) -> tuple[int, str, str]:
        try:
            code = main([*words, "--db", path])
        except SystemExit as stopped:
            code = int(str(stopped.code))
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


Run = Callable[..., tuple[int, str, str]]


def test_without_apply_it_tells_and_changes_nothing(run: Run, path: str) -> None:
    before = dump_file(path)
    code, out, _ = run("erase", "--person", "m-1", "--lang", "en")
    assert code == 0
    assert (
        out
        == "C-1: 1 value\nC-3: 1 value\nwould erase 2 values in 2 cases (nothing was changed; --apply does it)\n"
    )
    assert dump_file(path) == before


def test_applied_it_is_gone_and_verify_is_content(run: Run, path: str) -> None:
    code, out, _ = run("erase", "--person", "m-1", *APPLY, "--lang", "zh")
    assert (code, out) == (0, "C-1：1个值\nC-3：1个值\n✓ 已删除：2件工单中的2个值\n")
    assert main(["verify", path]) == 0
    assert run("export", "--person", "m-1")[1].count("•••") == 2
    assert "139-C-2" in run("export", "--person", "m-2")[1]


def test_what_is_kept_no_longer_goes(run: Run) -> None:
    code, out, _ = run("erase", "--ended", *APPLY, "--lang", "en")
    assert (code, out) == (0, "C-1: 1 value\n✓ erased: 1 value in 1 case\n")
    assert run("erase", "--ended", "--lang", "en")[1].startswith("would erase 0 values in 0 cases")


def test_export_is_for_its_owner_alone_and_never_overwrites(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "m-1.json"
    assert run("export", "--person", "m-1", "--out", str(file), "--lang", "en")[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    assert [case["case"] for case in json.loads(file.read_text("utf-8"))["cases"]] == ["C-1", "C-3"]
    code, _, problem = run("export", "--person", "m-1", "--out", str(file), "--lang", "zh")
    assert code == 2
    assert "已存在" in problem


def test_of_somebody_unknown_there_is_nothing(run: Run) -> None:
    code, out, problem = run("export", "--person", "m-9", "--lang", "en")
    assert (code, out, problem) == (1, "", "nothing is held about m-9\n")
    assert run("erase", "--person", "m-9", "--lang", "en")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("erase", "--person", "m-1", "--apply"), "--reason"),
        (("erase", "--person", "m-1", "--apply", "--by", "x", "--reason", " "), "--reason"),
        (("erase", "--ended", "--texts"), "--texts"),
        (("erase",), "--person"),
        (("erase", "--person", "m-1", "--ended"), "not allowed"),
        (("export",), "--person"),
    ],
)
def test_what_cannot_be_meant_is_said(run: Run, words: tuple[str, ...], told: str) -> None:
    code, _, problem = run(*words)
    assert code == 2
    assert told in problem


@pytest.mark.parametrize(("lang", "words"), [("zh", "事由：asked for"), ("en", "reason: asked for")])
def test_why_it_was_erased_is_told_with_the_case(run: Run, lang: str, words: str) -> None:
    assert run("erase", "--person", "m-1", *APPLY)[0] == 0
    timeline = run("case", "C-1", "--lang", lang)[1]
    assert words in timeline
    history = json.loads(run("case", "C-1", "--json")[1])["history"]
    assert [one["reason"] for one in history if one["kind"] == "Erased"] == ["asked for"]


def test_a_merged_caller_has_the_names_of_fields_and_a_recorded_party_its_own() -> None:
    """As the how-to says, in the packaged hotline."""
    engine = Engine(
        [load_workflow("hotline-12351")],
        store=MemoryStore(),
        clock=TestClock(at("2026-03-16 10:00")),
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector()},
    )
    wu = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
    caller = {"caller_id": "M-1", "caller_name": "杨云", "caller_phone": "13900001111"}
    engine.open("hotline-12351", actor=wu, case_id="A", data=caller)
    engine.open("hotline-12351", actor=wu, case_id="B")
    identity = {"name": "杨云", "phone": "13900002222"}
    engine.record_party("B", "w1", kind="worker", actor=wu, person="M-1", identity=identity)
    engine.fire("A", "merge", actor=wu, data={"merged_into": "B"}, comment="同一事项")
    shown = {case["case"]: case for case in engine.personal_data("M-1")["cases"]}
    assert [party["identity"] for party in shown["B"]["parties"]] == [
        identity,
        {"caller_name": "杨云", "caller_phone": "13900001111"},
    ]
