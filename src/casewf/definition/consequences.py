"""What a move or a rung does: ``set``, ``assign``, ``effects``."""

from __future__ import annotations

from casewf.definition.amounts import amount
from casewf.definition.expression import RESERVED_NAMES
from casewf.definition.names import Names, check_host_name, check_id, check_name
from casewf.definition.node import Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import one_of, text
from casewf.model.effect_specs import (
    IGNORE,
    WAIT,
    EffectSpec,
    HookSpec,
    MergeSpec,
    NotifySpec,
    OpenSpec,
    PushSpec,
    SendIf,
)
from casewf.model.expression import Expression
from casewf.model.workflow import Field

__all__ = [
    "EFFECT",
    "KINDS",
    "SEND_IF",
    "read_assign",
    "read_effects",
    "read_hook",
    "read_notify",
    "read_set",
]

KINDS = ("notify", "hook", "push", "open", "merge")
_WITH_PUSH = ("send", "send_if", "on_ok", "on_fail", "retry")
_WITH_OPEN = ("with", "carry", "org")
EFFECT = Shape("an effect", optional=(*KINDS, "quiet_hours", *_WITH_PUSH, *_WITH_OPEN), later=("document",))
SEND_IF = Shape("send_if", required=("when", "fields"))


def read_set(names: Names, node: Node | None) -> dict[str, Expression]:
    """``set: {field: expression}``, each of the field's type; people alone give sensitive fields (D5)."""
    result = {}
    for key, body in as_entries(names.report, node, "set"):
        name = names.known(key, "field", names.fields)
        field = names.fields.get(name) if name else None
        if field is not None and field.sensitive:
            names.report.add(
                "CW404",
                f"{key.text!r} is sensitive and cannot be set by an expression",
                key.span,
                help="ask for it with `asks`",
            )
            continue
        expression = names.expression(body, None if key.text in names.broken else field)
        if name is not None and expression is not None:
            result[name] = expression
    return result


def read_assign(names: Names, node: Node | None) -> dict[str, Expression]:
    """``assign: {role: expression}``: who holds a role on this case from now on (M11)."""
    result = {}
    for key, body in as_entries(names.report, node, "assign"):
        role = names.role(key)
        expression = names.holder(body)
        if role is not None and expression is not None:
            result[role] = expression
    return result


def read_effects(names: Names, node: Node | None) -> tuple[EffectSpec, ...]:
    """The list of effects, in file order."""
    found = (_effect(names, item) for item in as_list(names.report, node, "effects"))
    return tuple(effect for effect in found if effect is not None)


def read_hook(names: Names, node: Node | None) -> HookSpec | None:
    """A hook by the name that the host binds."""
    name = _host_name(names, node, "a hook")
    return None if name is None else HookSpec(name=name)


def read_notify(names: Names, view: MapView) -> NotifySpec | None:
    """``notify`` of a rung or an effect, with the ``quiet_hours`` that may stand beside it (E6)."""
    quiet = one_of(names.report, view.get("quiet_hours"), "quiet_hours", (WAIT, IGNORE))
    if "notify" in view:
        return NotifySpec(roles=names.role_list(view.get("notify"), "notify"), quiet_hours=quiet or WAIT)
    if "quiet_hours" in view:
        message = "'quiet_hours' goes with notify only"
        names.report.add("CW205", message, view.at("quiet_hours"), help="write it beside `notify`")
    return None


def _host_name(names: Names, node: Node | None, what: str) -> str | None:
    name = text(names.report, node, what)
    if name is not None and isinstance(node, Scalar):
        check_host_name(names.report, node, what)
    return name


def _effect(names: Names, node: Node) -> EffectSpec | None:
    report = names.report
    view = as_map(report, node, EFFECT)
    if view is None:
        return None
    kinds = view.among(KINDS)
    if len(kinds) != 1:
        view.check_one_of(report, "an effect", KINDS, "write one list item per effect")
        return None
    notify = read_notify(names, view)
    for kind, keys in (("push", _WITH_PUSH), ("open", _WITH_OPEN)):
        for key in view.among(keys) if kinds[0] != kind else ():
            report.add("CW205", f"{key!r} goes with {kind} only", view.at(key), help="delete it")
    match kinds[0]:
        case "push":
            return _push(names, view)
        case "open":
            return _open(names, view)
        case "merge":
            return _merge(names, view)
        case "hook":
            return read_hook(names, view.get("hook"))
        case _:
            return notify


def _push(names: Names, view: MapView) -> PushSpec | None:
    connector = _host_name(names, view.get("push"), "a connector")
    waits = (
        amount(names.report, item, "a wait") for item in as_list(names.report, view.get("retry"), "retry")
    )
    spec = PushSpec(
        connector=connector or "",
        send=names.field_list(view.get("send"), "send"),
        send_if=_send_if(names, view.get("send_if")),
        on_ok=names.system_trigger(view.get("on_ok"), "on_ok"),
        on_fail=names.system_trigger(view.get("on_fail"), "on_fail"),
        retry=tuple(wait for wait in waits if wait is not None),
    )
    return spec if connector else None


def _open(names: Names, view: MapView) -> OpenSpec | None:
    """A child case; whether its workflow takes these fields is looked at where that is known, by the engine."""
    workflow = check_id(names.report, view.get("open"), "the workflow of a child")
    values = {}
    for key, body in as_entries(names.report, view.get("with"), "with"):
        check_name(names.report, key, "field", reserved=RESERVED_NAMES)
        expression = names.expression(body, None)
        if expression is not None:
            values[key.text] = expression
    carry = names.field_list(view.get("carry"), "carry")
    for name in carry:
        field = None if name in names.broken else names.fields.get(name)
        if field is not None and not field.sensitive:
            message = f"carry is for sensitive fields, and {name!r} is none"
            names.report.add("CW407", message, view.at("carry"), help=f"write `with: {{{name}: {name}}}`")
        if name in values:
            message = f"{name!r} is given by both with and carry"
            names.report.add("CW205", message, view.at("carry"), help="name it in one of them")
    org = names.expression(view.get("org"), Field(kind="org"))
    return None if workflow is None else OpenSpec(workflow=workflow, values=values, carry=carry, org=org)


def _merge(names: Names, view: MapView) -> MergeSpec | None:
    """A merge, into the case that a field names."""
    node = view.get("merge")
    if text(names.report, node, "merge") is None or not isinstance(node, Scalar):
        return None
    name = names.known(node, "field", names.fields)
    field = names.fields.get(name) if name and name not in names.broken else None
    if field is not None and (field.kind != "text" or field.many or field.sensitive):
        found = field.kind if field.kind != "text" else "many" if field.many else "sensitive"
        names.report.add(
            "CW407",
            f"merge names a text field that holds a case's id, and {name!r} is {found}",
            node.span,
            help="name a field of type text with one open value",
        )
    return None if name is None else MergeSpec(into=name)


def _send_if(names: Names, node: Node | None) -> SendIf | None:
    view = as_map(names.report, node, SEND_IF)
    if view is None:
        return None
    when = names.guard(view.get("when"))
    fields = names.field_list(view.get("fields"), "fields")
    return None if when is None else SendIf(when=when, fields=fields)
