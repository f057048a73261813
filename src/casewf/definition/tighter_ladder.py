"""When one ladder warns of no less than another: every rung of the old one has one that does as much, no later."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from casewf.definition.amounts import written_amount
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.node_paths import same
from casewf.model.amount import Amount, is_longer
from casewf.model.effect_specs import WAIT

__all__ = ["MAX_COMPARED", "items", "lost_rungs"]

MAX_COMPARED = 100
"""Longer lists are only compared as a whole: each item is held against every other one."""

_DUE = 100
_DOES = ("card", "fire", "hook", "set", "assign")


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list, or the one value that stands for a list of one."""
    if isinstance(node, ListNode):
        return node.items
    return () if node is None else (node,)


def lost_rungs(old: Sequence[Node], new: Sequence[Node], limits: Sequence[Amount | None]) -> str:
    """Which rungs of ``old`` have none of their own in ``new`` that does as much and is no later; empty if all have.

    The limit itself is taken to be no longer than before, so that a share of it is no later, either.

    Args:
        old: the ladder of the base.
        new: the ladder of the overlay.
        limits: how long the targets with the new ladder are; None for what is no amount.
    """
    if max(len(old), len(new)) > MAX_COMPARED:
        equal = len(old) == len(new) and all(map(same, old, new))
        return "" if equal else f"its ladder of more than {MAX_COMPARED} rungs is changed"
    left = list(new)
    for holds in (same, partial(_covers, limits=limits)):
        missing = []
        for rung in old:
            found = next((number for number, other in enumerate(left) if holds(other, rung)), None)
            if found is None:
                missing.append(rung)
            else:
                del left[found]
        old = missing
    if not old:
        return ""
    lost = ", ".join(map(_named, old))
    return f"no rung does as much, as early, as {lost}; a ladder inside a row of `target` goes with that row: repeat it"


def _named(rung: Node) -> str:
    """A rung by when it fires: ``at: 80%``."""
    for key in ("at", "before", "after"):
        when = rung.peek(key) if isinstance(rung, MapNode) else None
        if isinstance(when, Scalar):
            return f"`{key}: {when.text[:40]}`"
    return "one of the base"


def _covers(one: Node, other: Node, limits: Sequence[Amount | None]) -> bool:
    """Whether a rung does at least what another one does, at the same instant or before it, and as often."""
    if not (isinstance(one, MapNode) and isinstance(other, MapNode)):
        return False
    if not same(one.peek("before"), other.peek("before")) and not _is_armed(one, limits):
        return False
    return _no_later(one, other) and _as_often(one, other) and _does_as_much(one, other)


def _is_armed(rung: MapNode, limits: Sequence[Amount | None]) -> bool:
    """Whether a rung stands after the start of each of the targets, in whatever calendar; else it never fires (E2)."""
    before = rung.peek("before")
    return before is None or all(limit is not None and _is_shorter(before, limit) for limit in limits)


def _no_later(one: MapNode, other: MapNode) -> bool:
    share, than = _share(one), _share(other)
    if other.peek("after") is not None:
        return one.peek("after") is None or _at_most(one.peek("after"), other.peek("after"))
    if than is not None:
        return (share is not None and share <= than) or (than == _DUE and one.peek("before") is not None)
    return _at_most(other.peek("before"), one.peek("before"))


def _share(rung: MapNode) -> int | None:
    """The percentage of a rung; ``due`` is the whole."""
    at = rung.peek("at")
    if not isinstance(at, Scalar):
        return None
    percent = at.text.removesuffix("%")
    return _DUE if at.text == "due" else int(percent) if percent.isdecimal() and len(percent) <= 3 else None


def _at_most(one: Node | None, other: Node | None) -> bool:
    amounts = [written_amount(node.text) if isinstance(node, Scalar) else None for node in (one, other)]
    if amounts[0] is None or amounts[1] is None:
        return False
    try:
        return not is_longer(amounts[0], amounts[1])
    except TypeError:
        return False


def _is_shorter(one: Node, other: Amount) -> bool:
    amount = written_amount(one.text) if isinstance(one, Scalar) else None
    try:
        return amount is not None and is_longer(other, amount)
    except TypeError:
        return False


def _as_often(one: MapNode, other: MapNode) -> bool:
    if other.peek("every") is None:
        return True
    times = [
        node.text if isinstance(node, Scalar) else "" for node in (one.peek("times"), other.peek("times"))
    ]
    if not same(one.peek("every"), other.peek("every")) or not all(each.isdecimal() for each in times):
        return False
    return len(times[0]) <= 4 and int(times[0]) >= int(times[1][:5])


def _waits(rung: MapNode) -> bool:
    """Whether who has quiet hours is told when they end (E6)."""
    quiet = rung.peek("quiet_hours")
    return quiet is None or (isinstance(quiet, Scalar) and quiet.text == WAIT)


def _does_as_much(one: MapNode, other: MapNode) -> bool:
    told = {item.text for item in items(other.peek("notify")) if isinstance(item, Scalar)}
    tells = {item.text for item in items(one.peek("notify")) if isinstance(item, Scalar)}
    if not told <= tells or (told and _waits(one) and not _waits(other)):
        return False
    if any(other.peek(key) is not None and not same(one.peek(key), other.peek(key)) for key in _DOES):
        return False
    effects = items(one.peek("effects"))
    return all(any(same(effect, mine) for mine in effects) for effect in items(other.peek("effects")))
