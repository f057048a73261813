"""What a move or a rung does: ``set``, ``assign``, ``effects``."""

from __future__ import annotations

import re

from casewf.definition.amounts import amount
from casewf.definition.findings import quoted
from casewf.definition.names import Names
from casewf.definition.node import Node
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.values import one_of, text
from casewf.model.effect_specs import (
    IGNORE,
    WAIT,
    EffectSpec,
    HookSpec,
    NotifySpec,
    PushSpec,
    SendIf,
)
from casewf.model.expression import Expression

__all__ = ["EFFECT", "SEND_IF", "read_assign", "read_effects", "read_hook", "read_notify", "read_set"]

_KINDS = ("notify", "hook", "push")
_WITH_PUSH = ("send", "send_if", "on_ok", "on_fail", "retry")
EFFECT = Shape("an effect", optional=(*_KINDS, "quiet_hours", *_WITH_PUSH), later=("open", "document"))
SEND_IF = Shape("send_if", required=("when", "fields"))
_HOST_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


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
    if name is None or node is None or _HOST_NAME.fullmatch(name):
        return name
    names.report.add(
        "CW301",
        f"{quoted(name)} is not a well-formed name of {what}",
        node.span,
        help="use lower-case letters, digits, _ and -, a letter first",
    )
    return None


def _effect(names: Names, node: Node) -> EffectSpec | None:
    report = names.report
    view = as_map(report, node, EFFECT)
    if view is None:
        return None
    kinds = view.among(_KINDS)
    if len(kinds) != 1:
        view.check_one_of(report, "an effect", _KINDS, "write one list item per effect")
        return None
    notify = read_notify(names, view)
    if kinds[0] == "push":
        return _push(names, view)
    for key in view.among(_WITH_PUSH):
        report.add("CW205", f"{key!r} goes with push only", view.at(key), help="delete it")
    if kinds[0] == "hook":
        return read_hook(names, view.get("hook"))
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


def _send_if(names: Names, node: Node | None) -> SendIf | None:
    view = as_map(names.report, node, SEND_IF)
    if view is None:
        return None
    when = names.guard(view.get("when"))
    fields = names.field_list(view.get("fields"), "fields")
    return None if when is None else SendIf(when=when, fields=fields)
