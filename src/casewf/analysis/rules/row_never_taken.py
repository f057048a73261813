"""A row that is never taken, because its condition never holds while the case is where it begins."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.soundness_of import soundness_of
from casewf.analysis.soundness_words import either, named, place_of
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for never, story in soundness_of(subject).never:
        wait = never.wait
        others = [
            f"{track} is then in {either(map(repr, states))}" for track, states in never.meanwhile.items()
        ]
        cut_off = [f"without it no case comes to {named(map(repr, never.cut_off))}"] if never.cut_off else []
        yield Problem(
            message=f"{wait.trigger!r} is never possible here: it waits for {wait.what}, "
            f"and that is never so while {wait.track} is in {wait.source!r}",
            span=place_of(subject, wait),
            help="; ".join([*others, *cut_off, "change what it waits for, or delete the row"]),
            story=story,
        )


RULE = Rule(
    code="CW771",
    name="row-never-taken",
    level=WARNING,
    title="a row is never taken, whatever happens to a case",
    zh="此行永远不会执行",
    what="A row whose condition is never met at any position that a case can come to, although its track comes to "
    "where it begins: a barrier on a state that another track has left, or only comes to later. It is a proof: more "
    "was looked at than can happen. A row that has a finding of its own (CW707, CW712, CW720, CW722) or is part of a "
    "trap (CW770) is not told again, nor is one that waits for what only such a row, or one that is told here, would "
    "bring.",
    why="What the row was written for never happens, and nobody is told.",
    instead="Ask for what can be so there, or delete the row.",
    check=_check,
)
