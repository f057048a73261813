"""A district's file laid over a base: maps merge by key, lists replace, ``null`` removes.

Done on nodes, which keep their places: so what is wrong in the whole is told in the file and line that it stands in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from casewf.definition.expression_types import suggestion
from casewf.definition.fields import FIELD
from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.shapes import did_you_mean, is_null, kind_of
from casewf.definition.slas import SLA
from casewf.definition.tracks import TRACK

__all__ = ["is_rows", "lay_over", "trigger_of"]

_WHAT = {("fields",): "field", ("tracks",): "track", ("slas",): "SLA", ("tracks", "states"): "state"}
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "field": tuple((key,) for key in FIELD.required),
    "track": tuple((key,) for key in TRACK.required),
    "SLA": tuple((key,) for key in SLA.required),
    "state": (("zh", "en"),),
}
"""What a new entry of a section must have; one that lacks it was probably meant to change another one."""


def lay_over(report: Report, base: MapNode, over: MapNode) -> MapNode:
    """The root of ``over`` with everything that it leaves as it is in ``base``.

    The keys of the base come first, in its order, then the new ones; only ``cards`` go by their rank.
    """
    return _Merge(report).map(base, over, ())


def is_rows(path: tuple[str, ...]) -> bool:
    """Whether the transitions of a track stand at a path."""
    return len(path) == 3 and path[0] == "tracks" and path[2] == "transitions"


def trigger_of(row: Node) -> str:
    """The trigger of a transition; empty if it has none that can be read."""
    trigger = row.peek("trigger") if isinstance(row, MapNode) else None
    return trigger.text if isinstance(trigger, Scalar) else ""


class _Merge:
    def __init__(self, report: Report) -> None:
        self._report = report

    def map(self, base: MapNode, over: MapNode, path: tuple[str, ...]) -> MapNode:
        pairs = {key.text: (key, value) for key, value in base.pairs}
        removed = {key.text: key for key in base.removed}
        for key, value in over.pairs:
            here = (*path, key.text)
            if here == ("extends",):
                continue
            below = pairs.get(key.text)
            if is_null(value):
                if self._is_there(key, pairs, here):
                    del pairs[key.text]
                    removed[key.text] = key
            elif below is None:
                if self._is_whole(key, value, pairs, here):
                    pairs[key.text] = key, self._node(None, value, here)
            else:
                both = isinstance(below[1], MapNode) and isinstance(value, MapNode)
                pairs[key.text] = below[0] if both else key, self._node(below[1], value, here)
        if path == ("cards",):
            named = [key for key, _ in over.pairs if key.text in pairs or key.text in removed]
            pairs = {name: pairs[name] for name in self._ranked(base, named) if name in pairs}
        gone = tuple(key for name, key in removed.items() if name not in pairs)
        return MapNode(tuple(pairs.values()), over.span, gone)

    def _node(self, base: Node | None, over: Node, path: tuple[str, ...]) -> Node:
        if is_rows(path):
            return self._rows(base, over)
        if path == ("sealed",):
            return _united(base, over)
        if not isinstance(over, MapNode):
            return over
        return self.map(base if isinstance(base, MapNode) else MapNode((), over.span), over, path)

    def _is_there(self, key: Scalar, known: Collection[str], path: tuple[str, ...]) -> bool:
        if key.text in known and path != ("sealed",):
            return True
        if key.text in known:
            message, advice = "what is sealed stays sealed", "delete this line"
        else:
            message = f"{quoted(key.text)} is not there, so it cannot be removed"
            advice = did_you_mean(key.text, known) or "`null` removes a key of the base; delete this line"
        self._report.add("CW803", message, key.span, help=advice)
        return False

    def _is_whole(self, key: Scalar, value: Node, known: Collection[str], path: tuple[str, ...]) -> bool:
        """Whether something new can stand by itself; else it was meant for something that the base has."""
        what = _WHAT.get(path[:-1:2] if len(path) in {2, 4} else (), "")
        needed = _NEEDED.get(what, ())
        if not isinstance(value, MapNode) or all(any(map(value.peek, names)) for names in needed):
            return True
        missing = " and ".join(" or ".join(names) for names in needed if not any(map(value.peek, names)))
        message = f"the base has no {what} {quoted(key.text)}, and one of its own needs {missing}"
        self._report.add("CW804", message, key.span, help=suggestion(key.text[:100], known))
        return False

    def _ranked(self, base: MapNode, named: Sequence[Scalar]) -> list[str]:
        """The cards, mildest first (E5): a new one stands where the overlay puts it among those of the base."""
        below = {key.text: number for number, (key, _) in enumerate(base.pairs)}
        order = [key for key in named if key.text in below]
        moved = (other for one, other in pairwise(order) if below[one.text] > below[other.text])
        if (card := next(moved, None)) is not None:
            advice = f"mildest first, as in the base: {', '.join(below)}"
            self._report.add("CW810", "the cards of the base keep their rank", card.span, help=advice)
        if not order:
            if below and named:
                advice = f"name its neighbour before or after it, such as `{next(iter(below))}: {{}}`"
                message = (
                    f"{quoted(named[0].text)} stands beside no card of the base, so its rank cannot be told"
                )
                self._report.add("CW810", message, named[0].span, help=advice)
            return [*below, *(key.text for key in named)]
        after: dict[str, list[str]] = {}
        first, last = order[0].text, ""
        for key in named:
            if key.text in below:
                last = key.text
            else:
                after.setdefault(last, []).append(key.text)
        ranked = []
        for name in below:
            ranked += [*(after.get("", ()) if name == first else ()), name, *after.get(name, ())]
        return ranked

    # Transitions

    def _rows(self, base: Node | None, over: Node) -> Node:
        """The rows of a track; a map of triggers replaces those of its triggers only (M1 tries them in their order)."""
        rows = base.items if isinstance(base, ListNode) else ()
        removed = {key.text: key for key in base.removed} if isinstance(base, ListNode) else {}
        known = dict.fromkeys(filter(None, map(trigger_of, rows)))
        if isinstance(over, ListNode):
            removed |= {name: Scalar(name, "", over.span) for name in known}
            return ListNode(over.items, over.span, tuple(removed.values()))
        if not isinstance(over, MapNode):
            return over
        new: dict[str, tuple[Node, ...]] = {}
        for key, value in over.pairs:
            if is_null(value):
                if self._is_there(key, known, ()):
                    new[key.text] = ()
                    removed[key.text] = key
            elif isinstance(value, ListNode) and value.items:
                new[key.text] = tuple(self._row(key, row) for row in value.items)
            else:
                found = "an empty list" if isinstance(value, ListNode) else kind_of(value)
                message = f"the rows of {quoted(key.text)} must be a list, found {found}"
                self._report.add(
                    "CW201", message, value.span, help="write `- {from: …}` lines; `null` removes them"
                )
        placed: list[Node] = []
        for row in rows:
            trigger = trigger_of(row)
            if trigger in new:
                placed += new[trigger]
                new[trigger] = ()
            if trigger not in new:
                placed.append(row)
        placed += [row for replacing in new.values() for row in replacing]
        return ListNode(tuple(placed), over.span, tuple(removed.values()))

    def _row(self, trigger: Scalar, row: Node) -> Node:
        """A row with the trigger that stands above it."""
        if not isinstance(row, MapNode):
            return row
        own = row.peek("trigger")
        if own is None:
            return MapNode(((Scalar("trigger", "", trigger.span), trigger), *row.pairs), row.span)
        if not isinstance(own, Scalar) or own.text != trigger.text:
            message = f"a row under {quoted(trigger.text)} has another trigger"
            self._report.add("CW205", message, own.span, help="leave `trigger` out here, or move the row")
        return row


def _united(base: Node | None, over: Node) -> Node:
    """What both seal; a seal is never broken by sealing something else."""
    below = _items(base)
    known = {item.text for item in below if isinstance(item, Scalar)}
    own = [item for item in _items(over) if not isinstance(item, Scalar) or item.text not in known]
    return ListNode((*below, *own), over.span)


def _items(node: Node | None) -> tuple[Node, ...]:
    if isinstance(node, ListNode):
        return node.items
    return () if node is None else (node,)
