"""``casewf new``: five questions, or as many flags, and there is a workflow that can be played."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.core.explain import explain_ahead
from casewf.core.program import compile_program
from casewf.definition.amounts import written_amount
from casewf.definition.files import is_id
from casewf.definition.load import load_calendar, packaged_workflows, parse_calendar, parse_workflow
from casewf.errors import DefinitionError, HorizonError
from casewf.worktime import WorkCalendar, epoch_us

_STORY_DISPATCH = dt.datetime(2026, 3, 4, 10, 0)  # noqa: DTZ001  # in the calendar's zone
_STORY_CLOSE = dt.datetime(2026, 3, 4, 10, 40)  # noqa: DTZ001
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_SPANS = re.compile(r"\d\d:\d\d-\d\d:\d\d(?: *[,，] *\d\d:\d\d-\d\d:\d\d)*")
_SHIPPED = "cn-office"


class _Question(NamedTuple):
    """One of the five; ``check`` gives the answer as it is used, or raises ``ValueError`` with (zh, en)."""

    flag: str
    zh: str
    en: str
    default: str
    check: Callable[[str], str]


def _id(answer: str) -> str:
    if not is_id(answer) or len(answer) > 64:
        raise ValueError(
            "只能用小写字母、数字、- 和 _，至多64个", "use at most 64 lower-case letters, digits, - and _"
        )
    if answer in packaged_workflows():
        raise ValueError(
            "这是随软件提供的流程的编号，请另取一个",
            "a workflow that casewf ships has this id; choose another",
        )
    return answer


def _title(answer: str) -> str:
    parts = [" ".join(part.split()) for part in re.split("[/／]", answer)]
    if len(parts) > 2 or not all(parts):
        raise ValueError("请写成：中文名称 / English name", "write it as: 中文名称 / English name")
    return " / ".join(parts)


def _loops(answer: str) -> str:
    if answer not in {"1", "2"}:
        raise ValueError("请回答 1 或 2", "answer 1 or 2")
    return answer


def _limit(answer: str) -> str:
    if written_amount(answer) is None:
        forms = "5 working days, 45 days, 24 hours, 4 working hours"
        raise ValueError(f"请写成这样：{forms}", f"write it like one of these: {forms}")
    return " ".join(answer.split())


def _hours(answer: str) -> str:
    if answer != _SHIPPED and not _SPANS.fullmatch(answer):
        raise ValueError(
            f"请写成 {_SHIPPED}，或者 08:30-12:00, 14:00-17:30",
            f"write {_SHIPPED}, or 08:30-12:00, 14:00-17:30",
        )
    return answer


_QUESTIONS = (
    _Question(
        "id", "流程编号，也是文件名", "The workflow's id, which is also its file's name", "wage-claim", _id
    ),
    _Question(
        "title", "名称（中文 / 英文）", "Its title (Chinese / English)", "欠薪投诉 / Wage claim", _title
    ),
    _Question(
        "loops",
        "1 单环（工会办理） 2 双环（同时交政府办理）",
        "1 one loop (the union), or 2 two loops (the government in parallel)",
        "1",
        _loops,
    ),
    _Question("limit", "办理时限", "How long handling may take", "15 working days", _limit),
    _Question("hours", "每日办公时间", "Office hours of each working day", _SHIPPED, _hours),
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "new",
        help="write a first workflow, with a story beside it",
        description="Asks five questions and writes a commented workflow and a story that plays on it. What is given "
        "as a flag is not asked; with --yes nothing is, and the rest has its defaults. No file is replaced.",
    )
    for question in _QUESTIONS:
        parser.add_argument(
            f"--{question.flag}", metavar="TEXT", help=f"{question.en} (default: {question.default})"
        )
    parser.add_argument("--yes", action="store_true", help="ask nothing; take the defaults")
    parser.add_argument("--dir", metavar="FOLDER", default=".", help="where to write; by default here")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, write, and say what to do next."""
    out = terminal(arguments.lang)
    answers = {one.flag: _answer(one, getattr(arguments, one.flag), arguments.yes, out) for one in _QUESTIONS}
    folder = Path(arguments.dir)
    written = _written(answers, out)
    for name in written:
        if (folder / name).exists():
            message = out.say(
                f"{folder / name} 已存在，未作改动", f"{folder / name} exists already and is left as it is"
            )
            raise UsageError(message)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(out.say(f"已写入 {folder / name}", f"wrote {folder / name}"))
    name = answers["id"]
    story = folder / f"{name}.story.yaml"
    print(out.say(f"接下来：casewf run {story}", f"next: casewf run {story}"))
    return 0


def _answer(question: _Question, given: str | None, is_quiet: bool, out: Terminal) -> str:
    """The checked answer: a flag's, the default, or the first good one that is typed."""
    if given is not None or is_quiet:
        try:
            return question.check((question.default if given is None else given).strip())
        except ValueError as error:
            raise UsageError(f"--{question.flag}: {out.say(*error.args)}") from None
    while True:
        print(f"{out.say(question.zh, question.en)} [{question.default}]: ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            raise UsageError(out.say("没有回答，未写入任何文件", "no answer came; nothing was written"))
        try:
            return question.check(line.strip() or question.default)
        except ValueError as error:
            print(out.say(*error.args))


def _written(answers: Mapping[str, str], out: Terminal) -> dict[str, str]:
    """The files by name; everything in them was read back by the readers before anything is written.

    Raises:
        UsageError: what was answered does not go together.
    """
    name = answers["id"]
    zh, _, en = answers["title"].partition(" / ")
    values = {
        "id": name,
        "file": f"{name}.yaml",
        "story": f"{name}.story.yaml",
        "title_zh": _quoted(zh),
        "title_en": _quoted(en or zh),
        "comment": answers["title"],
        "limit": answers["limit"],
        "calendar": _SHIPPED,
        "calendars": "",
    }
    found = {}
    try:
        calendar = load_calendar(_SHIPPED)
        if answers["hours"] != _SHIPPED:
            values |= {"calendar": f"{name}-hours", "calendars": f"calendars: {name}-hours.yaml\n"}
            hours = found[f"{name}-hours.yaml"] = _filled(
                "new-hours.yaml", {**values, "week": _week(answers["hours"])}
            )
            calendar = parse_calendar(hours, file=f"{name}-hours.yaml")
        kind = "new-one-loop" if answers["loops"] == "1" else "new-two-loops"
        workflow = found[f"{name}.yaml"] = _filled(f"{kind}.yaml", values)
        values |= _expected(workflow, calendar)
    except DefinitionError as error:
        raise UsageError(out.say(f"回答无法采用：{error}", f"this cannot be used: {error}")) from None
    except HorizonError:
        through = calendar.announced_through
        raise UsageError(
            out.say(
                f"--limit：时限超出日历所知的日期（至 {through}）",
                f"--limit: it ends after the last date that the calendar knows ({through})",
            )
        ) from None
    found[f"{name}.story.yaml"] = _filled(f"{kind}.story.yaml", values)
    return found


def _expected(workflow: str, calendar: WorkCalendar) -> dict[str, str]:
    """What the story expects of the limit: the due instant, and whether it is met ten to eleven."""
    program = compile_program(parse_workflow(workflow), {calendar.id: calendar})
    zone = ZoneInfo(calendar.zone)
    start, close = (epoch_us(moment.replace(tzinfo=zone)) for moment in (_STORY_DISPATCH, _STORY_CLOSE))
    due = explain_ahead(program, "handle", start, {}).due
    assert due is not None  # noqa: S101  # a clock that has just started runs
    moment = dt.datetime.fromtimestamp(due // 1_000_000, zone)
    written = f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return {"due": written, "verdict": "met" if close <= due else "breached"}


def _week(hours: str) -> str:
    spans = ", ".join(f'"{span.strip()}"' for span in re.split("[,，]", hours))
    return "\n".join(f"  {day}: [{spans}]" for day in _WEEKDAYS)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = files("casewf").joinpath("templates", template).read_text("utf-8")
    return Template(text).substitute(values)
