"""A rung that is not armed for some starts, because its instant has passed by then."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words, target_words
from casewf.analysis.limits.unarmed import unarmed_rungs
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for found in unarmed_rungs(subject.ladders):
        if not found.never:  # else CW760 says so
            how, later = "not always", ""
            if found.with_target:
                how, later = ("not", " before the due instant moves on") if found.moves else ("never", "")
            yield Problem(
                message=f"rung {rung_words(subject, found.rung)} of limit {found.tried.sla.id!r} is {how} armed with "
                f"{target_words(subject, found.tried)}{later}: {found.example}, which is not after the start (E2)",
                span=subject.at(*found.rung.path),
                help="warn later, or give the target a ladder of its own",
            )


RULE = Rule(
    code="CW759",
    name="rung-not-after-start",
    level=WARNING,
    title="a rung is not armed for some start",
    zh="有的起始时间下提醒不会触发",
    what="A rung whose instant is not after the start for some target and some start, tried as for "
    "ladder-out-of-order. Of limits until a date nothing is said: the date may lie anywhere. A rung that no start "
    "arms is still armed in a case whose due instant moves on, by an extension, a pause, a reopening that goes on, or "
    "`on_change: carry`; where it cannot move, that is rung-never-fires.",
    why="Such a rung does not fire (E2): for these cases nobody is warned before the limit is missed, and "
    "nothing says so.",
    instead="Warn by a percent of the limit, which always lies between start and due, or by less than the "
    "shortest limit; or give a target that is shorter than the warning a ladder of its own.",
    check=_check,
)
