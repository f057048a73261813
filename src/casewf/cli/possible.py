"""What can be done on a case, track by track, in the order of its workflow (M4)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from casewf.core.options import Option
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Workflow
from casewf.views.table import Cell, table
from casewf.views.text import Paint, wrap
from casewf.views.words import Speaker

_INDENT = 2


def possible_lines(
    options: Sequence[Option],
    workflow: Workflow,
    speaker: Speaker,
    *,
    columns: int,
    paint: Paint,
    refused: bool,
) -> list[str]:
    """The section under its headline, an empty line before it; no lines if nobody can do anything.

    With ``refused`` also what the reader may not do, with the first reason why not; without it, how much that is.
    """
    people = [one for one in options if not _is_automatic(one)]
    if not people:
        return []
    shown = [one for one in people if refused or one.allowed]
    lines = ["", paint(speaker.say("可做的事", "What can be done"), "bold", "cyan")]
    for track, group in groupby(shown, key=lambda one: one.track):
        title = speaker.say("时限", "Limits") if not track else workflow.track(track).title.text(speaker.lang)
        lines.append(" " * _INDENT + paint(title or track, "dim"))
        rows = [_row(one, workflow, speaker) for one in group]
        lines += table((), rows, columns=columns, paint=paint, indent=2 * _INDENT)
    if left := len(people) - len(shown):
        more = speaker.say(
            f"还有{left}项目前不能以此身份操作：--all 全部列出，--role 看某一角色能做什么",
            f"{left} more, not for who looks: --all lists them, --role tells what a role may do",
        )
        lines += [" " * _INDENT + paint(row, "dim") for row in wrap(more, columns - _INDENT)]
    return lines


def _row(option: Option, workflow: Workflow, speaker: Speaker) -> list[Cell]:
    title = option.title.text(speaker.lang)
    if not option.allowed:
        return [Cell("–", ("dim",)), Cell(title), Cell(_why_not(option, workflow, speaker), ("dim",))]
    asked = speaker.joined([speaker.label("field", name) for name in option.asks])
    words = speaker.say(f"需填：{asked}", f"asks for {asked}") if asked else ""
    return [Cell("✓", ("green",)), Cell(title), Cell(words)]


def _why_not(option: Option, workflow: Workflow, speaker: Speaker) -> str:
    """The first reason; that every role of the workflow may do it takes two words."""
    why = option.reasons[0]
    if why.code == "role_missing" and len(why.params["roles"].split(", ")) == len(workflow.roles):
        return speaker.say("该操作需要任一角色", "this is for any role")
    return speaker.reason(why)


def _is_automatic(option: Option) -> bool:
    """Whether nobody can do it, for it is the engine's own."""
    return [(one.code, one.params.get("roles")) for one in option.reasons] == [("role_missing", SYSTEM)]
