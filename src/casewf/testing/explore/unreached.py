"""What exploring did not cover, where it stands, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from casewf.analysis.lint import lint
from casewf.definition.document import Document
from casewf.definition.findings import Finding
from casewf.model.expression import Expression
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.testing.coverage_gaps import line_of, owner_of, rung_words, target_words
from casewf.testing.coverage_points import Place, Point, guards_of, points_of
from casewf.testing.explore.search import Found
from casewf.worktime import WorkCalendar

__all__ = ["Unreached", "unreached"]

_ByLine: TypeAlias = dict[tuple[str, int | None], list[Finding]]
_ALWAYS, _PART = "CW708", "CW709"
_WHOLE_ROW = frozenset({"CW705", "CW707", "CW712", "CW720", "CW721", "CW722", "CW771"})
_LIMIT = frozenset({"CW750"})
_STATE = frozenset({"CW701"})
_PROOFS = {
    "transition": _WHOLE_ROW,
    "guard": _WHOLE_ROW,
    "condition": _WHOLE_ROW | {_PART, "CW757"},
    "target": frozenset({"CW710"}),
    "rung": frozenset({"CW760", "CW710"}),
}
"""The codes of the linter that prove, at the line of something, that it never happens."""


@attrs.frozen(slots=True, kw_only=True)
class Unreached:
    """A point that no story covers.

    Attributes:
        file, line: where it stands.
        owner: what it belongs to; ``missing`` what never happened there.
        proved: it is proved that it cannot happen.
        never: that is proved, or every position was gone on from.
        why: the same in words.
    """

    point: Point
    file: str
    line: int | None
    owner: Label
    missing: Label
    proved: bool
    never: bool
    why: Label


def unreached(
    document: Document,
    calendars: Mapping[str, WorkCalendar],
    found: Found,
    ruled_out: Mapping[Point, Label],
) -> tuple[Unreached, ...]:
    """What a search did not cover, kind by kind in file order.

    Args:
        document: the file.
        calendars: the working calendars that the workflow goes by, by id.
        found: what the search found.
        ruled_out: what is proved impossible and why, as ``impossible`` says; what the linter proves as well is told
            with its code.
    """
    workflow = document.workflow
    left = [point for point in points_of(workflow) if point not in found.covered]
    guards = dict(guards_of(workflow))
    findings: _ByLine = {}
    for one in lint(document, calendars) if left else ():
        findings.setdefault((one.place.file, one.place.line), []).append(one)

    def proof(point: Point) -> Label | None:
        finding = _proof(document, point, findings)
        return ruled_out.get(point) if finding is None else _by_lint(finding)

    return tuple(_told(document, point, guards, proof(point), found) for point in left)


def _by_lint(finding: Finding) -> Label:
    code = finding.code
    return Label(f"检查已证明不可能（{code}）", f"lint proves that it never happens ({code})")


def _told(
    document: Document, point: Point, guards: Mapping[Place, Expression], proof: Label | None, found: Found
) -> Unreached:
    workflow = document.workflow
    file, line = line_of(document, point.place)
    if proof is not None:
        why = proof
    elif found.complete:
        number = found.positions
        why = Label(
            f"已走遍全部{number:,}种情形，均不会发生",
            f"not from any of the {number:,} positions that there are",
        )
    else:
        tried = found.tried
        why = Label(f"试了{tried:,}步仍未到达", f"not within the {tried:,} commands that were tried")
    is_rung = point.kind == "rung"
    owner = (
        target_words(workflow, str(point.place[1]), int(point.detail))
        if is_rung
        else owner_of(workflow, point.place)
    )
    return Unreached(
        point=point,
        file=file,
        line=line,
        owner=owner,
        missing=_missing(workflow, point, guards),
        proved=proof is not None,
        never=proof is not None or found.complete,
        why=why,
    )


def _missing(workflow: Workflow, point: Point, guards: Mapping[Place, Expression]) -> Label:
    match point.kind:
        case "transition":
            return Label(f"由 {point.detail} 执行", f"taken from {point.detail}")
        case "guard":
            text = str(guards[point.place])
            met = Label("满足", "met") if point.met else Label("不满足", "not met")
            return Label(f"{met.zh}：{text}", f"{met.en}: {text}")
        case "condition":
            came = Label("为真", "true") if point.met else Label("为假", "false")
            return Label(f"{came.zh}：{point.detail}", f"{came.en}: {point.detail}")
        case "target":
            return Label("采用", "measured by")
        case _:
            words = rung_words(workflow, point.place)
            return Label(f"触发（{words.zh}）", f"fired ({words.en})")


def _proof(document: Document, point: Point, findings: _ByLine) -> Finding | None:
    """What the linter finds at the point's own line, or at that of what it belongs to."""
    for codes, place in _places(point):
        for finding in findings.get(line_of(document, place), ()):
            if finding.code in codes and (finding.code != _PART or f"`{point.detail}`" in finding.message):
                return finding
    return None


def _places(point: Point) -> Iterator[tuple[frozenset[str], Place]]:
    place, codes = point.place, _PROOFS[point.kind]
    if point.met is False and point.kind == "guard":
        codes = codes - {"CW707"} | {_ALWAYS}
    yield codes, place
    if place[0] == "slas":
        yield codes, place[:4]
        yield _LIMIT, place[:2]
        return
    yield codes, place[:4]
    if point.kind == "transition":
        yield _STATE, ("tracks", place[1], "states", point.detail)
