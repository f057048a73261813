"""A result for people: on the terminal, and as a page with charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from casewf.simulation.charts import Bars, Lines, Series, bars, lines
from casewf.simulation.notes import notes
from casewf.simulation.profile import Profile
from casewf.simulation.result import Result
from casewf.simulation.tables import Sheet, sheets
from casewf.views.page import Inline, render_page
from casewf.views.table import Cell, table
from casewf.views.text import Paint, wrap

__all__ = ["result_page", "result_text"]

_NUMERIC = "0123456789–"
_NAME = 24
"""A cell of at most so many characters is a name."""
_MOST_BARS = 31
"""The last bar stands for all that took as long or longer."""
_WORTH_A_CHART = 10
"""A queue that is never longer says nothing."""


def result_text(
    results: Sequence[Result], profile: Profile, *, seed: int, lang: str, columns: int, colour: bool
) -> str:
    """The tables, in lines of at most ``columns`` where that can be; ends with a line end."""
    paint = Paint(colour)
    found = [paint(_title(profile, lang), "bold"), paint(_lead(results, profile, seed, lang), "dim")]
    for note in notes(results, profile, lang):
        found += wrap(note, columns)
    for sheet in sheets(results, profile, lang):
        found += ["", paint(sheet.title, "bold")]
        found += [paint(line, "dim") for line in wrap(sheet.note, columns)] if sheet.note else []
        rows = [[Cell(text) for text in row] for row in sheet.rows]
        found += table(sheet.heads, rows, columns=columns, paint=paint, indent=2)
    return "\n".join(found) + "\n"


def result_page(results: Sequence[Result], profile: Profile, *, seed: int, lang: str) -> str:
    """The page, self-contained.

    Raises:
        MissingExtra: Jinja2, the extra ``html``, is not installed.
    """
    return render_page(
        "simulation.html",
        lang=lang,
        title=_title(profile, lang),
        lead=_lead(results, profile, seed, lang),
        notes=notes(results, profile, lang),
        sheets=[_of_kinds(sheet) for sheet in sheets(results, profile, lang)],
        charts=[(title, note, Inline(drawing)) for title, note, drawing in _charts(results, profile, lang)],
    )


def _of_kinds(sheet: Sheet) -> dict[str, object]:
    """The sheet with what its columns hold: numbers, which stand at the right, words, or names, which stay whole."""
    kinds = [_kind(column) for column in zip(*sheet.rows, strict=True)]
    return {
        "title": sheet.title,
        "note": sheet.note,
        "heads": sheet.heads,
        "rows": sheet.rows,
        "kinds": kinds,
    }


def _kind(column: Sequence[str]) -> str:
    if all(cell[:1] in _NUMERIC for cell in column):
        return "number"
    return "name" if max(map(len, column)) <= _NAME else "words"


def _title(profile: Profile, lang: str) -> str:
    name = profile.title.text(lang) or profile.file
    return f"模拟：{name}" if lang == "zh" else f"Simulation: {name}"


def _lead(results: Sequence[Result], profile: Profile, seed: int, lang: str) -> str:
    workflow = profile.workflow
    last = profile.begins + dt.timedelta(days=profile.days - 1)
    if lang == "zh":
        return (
            f"流程 {workflow.id} 第{workflow.version}版；{profile.begins} 至 {last}，其后再办理{profile.drain}天；"
            f"种子 {seed}{_counts(results, lang)}"
        )
    return (
        f"workflow {workflow.id}, version {workflow.version}; {profile.begins} to {last}, and {profile.drain} days "
        f"more to finish; seed {seed}{_counts(results, lang)}"
    )


def _counts(results: Sequence[Result], lang: str) -> str:
    """How much there was of everything; of several runs a table says it."""
    if len(results) > 1:
        return ""
    one = results[0]
    cases = one.closed + one.open
    if lang == "zh":
        return f"；{cases:,}件，{one.open:,}件未结；{one.commands:,}个动作，{one.events:,}个事件"
    return f"; {cases:,} cases, {one.open:,} of them open; {one.commands:,} commands, {one.events:,} events"


def _charts(results: Sequence[Result], profile: Profile, lang: str) -> list[tuple[str, str, str]]:
    zh = lang == "zh"
    many = len(results) > 1
    as_it_is = "原样" if zh else "as it is"
    names = [one.name or as_it_is for one in results] if many else ["件数" if zh else "cases"]
    found = []
    longest = max(len(one.days) for one in results)
    if longest:
        title = "办理时长的分布" if zh else "How long handling takes"
        note = "横轴：工作日；纵轴：件数" if zh else "Across: working days. Up: cases."
        bins = min(longest, _MOST_BARS)
        series = [Series(name, _binned(one.days, bins)) for name, one in zip(names, results, strict=True)]
        heads = [str(number) for number in range(bins)]
        if longest > bins:
            heads[-1] += "+"
        found.append((title, note, bars(Bars(names=heads, series=series), title)))
    labels = _months(profile, len(results[0].backlog), lang)
    title = "在办件数" if zh else "Cases open"
    note = "每日24时未结的件数" if zh else "At the end of each day."
    backlog = [Series(name, one.backlog) for name, one in zip(names, results, strict=True)]
    found.append((title, note, lines(Lines(series=backlog, labels=labels), title)))
    found += _queues(results, names, labels, lang)
    title = "忙碌程度" if zh else "How busy they are"
    note = "在岗时间中用于本流程的份额" if zh else "The share of their hours on duty that this work took."
    groups = [group.label.text(lang) or group.name for group in results[0].groups]
    loads = [
        Series(name, [group.load for group in one.groups]) for name, one in zip(names, results, strict=True)
    ]
    found.append((title, note, bars(Bars(names=groups, series=loads, percent=True), title)))
    return found


def _binned(days: Sequence[int], bins: int) -> list[int]:
    """How many cases took so many days, the last with all that took longer."""
    found = [*days, *[0] * (bins - len(days))]
    return [*found[: bins - 1], sum(found[bins - 1 :])]


def _queues(
    results: Sequence[Result], names: Sequence[str], labels: Sequence[tuple[int, str]], lang: str
) -> list[tuple[str, str, str]]:
    """One chart for each group with a queue worth looking at, where runs are compared; else one of all groups."""
    zh = lang == "zh"
    title = "队列长度" if zh else "How many tasks wait"
    note = "每日最多同时等待的任务数" if zh else "The most that waited at one time, for each day."
    if len(results) == 1:
        series = [Series(group.label.text(lang) or group.name, group.longest) for group in results[0].groups]
        return [(title, note, lines(Lines(series=series, labels=labels), title))]
    found = []
    for number, group in enumerate(results[0].groups):
        runs = [one.groups[number].longest for one in results]
        if max(map(max, runs)) >= _WORTH_A_CHART:
            name = f"{title}{'：' if zh else ': '}{group.label.text(lang) or group.name}"
            series = [Series(one, values) for one, values in zip(names, runs, strict=True)]
            found.append((name, note, lines(Lines(series=series, labels=labels), name)))
    return found


def _months(profile: Profile, days: int, lang: str) -> list[tuple[int, str]]:
    """Where a month begins, and for a short time each week; what stands below the axis."""
    found = []
    every_week = days <= 70
    for number in range(days):
        day = profile.begins + dt.timedelta(days=number)
        if every_week and number % 7 == 0:
            found.append((number, f"{day.month}-{day.day}"))
        elif not every_week and day.day == 1 and (day.month - 1) % (1 + days // 190) == 0:
            found.append((number, f"{day.month}月" if lang == "zh" else f"{day:%Y-%m}"))
    return found
