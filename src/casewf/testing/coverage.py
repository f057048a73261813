"""How much of a workflow its stories cover: rows, guards, conditions, targets and rungs.

::

    coverage = Coverage()
    for path in Path("stories").glob("*.story.yaml"):
        play(load_story(path), coverage=coverage).check()
    print(coverage_text(coverage.result()))

Rows, targets and rungs are counted by the events of the cases. What guards answered no event tells, so the stories are
played by programs with probes in the place of guards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction

import attrs

from casewf.core.program import Program
from casewf.definition.document import Document
from casewf.definition.load import packaged_workflows, read_document
from casewf.model.clock_events import ClockRetargeted, ClockStarted, RungFired
from casewf.model.events import Event, Moved, Opened
from casewf.model.workflow import Workflow
from casewf.ports.store import Store
from casewf.testing.coverage_points import KINDS, Point, ladders_of, points_of
from casewf.testing.coverage_probe import probed
from casewf.testing.story_model import Story

__all__ = ["Coverage", "WorkflowCoverage", "happened", "share_of"]


@attrs.frozen(slots=True, kw_only=True)
class WorkflowCoverage:
    """What the stories cover of one workflow.

    Attributes:
        document: its file, or None where that is not known.
        stories: how many stories opened a case of it.
        points: everything that there is to cover; ``covered`` what of that is.
    """

    workflow: Workflow
    document: Document | None
    stories: int
    points: tuple[Point, ...]
    covered: frozenset[Point]

    def of(self, kind: str) -> tuple[int, int]:
        """How many points of a kind are covered, and how many there are."""
        points = [point for point in self.points if point.kind == kind]
        return sum(point in self.covered for point in points), len(points)


def share_of(results: Collection[WorkflowCoverage]) -> Fraction:
    """The share of all points of all workflows that are covered, 0 to 1; 1 where there is nothing to cover."""
    every = sum(len(one.points) for one in results)
    covered = sum(one.of(kind)[0] for one in results for kind in KINDS)
    return Fraction(covered, every) if every else Fraction(1)


@attrs.define(slots=True, eq=False)
class _Seen:
    """What was seen of one workflow."""

    workflow: Workflow
    points: set[Point] = attrs.field(factory=set)
    stories: int = 0


class Coverage:
    """Takes note of what stories cover, of every workflow that they open cases of."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._documents: list[Document] = []
        self._is_listening = False

    def know(self, document: Document) -> None:
        """Find the lines of a workflow in this file."""
        self._documents.append(document)

    def watch(self, program: Program) -> Program:
        """A program that does the same, and tells what its guards answer."""
        seen = self._seen.setdefault(program.hash, _Seen(program.workflow))

        def tell(point: Point) -> None:
            if self._is_listening:
                seen.points.add(point)

        return probed(program, tell)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count what guards answer meanwhile: commands and timers ask them in earnest, expectations only look."""
        self._is_listening = True
        try:
            yield
        finally:
            self._is_listening = False

    def add(self, story: Story, store: Store) -> None:
        """Count what happened to all cases of a story, which lie in this store."""
        self._documents += story.documents
        opened: set[str] = set()
        for head in store.heads():
            history = [row.event for row in store.history(head.case)]
            first = history[0]
            if isinstance(first, Opened) and (name := first.workflow[2]) in self._seen:
                opened.add(name)
                self._seen[name].points.update(happened(self._seen[name].workflow, history, {}))
        for name in opened:
            self._seen[name].stories += 1

    def result(self) -> tuple[WorkflowCoverage, ...]:
        """Of each workflow that some story opened a case of, the one with the most stories first."""
        played = sorted((one for one in self._seen.values() if one.stories), key=lambda one: -one.stories)
        return tuple(
            WorkflowCoverage(
                workflow=seen.workflow,
                document=self._document(seen.workflow),
                stories=seen.stories,
                points=(points := points_of(seen.workflow)),
                covered=frozenset(seen.points.intersection(points)),
            )
            for seen in played
        )

    def _document(self, workflow: Workflow) -> Document | None:
        for document in self._documents:
            if document.workflow == workflow:
                return document
        if workflow.id in packaged_workflows():  # the engine finds such a child by itself
            document = read_document(workflow.id)
            return document if document.workflow == workflow else None
        return None


def happened(workflow: Workflow, events: Iterable[Event], targets: dict[str, int]) -> Iterator[Point]:
    """What events of one case say; ``targets`` is by what each limit was measured before, and is kept up to date."""
    ladders = {sla.id: ladders_of(sla) for sla in workflow.slas}
    for event in events:
        if isinstance(event, Moved):
            yield Point("transition", ("tracks", event.track, "transitions", event.row), event.source)
        elif isinstance(event, ClockStarted | ClockRetargeted):
            targets[event.sla] = event.target
            yield Point("target", ("slas", event.sla, "target", event.target))
        elif isinstance(event, RungFired):
            yield Point("rung", ladders[event.sla][event.rung][0], str(targets[event.sla]))
