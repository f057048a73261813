"""Separation of duties that the people of a directory are too few for."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.parts import Steps, act_rules
from casewf.analysis.people import People
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.core.permission import Separation
from casewf.model.roles import SYSTEM, By

__all__ = ["RULE"]

_ADVICE = "give the role to somebody else, too, or take {trigger!r} out of `{key}`"


@attrs.frozen(slots=True)
class _Duty:
    """Something that `not_by` or `not_by_org` keeps people from."""

    what: str
    by: tuple[By, ...]
    spec: Separation
    path: Steps


def _check(subject: Subject) -> Iterator[Problem]:
    bindings = subject.bindings
    if bindings is None or bindings.directory is None:
        return
    outside = frozenset(bindings.listed_roles)  # who has these, is in no directory
    people = People.of(bindings.directory)
    firing = people.firing(subject.workflow)
    for duty in _duties(subject):
        roles = {one.role for one in duty.by}
        if SYSTEM not in roles and roles.isdisjoint(outside):
            yield from _left_alone(subject, duty, people, firing)
    for rule, path in act_rules(subject.workflow):
        asked = frozenset(rule.asked_by or subject.workflow.roles)
        may = people.having((rule.by,))
        if len(may) == 1 and people.having(asked) == may and outside.isdisjoint({rule.by, *asked}):
            yield Problem(
                message=f"{next(iter(may))!r} alone may ask for this, and alone may grant it; who asks and who "
                "grants are never the same (K7)",
                span=subject.at(*path, "by"),
                help="give one of the roles to somebody else, too",
            )


def _duties(subject: Subject) -> Iterator[_Duty]:
    for row in subject.transitions:
        yield _Duty(f"fire {row.spec.trigger!r} here", row.spec.by, row.spec, row.path)
    parties = subject.workflow.parties
    if parties is not None and parties.rating is not None:
        yield _Duty("record a rating", parties.rating.by, parties.rating, ("parties", "ratings"))


def _left_alone(
    subject: Subject, duty: _Duty, people: People, firing: dict[str, frozenset[str]]
) -> Iterator[Problem]:
    may = people.having(one.role for one in duty.by)
    orgs = people.at(may)
    for trigger in duty.spec.not_by if len(may) == 1 else ():
        if may <= firing[trigger]:
            name = next(iter(may))
            yield Problem(
                message=f"only {name!r} may {duty.what}, and may fire {trigger!r}, too; if it was {name!r} who did, "
                "nobody is left",
                span=subject.at(*duty.path, "not_by"),
                help=_ADVICE.format(trigger=trigger, key="not_by"),
            )
    for trigger in duty.spec.not_by_org if len(orgs) == 1 else ():
        if orgs & people.at(firing[trigger]):
            org = next(iter(orgs))
            yield Problem(
                message=f"only people of {org!r} may {duty.what}, and some of them may fire {trigger!r}; if one of "
                f"{org!r} did, nobody is left",
                span=subject.at(*duty.path, "not_by_org"),
                help=_ADVICE.format(trigger=trigger, key="not_by_org"),
            )


RULE = Rule(
    code="CW745",
    name="too-few-people",
    level=WARNING,
    title="separation of duties needs more people than there are",
    zh="职责分离需要的人员多于实有人员",
    what="A transition or the `ratings` with `not_by` that one person of the bindings' `directory` alone "
    "may do, and that this person may bar himself from; with `not_by_org`, that the people of one "
    "organisation alone may do, of whom some may bar them all. Also an extension or a suspension that one "
    "person alone may ask for and grant. What people outside the directory may do (`roles` of the "
    "bindings) is not found.",
    why="As long as somebody else happens to do the first step all is well. One day the same person does "
    "both, or the only colleague has left, and the case stands still.",
    instead="Give the role to a second person, or in a second organisation. Where that cannot be, leave "
    "the separation out.",
    check=_check,
    needs_bindings=True,
)
