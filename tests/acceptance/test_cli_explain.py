"""``casewf explain`` as authors and operators use it (X1): what it prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.testing.story import play
from casewf.testing.story_file import parse_story

TEXT = """casewf: 1
id: claim
version: 1
calendar: cn-office
roles: {handler: {zh: 办理员, en: Handler}, supervisor: {zh: 督办员, en: Supervisor}}
cards: {yellow: {zh: 黄牌, en: Yellow card}}
fields:
  priority: {type: choice, of: {routine: {zh: 一般, en: Routine}, urgent: {zh: 紧急, en: Urgent}},
    default: routine, title: {zh: 紧急程度, en: Priority}}
  people: {type: integer, title: {zh: 人数, en: People}}
  seen: {type: boolean}
  tags: {type: text, many: true}
  pay_by: {type: date, title: {zh: 约定付清日, en: Pay by}}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理, en: Open}, wait: {zh: 等待, en: Waiting}, done: {zh: 办结, en: Done, category: closed}}
    transitions:
      - {trigger: wait, from: open, to: wait, by: handler}
      - {trigger: go_on, from: wait, to: open, by: handler}
      - {trigger: note, from: open, by: handler, accepts: [priority]}
      - {trigger: finish, from: open, to: done, by: handler}
slas:
  handle:
    title: {zh: 办结时限, en: Time to finish}
    kind: statutory
    start: {enter: main.open}
    stop: {enter: main.done}
    pause: {in: main.wait}
    on_change: carry
    target:
      - {when: priority == 'urgent', within: 3 working days}
      - {when: has(tags) or has(seen) and seen or has(people) and people > 9, within: 9 working days}
      - {within: 15 working days}
    ladder: [{at: 80%, notify: handler}, {at: due, card: yellow}]
    extension: {by: supervisor}
    suspension: {by: supervisor, up_to: 30 hours}
  pay: {title: {zh: 付款, en: Payment}, start: {fire: wait}, stop: {enter: main.done}, target: [{until: pay_by}]}
  award: {start: {fire: wait}, stop: {enter: main.done}, target: [{within: 45 days}]}
"""

STORY = """casewf-story: 1
title: {zh: 例, en: An example}
workflow: ./claim.yaml
zone: Asia/Shanghai
organisations: {north: {zh: 北区, en: North}}
people:
  li: {name: {zh: 李, en: Li}, roles: [handler], org: north}
  wang: {name: {zh: 王, en: Wang}, roles: [supervisor], org: north}
case: {id: A-1, org: north}
steps:
  - {at: 2026-03-10 10:00, open: {}, by: li}
  - {at: 2026-03-12 14:00, fire: wait, by: li}
  - {at: 2026-03-13 09:00, fire: go_on, by: li}
  - {at: 2026-03-16 15:00, act: request_suspension, sla: handle, by: li, comment: 等鉴定}
  - {act: suspend, sla: handle, by: wang}
  - {at: 2026-03-18 09:00, act: request_extension, sla: handle, by: li, amount: 5 working days, comment: 复杂}
  - {at: 10:00, act: extend, sla: handle, by: wang}
  - {at: 2026-03-19 09:00, act: request_suspension, sla: handle, by: li, comment: 又一次, refused: [act_times]}
  - {act: request_extension, sla: handle, by: li, amount: 1 working day, comment: 再延, refused: [act_times]}
"""


@pytest.fixture(autouse=True)
def plain_locale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LC_ALL", "LANG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claim.yaml").write_text(TEXT, encoding="utf-8")


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = tmp_path / "claim.db"
    with SqliteStore(path, durability="normal") as store:
        play(parse_story(STORY, file=str(tmp_path / "a.story.yaml")), store=store).check()
    return str(path)


def ahead(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", "claim.yaml", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    assert main(["explain", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


# for authors, without a case


def test_it_says_what_a_start_would_lead_to(capsys: pytest.CaptureFixture[str]) -> None:
    text = ahead(capsys, "handle", "--start", "2026-02-11T10:00")
    assert text.startswith("Why is “Time to finish” due on Tue 2026-03-10 18:00?\n    a statutory limit\n")
    assert "otherwise: 15 working days ← this one applies" in text
    assert "Sat 2026-02-14  working day (春节调休)  working day 3" in text
    assert "Mon 2026-02-16  春节                    does not count" in text
    assert text.rstrip().endswith("due Tue 2026-03-10 18:00; running, not judged yet")


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (["priority=urgent"], "Sat 2026-02-14"),
        (["priority=Urgent"], "Sat 2026-02-14"),
        (["priority=紧急"], "Sat 2026-02-14"),
        (["seen=是"], "Mon 2026-03-02"),
        (["people=10"], "Mon 2026-03-02"),
        (["people=-1"], "Tue 2026-03-10"),
        (["seen=true"], "Mon 2026-03-02"),
        (["seen=false"], "Tue 2026-03-10"),
        (["tags=a,b"], "Mon 2026-03-02"),
    ],
)
def test_values_of_fields_choose_the_target(
    capsys: pytest.CaptureFixture[str], given: list[str], due: str
) -> None:
    options = [part for one in given for part in ("--set", one)]
    assert f"due on {due} 18:00?" in ahead(capsys, "handle", "--start", "2026-02-11 10:00", *options)


def test_it_speaks_chinese_and_takes_an_offset(capsys: pytest.CaptureFixture[str]) -> None:
    text = ahead(
        capsys, "handle", "--start", "2026-02-11T02:00+00:00", "--set", "priority=urgent", "--lang", "zh"
    )
    assert text.startswith("为什么“办结时限”的期限是 2026-02-14 周六 18:00？\n    法定时限\n")
    assert "✓ 紧急程度为“紧急”：3个工作日 ← 适用" in text


def test_a_last_day_that_rolls_is_shown_with_the_holidays_in_its_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """T4: 45 days from 5 May 2026 end on the Dragon Boat Festival, a Friday."""
    text = ahead(capsys, "award", "--start", "2026-05-05T10:00")
    assert "Fri 2026-06-19  端午节       does not count" in text
    assert "Mon 2026-06-22  working day                    ← due 18:00" in text


def test_a_date_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    text = ahead(capsys, "pay", "--start", "2026-02-11T10:00", "--set", "pay_by=2026-02-16")
    assert "due on Tue 2026-02-24 18:00" in text
    arguments = ("claim.yaml", "pay", "--start", "2026-02-11T10:00")
    assert "the limit pay runs until the date in the field pay_by, which has no value" in refused(
        capsys, 1, *arguments
    )
    assert "而该字段还没有值" in refused(capsys, 1, *arguments, "--lang", "zh")


def test_a_calendar_of_ones_own_is_given_as_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.yaml").write_text(
        "casewf-calendar: 1\nid: own\nzone: Asia/Tokyo\nweek: {mon: 10:00-12:00}\n", encoding="utf-8"
    )
    (tmp_path / "claim.yaml").write_text(TEXT.replace("cn-office", "own"), encoding="utf-8")
    arguments = ("handle", "--start", "2026-02-11T10:00", "--set", "priority=urgent")
    text = ahead(capsys, *arguments, "--calendar", "own.yaml")
    assert text == ahead(capsys, *arguments)  # it lies beside the workflow
    assert "due on Mon 2026-03-02 12:00" in text
    assert "own, content version " in text
    assert "zone Asia/Tokyo" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("handel", "--start", "2026-02-11"),
            "no limit handel; did you mean handle? There are: handle, pay, award",
        ),
        (("handle", "--start", "soon"), "--start: 'soon' is no time; write it as 2026-02-11T10:00"),
        (
            ("handle", "--start", "2026-02-11", "--set", "prio=urgent"),
            "no field prio; did you mean priority?",
        ),
        (("handle", "--start", "2026-02-11", "--set", "priority"), "--set priority: write FIELD=VALUE"),
        (
            ("handle", "--start", "2026-02-11", "--set", "priority=now"),
            "no option now; there are Routine (routine), Urgent (urgent)",
        ),
        (
            ("handle", "--start", "2026-02-11", "--set", "priority=Urgnt"),
            "has no option Urgnt; there are Routine (routine), Urgent (urgent); did you mean Urgent (urgent)?",
        ),
        (("handle", "--start", "2026-02-11", "--set", "people=many"), "wants integer, got str 'many'"),
        (("handle", "--start", "2026-02-11", "--set", f"people={'9' * 5000}"), "wants integer, got str"),
        (("handle", "--start", "0001-01-01"), "--start: the year must be in 1900–9000"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_expected(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused(capsys, 2, "claim.yaml", *arguments)


def test_a_calendar_that_is_missing_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("claim.yaml").write_text(TEXT.replace("cn-office", "cn_office"), encoding="utf-8")
    assert main(["explain", "claim.yaml", "handle", "--start", "2026-02-11T10:00", "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert "no calendar cn_office; did you mean cn-office?" in error
    assert "give it with --calendar FILE, or lay it beside the workflow" in error
    assert main(["explain", "claim.yaml", "handle", "--start", "2026-02-11T10:00", "--lang", "zh"]) == 2
    assert ";" not in capsys.readouterr().err


def test_past_the_last_notice_it_refuses_to_guess(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("claim.yaml", "handle", "--start", "2026-12-21T10:00")
    assert "'cn-office' is announced through 2026-12-28" in refused(capsys, 1, *arguments)
    assert "日历 cn-office 只公布到 2026-12-28" in refused(capsys, 1, *arguments, "--lang", "zh")


def test_exactly_one_of_a_database_and_a_start_is_given(capsys: pytest.CaptureFixture[str], db: str) -> None:
    for arguments in ([], ["--db", db, "--start", "2026-02-11"]):
        with pytest.raises(SystemExit) as exit_:
            main(["explain", "A-1", "handle", *arguments])
        assert exit_.value.code == 2
    capsys.readouterr()
    assert "--set goes with --start only" in refused(
        capsys, 2, "A-1", "handle", "--db", db, "--set", "people=1"
    )


# of a stored case


def test_it_tells_pauses_and_acts_with_who_did_them(capsys: pytest.CaptureFixture[str], db: str) -> None:
    assert main(["explain", "A-1", "handle", "--db", db]) == 0
    text = capsys.readouterr().out
    for line in (
        "Why is “Time to finish” due on Fri 2026-04-10 18:00?",
        "a statutory limit, cycle 1, term 2",
        "+ and 5 working days by an extension",
        "originally due on Tue 2026-03-31 18:00",
        "Thu 2026-03-12  working day  working day 2 (in part)      09:00–12:00 ‖14:00–18:00",
        "Tue 2026-03-17  working day  paused, not counted          ‖09:00–12:00 ‖14:00–18:00",
        "‖ paused Thu 2026-03-12 14:00 – 03-13 09:00, by the state of the case (li); this does not count",
        "‖ paused Mon 2026-03-16 15:00 – 03-17 21:00, by a suspension that was granted (wang); this does not count",
        "▸ Mon 2026-03-16 15:00 a suspension was asked for (li)",
        "▸ Mon 2026-03-16 15:00 suspended (li had asked), until 03-17 21:00 at the latest (wang)",
        "▸ Wed 2026-03-18 09:00 the suspension was over at 03-17 21:00 (the system)",
        "▸ Wed 2026-03-18 10:00 extended by 5 working days (li had asked) · due 04-10 18:00 (wang)",
    ):
        assert line in text, line


def test_it_tells_so_in_chinese(capsys: pytest.CaptureFixture[str], db: str) -> None:
    assert main(["explain", "A-1", "handle", "--db", db, "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    for line in (
        "法定时限，第1轮，第2期",
        "+ 延期5个工作日",
        "‖ 暂停：2026-03-16 周一 15:00 – 03-17 21:00，因批准的中止（wang），不计",
        "▸ 2026-03-18 周三 09:00 中止期满（03-17 21:00）（系统）",
    ):
        assert line in text, line


def test_a_case_or_a_limit_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], db: str) -> None:
    assert "no case A-2 was found" in refused(capsys, 1, "A-2", "handle", "--db", db)
    assert "没有时限 pya；是否指 pay？" in refused(capsys, 2, "A-1", "pya", "--db", db, "--lang", "zh")
    assert "the date in the field pay_by, which has no value" in refused(capsys, 1, "A-1", "pay", "--db", db)
    assert "there is no file nowhere.db" in refused(capsys, 2, "A-1", "pay", "--db", "nowhere.db")
