"""A child's workflow that the host does not run."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.children import openings
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.load import packaged_workflows
from casewf.definition.shapes import did_you_mean

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    run = None if subject.bindings is None else subject.bindings.workflows
    if run is None:
        return
    for effect, path, child in openings(subject):
        if child is None:
            yield Problem(
                message=f"the host runs no workflow {effect.workflow!r}",
                span=subject.at(*path, "open"),
                help=did_you_mean(effect.workflow, (*run, *packaged_workflows()))
                or "pass it to the engine and name its file in `workflows` of the bindings",
            )


RULE = Rule(
    code="CW744",
    name="workflow-not-given",
    level=ERROR,
    title="the host runs no such workflow",
    zh="宿主没有运行该流程",
    what="An `open` of a workflow that is neither this one, nor packaged, nor among the `workflows` of "
    "the bindings. Bindings without that key say nothing about workflows.",
    why="The engine refuses to start, because it could never open the child.",
    instead="Pass the child's workflow to the engine and name its file in the bindings, or mend the id here.",
    check=_check,
    needs_bindings=True,
)
