"""``casewf play`` as a person uses it: lines go in through a pipe, what is printed and saved comes out."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.cli.main import main
from coverage_texts import PARCEL
from story_texts import WORKFLOW as LOST_CARD

SRC = Path(__file__).parents[2] / "src"
EXAMPLES = Path(__file__).parents[2] / "examples"
ACTS = LOST_CARD.replace(
    "    ladder: [{before: 1 working day",
    "    extension: {by: operator, asked_by: handler}\n    suspension: {by: operator, up_to: 3 days}\n"
    "    ladder: [{before: 1 working day",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two workflows, in which commands run; in English."""
    for name in ("LC_ALL", "LANG", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parcel.yaml").write_text(PARCEL, encoding="utf-8")
    (tmp_path / "lost-card.yaml").write_text(ACTS, encoding="utf-8")
    return tmp_path


class Player:
    """Types lines into ``casewf play``, and keeps what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, lines: str, code: int = 0) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        assert main(["play", *arguments]) == code
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return captured.out + captured.err


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Player:
    return Player(monkeypatch, capsys)


def runs_green(path: str) -> bool:
    return main(["run", path]) == 0


# Where it begins


def test_it_begins_on_a_working_morning_with_one_person_for_each_role(play: Player) -> None:
    out = play("lost-card.yaml", lines="as\nquit\n")
    assert "Mon 2026-03-02 09:00 · you are operator Operator\n  there is no case yet\n" in out
    assert "  1  open  Open the case\n" in out
    assert "  operator  Operator  –\n  handler   Handler   –\n" in out


def test_it_begins_when_it_is_told_to(play: Player) -> None:
    out = play("lost-card.yaml", "--start", "2026-02-13 08:15", lines="")
    assert "Fri 2026-02-13 08:15 · you are operator" in out


def test_it_begins_when_the_calendar_opens(play: Player, folder: Path) -> None:
    (folder / "nights.yaml").write_text(
        "casewf-calendar: 1\nid: nights\nzone: Asia/Shanghai\nweek: {tue: ['22:00-23:00']}\n",
        encoding="utf-8",
    )
    (folder / "parcel.yaml").write_text(PARCEL.replace("cn-office", "nights"), encoding="utf-8")
    given = play("parcel.yaml", "--calendar", "nights.yaml", lines="open\n\nsave given\n")
    beside = play("parcel.yaml", lines="open\n\nsave beside\n")
    for out, name in ((given, "given"), (beside, "beside")):
        assert "Tue 2026-03-03 22:00 · you are clerk" in out
        assert "calendars: [./nights.yaml]" in Path(f"{name}.story.yaml").read_text(encoding="utf-8")
        assert runs_green(f"{name}.story.yaml")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere.yaml",), 2, "nowhere.yaml:1:1: the file cannot be read"),
        (("hotline",), 2, "did you mean 'hotline-12351'"),
        (
            ("lost-card.yaml", "--start", "soon"),
            2,
            "--start soon: this should be a time such as 2026-03-02 10:00",
        ),
        (("lost-card.yaml", "--people", "nobody.yaml"), 2, "nobody.yaml:1:1: the file cannot be read"),
        (("lost-card.yaml", "--people", "parcel.yaml"), 1, "this is a workflow file"),
        (("far.yaml",), 2, "did you mean cn-office? There are: cn-office; give it with --calendar FILE"),
        (("parent.yaml",), 2, "cases of child are opened, which is not packaged"),
        (("past.yaml", "--calendar", "past-days.yaml"), 2, "does not know 2026-03-02; say when to begin"),
        (("wrong.yaml",), 1, "wrong.yaml:12:14: unknown state 'knew'"),
    ],
)
def test_what_cannot_be_walked_through_is_said(
    arguments: tuple[str, ...], code: int, words: str, play: Player, folder: Path
) -> None:
    (folder / "wrong.yaml").write_text(PARCEL.replace("initial: new", "initial: knew"), encoding="utf-8")
    (folder / "far.yaml").write_text(PARCEL.replace("cn-office", "far-office"), encoding="utf-8")
    (folder / "past.yaml").write_text(PARCEL.replace("cn-office", "past-days"), encoding="utf-8")
    (folder / "past-days.yaml").write_text(
        "casewf-calendar: 1\nid: past-days\nzone: Asia/Shanghai\nweek: {mon: ['09:00-17:00']}\n"
        "announced_through: 2020-12-31\n",
        encoding="utf-8",
    )
    (folder / "parent.yaml").write_text(with_child(PARCEL), encoding="utf-8")
    assert words in play(*arguments, lines="", code=code)


def with_child(text: str) -> str:
    row = "{trigger: take, from: new, to: open, by: clerk}"
    return text.replace(row, f"{row[:-1]}, effects: [{{open: child}}]}}")


# Doing things


def test_a_case_is_walked_through_and_saved(play: Player) -> None:
    lines = "open\nweight=7\n\ntake\nnext\nnext\nfinish\nsave walk\nquit\n"
    out = play("parcel.yaml", lines=lines)
    assert "  09:00  The case is opened · Clerk\n         · Weight 7\n" in out
    assert (
        "  18:00:01  ! Warning · handle: 50% used · 18:00" not in out
    )  # half of two working days is at noon
    assert "Warning · handle: due, and not done" in out
    assert "main: Done · closed" in out
    assert "✓ saved; casewf run walk.story.yaml plays it" in out
    assert "was not saved" not in out
    assert runs_green("walk.story.yaml")


@pytest.mark.parametrize(
    ("amount", "until"),
    [
        ("1 working day", "Mon 2026-03-09 10:00"),
        ("1个工作日", "Mon 2026-03-09 10:00"),
        ("1 day", "Sat 2026-03-07 10:00"),
        ("2 working hours", "Fri 2026-03-06 12:00"),
    ],
)
def test_waiting_days_goes_to_the_same_time_of_day_and_says_so(play: Player, amount: str, until: str) -> None:
    shown = play("parcel.yaml", "--start", "2026-03-06T10:00", lines=f"wait\nhelp\nwait {amount}\n")
    said = " ".join(shown.split())
    assert "days and working days lead to the same time of that day, not to its close of business" in said
    assert "2 working days: to the same time of the second, not to its close" in said
    assert f"\n{until} · you are" in shown


def test_the_saved_story_says_what_was_done_and_what_is_so(play: Player) -> None:
    play("parcel.yaml", lines="open\nweight=7\n\ntake\nwait 1 hour\nsave walk\n")
    assert Path("walk.story.yaml").read_text(encoding="utf-8").splitlines() == [
        "casewf-story: 1",
        "title: {zh: '走查：包裹', en: A walk through Parcel}",
        "workflow: ./parcel.yaml",
        "zone: Asia/Shanghai",
        "organisations:",
        "  union: {zh: 工会, en: The union}",
        "people:",
        "  clerk: {name: {zh: 窗口, en: Clerk}, roles: [clerk], org: union}",
        "case: {id: walk-1}",
        "steps:",
        "  - {at: 2026-03-02 09:00, open: {weight: 7}, by: clerk}",
        "  - {fire: take, by: clerk}",
        "  - at: 10:00",
        "    expect:",
        "      states: {main: open}",
        "      clocks: {handle: {due: 2026-03-04 18:00, verdict: none, phase: running}}",
        "      card: none",
        "      closed: false",
    ]


def test_fields_are_typed_and_asked_again(play: Player) -> None:
    lines = """open
seen_at=tomorrow
people=many
people=0
topic
lamp
会员卡
urgent=perhaps
urgent=是
amount=1e5
amount=12.50
tags=a，b
pay_by=2026-02-30
pay_by=2026-04-01
seen_at=2026-03-01 18:00
nothing=1
caller_phone=139

where
save fields
"""
    out = play("lost-card.yaml", lines=lines)
    assert "✗ this should be a time such as 2026-03-02 10:00" in out
    assert "✗ this should be a whole number such as 3" in out
    assert "✗ the field People (people) is out of range: 1.." in out
    assert "    1 card Card · 2 other Other\n" in out
    assert "✗ this should be the number, code or label of an option" in out
    assert "✗ this should be yes or no" in out
    assert "✗ this should be a number such as 3.50" in out
    assert "✗ this should be a date such as 2026-03-02" in out
    assert "✗ there is no nothing; there are urgent, people" in out
    assert "12.50" in out
    story = Path("fields.story.yaml").read_text(encoding="utf-8")
    for pair in ("tags: [a, b]", "amount: 12.50", "topic: card", "seen_at: 2026-03-01 18:00", "phone: '139'"):
        assert pair in story
    assert runs_green("fields.story.yaml")


def test_needed_fields_are_asked_for_until_they_are_given(play: Player) -> None:
    out = play("lost-card.yaml", lines="open\n\ndispatch\n\nnowhere\nunoin\nunion\n\nfail\n")
    assert "✗ say something, or . to go back" in out
    assert "✗ there is no nowhere; there are union" in out
    assert "there is no unoin; there are union; did you mean union?" in out
    assert "Work: Dispatched" in out


def test_optional_fields_are_shown_and_taken_by_label(play: Player) -> None:
    lines = "open\n人数=3\nAmount＝2.50\n紧急\nmaybe\n否\npeple=1\n=1\n\nsave labels\n"
    zh = play("lost-card.yaml", "--lang", "zh", lines=lines)
    assert "还可填：紧急（urgent）、人数（people）、金额（amount）、主办单位（lead_org）、topic、" in zh
    assert "  紧急（urgent），是/否：" in zh
    assert "  ✗ 应为是或否\n  输入 . 返回\n" in zh
    assert "✗ 没有 peple；有：urgent, people" in zh
    assert "people？" in zh  # the line is broken before it
    story = Path("labels.story.yaml").read_text(encoding="utf-8")
    assert "open: {people: 3, amount: 2.50, urgent: false}" in story
    en = play("lost-card.yaml", lines="open\nUrgent\nmaybe\n.\n")
    assert "may be given: Urgent (urgent), People (people)" in en
    assert "  Urgent (urgent), yes/no: maybe\n  ✗ this should be yes or no\n  type . to go back\n" in en


def test_a_comment_is_taken_by_label_and_fields_that_share_a_label_by_code(
    play: Player, folder: Path
) -> None:
    text = ACTS.replace("{zh: 金额, en: Amount}", "{zh: 人数, en: People}")
    (folder / "lost-card.yaml").write_text(text, encoding="utf-8")
    lines = "open\n\ndispatch\nunion\nPeople=3\npeople=3\n说明=急\n\nok\nsave it\n"
    assert "✗ People is ambiguous: people, amount" in play("lost-card.yaml", lines=lines)
    story = Path("it.story.yaml").read_text(encoding="utf-8")
    assert "data: {lead_org: union, people: 3}, comment: 急" in story


def test_a_point_leads_back_from_every_question(play: Player) -> None:
    out = play("lost-card.yaml", lines="open\n.\nopen\n\ndispatch\n.\ndispatch\nunion\n.\nwhere\nhistory\n")
    assert out.count("The case is opened") == 2  # once done, once told
    assert "Dispatched" not in out


def test_who_may_not_is_told_why_and_may_try(play: Player) -> None:
    lines = (
        "open\n\nas handler\nwhy\nwhy dispatch\nwhy finish\nwhy nonsense\ndispatch\nfinish\nsave refused\n"
    )
    out = play("lost-card.yaml", lines=lines)
    assert "this person can do nothing now" in out
    assert "  –  dispatch  this is for the roles Operator (operator)\n" in out
    assert "finish is possible from dispatched\n" in out
    assert "✗ there is no nonsense" in out
    assert "✗ case walk-1 cannot Dispatch (dispatch): this is for the roles Operator (operator)" in out
    assert out.count("kept as a step that must be refused") == 2
    story = Path("refused.story.yaml").read_text(encoding="utf-8")
    assert "  - {fire: dispatch, by: handler, refused: [role_missing]}\n" in story
    assert "  - {fire: finish, by: handler, refused: [wrong_state]}\n" in story
    assert runs_green("refused.story.yaml")


def test_a_guard_that_stands_against_it_is_tried_with_its_data(play: Player) -> None:
    lines = "open\n\ndispatch\nunion\n\nok\nas handler\nwhy\nfinish\n\nsave guard\n"
    out = play("lost-card.yaml", lines=lines)
    assert "People is above “0”" in out
    story = Path("guard.story.yaml").read_text(encoding="utf-8")
    assert "refused: [guard_missing]" in story
    assert runs_green("guard.story.yaml")


def test_what_only_a_guard_stands_against_is_tried_with_what_it_asks_for(play: Player, folder: Path) -> None:
    row = "{trigger: wait, from: dispatched, to: waiting, by: handler, comment: required}"
    text = ACTS.replace(row, f"{row[:-1]}, asks: [tags], when: urgent}}")
    (folder / "lost-card.yaml").write_text(text, encoding="utf-8")
    play(
        "lost-card.yaml", lines="open\n\ndispatch\nunion\n\nok\nas handler\nwait\nx,y\nbecause\nsave tried\n"
    )
    story = Path("tried.story.yaml").read_text(encoding="utf-8")
    assert "data: {tags: [x, y]}, comment: because, refused: [guard_missing]}" in story
    assert runs_green("tried.story.yaml")


def test_who_does_not_see_the_case_is_told_nothing_else(play: Player, folder: Path) -> None:
    (folder / "who.story.yaml").write_text(
        """casewf-story: 1
workflow: ./lost-card.yaml
zone: Asia/Shanghai
organisations: {city: {en: City}, north: {en: North, under: city}, south: {en: South, under: city}}
people:
  wu: {roles: [operator], org: city}
  li: {name: {zh: 李薇, en: Li Wei}, roles: [handler], org: north, quiet: "22:00-07:00"}
  zhao: {roles: [handler], org: south}
case: {id: other, org: city}
steps: [{at: 2026-03-02 09:00, open: {}, by: wu}]
""",
        encoding="utf-8",
    )
    lines = "open\n\ndispatch\nnorth\npeople=1\n\nok\nas zhao\nfinish\nas Li Wei\nfinish\nsave seen\n"
    out = play("lost-card.yaml", "--people", "who.story.yaml", lines=lines)
    assert "this person does not see the case" in out
    assert "✗ no case walk-1 was found" in out
    assert "  09:00  Finish · Li Wei, Handler" in out
    story = Path("seen.story.yaml").read_text(encoding="utf-8")
    assert "  - {fire: finish, by: zhao, refused: [not_found]}\n" in story
    assert 'roles: [handler], org: north, quiet: "22:00-07:00"}' in story
    assert runs_green("seen.story.yaml")


def test_the_people_of_a_directory_act(play: Player) -> None:
    lines = "open\n\nas chen\nas wu\ndispatch\nsouth\n\nok\nas chen\nwait\nfor the card\nsave unions\n"
    out = play("lost-card.yaml", "--people", str(EXAMPLES / "unions.yaml"), lines=lines)
    assert "north 城北区总工会" not in out
    assert "jiangcheng Jiangcheng federation · north North district" in out
    story = Path("unions.story.yaml").read_text(encoding="utf-8")
    assert "directory: " in story
    assert "people:" not in story
    assert runs_green("unions.story.yaml")


def test_people_of_another_workflow_and_a_workflow_without_roles_can_be_saved(
    play: Player, folder: Path
) -> None:
    play("parcel.yaml", lines="open\n\nsave clerk\n")
    play("lost-card.yaml", "--people", "clerk.story.yaml", lines="open\n\nsave stranger\n")
    story = Path("stranger.story.yaml").read_text(encoding="utf-8")
    assert "roles: []" in story
    assert "refused: [role_missing]" in story
    assert runs_green("stranger.story.yaml")
    (folder / "alone.yaml").write_text(
        "casewf: 1\nid: alone\nversion: 1\ncalendar: cn-office\ntracks: {main: {initial: new, states: {new: {zh: 新}}, "
        "transitions: []}}\n",
        encoding="utf-8",
    )
    assert "you are somebody Somebody" in play("alone.yaml", lines="open\nsave alone\n")
    assert runs_green("alone.story.yaml")


# Clocks and time


def test_acts_on_clocks_are_asked_for_and_granted(play: Player) -> None:
    lines = """open

dispatch
union
people=2

ok
as handler
request_extension/handle
soon
2个工作日
waiting for paper
as operator
extend/handle
as handler
request_suspension/handle
.
request_suspension/handle

holiday
as operator
suspend/handle
next
save acts
"""
    out = play("lost-card.yaml", lines=lines)
    assert (
        "  3  request_extension/handle   Ask for an extension: Handle  asks for an amount, a comment\n" in out
    )
    assert "✗ this should be an amount such as 2 working days or 4 hours" in out
    assert "Handle paused" in out
    story = Path("acts.story.yaml").read_text(encoding="utf-8")
    assert "amount: 2 working days" in story.replace("'", "")
    assert runs_green("acts.story.yaml")


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ("next", "Mon 2026-03-02 09:30:01"),
        ("wait 90 minutes", "Mon 2026-03-02 10:30"),
        ("wait 2 working days", "Wed 2026-03-04 09:00"),
        ("wait 4 working hours", "Mon 2026-03-02 15:00"),
        ("wait 6 days", "Sun 2026-03-08 09:00"),
        ("等 6天", "Sun 2026-03-08 09:00"),
        ("until 17:05", "Mon 2026-03-02 17:05"),
        ("until 2026-03-05 8:00", "Thu 2026-03-05 08:00"),
    ],
)
def test_time_passes(typed: str, now: str, play: Player) -> None:
    out = play("lost-card.yaml", lines=f"open\n\ndispatch\nunion\n\nok\n{typed}\nquit\n")
    assert f"{now} · you are operator" in out


def test_what_becomes_due_on_the_way_happens_when_it_is_due(play: Player) -> None:
    out = play("lost-card.yaml", lines="open\n\ndispatch\nunion\n\nok\nwait 30 days\nsave late\n")
    assert "  03-02 09:30:01  Time to look ran out at 09:30\n" in out
    assert "  03-09 18:00:01  ✗ Warning · Handle: due, and not done · 18:00\n" in out
    assert "▲ Yellow card" in out
    assert runs_green("late.story.yaml")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("wait", "this should be an amount such as 2 working days or 4 hours"),
        ("wait 2 wd", "this should be an amount such as 2 working days or 4 hours"),
        ("wait 30000 working days", "announced through"),
        ("until tomorrow", "this should be a time such as 2026-03-02 10:00"),
        ("until 08:00", "time does not go back"),
        ("until 9999-01-01 00:00", "this should be a time such as 2026-03-02 10:00"),
        ("next", "nothing happens by itself any more"),
    ],
)
def test_time_that_cannot_pass_is_said(typed: str, words: str, play: Player) -> None:
    out = play("lost-card.yaml", lines=f"{typed}\nopen\n\n{typed}\n")
    assert out.count(words) == 2


def test_a_limit_past_what_the_calendar_knows_is_said_and_nothing_is_kept(play: Player) -> None:
    out = play("lost-card.yaml", "--start", "2026-12-31 10:00", lines="open\n\ndispatch\nunion\n\nsave far\n")
    assert "✗ calendar 'cn-office' is announced through 2026-12-28" in out
    assert "fire: dispatch" not in Path("far.story.yaml").read_text(encoding="utf-8")
    assert runs_green("far.story.yaml")


# Pushes, children, undo, save


def test_a_connector_answers_as_the_player_says(play: Player, folder: Path) -> None:
    lines = "open\n\ndispatch\nunion\n\nperhaps\nfail\nnext\n.\nsave push\n"
    out = play("lost-card.yaml", lines=lines)
    assert "✗ type ok or fail" in out
    assert "  09:00:59  Registered · the system" in out
    story = Path("push.story.yaml").read_text(encoding="utf-8")
    assert "  registry: [{ok: false, error: fail}, {ok: true}]\n" in story
    assert runs_green("push.story.yaml")


def test_what_comes_back_with_an_outcome_is_asked_for(play: Player, folder: Path) -> None:
    text = ACTS.replace(
        "{trigger: registered, from: dispatched, by: system}",
        "{trigger: registered, from: dispatched, by: system, asks: [people], accepts: [tags]}",
    )
    (folder / "lost-card.yaml").write_text(text, encoding="utf-8")
    play("lost-card.yaml", lines="open\n\ndispatch\nunion\n\nok\n4\ntags=x\n\nsave back\n")
    story = Path("back.story.yaml").read_text(encoding="utf-8")
    assert "  registry: [{ok: true, data: {people: 4, tags: [x]}}]\n" in story
    assert runs_green("back.story.yaml")


def test_children_are_gone_to_and_saved(play: Player, folder: Path) -> None:
    (folder / "parent.yaml").write_text(with_child(PARCEL), encoding="utf-8")
    (folder / "child.yaml").write_text(PARCEL.replace("id: parcel", "id: child"), encoding="utf-8")
    lines = "open\n\nsave early\ntake\ncase nowhere\ncase walk-1.1\ntake\ncase walk-1\nfinish\nsave family\n"
    out = play("parent.yaml", "--child", "child.yaml", lines=lines)
    assert "✗ there is no case nowhere; there are walk-1, walk-1.1" in out
    assert "you are clerk Clerk · case walk-1.1" in out
    early = Path("early.story.yaml").read_text(encoding="utf-8")
    assert "cases:\n  walk-1-child: {workflow: ./child.yaml}\n" in early
    story = Path("family.story.yaml").read_text(encoding="utf-8")
    assert "cases:\n  walk-1.1: {workflow: ./child.yaml}\n" in story
    assert "  - {fire: take, by: clerk, case: walk-1.1}\n" in story
    assert runs_green("early.story.yaml")
    assert runs_green("family.story.yaml")


def test_steps_are_taken_back_one_by_one(play: Player) -> None:
    lines = "open\n\ndispatch\nunion\n\nok\nwait 1 day\nundo\nundo\nwhere\nundo\nundo\nundo\nsave nothing\n"
    out = play("lost-card.yaml", lines=lines)
    assert out.count("the last step was taken back") == 3
    assert out.count("✗ there is nothing to take back") == 2
    assert "✗ nothing was done yet" in out


def test_a_file_that_is_there_is_not_replaced_but_one_of_this_walk_is(play: Player) -> None:
    Path("there.story.yaml").write_text("mine", encoding="utf-8")
    lines = "open\n\nsave there\nsave\nsave nowhere/a\nsave mine.story.yaml\ntake\nsave mine\n"
    out = play("parcel.yaml", lines=lines)
    assert "✗ there.story.yaml is there already; choose another name" in out
    assert "✗ write save FILE" in out
    assert "✗ nowhere/a.story.yaml was not saved: No such file or directory" in out
    assert Path("there.story.yaml").read_text(encoding="utf-8") == "mine"
    assert "fire: take" in Path("mine.story.yaml").read_text(encoding="utf-8")


def test_a_story_saved_elsewhere_finds_its_workflow(play: Player, folder: Path) -> None:
    (folder / "stories").mkdir()
    play(str(folder / "parcel.yaml"), lines="open\n\nsave stories/a\n")
    assert "workflow: ../parcel.yaml" in Path("stories/a.story.yaml").read_text(encoding="utf-8")
    assert runs_green("stories/a.story.yaml")


# Words


def test_unknown_words_and_numbers_are_said(play: Player) -> None:
    out = play("lost-card.yaml", lines="open\n\ndispach\n9\nas operatr\ndo\ncase\n# a remark\nhelp\n")
    assert "✗ write do NAME" in out
    assert "  cases: walk-1\n" in out
    assert "✗ dispach means nothing here; see help; did you mean dispatch?" in out
    assert "✗ 9 means nothing here; see help" in out
    assert "✗ there is no operatr; there are operator, handler; did you mean operator?" in out
    assert "remark" not in out.split("# a remark")[1]
    assert "  undo         撤销    take back the last step\n" in out


ON_COORDINATION = """open
category=complaint
topic=wage_arrears
district=渝中

register
两个月没有发工资

as dispatcher
dispatch
union

ok
external_no=W-1

"""


def test_a_label_of_two_triggers_is_ambiguous_unless_one_can_be_done(play: Player) -> None:
    row = "{trigger: finish, from: [new, open], to: done, by: clerk, when: not urgent}"
    other = "      - {trigger: spoil, from: open, to: done, by: clerk}"
    names = "{take: {zh: 领取, en: Take}, finish: {zh: 结束, en: End}, spoil: {zh: 结束, en: End}}"
    rows = "    transitions:"
    text = PARCEL.replace(row, f"{row}\n{other}").replace(rows, f"    triggers: {names}\n{rows}")
    Path("parcel.yaml").write_text(text, encoding="utf-8")
    assert "The case is opened" in play("parcel.yaml", lines="open\n\nwhy End\nEnd\n\nsave one\n")
    assert "{fire: finish, by: clerk}" in Path("one.story.yaml").read_text(encoding="utf-8")
    out = play("parcel.yaml", lines="open\n\ntake\n\nwhy End\nEnd\nEnd\nsave two\n")
    assert out.count("✗ End is ambiguous: finish, spoil") == 3
    saved = Path("two.story.yaml").read_text(encoding="utf-8")
    assert "finish" not in saved
    assert "spoil" not in saved


def test_a_label_that_two_loops_of_the_hotline_share_records_nothing(play: Player) -> None:
    zh = play("hotline-12351", "--lang", "zh", lines=f"{ON_COORDINATION}撤回\nwithdraw\nsave it\n")
    assert "✗ 撤回 有多项同名，请用名称：withdraw、g_cancel" in zh
    assert "fire: g_cancel" not in Path("it.story.yaml").read_text(encoding="utf-8")


def test_the_label_of_a_trigger_of_other_states_is_known_like_its_code(play: Player) -> None:
    lines = "open\n\nFinish\n办结\nwhy 办结\nsave known\n"
    out = play("lost-card.yaml", lines=lines)
    assert out.count("kept as a step that must be refused") == 2
    assert "finish is possible from dispatched" in out
    story = Path("known.story.yaml").read_text(encoding="utf-8")
    assert story.count("{fire: finish, by: operator, refused: ") == 2


def test_it_speaks_chinese_and_takes_chinese_words(play: Player) -> None:
    typed = "立单,,换人 办理员,为何,换人 operator,派单,union,,成功,等 2个工作日,现状,撤销,经过,保存 走查,帮助,退出,"
    lines = typed.replace(",", "\n")
    out = play("lost-card.yaml", "--lang", "zh", lines=lines)
    for piece in (
        "2026-03-02 周一 09:00 · 您是 operator 接线员",
        "还没有工单",
        "09:00  立单 · 接线员，接线员",
        "该操作需要角色：接线员（operator）",
        "→ registry 收到推送（–），成功 ok 还是失败 fail？[ok]：成功",
        "2026-03-04 周三 09:00",
        "已撤销上一步",
        "✓ 已保存；casewf run 走查.story.yaml 可重演",
        "  保存 文件    save     存为故事文件",
    ):
        assert piece in out, piece
    assert runs_green("走查.story.yaml")


def test_the_end_of_the_input_is_a_clean_end(play: Player) -> None:
    assert "this walk was not saved" in play("lost-card.yaml", lines="open\n\n")
    assert "this walk was not saved" in play("lost-card.yaml", lines="open\n\ndispatch\nunion\n")
    pushed = play("lost-card.yaml", lines="open\n\ndispatch\nunion\n\n")
    assert "Registered · the system" in pushed  # no failing connector: nobody said that it fails
    assert "this walk was not saved" in pushed
    assert "not saved" not in play("lost-card.yaml", lines="")


def test_odd_bytes_do_not_end_it(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "casewf.cli.main", "play", "parcel.yaml"],
        env={**os.environ, "PYTHONPATH": str(SRC), "LC_ALL": "C"},
        input=b"\xff\xfe\nopen\n\n\x00\x1b[2J\n" + b"x" * 5000 + "\n退出\n".encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"\x1b[2J" not in done.stdout


# A packaged workflow, and a real terminal

HOTLINE = """open
category=complaint
topic=wage_arrears
district=渝中

register
两个月没有发工资

as dispatcher
dispatch
union

ok
external_no=W-1

as handler
sign
next
next
wait 3 working days
plan_visit
再次欠薪

某建筑公司
case walk-1.1
case walk-1
save hotline
"""


def test_the_hotline_is_walked_through(play: Player) -> None:
    out = play("hotline-12351", "--lang", "en", lines=HOTLINE)
    assert "Union loop: Coordinated" in out
    assert "✓ saved" in out
    story = Path("hotline.story.yaml").read_text(encoding="utf-8")
    assert "workflow: hotline-12351\n" in story
    assert "  government: [{ok: true, data: {external_no: W-1}}]\n" in story
    assert runs_green("hotline.story.yaml")


class OnTerminal:
    """``casewf play`` on a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {"PYTHONPATH": str(SRC), "LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "100"}
        self._pid, self._screen = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test process of several may ignore it
            command = [sys.executable, "-m", "casewf.cli.main", "play", "lost-card.yaml"]
            os.execvpe(sys.executable, command, {**os.environ, **environment})
        self.printed = ""
        self._ended = False

    def until(self, words: str) -> None:
        while words not in self.printed:
            ready, _, _ = select.select([self._screen], [], [], 55)
            assert ready, f"{words!r} did not come:\n{self.printed}"
            self.printed += os.read(self._screen, 4096).decode("utf-8", "replace").replace("\r\n", "\n")

    def type(self, text: str) -> None:
        self.printed = ""
        os.write(self._screen, text.encode())

    def kill(self) -> None:
        """Leave nothing behind where a test failed."""
        if not self._ended:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._screen)

    def end(self, key: str = "") -> int:
        """The exit code, once all is printed.

        ``key`` is pressed once more where nothing comes of it: readline loses a Ctrl-C between prompt and reading.
        """
        self._ended = True
        with contextlib.suppress(OSError):  # what a terminal says that nobody writes to any more
            while True:
                if not select.select([self._screen], [], [], 2)[0]:
                    os.write(self._screen, key.encode())
                elif piece := os.read(self._screen, 4096):
                    self.printed += piece.decode("utf-8", "replace")
                else:
                    break
        os.close(self._screen)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


@pytest.fixture
def on_terminal(folder: Path) -> Iterator[OnTerminal]:
    player = OnTerminal(folder)
    try:
        player.until("Open the case")
        player.until("> ")
        yield player
    finally:
        player.kill()


def test_on_a_terminal_it_has_colours_and_ends_with_quit(on_terminal: OnTerminal) -> None:
    on_terminal.type("open\n")
    on_terminal.until("  + ")
    on_terminal.type("\n")
    on_terminal.until("> ")
    assert "\x1b[1;36mMon 2026-03-02 09:00" in on_terminal.printed
    on_terminal.type("quit\n")
    assert on_terminal.end() == 0
    assert "this walk was not saved" in on_terminal.printed


@pytest.mark.parametrize("key", ["\x04", "\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_on_a_terminal_it_ends_cleanly_in_a_question(key: str, on_terminal: OnTerminal) -> None:
    on_terminal.type("open\n")
    on_terminal.until("  + ")
    on_terminal.type(key)
    assert on_terminal.end(key) == 0
    assert "Traceback" not in on_terminal.printed
