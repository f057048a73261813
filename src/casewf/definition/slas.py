"""The ``slas`` section: limits, the moments that move their clocks, targets and extensions (K1-K8)."""

from __future__ import annotations

from typing import TypedDict

from casewf.definition.amounts import amount
from casewf.definition.ladder import read_ladder
from casewf.definition.names import Names
from casewf.definition.node import ListNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_list, as_map, one_or_more
from casewf.definition.values import boolean, label, one_of, text, whole_number
from casewf.model.amount import Amount
from casewf.model.workflow import ExtensionRule, Moment, Sla, SuspensionRule, Target

__all__ = ["EXTENSION", "MOMENT", "PAUSE", "SLA", "SLA_WORDS", "SUSPENSION", "TARGET", "read_sla"]

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
        "ladder",
        "extension",
        "suspension",
        *SLA_WORDS,
    ),
)
_HAPPENS = ("enter", "leave", "fire", "case")
MOMENT = Shape("a moment", optional=(*_HAPPENS, "when"))
PAUSE = Shape("a pause", required=("in",), optional=("when",))
_LIMITS = ("within", "until")
TARGET = Shape("a target", optional=("when", *_LIMITS, "ladder"))
_ACT_KEYS = ("asked_by", "not_by", "times", "up_to", "asked_before", "notify")
EXTENSION = Shape("an extension", required=("by",), optional=_ACT_KEYS)
SUSPENSION = Shape("a suspension", required=("by",), optional=_ACT_KEYS)
_CASE_MOMENTS = ("closed", "reopened")
MAX_ACTS = 1000
_ORIGINAL = "original"


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
        extension=_extension(names, view.get("extension"), targets),
        suspension=_suspension(names, view.get("suspension")),
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
    view.check_one_of(report, "a moment", _HAPPENS, "write a list for several moments")
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


def _target(names: Names, node: Node, *, last: bool) -> Target | None:
    report = names.report
    view = as_map(report, node, TARGET)
    if view is None:
        return None
    view.check_one_of(report, "a target", _LIMITS, "write `within: 5 working days` or `until: date_field`")
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


def _extension(names: Names, node: Node | None, targets: tuple[Target, ...]) -> ExtensionRule | None:
    """What an extension may be; ``up_to: original`` is as much as the limit itself (K7)."""
    view = as_map(names.report, node, EXTENSION)
    if view is None:
        return None
    up_to = view.get("up_to")
    is_original = isinstance(up_to, Scalar) and up_to.text == _ORIGINAL
    most = None if is_original else amount(names.report, up_to, "up_to")
    units = {type(one.within) for one in targets if one.within is not None}
    if most is not None and up_to is not None and units and type(most) not in units:
        names.report.add(
            "CW408",
            "no target has the unit of up_to, so nothing could ever be granted",
            up_to.span,
            help="an extension is in the unit of the limit itself",
        )
    return ExtensionRule(up_to=most, **_act_rule(names, view))


def _suspension(names: Names, node: Node | None) -> SuspensionRule | None:
    """What a suspension may be; without ``up_to`` it lasts until somebody resumes the clock (K7)."""
    view = as_map(names.report, node, SUSPENSION)
    if view is None:
        return None
    return SuspensionRule(up_to=amount(names.report, view.get("up_to"), "up_to"), **_act_rule(names, view))


class _ActKeys(TypedDict):
    by: str
    asked_by: tuple[str, ...]
    times: int
    asked_before: Amount | None
    notify: tuple[str, ...]


def _act_rule(names: Names, view: MapView) -> _ActKeys:
    """What both kinds of acts have; requester and approver always differ (K7)."""
    report = names.report
    one_of(report, view.get("not_by"), "not_by", ("requester",))
    by = view.get("by")
    role = names.role(by) if isinstance(by, Scalar) and text(report, by, "by") else None
    if by is not None and not isinstance(by, Scalar):
        text(report, by, "by")
    return {
        "by": role or "",
        "asked_by": names.role_list(view.get("asked_by"), "asked_by"),
        "times": whole_number(report, view.get("times"), "times", minimum=1, maximum=MAX_ACTS) or 1,
        "asked_before": amount(report, view.get("asked_before"), "asked_before"),
        "notify": names.role_list(view.get("notify"), "notify"),
    }
