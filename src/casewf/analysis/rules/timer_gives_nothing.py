"""Something is asked of `system` that it cannot give."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import Row, fired_by_system
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.roles import SYSTEM

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    fired, with_data = fired_by_system(subject.workflow)
    for row in subject.transitions:
        roles = {one.role for one in row.spec.by}
        if SYSTEM in roles and row.spec.trigger in fired:
            yield from _asked(subject, row, alone=roles == {SYSTEM}, answers=row.spec.trigger in with_data)


def _asked(subject: Subject, row: Row, *, alone: bool, answers: bool) -> Iterator[Problem]:
    spec, trigger = row.spec, row.spec.trigger
    advice = f"delete it, or write a row of {trigger!r} for `system` that does not ask for it"
    if spec.comment == "required":
        yield Problem(
            message=f"`system` can never fire {trigger!r} here: timers and connectors write no comment",
            span=subject.at(*row.path, "comment"),
            help=advice,
        )
    if answers:
        return
    if spec.asks:
        yield Problem(
            message=f"`system` can never fire {trigger!r} here: a timer gives no fields, nor does a push that failed",
            span=subject.at(*row.path, "asks"),
            help=advice,
        )
    if spec.accepts and alone:
        yield Problem(
            message=f"nothing gives a field with {trigger!r} here: a timer gives none, nor does a push that failed",
            span=subject.at(*row.path, "accepts"),
            help="delete it; what a push was answered comes with `on_ok`",
        )


RULE = Rule(
    code="CW721",
    name="timer-gives-nothing",
    level=ERROR,
    title="a timer or connector is asked for what it cannot give",
    zh="要求定时器或连接器提供它们给不出的内容",
    what="A transition for `system` with `comment: required`, or with `asks` where its trigger is not the "
    "`on_ok` of a push: only a connector that took what was pushed answers with fields. Where `system` "
    "stands alone in `by`, also `accepts` that nothing can follow.",
    why="The timer fires, the transition refuses for want of the comment or the field, and all that is "
    "left is an incident in a list that nobody expected to read.",
    instead="Give `system` a row of its own that asks for nothing. It may stand beside the one for people.",
    check=_check,
)
