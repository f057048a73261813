"""A notification that reaches nobody, because it goes to organisations and the role is a person's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from casewf.analysis.parts import effects, rungs, transitions
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.machine.rules import holder_kind
from casewf.model.effect_specs import NotifySpec
from casewf.model.expression import Expression

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    workflow = subject.workflow
    kinds: dict[str, set[str]] = {}
    assigns: list[Mapping[str, Expression]] = [row.assign for row in transitions(workflow)]
    for assign in (*assigns, *(rung.assign for rung, _ in rungs(workflow))):
        for role, value in assign.items():
            kinds.setdefault(role, set()).add(holder_kind(workflow, value))
    for effect, path in effects(subject.document):
        for number, role in enumerate(effect.roles if isinstance(effect, NotifySpec) else ()):
            if kinds.get(role) == {"person"}:
                yield Problem(
                    message=f"nobody is told as {role!r} once somebody holds it: a person does, and notifications "
                    "go to organisations",
                    span=subject.at(*path, "notify", number),
                    help="tell a role that an organisation holds, or call a hook that tells the person",
                )


RULE = Rule(
    code="CW729",
    name="notified-holder",
    level=WARNING,
    title="a notification reaches nobody",
    zh="通知送不到任何人",
    what="A `notify` of a role that every `assign` of it makes a person's (from a `person` field or "
    "`actor.id`), never an organisation's. Who is told are the people with the role in the organisation "
    "that holds it, or in the case's own while nobody does; a person is no organisation.",
    why="The warning goes to nobody; an incident `nobody_to_tell` is all that remains of it.",
    instead="Notify a role that an organisation holds, such as that of the person's colleagues.",
    check=_check,
)
