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
from casewf.simulation.refusals import refused_words
from casewf.simulation.result import GroupResult, Result, Spread
from casewf.views.figures import excluded_words

__all__ = ["result_csv", "result_json"]

_HEADS = (
    *("run", "section", "id", "about", "label", "value", "numerator", "denominator", "unit", "excluded"),
)


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
        "not_needed": group.not_needed,
        "left": group.left,
        "load": _rounded(group.load),
        "busiest_unit": _rounded(group.busiest),
        "longest_queue": list(group.longest),
    }


def _spread(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else {name: _rounded(value) for name, value in attrs.asdict(spread).items()}


def _rounded(value: float | Fraction) -> float:
    return value if isinstance(value, int) else round(float(value), 6)


def result_csv(results: Sequence[Result], profile: Profile, lang: str) -> str:
    """A line for each number, without the days; with the mark by which spreadsheets know UTF-8; ends with a line end.

    Labels, and why something was left out, are in ``lang``; every other column is for machines.
    """
    stream = io.StringIO()
    stream.write("\ufeff")
    writer = csv.DictWriter(stream, _HEADS, lineterminator="\n")
    writer.writeheader()
    for result in results:
        for row in _rows(result, profile, lang):
            writer.writerow({"run": result.name, **row})
    return stream.getvalue()


def _row(section: str, id_: str, value: object, about: str = "", label: str = "") -> dict[str, object]:
    return {"section": section, "id": id_, "about": about, "label": label, "value": value}


def _rows(result: Result, profile: Profile, lang: str) -> Iterator[dict[str, object]]:
    workflow = profile.workflow
    yield _row("cases", "closed", result.closed)
    yield _row("cases", "open", result.open)
    for at in result.open_at:
        waits = ":".join(filter(None, (at.waits, at.group)))
        yield _row(
            "open_at", f"{at.track}.{at.state}", at.cases, waits, workflow.words("state", at.state, lang)
        )
    titles = {stream.name: stream.title.text(lang) for stream in profile.arrivals}
    for stream, number in result.arrived.items():
        yield _row("arrived", stream, number, label=titles[stream])
    for figure in result.figures:
        yield {
            **_row("figure", figure.id, _value(figure), figure.about, figure.label.text(lang)),
            "numerator": _rounded(figure.numerator),
            "denominator": figure.denominator,
            "unit": figure.unit,
            "excluded": excluded_words(figure, lang),
        }
    for name, value in (_spread(result.handling) or {}).items():
        yield _row("handling_days", name, value)
    for card, label in workflow.cards:
        yield _row("card", card, result.cards.get(card, 0), label=label.text(lang))
    for group in result.groups:
        for section, name, seen in _of_group(group):
            yield _row(section, name, seen, group.name, group.label.text(lang))
    for one in result.refused:
        what, why = refused_words(one, workflow, lang)
        code = ":".join(filter(None, (one.code, one.field)))
        yield _row("refused", one.what, one.times, code, f"{what}: {why}")


def _value(figure: Figure) -> object:
    return "" if figure.value is None else _rounded(figure.value)


def _of_group(group: GroupResult) -> Iterator[tuple[str, str, object]]:
    for name, value in (_spread(group.waited) or {}).items():
        yield "waited_minutes", name, value
    yield "queue", "longest", max(group.longest, default=0)
    yield "queue", "given_up", group.given_up
    yield "queue", "not_needed", group.not_needed
    yield "queue", "left", group.left
    yield "load", "all", _rounded(group.load)
    yield "load", "busiest_unit", _rounded(group.busiest)
