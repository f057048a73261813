"""A limit that goes on with the time spent after a reopening, between targets in different kinds of unit."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.core.clocks import is_working
from casewf.model.workflow import Target

__all__ = ["RULE"]

_WORKING, _PLAIN, _DATE = "in working time", "in plain time", "until a date"


def _check(subject: Subject) -> Iterator[Problem]:
    for sla in subject.workflow.slas:
        if sla.on_reopen != "continue":
            continue
        kinds = [_kind(target) for target in sla.target]
        place = next((place for place, kind in enumerate(kinds) if kind != kinds[0]), None)
        if place is not None:
            yield Problem(
                message=f"limit {sla.id!r} goes on with the time it spent when it reopens, but its first target is "
                f"{kinds[0]} and this one is {kinds[place]}, which have no common measure (K5)",
                span=subject.at("slas", sla.id, "target", place),
                help="bring the targets to one kind of unit, or write `on_reopen: restart`",
            )


def _kind(target: Target) -> str:
    if target.within is None:
        return _DATE
    return _WORKING if is_working(target.within) else _PLAIN


RULE = Rule(
    code="CW762",
    name="continue-between-units",
    level=ERROR,
    title="a limit goes on between targets in different kinds of unit",
    zh="时限在不同种类的单位之间延续计时",
    what="`on_reopen: continue`, written or by `reopen` moments, on a limit whose targets are not all in "
    "working time, all in plain time, or all until a date (K5). `on_change: carry` between kinds is found "
    "when the file is read (CW409).",
    why="The cycle that reopens may have another target than the one that ended. The time the case was closed "
    "is then taken out in the one kind and the limit measured in the other, and the due instant is one "
    "that nobody can check by hand.",
    instead="Bring the targets to one kind of unit, or begin afresh: `on_reopen: restart`.",
    check=_check,
)
