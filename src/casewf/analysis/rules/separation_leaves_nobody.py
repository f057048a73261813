"""Separation of duties that leaves nobody."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.separation import Barred
from casewf.analysis.subject import Subject
from casewf.model.roles import SYSTEM

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for one in subject.barred:
        if one.kind == "person":
            yield Problem(message=_message(one), span=subject.at(*one.path), help=_advice(one))


def _message(one: Barred) -> str:
    where = f" from {', '.join(map(repr, one.states))}" if one.states else " here"
    if one.role == SYSTEM:
        return f"nobody can {one.what}{where}: only `system` may, and `system` fired {one.trigger!r}"
    return f"nobody can {one.what}{where}: only the person who holds {one.role!r} may, and he fired {one.trigger!r}"


def _advice(one: Barred) -> str:
    key = one.path[-1]
    return f"name another role in `by`, or take {one.trigger!r} out of `{key}`"


RULE = Rule(
    code="CW723",
    name="separation-leaves-nobody",
    level=ERROR,
    title="separation of duties leaves nobody",
    zh="职责分离之后没有人可以办理",
    what="A transition, or the `ratings`, that only the person may do who holds a role, while on every "
    "way there this person has fired a trigger that `not_by` or `not_by_org` bars: he became the holder "
    "by it (`assign: {role: actor.id}`), or only the holder may fire it. The same for `system`. It is "
    "looked at where one track alone assigns the role.",
    why="One person is asked for and forbidden at the same time, so that the case stands still.",
    instead="Let another role do it, or lift the holder with `{any: role}`, so that a colleague may.",
    check=_check,
)
