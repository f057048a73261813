"""A connector that the host does not have."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import effects
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.shapes import did_you_mean
from casewf.model.effect_specs import PushSpec

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    bound = None if subject.bindings is None else subject.bindings.connectors
    if bound is None:
        return
    seen = set(bound)
    for effect, path in effects(subject.document):
        if isinstance(effect, PushSpec) and effect.connector not in seen:
            seen.add(effect.connector)
            yield Problem(
                message=f"the host has no connector {effect.connector!r}",
                span=subject.at(*path, "push"),
                help=did_you_mean(effect.connector, bound)
                or "add it to the host and to `connectors` of the bindings",
            )


RULE = Rule(
    code="CW742",
    name="connector-not-bound",
    level=ERROR,
    title="the host has no such connector",
    zh="宿主没有该连接器",
    what="A `push` to a connector that is not among the `connectors` of the bindings; each once, where it "
    "stands first. Bindings without that key say nothing about connectors.",
    why="The engine refuses to start; of cases that are open already, nothing reaches the other system.",
    instead="Write the connector, pass it in `connectors=` and add its name to the bindings, or mend the "
    "name here.",
    check=_check,
    needs_bindings=True,
)
