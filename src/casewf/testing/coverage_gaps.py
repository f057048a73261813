"""What of a workflow no story covers, said so that its author finds the place and knows what to add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from casewf.definition.document import Document
from casewf.definition.node import MapNode
from casewf.model.effect_specs import PushSpec
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.testing.coverage import WorkflowCoverage
from casewf.testing.coverage_points import Place, Point, conditions_of, guards_of, ladders_of
from casewf.views.words import Speaker

__all__ = ["Gap", "gaps_of", "line_of", "owner_of", "rung_words", "target_words"]

_LANGUAGES = ("zh", "en")
_RUNG_SHORTHANDS = ("notify", "hook")


@attrs.frozen(slots=True, kw_only=True)
class Gap:
    """One thing that no story covers, or several that one story line would.

    Attributes:
        kind: the kind of the points that are missing.
        file, line: where it stands; no line where the file is not known.
        owner: what it belongs to; ``missing`` what never happened there.
        text: of guards and conditions the expression, else empty.
    """

    kind: str
    file: str
    line: int | None
    owner: Label
    missing: Label
    text: str = ""


def gaps_of(result: WorkflowCoverage) -> tuple[Gap, ...]:
    """What is missing, kind by kind in file order.

    What can only be covered together is one gap: the conditions of a guard that was never asked, the rungs of a target
    that was never measured by.
    """
    return (*_rows(result), *_guards(result), *_conditions(result), *_targets(result), *_rungs(result))


def line_of(document: Document | None, place: Place) -> tuple[str, int | None]:
    """The file and the line on which something stands; no file and no line where that is not known."""
    if document is None:
        return "", None
    if place[0] == "slas" and "effects" in place:
        place = _within_rung(document, place, place.index("effects"))
    found = document.report.place(document.span(*place))
    return found.file, found.line


def owner_of(workflow: Workflow, place: Place) -> Label:
    """What a place belongs to: ``union: dispatch``, ``handle, target 2 (3 working days)``."""
    match place:
        case ("tracks", str(track), "transitions", int(row), *rest):
            spec = workflow.track(track).transitions[row]
            name = f"{track}: {spec.trigger}"
            return _push(Label(name, name), spec.effects, rest)
        case ("slas", str(sla), "target", int(number), "ladder", int(), *rest):
            rung = next(one for where, one in ladders_of(workflow.sla(sla)) if where == place[:6])
            return _push(target_words(workflow, sla, number), rung.effects, rest)
        case ("slas", str(sla), "target", int(number), *_):
            return target_words(workflow, sla, number)
        case ("slas", str(sla), "ladder", int(number), *rest):
            return _push(Label(sla, sla), workflow.sla(sla).ladder[number].effects, rest)
        case ("slas", str(sla), str(key), int(number), *_):
            several = len(getattr(workflow.sla(sla), key)) > 1
            name = f"{sla}: {key}{f' {number + 1}' if several else ''}"
            return Label(name, name)
        case _:
            raise ValueError(f"nothing is covered at {place}")


def target_words(workflow: Workflow, sla: str, number: int) -> Label:
    """A target and how long it is; the only one of its limit without its number."""
    target = workflow.sla(sla).target[number]
    zh, en = (
        Speaker(workflow=workflow, zone="UTC", lang=lang).amount(target.within)
        if target.within is not None
        else f"→ {target.until}"
        for lang in _LANGUAGES
    )
    if len(workflow.sla(sla).target) == 1:
        return Label(f"{sla}（{zh}）", f"{sla} ({en})")
    return Label(f"{sla} 第{number + 1}档（{zh}）", f"{sla}, target {number + 1} ({en})")


def rung_words(workflow: Workflow, place: Place) -> Label:
    """When the rung at a place stands: ``due``, ``80% used``."""
    sla = str(place[1])
    number = [where for where, _ in ladders_of(workflow.sla(sla))].index(place)
    zh, en = (Speaker(workflow=workflow, zone="UTC", lang=lang).rung(sla, number) for lang in _LANGUAGES)
    return Label(zh, en)


def _push(owner: Label, effects: Iterable[object], rest: list[str | int]) -> Label:
    """The owner, with the connector where it is about what is pushed to that."""
    match rest:
        case ["effects", int(number), *_]:
            effect = tuple(effects)[number]
            name = effect.connector if isinstance(effect, PushSpec) else ""
            return Label(f"{owner.zh}，推送 {name}", f"{owner.en}, push to {name}")
        case _:
            return owner


def _within_rung(document: Document, place: Place, at: int) -> Place:
    """The place in the file: the shorthands of a rung count as effects, and stand before those under ``effects``."""
    rung, number = document.node(*place[:at]), place[at + 1]
    shorthands = (
        sum(rung.peek(key) is not None for key in _RUNG_SHORTHANDS) if isinstance(rung, MapNode) else 0
    )
    return (*place[: at + 1], int(number) - shorthands, *place[at + 2 :])


def _missing(result: WorkflowCoverage, kind: str) -> list[Point]:
    return [point for point in result.points if point.kind == kind and point not in result.covered]


def _gap(
    result: WorkflowCoverage, kind: str, place: Place, owner: Label, missing: Label, text: str = ""
) -> Gap:
    file, line = line_of(result.document, place)
    return Gap(kind=kind, file=file, line=line, owner=owner, missing=missing, text=text)


def _rows(result: WorkflowCoverage) -> Iterator[Gap]:
    left: dict[Place, list[str]] = {}
    for point in _missing(result, "transition"):
        left.setdefault(point.place, []).append(point.detail)
    for place, sources in left.items():
        missing = Label(f"从未由 {'、'.join(sources)} 执行", f"never taken from {', '.join(sources)}")
        yield _gap(result, "transition", place, owner_of(result.workflow, place), missing)


def _guards(result: WorkflowCoverage) -> Iterator[Gap]:
    for place, guard in guards_of(result.workflow):
        missing = _answer(result, Point("guard", place))
        if missing is not None:
            yield _gap(result, "guard", place, owner_of(result.workflow, place), missing, str(guard))


def _answer(result: WorkflowCoverage, point: Point) -> Label | None:
    """What a guard or a condition never said, or None if it said both."""
    said = [met for met in (True, False) if attrs.evolve(point, met=met) in result.covered]
    if len(said) == 2:
        return None
    if point.kind == "guard":
        if not said:
            return Label("从未判断过", "never asked")
        return Label("每次都满足", "always met") if said[0] else Label("从未满足", "never met")
    if not said:
        return Label("从未判断到", "never reached")
    return Label("从未为假", "never false") if said[0] else Label("从未为真", "never true")


def _conditions(result: WorkflowCoverage) -> Iterator[Gap]:
    for place, guard in guards_of(result.workflow):
        if not any(Point("guard", place, met=met) in result.covered for met in (True, False)):
            continue
        for text in conditions_of(guard):
            missing = _answer(result, Point("condition", place, text))
            if missing is not None:
                yield _gap(result, "condition", place, owner_of(result.workflow, place), missing, text)


def _targets(result: WorkflowCoverage) -> Iterator[Gap]:
    for point in _missing(result, "target"):
        missing = Label("从未采用", "never measured by")
        yield _gap(result, "target", point.place, owner_of(result.workflow, point.place), missing)


def _rungs(result: WorkflowCoverage) -> Iterator[Gap]:
    for point in _missing(result, "rung"):
        sla, target = str(point.place[1]), int(point.detail)
        if Point("target", ("slas", sla, "target", target)) not in result.covered:
            continue
        words = rung_words(result.workflow, point.place)
        missing = Label(f"从未触发（{words.zh}）", f"never fired ({words.en})")
        yield _gap(result, "rung", point.place, target_words(result.workflow, sla, target), missing)
