"""The commands of ``casewf play`` and what they say of themselves."""

from __future__ import annotations

import attrs

from casewf.cli.terminal import Terminal
from casewf.model.text import Label
from casewf.views.table import Cell, table

__all__ = ["COMMANDS", "NEED_MORE", "command_of", "help_lines"]


@attrs.frozen(slots=True)
class Word:
    """A command: how it is typed in English and in Chinese, what goes with it, what it does."""

    name: str
    chinese: str
    argument: Label
    does: Label


_NOTHING = Label()
COMMANDS = (
    Word(
        "do",
        "办",
        Label("名称", "NAME"),
        Label("执行一项；只输入序号或名称也行", "do something; its number or name alone does it, too"),
    ),
    Word(
        "as",
        "换人",
        Label("人员", "PERSON"),
        Label("以此人身份操作；不写人员则列出所有人", "be this person; alone it lists them all"),
    ),
    Word(
        "why",
        "为何",
        Label("[名称]", "[NAME]"),
        Label("哪些现在不能做，为什么", "what cannot be done now, and why not"),
    ),
    Word(
        "next",
        "下一步",
        _NOTHING,
        Label("时间走到下一件自动发生的事", "let time pass to what happens next by itself"),
    ),
    Word(
        "wait",
        "等",
        Label("时长", "AMOUNT"),
        Label(
            "时间过去，如 4小时、2个工作日（到第2个工作日的同一时刻，不是下班时）",
            "let time pass, such as 4 hours, or 2 working days: to the same time of the second, not to its close",
        ),
    ),
    Word(
        "until",
        "到",
        Label("时刻", "TIME"),
        Label(
            "时间走到 2026-03-02 10:00，或当天的 10:00",
            "let time pass to 2026-03-02 10:00, or to 10:00 today",
        ),
    ),
    Word("where", "现状", _NOTHING, Label("工单的全部情况", "everything about the case")),
    Word("history", "经过", _NOTHING, Label("从头到现在发生了什么", "what happened, from the beginning")),
    Word(
        "case",
        "工单",
        Label("编号", "ID"),
        Label("转到另一工单，如子工单", "go to another case, such as a child"),
    ),
    Word("undo", "撤销", _NOTHING, Label("撤销上一步", "take back the last step")),
    Word(
        "save",
        "保存",
        Label("文件", "FILE"),
        Label("存为故事文件，casewf run 可以重演", "save all steps as a story, which casewf run plays"),
    ),
    Word("help", "帮助", _NOTHING, Label("显示本说明", "show this")),
    Word("quit", "退出", _NOTHING, Label("结束", "end")),
)
NEED_MORE = frozenset({"do", "wait", "until", "case", "save"})
"""What means nothing alone, so that a trigger of that name is meant then."""


def command_of(word: str) -> str | None:
    """The command that a word means, in either language; None if it is none."""
    return next((one.name for one in COMMANDS if word in (one.name, one.chinese)), None)


def help_lines(out: Terminal) -> list[str]:
    """Every command with what it does, in the language of the terminal, its other name beside it."""
    rows = []
    for one in COMMANDS:
        own, other = (one.chinese, one.name) if out.lang == "zh" else (one.name, one.chinese)
        typed = f"{own} {one.argument.text(out.lang)}".strip()
        rows.append([Cell(typed, ("bold",)), Cell(other, ("dim",)), Cell(one.does.text(out.lang))])
    return table((), rows, columns=out.columns, paint=out.paint, indent=2)
