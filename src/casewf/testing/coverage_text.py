"""The coverage of workflows by their stories as text for a terminal: figures first, then what is missing and where."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction
from itertools import groupby

from casewf.model.text import Label
from casewf.testing.coverage import WorkflowCoverage, share_of
from casewf.testing.coverage_gaps import Gap, gaps_of
from casewf.testing.coverage_points import KINDS
from casewf.views.table import Cell, table
from casewf.views.text import Paint

__all__ = ["KIND_WORDS", "coverage_text", "percent"]

KIND_WORDS = {
    "transition": Label("流转", "transitions"),
    "guard": Label("条件", "guards"),
    "condition": Label("分项条件", "conditions"),
    "target": Label("期限", "targets"),
    "rung": Label("提醒", "rungs"),
}
_INDENT = 2


def coverage_text(
    results: Collection[WorkflowCoverage],
    *,
    lang: str = "en",
    columns: int = 110,
    colour: bool = False,
    gaps: bool = True,
) -> str:
    """All workflows one after the other, and the share of them all where there are several; ends with a line end.

    Without ``gaps`` there are the figures alone.
    """
    paint = Paint(colour)
    lines: list[str] = []
    for result in results:
        lines += [*_workflow(result, lang, columns, paint, gaps=gaps), ""]
    if not results:
        lines.append("没有故事立过工单" if lang == "zh" else "no story opened a case")
    elif len(results) > 1:
        share = percent(share_of(results))
        lines.append(paint(f"合计 {share}" if lang == "zh" else f"all together {share}", "bold"))
    return "\n".join(lines).rstrip("\n") + "\n"


def percent(share: Fraction) -> str:
    """A share as ``97.4%``, rounded down, so that 100.0% is all of it."""
    tenths = int(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%"


def _workflow(
    result: WorkflowCoverage, lang: str, columns: int, paint: Paint, *, gaps: bool
) -> Iterator[str]:
    workflow, stories = result.workflow, result.stories
    title = workflow.title.text(lang)
    name = f"{workflow.id} {title}" if title else workflow.id
    by = (
        f"第{workflow.version}版，{stories}个故事"
        if lang == "zh"
        else f"version {workflow.version}, {stories} {'story' if stories == 1 else 'stories'}"
    )
    yield paint(name, "bold") + paint(f"（{by}）" if lang == "zh" else f" ({by})", "dim")
    rows = [_figures(result, kind, lang) for kind in KINDS if result.of(kind)[1]]
    yield from table((), rows, columns=columns, paint=paint, indent=_INDENT)
    for kind, missing in groupby(gaps_of(result) if gaps else (), key=lambda gap: gap.kind):
        name = KIND_WORDS[kind].text(lang)
        yield ""
        yield " " * _INDENT + paint(f"未覆盖：{name}" if lang == "zh" else f"not covered: {name}", "bold")
        yield from table(
            (), [_missing(gap, lang) for gap in missing], columns=columns, paint=paint, indent=_INDENT
        )


def _figures(result: WorkflowCoverage, kind: str, lang: str) -> list[Cell]:
    covered, every = result.of(kind)
    share = percent(Fraction(covered, every))
    styles = ("green",) if covered == every else ()
    return [
        Cell(KIND_WORDS[kind].text(lang)),
        Cell(f"{covered}/{every}".rjust(len(f"{every}") * 2 + 1)),
        Cell(share.rjust(6), styles),
    ]


def _missing(gap: Gap, lang: str) -> list[Cell]:
    where = f"{gap.file}:{gap.line}" if gap.line is not None else "–"
    said = gap.missing.text(lang)
    if gap.text:
        said = f"{said}：{gap.text}" if lang == "zh" else f"{said}: {gap.text}"
    return [Cell(where, ("dim",)), Cell(gap.owner.text(lang)), Cell(said, ("yellow",))]
