"""Maps with known keys, maps with names, and lists; what is wrong is noted, and reading goes on.

Shared by the readers of workflows, calendars, directories and stories. A reader names its keys in a ``Shape``, the one
list of them, for checking and for messages.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from casewf.definition.findings import Report, quoted
from casewf.definition.nearest import nearest
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span

__all__ = [
    "MapView",
    "Shape",
    "as_entries",
    "as_list",
    "as_map",
    "did_you_mean",
    "gone",
    "is_null",
    "kind_of",
    "one_or_more",
]

_COMMA = "if it belongs to the text before the comma, put that text in quotes"


@attrs.frozen(slots=True)
class Shape:
    """The keys of one kind of map.

    Attributes:
        what: what the map is, with its article: ``a state``.
        required, optional: its keys.
        later: keys that a later version will read.
        keys: all that are read, in the order of the reference.
    """

    what: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    keys: tuple[str, ...] = attrs.field(init=False)

    @keys.default
    def _keys(self) -> tuple[str, ...]:
        return self.required + self.optional


class MapView:
    """A map whose keys were checked; a key without a value counts as absent.

    Attributes:
        span: where to point when something is missing.
        is_whole: all its keys could be read, so that what is absent was left out by the author.
    """

    def __init__(self, span: Span, pairs: dict[str, tuple[Scalar, Node]], *, is_whole: bool) -> None:
        self.span = span
        self.is_whole = is_whole
        self._pairs = pairs

    def __contains__(self, key: str) -> bool:
        return key in self._pairs

    def get(self, key: str) -> Node | None:
        """The value of ``key``, or None."""
        pair = self._pairs.get(key)
        return pair[1] if pair else None

    def at(self, key: str) -> Span:
        """Where ``key`` stands; the whole map if it does not."""
        pair = self._pairs.get(key)
        return pair[0].span if pair else self.span

    def among(self, keys: Iterable[str]) -> list[str]:
        """Those of ``keys`` that are given."""
        return [key for key in keys if key in self._pairs]

    def check_one_of(self, report: Report, what: str, keys: tuple[str, ...], advice: str) -> None:
        """Note that not exactly one of ``keys`` is given."""
        found = self.among(keys)
        if len(found) > 1 or (not found and self.is_whole):
            message = f"{what} has exactly one of {', '.join(keys)}; found {' and '.join(found) or 'none'}"
            report.add("CW205", message, self.span, help=self._laid_over(report, found) or advice)

    def _laid_over(self, report: Report, keys: list[str]) -> str:
        """What to do where one of several keys comes from the file below; empty if all stand in one file."""
        spans = {key: self._pairs[key][1].span for key in keys}
        if len({span.file for span in spans.values()}) < 2:
            return ""
        key = max(keys, key=lambda one: spans[one].file)
        return f"{key!r} comes from {report.line(spans[key])}; take it out with `{key}: null`"


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` if something known is close, else the empty text."""
    close = nearest(wanted, known)
    return f"did you mean {close!r}?" if close else ""


def kind_of(node: Node) -> str:
    """What a node is, for messages: its text in quotes, or the kind of collection."""
    if isinstance(node, MapNode):
        return "a map"
    if isinstance(node, ListNode):
        return "a list"
    return "nothing" if node.is_null else quoted(node.text)


def is_null(node: Node | None) -> bool:
    """Whether nothing is written, or one of YAML's words for nothing."""
    return isinstance(node, Scalar) and node.is_null


def _is_given(report: Report, node: Node, what: str, at: Span) -> bool:
    if is_null(node):
        report.add("CW206", f"{what} has no value", at, help="give it one, or leave it out")
        return False
    return True


def as_map(report: Report, node: Node | None, shape: Shape, *, at: Span | None = None) -> MapView | None:
    """The map with its keys checked against ``shape``; missing keys are noted at ``at``, or at the map."""
    if node is None:
        return None
    if not isinstance(node, MapNode):
        message = f"{shape.what} must be a map, found {kind_of(node)}"
        report.add("CW201", message, node.span, allowed=shape.keys, help="write `key: value` lines")
        return None
    pairs = {}
    meant = set()
    for key, value in node.pairs:
        if key.text in shape.later:
            message = f"{key.text!r} comes with a later version"
            report.add("CW204", message, key.span, help="leave it out for now")
        elif key.text not in shape.keys:
            meant.add(_unknown_key(report, key, value, shape))
        elif _is_given(report, value, f"key {key.text!r}", key.span):
            pairs[key.text] = key, value
        else:
            meant.add(key.text)
    view = MapView(node.span if at is None else at, pairs, is_whole=len(pairs) == len(node.pairs))
    for missing in shape.required:
        if missing not in pairs and missing not in meant:
            report.add(
                "CW203",
                f"{shape.what} needs the key {missing!r}",
                view.span,
                help=gone(report, node, missing),
            )
    return view


def gone(report: Report, node: Node | None, name: str) -> str:
    """Where an overlay took out a key, or the rows of a trigger, that is missed now; else the empty text."""
    removed = node.removed if isinstance(node, MapNode | ListNode) else ()
    return next((f"it is taken out in {report.line(key.span)}" for key in removed if key.text == name), "")


def _unknown_key(report: Report, key: Scalar, value: Node, shape: Shape) -> str:
    """Note it; the key that was probably meant, or the empty text."""
    close = nearest(key.text, shape.keys)
    if not key.is_boolean_word:  # that one was noted when the text was read
        advice = f"did you mean {close!r}?" if close else _COMMA if is_null(value) else ""
        message = f"unknown key {quoted(key.text)} in {shape.what}"
        report.add("CW202", message, key.span, allowed=shape.keys, help=advice)
    return close


def as_entries(report: Report, node: Node | None, what: str) -> list[tuple[Scalar, Node]]:
    """The pairs of a map whose keys the author chooses."""
    if node is None:
        return []
    if not isinstance(node, MapNode):
        report.add(
            "CW201",
            f"{what} must be a map, found {kind_of(node)}",
            node.span,
            help="write `name: value` lines",
        )
        return []
    return [(key, value) for key, value in node.pairs if _is_given(report, value, quoted(key.text), key.span)]


def as_list(report: Report, node: Node | None, what: str) -> list[Node]:
    """The items of a list."""
    if node is None:
        return []
    if not isinstance(node, ListNode):
        report.add(
            "CW201",
            f"{what} must be a list, found {kind_of(node)}",
            node.span,
            help="write `- item` lines or [item, item]",
        )
        return []
    return [item for item in node.items if _is_given(report, item, "an item", item.span)]


def one_or_more(report: Report, node: Node | None, what: str) -> list[Node]:
    """The items of a list, or the one value that stands for a list of one; an empty list is noted."""
    if isinstance(node, ListNode):
        if not node.items:
            report.add(
                "CW206", f"{what} is an empty list", node.span, help="name at least one, or leave the key out"
            )
        return as_list(report, node, what)
    return [] if node is None else [node]
