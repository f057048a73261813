"""Charts as SVG: lines over days, and bars; plain shapes that print and scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import attrs

from casewf.views.text import visible

__all__ = ["Bars", "Lines", "Series", "bars", "lines"]

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 900, 64, 18, 14, 30
_COLOURS = ("#0b5cad", "#c2571a", "#1a7f4b", "#7a3e9d", "#b3261e", "#5d6b7a", "#9a6700", "#0d7c86")
_FONT = 13
_NEAR = 30
"""A label so near to the end of the axis ends there."""


@attrs.frozen(slots=True)
class Series:
    """A line, or the bars of one colour: its name and its values."""

    name: str
    values: Sequence[float]


@attrs.frozen(slots=True, kw_only=True)
class Lines:
    """Lines over time.

    Attributes:
        labels: what stands below the axis, by the number of the value over it.
        whole: the values are whole numbers.
    """

    series: Sequence[Series]
    labels: Sequence[tuple[int, str]]
    whole: bool = True


@attrs.frozen(slots=True, kw_only=True)
class Bars:
    """Bars side by side, a cluster for each name."""

    names: Sequence[str]
    series: Sequence[Series]
    percent: bool = False


def lines(chart: Lines, title: str) -> str:
    """The lines as SVG; ``title`` is read out to who cannot see them."""
    height = 260
    count = max((len(one.values) for one in chart.series), default=0)
    top = max((max(one.values, default=0) for one in chart.series), default=0)
    ticks = _ticks(top, whole=chart.whole)
    y = _Scale(ticks[-1], height)
    width = _WIDTH - _LEFT - _RIGHT
    step = width / max(count - 1, 1)
    parts = _grid(ticks, y, percent=False)
    for number, label in chart.labels:
        x = _LEFT + step * number
        parts.append(
            f'<line x1="{x:.1f}" y1="{y.at(0):.1f}" x2="{x:.1f}" y2="{y.at(0) + 5:.1f}" stroke="#5d6b7a"/>'
        )
        anchor = "start" if number == 0 else "end" if x > _WIDTH - _RIGHT - _NEAR else "middle"
        parts.append(_text(x, y.at(0) + 20, label, anchor=anchor))
    for number, one in enumerate(chart.series):
        points = " ".join(f"{_LEFT + step * i:.1f},{y.at(value):.1f}" for i, value in enumerate(one.values))
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
    return _svg(parts, height, title, [one.name for one in chart.series])


def bars(chart: Bars, title: str) -> str:
    """The bars as SVG."""
    height = 260
    top = 1.0 if chart.percent else max((max(one.values, default=0) for one in chart.series), default=0)
    top = max(top, *(max(one.values, default=0) for one in chart.series)) if chart.series else top
    ticks = _ticks(top, whole=not chart.percent)
    y = _Scale(ticks[-1], height)
    width = (_WIDTH - _LEFT - _RIGHT) / max(len(chart.names), 1)
    each = width * 0.7 / max(len(chart.series), 1)
    every = max(1, math.ceil(len(chart.names) / 24))
    parts = _grid(ticks, y, percent=chart.percent)
    for place, name in enumerate(chart.names):
        left = _LEFT + width * place + width * 0.15
        for number, one in enumerate(chart.series):
            value = one.values[place]
            colour = _COLOURS[number % len(_COLOURS)]
            parts.append(
                f'<rect x="{left + each * number:.1f}" y="{y.at(value):.1f}" width="{max(each - 1, 0.5):.1f}" '
                f'height="{y.at(0) - y.at(value):.1f}" fill="{colour}"/>'
            )
        if place % every == 0:
            parts.append(_text(left + width * 0.35, y.at(0) + 20, name, anchor="middle"))
    return _svg(parts, height, title, [one.name for one in chart.series])


@attrs.frozen(slots=True)
class _Scale:
    top: float
    height: int

    def at(self, value: float) -> float:
        """How far down a value is drawn."""
        room = self.height - _TOP - _BOTTOM
        return self.height - _BOTTOM - room * value / self.top


def _ticks(top: float, *, whole: bool) -> list[float]:
    """Round numbers from 0 to above ``top``, about five."""
    if top <= 0:
        return [0.0, 1.0]
    step = 10 ** math.floor(math.log10(top / 4))
    factor = next(factor for factor in (1, 2, 5, 10) if step * factor >= top / 5)
    size = max(step * factor, 1) if whole else step * factor
    return [size * number for number in range(math.ceil(round(top / size, 9)) + 1)]


def _grid(ticks: Sequence[float], y: _Scale, *, percent: bool) -> list[str]:
    found = []
    for tick in ticks:
        at = y.at(tick)
        colour = "#5d6b7a" if tick == 0 else "#d5dce4"
        found.append(
            f'<line x1="{_LEFT}" y1="{at:.1f}" x2="{_WIDTH - _RIGHT}" y2="{at:.1f}" stroke="{colour}"/>'
        )
        words = f"{tick:.0%}" if percent else f"{tick:,.0f}" if tick == int(tick) else f"{tick:g}"
        found.append(_text(_LEFT - 8, at + 4, words, anchor="end"))
    return found


def _text(x: float, y: float, words: str, *, anchor: str) -> str:
    shown = escape(visible(words))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{_FONT}" fill="#1d2733">{shown}</text>'


def _svg(parts: Sequence[str], height: int, title: str, names: Sequence[str]) -> str:
    legend, x, line = [], float(_LEFT), 0
    shown = names if len(names) > 1 else []
    for number, name in enumerate(shown):
        wide = 30 + sum(_FONT if ord(one) > 0x2E7F else _FONT * 0.58 for one in name)
        if x + wide > _WIDTH - _RIGHT and x > _LEFT:
            x, line = float(_LEFT), line + 1
        y = height + 12 + 20 * line
        colour = _COLOURS[number % len(_COLOURS)]
        legend.append(f'<rect x="{x:.1f}" y="{y - 9}" width="14" height="10" fill="{colour}"/>')
        legend.append(_text(x + 20, y, name, anchor="start"))
        x += wide
    whole = height + (20 * (line + 1) + 4 if shown else 0)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {whole}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f"font-family=\"system-ui, 'Noto Sans CJK SC', sans-serif\"><title>{escape(visible(title))}</title>"
        f"{''.join(parts)}{''.join(legend)}</svg>"
    )
