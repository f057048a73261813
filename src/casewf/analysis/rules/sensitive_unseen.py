"""Sensitive data that nobody is allowed to see."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import effects
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.effect_specs import OpenSpec, PushSpec

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    leaving = set(_leaving(subject))
    for name, field in subject.workflow.fields.items():
        if field.sensitive and not field.seen_by and name not in leaving:
            yield Problem(
                message=f"nobody ever sees field {name!r}: it is sensitive, and no role is in its `seen_by`",
                span=subject.key("fields", name),
                help="add `seen_by` with the roles that work with it, or do not collect it",
            )
    parties = subject.workflow.parties
    if parties is not None and not parties.seen_by:
        yield Problem(
            message="nobody ever sees who the parties are: no role is in `seen_by`",
            span=subject.key("parties"),
            help="add `seen_by` with the roles that call them or write to them",
        )


def _leaving(subject: Subject) -> Iterator[str]:
    """The fields that go to another system or another case."""
    for effect, _ in effects(subject.document):
        if isinstance(effect, PushSpec):
            yield from effect.send
            yield from () if effect.send_if is None else effect.send_if.fields
        elif isinstance(effect, OpenSpec):
            yield from effect.carry


RULE = Rule(
    code="CW728",
    name="sensitive-unseen",
    level=WARNING,
    title="nobody is allowed to see what is collected",
    zh="收集了敏感信息，却没有人可以看到",
    what="A sensitive field without `seen_by` that no push sends and no child case carries; `parties` "
    "without `seen_by`.",
    why="People enter a name and a telephone number, and from then on everybody reads `•••`: nobody can "
    "call back. What nobody needs must not be collected in the first place (PIPL art. 6).",
    instead="Name the roles that work with it, and no others.",
    check=_check,
)
