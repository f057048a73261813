"""A rung whose card nobody ever sees, because another rung raised a higher one by then."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words
from casewf.analysis.limits.ladders import Tried
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    told = set()
    for tried in subject.ladders:
        for place, other, why in _hidden(subject, tried):
            rung, by = tried.rungs[place], tried.rungs[other]
            if rung.path not in told:
                told.add(rung.path)
                yield Problem(
                    message=f"card {rung.plan.spec.card!r} of limit {tried.sla.id!r} never shows: rung "
                    f"{rung_words(subject, by)} raises {by.plan.spec.card!r} {why} (E5)",
                    span=subject.at(*rung.path, "card"),
                    help="let cards rise with the ladder; the mildest stands first in `cards`",
                )


def _hidden(subject: Subject, tried: Tried) -> Iterator[tuple[int, int, str]]:
    """The places of rungs whose card never shows, of the rung that hides it, and why."""
    ranks = subject.program.ranks
    carded = [(place, ranks[card]) for place, rung in enumerate(tried.rungs) if (card := rung.plan.spec.card)]
    for index, (place, rank) in enumerate(carded):
        for before, higher in carded[:index]:
            if (
                higher > rank
                and _always(tried, before, place)
                and not _cleared(subject, tried, before, place)
            ):
                yield place, before, "before, and a card only rises"
        for after, higher in carded[index + 1 :]:
            if higher > rank and _always(tried, place, after, at_once=True):
                yield place, after, "at the same instant"


def _always(tried: Tried, first: int, second: int, *, at_once: bool = False) -> bool:
    """Whether one rung never fires after the other, or for ``at_once`` always with it."""
    pairs = [(trial.at[first], trial.at[second]) for trial in tried.trials]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    return bool(known) and all(one == other if at_once else one <= other for one, other in known)


def _cleared(subject: Subject, tried: Tried, first: int, last: int) -> bool:
    """Whether what a rung between the two fires clears the cards."""
    fired = {rung.plan.spec.fire for rung in tried.rungs[first:last]}
    rows = [row for track in subject.workflow.tracks for row in track.transitions]
    return any(row.trigger in fired and "cards" in row.clears for row in rows)


RULE = Rule(
    code="CW761",
    name="card-never-shows",
    level=WARNING,
    title="the card of a rung never shows",
    zh="提醒的警示牌永远显示不出来",
    what="A rung with a milder card than an earlier one of the same ladder, or with one that another rung "
    "replaces at the same instant, whatever the start; tried as for ladder-out-of-order. Cards that "
    "people clear in between are not looked at.",
    why="A card only rises until somebody clears it (E5). The milder one changes nothing, and who reads the "
    "ladder thinks that the case is marked by it.",
    instead="Let cards rise with the ladder, and write two consequences of one instant into one rung.",
    check=_check,
)
