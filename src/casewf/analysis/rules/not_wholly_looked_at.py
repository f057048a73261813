"""Tracks that depend on one another in more ways than were looked at."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.product.look import MOST_LOOKED
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.soundness_of import soundness_of
from casewf.analysis.soundness_words import named
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for tracks in soundness_of(subject).looked.given_up:
        graph = next(one for one in soundness_of(subject).looked.graphs if tuple(one.layout.states) == tracks)
        yield Problem(
            message=f"{named(tracks)} together have more positions than were looked at: gave up after "
            f"{len(graph.steps):,} of them",
            span=subject.key("tracks", tracks[0]),
            help="cases that can be caught (CW770, CW772) may have been missed, rows that are never taken (CW771), too",
        )


RULE = Rule(
    code="CW779",
    name="not-wholly-looked-at",
    level=WARNING,
    title="tracks depend on one another in more ways than were looked at",
    zh="各轨道组合过多，未能全部检查",
    what="Tracks whose conditions look at one another and that together have more positions than are looked at. It is "
    f"bounded by the number of moves tried, {MOST_LOOKED:,} in all, not by time, so that a file is always looked at in "
    "the same way. What was found is certain none the less. Tracks that can each be closed by rows that nothing "
    "hinders, whatever the others are in, are not meant.",
    why="A case that can be caught between these tracks may not have been found.",
    instead="Let fewer tracks look at one another, or merge states between which nothing makes a difference; or play "
    "the ways that matter as stories, and allow this finding with a comment that says so.",
    check=_check,
)
