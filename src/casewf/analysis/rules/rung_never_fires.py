"""A rung that is never armed, whatever the target and the start."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words, target_words
from casewf.analysis.limits.unarmed import unarmed_rungs
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for found in unarmed_rungs(subject.ladders):
        if found.never:
            yield Problem(
                message=f"rung {rung_words(subject, found.rung)} of limit {found.tried.sla.id!r} never fires: it goes "
                f"back too far. With {target_words(subject, found.tried)}, {found.example}, not after the start (E2)",
                span=subject.at(*found.rung.path),
                help="warn later: by less than the limit, or by a percent of it",
            )


RULE = Rule(
    code="CW760",
    name="rung-never-fires",
    level=ERROR,
    title="a rung never fires",
    zh="提醒永远不会触发",
    what="A rung that is not armed for any start of any target that it serves, tried as for "
    "ladder-out-of-order: `before` more than the limit itself, where nothing moves the due instant on. Where an "
    "extension, a pause, a reopening that goes on, or `on_change: carry` may, it is found by rung-not-after-start.",
    why="An instant that is not after the start is not armed (E2), so this warning does not exist.",
    instead="Warn by less than the limit, or by a percent of it, which always lies between start and due.",
    check=_check,
)
