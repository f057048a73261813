"""A hook that the host does not have."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import effects
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.shapes import did_you_mean
from casewf.model.effect_specs import HookSpec

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    bound = None if subject.bindings is None else subject.bindings.hooks
    if bound is None:
        return
    seen = set(bound)
    for effect, path in effects(subject.document):
        if isinstance(effect, HookSpec) and effect.name not in seen:
            seen.add(effect.name)
            yield Problem(
                message=f"the host has no hook {effect.name!r}",
                span=subject.at(*path, "hook"),
                help=did_you_mean(effect.name, bound) or "add it to the host and to `hooks` of the bindings",
            )


RULE = Rule(
    code="CW741",
    name="hook-not-bound",
    level=ERROR,
    title="the host has no such hook",
    zh="宿主没有该挂钩",
    what="A `hook` that is not among the `hooks` of the bindings; each once, where it is called first. "
    "Bindings without that key say nothing about hooks.",
    why="The engine refuses to start; cases that are open already put the effect among the dead letters.",
    instead="Write the function, pass it in `hooks=` and add its name to the bindings, or mend the name "
    "here.",
    check=_check,
    needs_bindings=True,
)
