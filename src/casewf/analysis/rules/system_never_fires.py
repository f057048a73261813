"""`system` among the roles of a transition that neither a timer nor a connector fires."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import fired_by_system
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.roles import SYSTEM

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    fired, _ = fired_by_system(subject.workflow)
    for row in subject.transitions:
        roles = [one.role for one in row.spec.by]
        trigger = row.spec.trigger
        if SYSTEM in roles and len(roles) > 1 and trigger not in fired:
            yield Problem(
                message=f"`system` never fires {trigger!r}: no timer and no connector does",
                span=subject.at(*row.path, "by", roles.index(SYSTEM)),
                help=f"write `fire: {trigger}` in a rung or `on_ok: {trigger}` beside a push, or delete `system` here",
            )


RULE = Rule(
    code="CW731",
    name="system-never-fires",
    level=WARNING,
    title="`system` may, but never does",
    zh="允许系统触发，但系统从不触发",
    what="A transition that people and `system` may fire, while no rung fires its trigger and no push has "
    "it as its outcome. Where only `system` may, that is CW720.",
    why="Whoever wrote `system` expects that it happens by itself some day. It does not: somebody has to "
    "think of it.",
    instead="Write the rung that fires it, or leave the transition to people alone.",
    check=_check,
)
