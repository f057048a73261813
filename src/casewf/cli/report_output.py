"""A report as JSON, as CSV, and as a page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from fractions import Fraction

import attrs

from casewf.cli.report_reading import Section
from casewf.kpi import Conventions, Figure, Period, without_words
from casewf.views.figures import SAME, excluded_words, figure_value, group_title, grouped, made_of
from casewf.views.page import render_page
from casewf.views.untold import untold
from casewf.views.words import local

_COLUMNS = (
    "workflow",
    "figure",
    "about",
    "label",
    "value",
    "numerator",
    "denominator",
    "unit",
    "excluded",
    "convention",
)


@attrs.frozen(slots=True, kw_only=True)
class Report:
    """What was asked for, and what came of it.

    Attributes:
        sections: the figures of each workflow.
        period: what is reported on.
        zone: its time zone.
        conventions: how it was counted.
        org: the organisation that was asked for, or None.
        at: when it was made, in microseconds.
    """

    sections: Sequence[Section]
    period: Period
    zone: str
    conventions: Conventions
    org: str | None
    at: int

    @property
    def span(self) -> tuple[str, str]:
        """From when to when, for people; the beginning is empty where everything is reported on."""
        start = "" if self.period.start is None else _minute(self.period.start, self.zone)
        return start, _minute(self.period.end, self.zone)


def report_json(report: Report) -> str:
    """The report for programs; ``docs/reference/key-figures.md`` names every key."""
    start = report.period.start
    found: dict[str, object] = {
        "at": _iso(report.at, report.zone),
        "from": None if start is None else _iso(start, report.zone),
        "to": _iso(report.period.end, report.zone),
        "org": report.org,
        "conventions": {
            name: list(map(list, value)) if name == "outages" else value
            for name, value in attrs.asdict(report.conventions, recurse=False).items()
        },
        "workflows": [
            {
                "workflow": one.terms.workflow,
                "title": {"zh": one.terms.title.zh, "en": one.terms.title.en},
                "versions": list(one.versions),
                "cases": one.cases,
                "imported": one.imported,
                "erased": one.erased,
                "untold": list(without_words(one.terms)),
                "figures": [_figure(figure) for figure in one.figures],
            }
            for one in report.sections
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def report_csv(report: Report, lang: str) -> str:
    """The report for a spreadsheet, a line for each figure; with the mark by which such programs know UTF-8."""
    text = io.StringIO()
    text.write("\ufeff")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for one in report.sections:
        for figure in one.figures:
            rows.writerow(
                (
                    one.terms.workflow,
                    figure.id,
                    figure.about,
                    figure.label.text(lang),
                    "" if figure.value is None else _number(figure.value),
                    _number(figure.numerator),
                    figure.denominator,
                    figure.unit,
                    excluded_words(figure, lang),
                    figure.convention.text(lang),
                )
            )
    return text.getvalue()


def report_page(report: Report, lang: str) -> str:
    """The report as one self-contained HTML page.

    Raises:
        MissingExtra: Jinja2 is not installed.
    """
    sections = [
        {
            "id": one.terms.workflow,
            "title": one.terms.title.text(lang),
            "versions": one.versions,
            "cases": f"{one.cases:,}",
            "imported": one.imported,
            "erased": one.erased,
            "untold": untold(one.terms, lang),
            "groups": [
                (group_title(group, its, lang), group not in SAME, [_row(figure, lang) for figure in its])
                for group, its in grouped(one.figures, one.terms).items()
            ],
        }
        for one in report.sections
    ]
    start, end = report.span
    return render_page(
        "report.html",
        lang=lang,
        title="关键指标" if lang == "zh" else "Key figures",
        start=start,
        end=end,
        zone=report.zone,
        org=report.org,
        sections=sections,
    )


def _row(figure: Figure, lang: str) -> dict[str, object]:
    value = figure.value
    return {
        "id": figure.id,
        "label": figure.label.text(lang),
        "value": figure_value(figure, lang),
        "of": made_of(figure),
        "share": None if value is None or figure.unit != "share" else round(float(value) * 100, 2),
        "excluded": excluded_words(figure, lang),
        "convention": figure.convention.text(lang),
    }


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "id": figure.id,
        "about": figure.about,
        "label": {"zh": figure.label.zh, "en": figure.label.en},
        "value": None if figure.value is None else _number(figure.value),
        "numerator": _number(figure.numerator),
        "denominator": figure.denominator,
        "unit": figure.unit,
        "excluded": dict(figure.excluded),
        "convention": {"zh": figure.convention.zh, "en": figure.convention.en},
    }


def _number(value: int | Fraction) -> int | float:
    exact = Fraction(value)
    return int(exact) if exact.denominator == 1 else round(float(exact), 6)


def _minute(instant: int, zone: str) -> str:
    return f"{local(instant, zone):%Y-%m-%d %H:%M}"


def _iso(instant: int, zone: str) -> str:
    return local(instant, zone).isoformat()
