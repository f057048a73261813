"""A result for machines: JSON with all of it, CSV with a line for each number."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from casewf.kpi import Figure, without_words
from casewf.simulation.profile import Profile
from casewf.simulation.result import GroupResult, Result, Spread

__all__ = ["result_csv", "result_json"]

_HEADS = ("run", "section", "id", "about", "value", "numerator", "denominator")


def result_json(results: Sequence[Result], profile: Profile, *, seed: int) -> str:
    """All of it, with keys in a fixed order; ends with a line end."""
    document = {
        "profile": profile.file,
        "workflow": {"id": profile.workflow.id, "version": profile.workflow.version},
        "from": profile.begins.isoformat(),
        "days": profile.days,
        "drain": profile.drain,
        "seed": seed,
        "runs": [_run(one) for one in results],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _run(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "arrived": dict(result.arrived),
        "closed": result.closed,
        "open": result.open,
        "open_at": [attrs.asdict(one) for one in result.open_at],
        "commands": result.commands,
        "events": result.events,
        "untold": list(without_words(result.terms)),
        "figures": [_figure(one) for one in result.figures],
        "handling": _spread(result.handling),
        "handling_days": list(result.days),
        "cards": dict(result.cards),
        "groups": [_group(one) for one in result.groups],
        "backlog": list(result.backlog),
        "refused": [
            {"what": one.what, "reason": one.code, "field": one.field, "times": one.times}
            for one in result.refused
        ],
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "id": figure.id,
        "about": figure.about,
        "label": {"zh": figure.label.zh, "en": figure.label.en},
        "value": None if figure.value is None else _rounded(figure.value),
        "numerator": _rounded(figure.numerator),
        "denominator": figure.denominator,
        "unit": figure.unit,
        "excluded": dict(figure.excluded),
    }


def _group(group: GroupResult) -> dict[str, object]:
    return {
        "name": group.name,
        "people": group.people,
        "units": group.units,
        "waited_minutes": _spread(group.waited),
        "waits_in": "working time" if group.working else "plain time",
        "given_up": group.given_up,
        "left": group.left,
        "load": _rounded(group.load),
        "busiest_unit": _rounded(group.busiest),
        "longest_queue": list(group.longest),
    }


def _spread(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else {name: _rounded(value) for name, value in attrs.asdict(spread).items()}


def _rounded(value: float | Fraction) -> float:
    return value if isinstance(value, int) else round(float(value), 6)


def result_csv(results: Sequence[Result]) -> str:
    """A line for each number, without the days; ends with a line end."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_HEADS)
    for result in results:
        for row in _rows(result):
            writer.writerow((result.name, *row))
    return stream.getvalue()


def _rows(result: Result) -> Iterator[tuple[object, ...]]:
    yield "cases", "closed", "", result.closed, "", ""
    yield "cases", "open", "", result.open, "", ""
    for at in result.open_at:
        waits = ":".join(filter(None, (at.waits, at.group)))
        yield "open_at", f"{at.track}.{at.state}", waits, at.cases, "", ""
    for stream, number in result.arrived.items():
        yield "arrived", stream, "", number, "", ""
    for figure in result.figures:
        value = "" if figure.value is None else _rounded(figure.value)
        yield "figure", figure.id, figure.about, value, _rounded(figure.numerator), figure.denominator
    for name, value in (_spread(result.handling) or {}).items():
        yield "handling_days", name, "", value, "", ""
    for card, number in result.cards.items():
        yield "card", card, "", number, "", ""
    for group in result.groups:
        for name, value in (_spread(group.waited) or {}).items():
            yield "waited_minutes", name, group.name, value, "", ""
        yield "queue", "longest", group.name, max(group.longest, default=0), "", ""
        yield "queue", "given_up", group.name, group.given_up, "", ""
        yield "queue", "left", group.name, group.left, "", ""
        yield "load", "all", group.name, _rounded(group.load), "", ""
        yield "load", "busiest_unit", group.name, _rounded(group.busiest), "", ""
    for one in result.refused:
        yield "refused", one.what, ":".join(filter(None, (one.code, one.field))), one.times, "", ""
