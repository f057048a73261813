"""The ``ladder`` of an SLA: when somebody is warned, and what else happens then (E1-E6)."""

from __future__ import annotations

import re

from casewf.definition.amounts import amount
from casewf.definition.consequences import read_assign, read_effects, read_hook, read_notify, read_set
from casewf.definition.findings import Report, quoted
from casewf.definition.full_width import full_width
from casewf.definition.names import Names
from casewf.definition.node import Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_list, as_map
from casewf.definition.values import text, whole_number
from casewf.model.effect_specs import EffectSpec, MergeSpec
from casewf.model.workflow import Rung

__all__ = ["MAX_TIMES", "RUNG", "WHAT", "WHEN", "read_ladder"]

WHEN = ("at", "before", "after")
WHAT = ("notify", "card", "fire", "hook", "set", "assign", "effects")
RUNG = Shape("a rung", optional=(*WHEN, "every", "times", *WHAT, "quiet_hours"))
_PERCENT = re.compile(r"([1-9][0-9]?|100)%")
DUE = 100
MAX_TIMES = 1000


def read_ladder(names: Names, node: Node | None) -> tuple[Rung, ...]:
    """The rungs in file order; an empty list is a ladder without rungs."""
    found = (_rung(names, item) for item in as_list(names.report, node, "ladder"))
    return tuple(rung for rung in found if rung is not None)


def _rung(names: Names, node: Node) -> Rung | None:
    report = names.report
    view = as_map(report, node, RUNG)
    if view is None:
        return None
    view.check_one_of(
        report, "a rung", WHEN, "write `at: due`, `at: 80%`, `before: 1 working day`, `after: 2 hours`"
    )
    if not view.among(WHAT) and view.is_whole:
        report.add(
            "CW406", "a rung does something", view.span, allowed=WHAT, help="`notify: role` tells somebody"
        )
    percent = _percent(report, view.get("at"))
    _check_repetition(report, view, percent)
    return Rung(
        percent=percent,
        before=amount(report, view.get("before"), "before"),
        after=amount(report, view.get("after"), "after"),
        every=amount(report, view.get("every"), "every"),
        times=whole_number(report, view.get("times"), "times", minimum=2, maximum=MAX_TIMES) or 1,
        card=_card(names, view.get("card")),
        fire=names.system_trigger(view.get("fire"), "fire"),
        set=read_set(names, view.get("set")),
        assign=read_assign(names, view.get("assign")),
        effects=_effects(names, view),
    )


def _percent(report: Report, node: Node | None) -> int | None:
    """``due`` is 100 %, of the measured time from the start to the due instant (E2)."""
    written = text(report, node, "at")
    if written is None or node is None:
        return None
    if written == "due":
        return DUE
    form = _PERCENT.fullmatch(written)
    if form is None:
        report.add(
            "CW208",
            f"at cannot be {quoted(written)}",
            node.span,
            allowed=("due", "1% to 100%"),
            help=full_width(written),
        )
        return None
    return int(form[1])


def _check_repetition(report: Report, view: MapView, percent: int | None) -> None:
    if "every" in view and "times" not in view:
        report.add(
            "CW203",
            "`every` needs the key 'times'",
            view.at("every"),
            help="say how many times in all, the first included",
        )
    elif "times" in view and "every" not in view:
        report.add(
            "CW203", "`times` needs the key 'every'", view.at("times"), help="say how long after one another"
        )
    if "every" in view and ("before" in view or (percent is not None and percent < DUE)):
        report.add(
            "CW205",
            "only rungs at or after the due instant repeat",
            view.at("every"),
            help="write `at: due` or `after: …`",
        )


def _card(names: Names, node: Node | None) -> str | None:
    if text(names.report, node, "card") is None or not isinstance(node, Scalar):
        return None
    return names.known(node, "card", names.cards)


def _effects(names: Names, view: MapView) -> tuple[EffectSpec, ...]:
    """The shorthands ``notify`` and ``hook`` stand before the ``effects``."""
    short = (read_notify(names, view), read_hook(names, view.get("hook")))
    found = read_effects(names, view.get("effects"))
    if any(isinstance(effect, MergeSpec) for effect in found):
        advice = "write `merge` in the effects of a transition"
        names.report.add("CW411", "a rung cannot merge a case", view.at("effects"), help=advice)
    return (*(effect for effect in short if effect is not None), *found)
