"""A case that can be caught: rows of its tracks wait for one another, and none is ever taken."""

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
        if not all(wait.nobody for wait in waits):
            yield Problem(
                message=f"a case can come to {standing(caught)}, and then never be closed",
                span=place_of(subject, next(wait for wait in waits if not wait.nobody)),
                help=f"{waiting(subject, waits)}; let a row go on there, or give the case another way to a close",
                story=caught.story,
            )


RULE = Rule(
    code="CW770",
    name="tracks-wait-for-each-other",
    level=ERROR,
    title="a case can be caught where nothing closes it any more",
    zh="工单可能卡死，再也不能办结",
    what="Rows whose conditions wait for what never comes once a case is there: for the state of a track that waits "
    "itself, for a state that was left behind, for a field that nothing sets any more. All tracks are looked at "
    "together, with what their conditions tell apart of fields and limits; who acts, and what he gives, may be anybody "
    "and anything. A finding was played on the core, and comes with the shortest story that leads there "
    "(`docs/explanation/soundness.md`). A track that has no way to a close even alone is found by rules of its own "
    "(CW702, CW703), and a case that is caught only because of a row that can never be taken by that row's finding "
    "(CW707, CW720, CW722).",
    why="The case stays open for ever: its limits run out, its people are warned and cannot do anything.",
    instead="Let one of the rows go on without the other, or add a way out, such as one for a supervisor.",
    check=_check,
)
