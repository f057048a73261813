"""The children that a workflow opens, and their workflows as far as they are known."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import Steps, effects
from casewf.analysis.subject import Subject
from casewf.definition.children import packaged_child
from casewf.model.effect_specs import OpenSpec
from casewf.model.workflow import Workflow

__all__ = ["openings"]


def openings(subject: Subject) -> Iterator[tuple[OpenSpec, Steps, Workflow | None]]:
    """Every effect that opens a child, with its path and the child's workflow, None if nobody here knows it.

    That is the workflow itself, one that the host runs, or a packaged one.
    """
    given = None if subject.bindings is None else subject.bindings.workflows
    known = {**(given or {}), subject.workflow.id: subject.workflow}
    for effect, path in effects(subject.document):
        if isinstance(effect, OpenSpec):
            yield effect, path, known.get(effect.workflow) or packaged_child(effect.workflow)
