"""The ``slas`` section: limits, the moments that move their clocks, targets and extensions (K1-K8)."""

from __future__ import annotations

from casewf.definition.act_rules import read_extension, read_suspension
from casewf.definition.amounts import above, amount, ceiling
from casewf.definition.ladder import read_ladder
from casewf.definition.names import Names
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_list, as_map, one_or_more
from casewf.definition.values import boolean, label, one_of, text
from casewf.model.amount import WorkingDays, WorkingTime, amount_words
from casewf.model.workflow import Moment, Sla, Target

__all__ = ["HAPPENS", "LIMITS", "MOMENT", "PAUSE", "SLA", "SLA_WORDS", "TARGET", "read_sla"]

#: The values of an SLA's keys that are one of a few words; the first is the default.
SLA_WORDS = {
    "kind": ("service", "advisory", "statutory"),
    "measure": ("recorded", "occurred"),
    "on_reopen": ("never", "continue", "restart"),
    "on_change": ("rebase", "carry", "restart"),
    "counts": ("first", "last", "all"),
}
SLA = Shape(
    "an SLA",
    required=("start", "stop", "target"),
    optional=(
        "title",
        "pause",
        "cancel",
        "reopen",
        "restarts",
        "at_most",
        "ladder",
        "extension",
        "suspension",
        *SLA_WORDS,
    ),
)
HAPPENS = ("enter", "leave", "fire", "case")
MOMENT = Shape("a moment", optional=(*HAPPENS, "when"))
PAUSE = Shape("a pause", required=("in",), optional=("when",))
LIMITS = ("within", "until")
TARGET = Shape("a target", optional=("when", *LIMITS, "ladder"))
_CASE_MOMENTS = ("closed", "reopened")


def read_sla(names: Names, name: Scalar, node: Node) -> Sla | None:
    """One SLA."""
    report = names.report
    view = as_map(report, node, SLA, at=name.span)
    if view is None:
        return None
    words = {
        key: one_of(report, view.get(key), key, allowed) or allowed[0] for key, allowed in SLA_WORDS.items()
    }
    reopen = _moments(names, view, "reopen")
    targets = _targets(names, view)
    _check_ceiling(names, view, targets)
    if words["on_change"] == "carry":
        _check_carry(names, view, targets)
    if reopen and view.get("on_reopen") is None:
        words["on_reopen"] = "continue"
    return Sla(
        id=name.text,
        title=label(report, view.get("title")),
        start=_moments(names, view, "start"),
        stop=_moments(names, view, "stop"),
        cancel=_moments(names, view, "cancel"),
        reopen=reopen,
        pause=_pauses(names, view.get("pause")),
        restarts=boolean(report, view.get("restarts"), "restarts") or False,
        target=targets,
        ladder=read_ladder(names, view.get("ladder")),
        extension=read_extension(names, view.get("extension"), targets),
        suspension=read_suspension(names, view.get("suspension")),
        kind=words["kind"],
        measure=words["measure"],
        on_reopen=words["on_reopen"],
        on_change=words["on_change"],
        counts=words["counts"],
    )


def _moments(names: Names, view: MapView, key: str) -> tuple[Moment, ...]:
    found = (_moment(names, item) for item in one_or_more(names.report, view.get(key), key))
    return tuple(moment for moment in found if moment is not None)


def _moment(names: Names, node: Node) -> Moment | None:
    report = names.report
    view = as_map(report, node, MOMENT)
    if view is None:
        return None
    view.check_one_of(report, "a moment", HAPPENS, "write a list for several moments")
    return Moment(
        enter=names.state_list(view.get("enter"), "enter"),
        leave=names.state_list(view.get("leave"), "leave"),
        fire=names.trigger_list(view.get("fire"), "fire"),
        case=one_of(report, view.get("case"), "case", _CASE_MOMENTS),
        when=names.guard(view.get("when")),
    )


def _pauses(names: Names, node: Node | None) -> tuple[Moment, ...]:
    found = []
    for item in one_or_more(names.report, node, "pause"):
        view = as_map(names.report, item, PAUSE)
        if view is not None:
            states = names.state_list(view.get("in"), "in")
            found.append(Moment(inside=states, when=names.guard(view.get("when"))))
    return tuple(found)


def _targets(names: Names, view: MapView) -> tuple[Target, ...]:
    """The rows; the first whose ``when`` is met counts, so the last has none and all others have one."""
    report = names.report
    node = view.get("target")
    if isinstance(node, ListNode) and not node.items:
        report.add(
            "CW203", "an SLA needs at least one target", node.span, help="write `- {within: 5 working days}`"
        )
    rows = as_list(report, node, "target")
    return tuple(
        target
        for number, row in enumerate(rows, start=1)
        if (target := _target(names, row, last=number == len(rows))) is not None
    )


def _check_ceiling(names: Names, view: MapView, targets: tuple[Target, ...]) -> None:
    """No target is longer than ``at_most``, in this file or in what is laid over it."""
    report, node = names.report, view.get("at_most")
    rows = as_list(report, view.get("target"), "target")
    most = ceiling(report, node)
    if node is None or not most or len(rows) != len(targets):
        return
    words = " or ".join(amount_words(one, "en") for one in most)
    stands = f"at_most stands in {report.line(node.span)}"
    for row, target in zip(rows, targets, strict=True):
        limit = (row.peek("within") or row.peek("until") or row) if isinstance(row, MapNode) else row
        longer = None if target.within is None else above(target.within, most)
        said = f"the date {target.until!r}" if target.within is None else amount_words(target.within, "en")
        if longer:
            report.add("CW808", f"{said}: more than at_most, {words}", limit.span, help=stands)
        elif longer is None and (target.within is not None or target.until is not None):
            advice = f"{stands}; it may name an amount for each kind of unit"
            report.add("CW809", f"{said} cannot be compared with at_most, {words}", limit.span, help=advice)


def _check_carry(names: Names, view: MapView, targets: tuple[Target, ...]) -> None:
    """A share that was spent is carried from working time to working time, or from plain to plain (K5)."""
    kinds = {isinstance(one.within, WorkingDays | WorkingTime) for one in targets if one.within is not None}
    if len(kinds) > 1 or any(one.until is not None for one in targets):
        names.report.add(
            "CW409",
            "carry needs targets of one kind: all in working time, or all in plain time, and none until a date",
            view.at("on_change"),
            help="write `on_change: rebase`, or bring the targets to one kind of unit",
        )


def _target(names: Names, node: Node, *, last: bool) -> Target | None:
    report = names.report
    view = as_map(report, node, TARGET)
    if view is None:
        return None
    view.check_one_of(report, "a target", LIMITS, "write `within: 5 working days` or `until: date_field`")
    if last and "when" in view:
        report.add(
            "CW405",
            "the last target has a `when`, so a case may have no limit",
            view.at("when"),
            help="add a last row without `when`",
        )
    elif not last and "when" not in view:
        report.add(
            "CW405",
            "the rows after this target are never reached",
            view.span,
            help="give it a `when`, or move it to the end",
        )
    return Target(
        when=names.guard(view.get("when")),
        within=amount(report, view.get("within"), "within"),
        until=_date_field(names, view.get("until")),
        ladder=read_ladder(names, view.get("ladder")) if "ladder" in view else None,
    )


def _date_field(names: Names, node: Node | None) -> str | None:
    if text(names.report, node, "until") is None or not isinstance(node, Scalar):
        return None
    name = names.known(node, "field", names.fields)
    field = names.fields.get(name) if name else None
    if field is not None and name not in names.broken and (field.kind != "date" or field.many):
        found = f"{field.kind}, many" if field.many else field.kind
        names.report.add(
            "CW407",
            f"until needs a date field, but {name!r} is {found}",
            node.span,
            help="name a field of type date",
        )
    elif field is not None and field.sensitive:
        names.report.add(
            "CW404",
            f"{name!r} is sensitive, so no limit can show it",
            node.span,
            help="name another date field",
        )
    return name
