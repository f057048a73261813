"""Key figures for people: a table for a terminal, rows for a page or a program."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from casewf.kpi import REASONS, Figure, Terms
from casewf.model.text import Label
from casewf.views.table import Cell, table
from casewf.views.text import Paint

__all__ = ["SAME", "excluded_words", "figure_table", "figure_value", "group_title", "grouped", "made_of"]

GROUPS = {
    "all": Label("总体", "As a whole"),
    "calls": Label("来电", "Calls"),
    "work": Label("办理", "The work"),
    "course": Label("过程", "How it went"),
    "limits": Label("各时限按时率", "Limits"),
    "advice": Label("提示性时限", "Limits that only advise"),
    "windows": Label(
        "时段：期满时无人被提醒，也不算逾期", "Windows: nobody is told or late when they run out"
    ),
}
"""The parts of a report, in order."""

SAME = ("limits", "advice", "windows")
"""Parts whose figures are all counted in one way."""

_NEARLY_ALL = Fraction(9_999, 10_000)

_GROUP_OF = {
    "opened": "all",
    "closed": "all",
    "closed_share": "all",
    "case_days": "all",
    "card": "all",
    "connect": "calls",
    "answer_15s": "calls",
    "one_call": "calls",
    "dispatch": "calls",
    "closing": "work",
    "on_time": "work",
    "on_time_unextended": "work",
    "handling_days": "work",
    "satisfaction": "work",
}


def grouped(figures: Sequence[Figure], terms: Terms) -> dict[str, list[Figure]]:
    """The figures by the part of the report in which they are told; parts without any are left out."""
    found: dict[str, list[Figure]] = {group: [] for group in GROUPS}
    for figure in figures:
        found[_group(figure, terms)].append(figure)
    return {group: its for group, its in found.items() if its}


def _group(figure: Figure, terms: Terms) -> str:
    if figure.about in terms.slas:
        limit = terms.slas[figure.about]
        return "windows" if limit.window else "advice" if limit.kind == "advisory" else "limits"
    return _GROUP_OF.get(figure.id, "course")


def figure_value(figure: Figure, lang: str) -> str:
    """The figure itself: ``98.11 %``, ``6.70 days``, ``1,204``; a dash where there is nothing to divide by.

    What is not all is never rounded up to 100 %.
    """
    value = figure.value
    if value is None:
        return "–"
    if figure.unit == "share":
        share = _fixed(min(value, _NEARLY_ALL) * 100 if value < 1 else value * 100)
        return f"{share}%" if lang == "zh" else f"{share} %"
    if figure.unit == "days":
        return f"{_fixed(value)}天" if lang == "zh" else f"{_fixed(value)} days"
    return f"{int(value):,}"


def made_of(figure: Figure) -> str:
    """What was divided by what: ``3,952 / 4,028``; nothing for a count."""
    if figure.unit == "count":
        return ""
    above = Fraction(figure.numerator)
    shown = f"{int(above):,}" if above.denominator == 1 else _fixed(above)
    return f"{shown} / {figure.denominator:,}"


def excluded_words(figure: Figure, lang: str) -> str:
    """What was left out and why: ``anonymous 3, merged 1``."""
    words = (f"{REASONS[reason].text(lang)} {number:,}" for reason, number in figure.excluded.items())
    return ("、" if lang == "zh" else ", ").join(words)


def figure_table(
    figures: Sequence[Figure], terms: Terms, *, lang: str, columns: int, paint: Paint
) -> list[str]:
    """The figures in lines, part by part, under the heads of their columns."""
    zh = lang == "zh"
    heads = (
        ("指标", "数值", "分子/分母", "未计入", "口径")
        if zh
        else ("figure", "value", "of", "left out", "counted")
    )
    lines: list[str] = []
    for group, its in grouped(figures, terms).items():
        shown = len(heads) - (group in SAME)
        rows = [_row(figure, lang)[:shown] for figure in its]
        lines += ["", paint(group_title(group, its, lang), "bold")]
        lines += table(heads[:shown], rows, columns=columns, paint=paint, indent=2)
    return lines


def group_title(group: str, figures: Sequence[Figure], lang: str) -> str:
    """What a part is called, with the convention of all its figures where that is one."""
    title = GROUPS[group].text(lang)
    if group not in SAME:
        return title
    if group == "windows":
        return title
    convention = figures[0].convention.text(lang)
    return f"{title}（{convention}）" if lang == "zh" else f"{title} ({convention})"


def _row(figure: Figure, lang: str) -> list[Cell]:
    return [
        Cell(figure.label.text(lang)),
        Cell(figure_value(figure, lang), ("bold",)),
        Cell(made_of(figure)),
        Cell(excluded_words(figure, lang)),
        Cell(figure.convention.text(lang), ("dim",)),
    ]


def _fixed(value: Fraction) -> str:
    """A number with two decimals, halves rounded to even."""
    hundredths = round(value * 100)
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole:,}.{rest:02d}"
