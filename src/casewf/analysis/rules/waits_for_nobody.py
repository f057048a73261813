"""A case that can be caught where only the system could go on, and nothing makes it."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.soundness_of import soundness_of
from casewf.analysis.soundness_words import place_of, standing, waiting
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for caught in soundness_of(subject).caught:
        waits = caught.trap.waits
        if all(wait.nobody for wait in waits):
            yield Problem(
                message=f"a case can come to {standing(caught)}, and then never be closed: only the system could "
                "go on there, and nothing makes it",
                span=place_of(subject, waits[0]),
                help=f"{waiting(subject, waits)}; let somebody do it, too, or a rung of a limit that runs there",
                story=caught.story,
            )


RULE = Rule(
    code="CW772",
    name="waits-for-nobody",
    level=ERROR,
    title="a case can be caught where only the system could go on, and nothing makes it",
    zh="工单可能卡死：只有系统能继续，却无任何时限触发",
    what="A place that only rows `by: system` lead out of, where no limit runs that has a rung to fire them, and no "
    "connector answers with them: the limit has stopped or was never started, or it does not start a second time. As "
    "with CW770, it was played on the core and comes with the shortest story.",
    why="Nobody may do anything, and time does nothing: the case stays open for ever.",
    instead="Let a limit run there (`restarts: true` where a case can come back), or let people do it, too.",
    check=_check,
)
