"""A definition file that was read: what stands in it, and where, for those who judge or show it afterwards."""

from __future__ import annotations

import attrs

from casewf.definition.findings import Report
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.model.migration import Migration
from casewf.model.workflow import Workflow

__all__ = ["Document", "Located", "Path"]

Path = str | int
"""One step into a document: a key of a map, or the number of an item of a list, from 0."""


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Located:
    """A file that was read, with where everything stands in it.

    Attributes:
        report: knows the texts that spans point into.
        root: the nodes of the file; where it lies over another file, of both.
    """

    report: Report
    root: Node

    def node(self, *path: Path) -> Node | None:
        """The node at a path such as ``("tracks", "union", "transitions", 3, "when")``, or None."""
        found: Node | None = self.root
        for step in path:
            if isinstance(found, MapNode) and isinstance(step, str):
                found = found.peek(step)
            elif isinstance(found, ListNode) and isinstance(step, int):
                found = found.items[step] if 0 <= step < len(found.items) else None
            elif step == 0 and isinstance(found, Scalar | MapNode):
                continue  # one value that stands for a list of one
            else:
                return None
        return found

    def span(self, *path: Path) -> Span:
        """Where the value at a path stands; where there is none, the nearest thing around it."""
        for length in range(len(path), -1, -1):
            found = self.node(*path[:length])
            if found is not None:
                return found.span
        return self.root.span

    def key(self, *path: Path) -> Span:
        """Where the last key of a path stands; the value itself if it is an item of a list, not there, or the root."""
        around = self.node(*path[:-1]) if path else None
        if isinstance(around, MapNode):
            for name, _ in around.pairs:
                if name.text == path[-1]:
                    return name.span
        return self.span(*path)


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Document(Located):
    """A workflow file, read without a finding.

    The items of its lists are those of the workflow, in the same order: row 3 of a track is item 3 of its transitions.

    Attributes:
        workflow: what the nodes mean.
        migration: what they say of open cases of earlier versions; no part of the workflow (K6).
        below: the nodes of what the file lies over, with everything below that; None for a plain file.
    """

    workflow: Workflow
    migration: Migration | None = None
    below: Node | None = None
