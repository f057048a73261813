"""Something that nobody can ever do: it is for `system`, and neither a timer nor a connector does it."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.parts import fired_by_system
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.roles import SYSTEM, By

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    fired, _ = fired_by_system(subject.workflow)
    for row in subject.transitions:
        trigger = row.spec.trigger
        if _only_system(row.spec.by) and trigger not in fired:
            yield Problem(
                message=f"nobody can fire {trigger!r} here: it is for `system`, and no timer or connector fires it",
                span=subject.at(*row.path, "by"),
                help=f"write `fire: {trigger}` in a rung or `on_ok: {trigger}` beside a push, or name a role in `by`",
            )
    workflow = subject.workflow
    parties = workflow.parties
    rating = None if parties is None else parties.rating
    for what, rule, path in (
        ("split the case", workflow.split, ("split", "by")),
        ("record the parties", parties, ("parties", "by")),
        ("record the ratings", rating, ("parties", "ratings", "by")),
    ):
        if rule is not None and _only_system(rule.by):
            message = (
                f"nobody can {what}: that is for people, and `system` is the role of timers and connectors"
            )
            yield Problem(message=message, span=subject.at(*path), help="name a role")


def _only_system(by: tuple[By, ...]) -> bool:
    return bool(by) and all(one.role == SYSTEM for one in by)


RULE = Rule(
    code="CW720",
    name="fired-by-nobody",
    level=ERROR,
    title="what only `system` may do is never done",
    zh="只允许系统触发，而系统从不触发",
    what="A transition whose `by` names `system` alone, while no rung fires its trigger and no push has "
    "it as its outcome (`on_ok`, `on_fail`). Also a `split`, `parties` or `ratings` that only `system` "
    "may do.",
    why="`system` is the engine itself; hosts cannot act as it. The transition is never taken, and the "
    "case waits for it for ever.",
    instead="Let a rung or a push fire the trigger, or name a role of people in `by`.",
    check=_check,
)
