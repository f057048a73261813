"""A role that nothing mentions."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.analysis.usage import roles_assigned, roles_needed

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    used = roles_needed(subject.document) | roles_assigned(subject.workflow)
    for role in subject.workflow.roles:
        if role not in used:
            yield Problem(
                message=f"nothing mentions role {role!r}",
                span=subject.key("roles", role),
                help="name it where its people act, are told or see something, or delete it",
            )


RULE = Rule(
    code="CW726",
    name="role-unused",
    level=WARNING,
    title="nothing mentions a role",
    zh="角色从未被提到",
    what="A role that is in no `by`, `asked_by`, `notify`, `seen_by` or `assign`, and that no expression "
    "asks for. Who has it may still write notes into the file of a case; a role that is there for that "
    "alone is allowed with that reason.",
    why="People are given the role in the directory and can then do nothing. Most often a name was "
    "changed in one place, or a transition was forgotten.",
    instead="Name the role where its people have something to do, or delete it.",
    check=_check,
)
