"""A role that nobody of the host has."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.analysis.usage import roles_needed
from casewf.definition.shapes import did_you_mean

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    held = None if subject.bindings is None else subject.bindings.roles
    if held is None:
        return
    needed = roles_needed(subject.document)
    for role in subject.workflow.roles:
        if role in needed and role not in held:
            spare = sorted(held - subject.workflow.roles.keys())
            yield Problem(
                message=f"nobody has role {role!r}",
                span=subject.key("roles", role),
                help=did_you_mean(role, spare)
                or "give it to somebody in the directory, or name it in `roles` of the "
                "bindings if people outside the directory have it",
            )


RULE = Rule(
    code="CW740",
    name="role-nobody-holds",
    level=ERROR,
    title="nobody has a role",
    zh="没有人拥有该角色",
    what="A role that the workflow asks for, tells or shows something, and that nobody has: no person of "
    "the bindings' `directory`, and it is not among their `roles`. A role that is only assigned needs "
    "nobody who has it, nor does one that a person is made the holder of and that is told: he is told himself. "
    "Bindings that have neither key say nothing about roles.",
    why="What only this role may do is never done; what it is told, nobody reads.",
    instead="Give the role to somebody, or take it out of the workflow. Accounts of other systems, which "
    "no directory lists, stand in `roles` of the bindings.",
    check=_check,
    needs_bindings=True,
)
