"""The ``extension`` and ``suspension`` of an SLA: who may ask for them, who grants them, and how far (K7)."""

from __future__ import annotations

from typing import TypedDict

from casewf.definition.amounts import amount
from casewf.definition.findings import quoted
from casewf.definition.names import Names
from casewf.definition.node import Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_map
from casewf.definition.values import one_of, text, whole_number
from casewf.model.amount import Amount
from casewf.model.workflow import ExtensionRule, SuspensionRule, Target

__all__ = ["EXTENSION", "MAX_ACTS", "SUSPENSION", "read_extension", "read_suspension"]

_KEYS = ("asked_by", "not_by", "times", "up_to", "asked_before", "notify")
EXTENSION = Shape("an extension", required=("by",), optional=_KEYS)
SUSPENSION = Shape("a suspension", required=("by",), optional=_KEYS)
MAX_ACTS = 1000
_ORIGINAL = "original"


def read_extension(names: Names, node: Node | None, targets: tuple[Target, ...]) -> ExtensionRule | None:
    """What an extension may be; ``up_to: original`` is as much as the limit itself (K7)."""
    view = as_map(names.report, node, EXTENSION)
    if view is None:
        return None
    up_to = view.get("up_to")
    most = _up_to(names, up_to)
    units = {type(one.within) for one in targets if one.within is not None}
    # a target that could not be read may have any unit
    is_whole = bool(units) and all(one.within is not None or one.until is not None for one in targets)
    if targets and all(one.until is not None for one in targets):
        names.report.add(
            "CW408",
            "every target is a date, so nothing could ever be granted",
            view.span,
            help="a date is not extended; accept its field in a transition, and change it there",
        )
    if most is not None and up_to is not None and is_whole and type(most) not in units:
        names.report.add(
            "CW408",
            "no target has the unit of up_to, so nothing could ever be granted",
            up_to.span,
            help="an extension is in the unit of the limit itself",
        )
    return ExtensionRule(up_to=most, **_act_rule(names, view))


def read_suspension(names: Names, node: Node | None) -> SuspensionRule | None:
    """What a suspension may be; without ``up_to`` it lasts until somebody resumes the clock (K7)."""
    view = as_map(names.report, node, SUSPENSION)
    if view is None:
        return None
    return SuspensionRule(up_to=amount(names.report, view.get("up_to"), "up_to"), **_act_rule(names, view))


def _up_to(names: Names, node: Node | None) -> Amount | None:
    if not isinstance(node, Scalar) or not node.text.isalpha():
        return amount(names.report, node, "up_to")
    if node.text != _ORIGINAL:
        names.report.add(
            "CW210",
            f"up_to must be an amount of time or `{_ORIGINAL}`, found {quoted(node.text)}",
            node.span,
            help=f"write `{_ORIGINAL}` for as much as the limit itself",
        )
    return None


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
