"""A district changes its workflow: 100 open cases in SQLite, the difference, a dry run, the move, a kill (X2)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.core.evolve import replay
from casewf.definition.load import load_calendar, load_workflow
from casewf.engine.engine import Engine
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.model.clock_events import RungFired
from casewf.model.migration_events import Migrated
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier
from engine_fakes import dump_file

CALENDAR = """casewf-calendar: 1
id: office
zone: Asia/Shanghai
week: {mon: 09:00-18:00, tue: 09:00-18:00, wed: 09:00-18:00, thu: 09:00-18:00, fri: 09:00-18:00}
"""
FIRST = """casewf: 1
id: district
version: 1
title: {zh: 区县工单, en: District case}
calendar: office
roles: {operator: {zh: 接线员}, handler: {zh: 办理员}, supervisor: {zh: 督办员}}
cards: {yellow: {zh: 黄牌}, red: {zh: 红牌}}
fields:
  urgency: {type: choice, of: {high: {zh: 急}, low: {zh: 缓}}, default: low, title: {zh: 缓急}}
  people: {type: integer, default: 1}
  unit: {type: org, title: {zh: 承办}}
  phone: {type: text, sensitive: true, seen_by: [handler]}
  remark: {type: text}
tracks:
  union:
    initial: received
    states:
      received: {zh: 受理}
      dispatched: {zh: 派单}
      working: {zh: 办理}
      negotiating: {zh: 协商}
      parked: {zh: 挂起}
      review: {zh: 审核}
      closed: {zh: 办结, category: closed}
    transitions:
      - {trigger: dispatch, from: received, to: dispatched, by: operator, asks: unit, assign: {handler: unit}}
      - {trigger: take, from: dispatched, to: working, by: handler}
      - {trigger: negotiate, from: working, to: negotiating, by: handler}
      - {trigger: park, from: [working, negotiating], to: parked, by: handler}
      - {trigger: go_on, from: parked, to: =previous, by: handler}
      - {trigger: submit, from: [working, negotiating], to: review, by: handler}
      - {trigger: approve, from: review, to: closed, by: supervisor, not_by: submit}
      - {trigger: note, from: [received, dispatched, working], by: [operator, handler], accepts: [people, remark]}
  oversight:
    initial: calm
    states: {calm: {zh: 正常, category: closed}, watched: {zh: 督办, category: closed}}
    transitions:
      - {trigger: watch, from: calm, to: watched, by: system}
slas:
  handle:
    title: {zh: 办结}
    start: {enter: union.dispatched}
    pause: {in: union.parked}
    stop: {enter: union.closed}
    target: [{when: urgency == 'high', within: 3 working days}, {within: 10 working days}]
    ladder:
      - {at: 50%, notify: handler}
      - {at: due, notify: supervisor, card: yellow, fire: watch}
      - {after: 2 working days, card: red}
    extension: {by: supervisor, times: 2}
  sign:
    title: {zh: 签收}
    start: {enter: union.dispatched}
    stop: {fire: take}
    target: [{within: 1 working day}]
    ladder: [{at: due, notify: supervisor}]
"""
SECOND = """casewf: 1
id: district
version: 2
title: {zh: 区县工单, en: District case}
calendar: office
roles: {operator: {zh: 接线员}, officer: {zh: 经办人}, supervisor: {zh: 督办员}}
cards: {blue: {zh: 蓝牌}, yellow: {zh: 黄牌}, red: {zh: 红牌}}
fields:
  priority: {type: choice, of: {urgent: {zh: 紧急}, routine: {zh: 一般}}, default: routine, title: {zh: 优先级}}
  people: {type: decimal, default: 1}
  unit: {type: org, title: {zh: 承办}}
  tel: {type: text, sensitive: true, seen_by: [officer]}
  source: {type: text, default: hotline}
tracks:
  union:
    initial: received
    states:
      received: {zh: 受理}
      dispatched: {zh: 派单}
      handling: {zh: 办理}
      suspended: {zh: 挂起}
      review: {zh: 审核}
      closed: {zh: 办结, category: closed}
    transitions:
      - {trigger: dispatch, from: received, to: dispatched, by: operator, asks: unit, assign: {officer: unit}}
      - {trigger: take, from: dispatched, to: handling, by: officer}
      - {trigger: suspend, from: handling, to: suspended, by: officer}
      - {trigger: go_on, from: suspended, to: =previous, by: officer}
      - {trigger: report, from: handling, to: review, by: officer}
      - {trigger: approve, from: review, to: closed, by: supervisor, not_by: report}
  oversight:
    initial: calm
    states: {calm: {zh: 正常, category: closed}, watched: {zh: 督办, category: closed}}
    transitions:
      - {trigger: watch, from: calm, to: watched, by: system}
  callback:
    initial: none_due
    states: {none_due: {zh: 无需回访, category: closed}, due: {zh: 待回访}, done: {zh: 已回访, category: closed}}
    transitions:
      - {trigger: call_back, from: due, to: done, by: operator}
      - {trigger: ask_back, from: none_due, to: due, by: supervisor}
slas:
  handle:
    title: {zh: 办结}
    start: {enter: union.dispatched}
    pause: {in: union.suspended}
    stop: {enter: union.closed}
    target: [{when: priority == 'urgent', within: 3 working days}, {within: 15 working days}]
    ladder:
      - {before: 1 working day, notify: officer, card: blue}
      - {after: 2 working days, card: red}
      - {at: due, notify: supervisor, card: yellow, fire: watch}
      - {at: 50%, notify: officer}
    extension: {by: supervisor, times: 2}
  review:
    title: {zh: 审核}
    start: {enter: union.review}
    stop: {leave: union.review}
    target: [{within: 2 working days}]
    ladder: [{at: due, notify: supervisor}]
migrate:
  from: 1
  states: {union: {working: handling, negotiating: handling, parked: suspended}}
  fields:
    urgency: {to: priority, values: {high: urgent, low: routine}}
    phone: tel
    remark: =drop
  roles: {handler: officer}
  triggers: {submit: report}
  clocks: {handle: rebase, sign: cancel}
  starts: {review: {in: union.review}}
"""
START = "2091-03-12 10:00"
"""A Monday that the clock of the command has not reached; case time is never before a case's last event."""
WU = Actor("wu", frozenset({"operator"}), "city")
LI = Actor("li", frozenset({"handler", "officer"}), "yuzhong")
ZHOU = Actor("zhou", frozenset({"supervisor"}), "city")
CASES = 100


def engine(store: Store, file: str, when: str = START) -> tuple[Engine, TestClock]:
    clock = TestClock(at(when))
    made = Engine(
        [load_workflow(file)],
        store=store,
        clock=clock,
        notifier=RecordingNotifier(),
        calendars={"office": load_calendar("./office.yaml")},
        deliver="later",
    )
    return made, clock


def populate(store: Store) -> None:
    """100 open cases and a closed one, in every state, some late, paused, extended, with a request that waits."""
    made, clock = engine(store, "./v1.yaml")
    for number in range(CASES):
        name, kind = f"C-{number:03}", number % 10
        urgency = "high" if number % 3 == 0 else "low"
        made.open(
            "district",
            actor=WU,
            case_id=name,
            data={"urgency": urgency, "phone": f"139{number:08}", "people": number},
        )
        if kind == 0:
            continue
        made.fire(name, "dispatch", actor=WU, data={"unit": "yuzhong"})
        if kind == 1:
            continue
        made.fire(name, "take", actor=LI)
        if kind in (3, 5):
            made.fire(name, "negotiate", actor=LI)
        if kind in (4, 5):
            made.fire(name, "park", actor=LI)
        if kind == 6:
            made.fire(name, "submit", actor=LI)
        if kind in (7, 8):
            made.act(name, "request_extension", "handle", actor=LI, amount=WorkingDays(1), comment="证据")
        if kind == 8:
            made.act(name, "extend", "handle", actor=ZHOU)
        if kind == 9:
            made.fire(name, "note", actor=LI, data={"remark": "电话未接"})
    made.open("district", actor=WU, case_id="D-1")
    made.fire("D-1", "dispatch", actor=WU, data={"unit": "yuzhong"})
    made.fire("D-1", "take", actor=LI)
    made.fire("D-1", "submit", actor=LI)
    made.fire("D-1", "approve", actor=ZHOU)
    clock.travel(at("2091-03-16 12:00"))
    made.sweep()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of 100 open cases, made once."""
    folder = tmp_path_factory.mktemp("district")
    for name, text in (("office", CALENDAR), ("v1", FIRST), ("v2", SECOND)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with SqliteStore("cases.db", durability="normal") as store:
            populate(store)
    return folder


@pytest.fixture
def district(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it in the working directory."""
    for name in ("LC_ALL", "LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for file in template.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


MIGRATE = ("migrate", "--db", "cases.db", "--to", "v2.yaml", "--calendar", "office.yaml")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main([*arguments])
    return code, capsys.readouterr().out


def versions() -> Counter[int]:
    with SqliteStore("cases.db") as store:
        return Counter(
            stored.case.workflow[1]
            for number in range(CASES)
            if (stored := store.load(f"C-{number:03}")) is not None
        )


def test_the_difference_says_what_is_settled(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(capsys, "diff", "1", "v2.yaml", "--db", "cases.db", "--lang", "zh")
    assert code == 0
    assert "district 1 → district 2" in shown
    assert "slas.handle 3 working days if urgency == 'high', else 10 working days" in " ".join(shown.split())
    assert "✓ migrate: rebase" in shown
    assert shown.rstrip().endswith("尚待决定0项")
    bare = SECOND.partition("migrate:")[0]
    (district / "bare.yaml").write_text(bare, encoding="utf-8")
    code, shown = run(capsys, "diff", "v1.yaml", "bare.yaml", "--format", "json")
    document = json.loads(shown)
    assert (code, document["settled"]) == (1, False)
    marks = Counter(change["mark"] for change in document["changes"])
    assert marks["needs_migration"] == 10
    (length,) = (change for change in document["changes"] if change["what"] == "limit_length")
    assert (length["old_place"]["file"], length["new_place"]["file"]) == ("v1.yaml", "bare.yaml")
    assert FIRST.splitlines()[length["old_place"]["line"] - 1].strip().startswith("target:")
    assert SECOND.splitlines()[length["new_place"]["line"] - 1].strip().startswith("target:")


def test_a_file_without_a_section_gets_one_to_begin_with(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = SECOND.partition("migrate:")[0]
    (district / "bare.yaml").write_text(bare, encoding="utf-8")
    for lang in ("zh", "en"):
        code, shown = run(capsys, "diff", "v1.yaml", "bare.yaml", "--lang", lang)
        section = shown[shown.index("\nmigrate:\n") + 1 :]
        assert code == 1
        assert "\n      working: handling  # " in section
        begun = district / "begun.yaml"
        begun.write_text(bare + section, encoding="utf-8")
        code, shown = run(capsys, "diff", "v1.yaml", "begun.yaml", "--lang", lang)
        assert (code, "\nmigrate:\n" in shown) == (1, False)  # a case that was parked while negotiating
        begun.write_text(
            bare + section.replace("negotiating: =stay", "negotiating: handling"), encoding="utf-8"
        )
        assert run(capsys, "diff", "v1.yaml", "begun.yaml", "--lang", lang)[0] == 0
    document = json.loads(run(capsys, "diff", "v1.yaml", "bare.yaml", "--format", "json", "--lang", "en")[1])
    assert document["skeleton"] == section
    code, shown = run(capsys, *MIGRATE[:-3], "begun.yaml", *MIGRATE[-2:], "--dry-run")
    assert (code, shown.splitlines()[-1]) == (
        0,
        f"✓ district 2: {CASES} cases could be moved (nothing was written)",
    )


def test_a_change_of_an_overlay_stands_in_the_overlay(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, title in ((1, "北区"), (2, "北部新区")):
        text = f"casewf: 1\nid: north\nversion: {number}\nextends: ./v1.yaml\ntitle: {{zh: {title}}}\n"
        (district / f"north{number}.yaml").write_text(text, encoding="utf-8")
    code, shown = run(capsys, "diff", "north1.yaml", "north2.yaml", "--format", "json")
    (change,) = json.loads(shown)["changes"]
    assert (code, change["what"]) == (0, "label")
    assert change["new_place"] == {"file": "north2.yaml", "line": 5}


def test_the_dry_run_lists_every_open_case_and_writes_nothing(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump_file("cases.db")
    code, shown = run(capsys, *MIGRATE, "--dry-run", "--format", "json")
    assert dump_file("cases.db") == before
    document = json.loads(shown)
    assert (code, document["counts"], document["applied"]) == (0, {"moved": CASES}, False)
    told = {one["case"]: one for one in document["cases"]}
    assert len(told) == CASES
    assert told["C-003"]["states"] == [
        {"track": "union", "before": "negotiating", "after": "handling"},
        {"track": "callback", "before": None, "after": "none_due"},
    ]
    # routine, dispatched on Monday 12 March: ten working days, and fifteen
    (clock,) = (one for one in told["C-002"]["clocks"] if one["sla"] == "handle")
    assert (clock["before"], clock["after"], clock["how"]) == (
        "2091-03-26T18:00:00+08:00",
        "2091-04-02T18:00:00+08:00",
        "rebase",
    )
    # urgent: three working days, over since the 15th; a breach never heals
    (late,) = (one for one in told["C-003"]["clocks"] if one["sla"] == "handle")
    assert (late["before"], late["after"]) == ("2091-03-15T18:00:00+08:00",) * 2
    assert [one["how"] for one in told["C-006"]["clocks"]] == ["keep", "start"]
    assert {one["before"] for one in told["C-009"]["fields"]} >= {"remark", "phone"}
    assert "139" not in shown


def test_the_dry_run_for_people(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(capsys, *MIGRATE, "--dry-run", "--lang", "zh")
    lines = shown.splitlines()
    assert code == 0
    assert lines[lines.index("✓ C-003  第1版") + 1 :][:2] == [
        "    union: 协商 → 办理",
        "    callback: – → 无需回访",
    ]
    assert "    办结：2091-03-26 18:00 → 2091-04-02 18:00（按原起点重新计算）" in lines
    assert "    签收：2091-03-13 18:00 → –（不再计时）" in lines
    assert lines[-1] == "✓ district 2：可迁移100件（未写入）"


def test_what_fires_before_the_move_is_told(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E3: of a case that nobody swept, the breach by the old version comes first."""
    with SqliteStore("cases.db") as store:
        made, _ = engine(store, "./v1.yaml", "2020-03-12 10:00")
        made.open("district", actor=WU, case_id="N-1", data={"urgency": "high"})
        made.fire("N-1", "dispatch", actor=WU, data={"unit": "yuzhong"})
        made.fire("N-1", "take", actor=LI)
    shown = run(capsys, *MIGRATE, "--dry-run", "--lang", "zh")[1].splitlines()
    line = shown[shown.index("✓ N-1  第1版") + 1]
    assert line.startswith("    先触发：")
    assert "办结 超时，限 2020-03-17 18:00" in line
    document = json.loads(run(capsys, *MIGRATE, "--dry-run", "--format", "json")[1])
    told = {one["case"]: one["first"] for one in document["cases"]}
    assert {"sla": "handle", "due": "2020-03-17T18:00:00+08:00", "breaches": True} in told["N-1"]
    assert told["C-001"] == []
    shown = run(capsys, *MIGRATE, "--by", "chief", "--lang", "en")[1].splitlines()
    assert "办结 is late, due 2020-03-17 18:00" in shown[shown.index("✓ N-1  version 1") + 1]


def test_applied_all_cases_go_on_under_the_new_version(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = run(capsys, *MIGRATE, "--by", "chief")
    assert (code, shown.splitlines()[-1]) == (0, "✓ district 2: 100 cases moved")
    assert versions() == {2: CASES}
    assert main(["verify", "cases.db"]) == 0
    assert run(capsys, *MIGRATE, "--by", "chief")[1].splitlines()[-1] == (
        "✓ district 2: 0 cases could be moved, 100 there already (nothing was written)"
    )
    with SqliteStore("cases.db") as store:
        assert store.load("D-1").case.workflow[1] == 1  # type: ignore[union-attr]  # closed cases stay
        made, clock = engine(store, "./v2.yaml", "2091-03-19 10:00")
        carry_on(made)
        clock.travel(at("2091-06-01 12:00"))
        assert made.sweep().failed == ()
        for number in range(CASES):
            check_history(store, f"C-{number:03}")
        assert [one.kind for one in store.incidents()] == []
    assert main(["verify", "cases.db"]) == 0


def carry_on(made: Engine) -> None:
    """Each kind of case does what the new version lets it do."""
    view = made.fire("C-001", "take", actor=LI)
    assert (view.states["union"], view.holders["officer"]) == ("handling", ("yuzhong",))
    assert made.fire("C-005", "go_on", actor=LI).states["union"] == "handling"
    assert made.fire("C-004", "go_on", actor=LI).clocks["handle"].phase == "running"
    barred = [one for one in made.options("C-006", actor=LI) if one.trigger == "approve"]
    assert not barred[0].allowed
    assert made.fire("C-006", "approve", actor=ZHOU).closed
    assert made.act("C-007", "extend", "handle", actor=ZHOU).clocks["handle"].extensions == (WorkingDays(1),)
    assert made.fire("C-002", "report", actor=LI).clocks["review"].phase == "running"
    assert made.case("C-009", actor=LI).fields["tel"] == "13900000009"


def check_history(store: SqliteStore, name: str) -> None:
    """E1: nothing is claimed twice, and no warning came again under another number."""
    events = [row.event for row in store.history(name)]
    assert replay(events) == store.load(name).case  # type: ignore[union-attr]
    assert sum(isinstance(event, Migrated) for event in events) == 1
    fired = [event for event in events if isinstance(event, RungFired)]
    claims = [(one.sla, one.cycle, one.term, one.rung, one.repetition) for one in fired]
    assert len(set(claims)) == len(claims)
    instants = [(one.sla, one.scheduled_for) for one in fired]
    assert len(set(instants)) == len(instants)


KILLED = """
import os, signal, sys
from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main

whole, left = SqliteStore.append, [37]

def append(self, batch):
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    whole(self, batch)

SqliteStore.append = append
main(sys.argv[1:])
"""


def test_a_run_that_was_killed_in_the_middle_is_finished_by_another_one(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D1: each case is there or not, never in between."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *MIGRATE, "--by", "chief"],
        capture_output=True,
        timeout=55,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert versions() == {2: 37, 1: 63}
    assert main(["verify", "cases.db"]) == 0
    code, shown = run(capsys, *MIGRATE, "--by", "chief")
    assert (code, shown.splitlines()[-1]) == (0, "✓ district 2: 63 cases moved, 37 there already")
    assert versions() == {2: CASES}
    assert main(["verify", "cases.db"]) == 0
    with SqliteStore("cases.db") as store:
        for number in range(CASES):
            check_history(store, f"C-{number:03}")


def test_one_case_that_cannot_be_moved_keeps_all_where_they_are(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SECOND.replace("people: {type: decimal, default: 1}", "people: {type: decimal, max: 98}")
    (district / "v2.yaml").write_text(text, encoding="utf-8")
    before = dump_file("cases.db")
    code, shown = run(capsys, *MIGRATE, "--by", "chief", "--lang", "zh")
    assert code == 1
    assert shown.splitlines() == [
        "✗ C-099  第1版",
        "    字段 people 的值超出范围：..98",
        "✗ district 2：可迁移99件，拒绝1件（未写入）",
    ]
    assert dump_file("cases.db") == before
    (district / "v2.yaml").write_text(text + "  refused: leave\n", encoding="utf-8")
    code, shown = run(capsys, *MIGRATE, "--by", "chief")
    assert (code, shown.splitlines()[-1]) == (1, "✗ district 2: 99 cases moved, 1 refused")
    assert versions() == {2: 99, 1: 1}


def test_a_dropped_sensitive_value_is_said_to_stay_in_the_vault(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """D5: only an erasure deletes it; the comparison, the dry run and the move all say so."""
    (district / "v2.yaml").write_text(SECOND.replace("phone: tel", "phone: =drop"), encoding="utf-8")
    shown = run(capsys, "diff", "v1.yaml", "v2.yaml", "--lang", "zh")[1]
    assert "丢弃后原值留在保险库，直至用casewferase删除（D5）" in "".join(shown.split())
    fields = json.loads(run(capsys, *MIGRATE, "--dry-run", "--format", "json")[1])["cases"][9]["fields"]
    assert [one["before"] for one in fields if one["in_vault"]] == ["phone"]
    zh = "    phone: 丢弃（原值留在保险库，直至用 casewf erase 删除）"
    assert zh in run(capsys, *MIGRATE, "--dry-run", "--lang", "zh")[1].splitlines()
    en = "    phone: dropped (its value stays in the vault until casewf erase deletes it)"
    shown = run(capsys, *MIGRATE, "--by", "chief")[1]
    assert en in shown.splitlines()
    assert "    remark: dropped" in shown.splitlines()
    with SqliteStore("cases.db") as store:
        assert engine(store, "./v2.yaml")[0].erase("C-009", actor=ZHOU, fields=["phone"]) == 1


def test_what_the_section_leaves_open_is_told_once_for_all_cases(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (district / "v2.yaml").write_text(SECOND.replace(", parked: suspended", ""), encoding="utf-8")
    before = dump_file("cases.db")
    code, shown = run(capsys, *MIGRATE, "--by", "chief")
    assert code == 1
    assert " ".join(shown.split()) == (
        "✗ version 1: `migrate` does not say everything the new version has no state 挂起 (parked) in the track union; "
        "say under `states` where its cases go, or =stay ✗ district 2: 0 cases could be moved, 100 unmapped (nothing "
        "was written)"
    )
    assert dump_file("cases.db") == before
    code, shown = run(capsys, *MIGRATE, "--by", "chief", "--format", "json")
    document = json.loads(shown)
    assert [gap["path"] for gap in document["gaps"]["1"]] == [["tracks", "union", "states", "parked"]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("parked: suspended", "prked: suspended"),
            "version 1 has no state in 'union' called 'prked' [CW303]",
        ),
        (("remark: =drop", "remrk: =drop"), "version 1 has no field 'remrk' [CW303]"),
        (("from: 1", "from: [1, 2]"), "from cannot be 2, which is this version itself [CW209]"),
        (("sign: cancel", "sign: cancel, handl: keep"), "version 1 has no SLA 'handl' [CW303]"),
        (
            ("parked: suspended}", "parked: suspended}, oversight: calm"),
            "version 1 has the track 'oversight', too [CW205]",
        ),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_line(
    district: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], told: str
) -> None:
    (district / "v2.yaml").write_text(SECOND.replace(*change), encoding="utf-8")
    assert main([*MIGRATE, "--dry-run"]) == 1
    assert told in capsys.readouterr().err
    if "itself" not in told:
        assert main(["diff", "v1.yaml", "v2.yaml"]) == 1
        assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("migrate", "--db", "cases.db", "--to", "v2.yaml"), "--by is missing"),
        (("migrate", "--db", "cases.db", "--to", "v2.yaml", "--by", "system"), "--by: system"),
        (("migrate", "--db", "cases.db", "--to", "v2.yaml", "--by", "\ud800"), "--by: this is no text"),
        (("migrate", "--db", "none.db", "--to", "v2.yaml", "--dry-run"), "there is no file none.db"),
        (("migrate", "--db", "cases.db", "--to", "none.yaml", "--dry-run"), "No such file"),
        (("migrate", "--db", "cases.db", "--to", "9", "--dry-run"), "has no version 9; it has district@1"),
        (("migrate", "--db", "cases.db", "--to", "v2.yaml", "--dry-run"), "goes by calendar 'office'"),
        (("diff", "1", "v2.yaml"), "which --db names"),
        (("diff", "other@1", "v2.yaml", "--db", "cases.db"), "has no version other@1"),
        (("migrate", "--app", "nowhere:engine", "--to", "v2.yaml", "--dry-run"), "--app nowhere:engine"),
    ],
)
def test_what_cannot_be_done_is_said(
    district: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert main([*arguments]) == 2
    assert told in capsys.readouterr().err


def test_other_content_under_a_stored_version_is_refused(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """K6."""
    (district / "v2.yaml").write_text(
        SECOND.replace("version: 2", "version: 1").replace("from: 1", "from: 7"), encoding="utf-8"
    )
    assert main([*MIGRATE, "--dry-run"]) == 2
    assert "give the changed one a new version" in capsys.readouterr().err


def test_cases_can_go_back_to_a_stored_version_if_nothing_need_be_said(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = FIRST.replace("version: 1", "version: 3").replace("zh: 挂起", "zh: 暂挂")
    (district / "v2.yaml").write_text(labels, encoding="utf-8")
    assert run(capsys, *MIGRATE, "--by", "chief")[0] == 0
    assert versions() == {3: CASES}
    code, _ = run(
        capsys,
        "migrate",
        "--db",
        "cases.db",
        "--to",
        "district@1",
        "--calendar",
        "office.yaml",
        "--by",
        "chief",
    )
    assert (code, versions()) == (0, {1: CASES})
    assert main(["verify", "cases.db"]) == 0


APP = """
from casewf import SqliteStore, SystemClock, Engine, load_calendar, load_workflow
from casewf.testing.recorders import RecordingNotifier

def engine():
    return Engine([load_workflow("./v2.yaml")], store=SqliteStore("cases.db"), clock=SystemClock(),
                  notifier=RecordingNotifier(), calendars={"office": load_calendar("./office.yaml")})
"""


def test_the_engine_of_a_host_moves_them_and_must_have_the_version(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (district / "district_app.py").write_text(APP, encoding="utf-8")
    arguments = ("migrate", "--app", "district_app:engine", "--to", "v2.yaml", "--by", "chief")
    (district / "other.yaml").write_text(
        SECOND.replace("max: 9", "").replace("hotline}", "web}"), encoding="utf-8"
    )
    assert main(["migrate", "--app", "district_app:engine", "--to", "other.yaml", "--dry-run"]) == 2
    assert "with other content" in capsys.readouterr().err
    code, shown = run(capsys, *arguments)
    assert (code, shown.splitlines()[-1]) == (0, "✓ district 2: 100 cases moved")
