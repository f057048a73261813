"""Values of a file by their path, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.definition.overlay import is_rows, trigger_of

__all__ = ["NodePath", "Tree", "differences", "same", "taken_out"]

NodePath = tuple[str, ...]
"""Keys from the top of a file; below the transitions of a track a trigger stands for its rows."""


class Tree:
    """A file whose values are looked up by their path; each map is indexed once."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._indexed: dict[int, dict[str, Node]] = {}

    def find(self, path: NodePath) -> Node | None:
        """The value at ``path``, or None."""
        found, missing = self.walk(path)
        return None if missing else found

    def walk(self, path: NodePath) -> tuple[Node, NodePath]:
        """The last value on the way to ``path``, and what of the path is not there; empty if all of it is."""
        node = self._root
        for number, name in enumerate(path):
            below = self.names(node, path[:number])
            if name not in below:
                return node, path[number:]
            node = below[name]
        return node, ()

    def names(self, node: Node, path: NodePath) -> dict[str, Node]:
        """What stands under the value at ``path``: keys of a map, triggers of transitions."""
        if id(node) not in self._indexed:
            found: dict[str, Node] = {}
            if isinstance(node, MapNode):
                found = {key.text: value for key, value in node.pairs}
            elif isinstance(node, ListNode) and is_rows(path):
                rows: dict[str, list[Node]] = {}
                for row in node.items:
                    rows.setdefault(trigger_of(row), []).append(row)
                found = {name: ListNode(tuple(own), own[0].span) for name, own in rows.items() if name}
            self._indexed[id(node)] = found
        return self._indexed[id(node)]


def same(one: Node | None, other: Node | None) -> bool:
    """Whether two values say the same, wherever they stand; a list of one is that one."""
    if one is other:
        return True
    if one is None or other is None:
        return False
    one, other = _unwrapped(one), _unwrapped(other)
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text
    if isinstance(one, ListNode) and isinstance(other, ListNode):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    if isinstance(one, MapNode) and isinstance(other, MapNode):
        values = {key.text: value for key, value in other.pairs}
        keys = [key.text for key, _ in one.pairs]
        return len(keys) == len(values) and all(same(value, values.get(key.text)) for key, value in one.pairs)
    return False


def _unwrapped(node: Node) -> Node:
    return node.items[0] if isinstance(node, ListNode) and len(node.items) == 1 else node


def differences(old: Node, new: Node, path: NodePath = ()) -> Iterator[tuple[NodePath, Span]]:
    """Where ``new`` says something else than ``old``: the paths of single values, and where ``new`` stands.

    The keys of a map are compared one by one, in whatever order; what is taken out stands where that is written.
    """
    if same(old, new):
        return
    if not (isinstance(old, MapNode) and isinstance(new, MapNode)):
        yield path, new.span
        return
    before = {key.text: value for key, value in old.pairs}
    for key, value in new.pairs:
        if key.text in before:
            yield from differences(before[key.text], value, (*path, key.text))
        else:
            yield (*path, key.text), key.span
    after: Collection[str] = {key.text for key, _ in new.pairs}
    for name in before:
        if name not in after:
            yield (*path, name), taken_out(new, name)


def taken_out(node: Node, name: str) -> Span:
    """Where an overlay took ``name`` out of a map or of transitions; the whole of it where that is not known."""
    removed = node.removed if isinstance(node, MapNode | ListNode) else ()
    return next((key.span for key in removed if key.text == name), node.span)
