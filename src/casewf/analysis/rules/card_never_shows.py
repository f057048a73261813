"""A rung whose card nobody ever sees, because another rung raised a higher one by then."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words
from casewf.analysis.limits.ladders import DUE, Placed, Tried
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.document import Path

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    hidden: dict[tuple[Path, ...], Problem] = {}
    shown: set[tuple[Path, ...]] = set()
    for tried in subject.ladders:
        here = {place: (other, why) for place, other, why in _hidden(subject, tried)}
        for place, rung in enumerate(tried.rungs):
            if place not in here:
                shown.add(rung.path)  # another target may have the same ladder
            elif rung.path not in hidden:
                hidden[rung.path] = _problem(subject, rung, tried.rungs[here[place][0]], here[place][1])
    yield from (problem for path, problem in hidden.items() if path not in shown)


def _problem(subject: Subject, rung: Placed, by: Placed, why: str) -> Problem:
    return Problem(
        message=f"card {rung.plan.spec.card!r} of limit {rung.path[1]!r} never shows: rung "
        f"{rung_words(subject, by)} raises {by.plan.spec.card!r} {why} (E5)",
        span=subject.at(*rung.path, "card"),
        help="let cards rise with the ladder; the mildest stands first in `cards`",
    )


def _hidden(subject: Subject, tried: Tried) -> Iterator[tuple[int, int, str]]:
    """The places of rungs whose card never shows, of the rung that hides it, and why."""
    ranks = subject.program.ranks
    carded = [
        (place, ranks[card])
        for place, rung in enumerate(tried.rungs)
        if (card := rung.plan.spec.card)
        and (tried.target.until is None or rung.plan.spec.percent in (None, DUE))
    ]
    for index, (place, rank) in enumerate(carded):
        for before, higher in carded[:index]:
            if (
                higher > rank
                and _always(tried, before, place)
                and not _cleared(subject, tried, before, place)
            ):
                yield place, before, "before, and a card only rises"
        for after, higher in carded[index + 1 :]:
            if higher > rank and _always(tried, after, place, at_once=True):
                yield place, after, "at the same instant"


def _always(tried: Tried, by: int, rung: int, *, at_once: bool = False) -> bool:
    """Whether whenever a rung fires another one did, or for ``at_once`` does at the same instant."""
    pairs = [
        (trial.at[by], at)
        for trial in tried.trials
        if (at := trial.at[rung]) is not None and (trial.at[by] is not None or by in trial.unarmed)
    ]
    return bool(pairs) and all(
        one is not None and (one == other if at_once else one <= other) for one, other in pairs
    )


def _cleared(subject: Subject, tried: Tried, first: int, last: int) -> bool:
    """Whether what a rung between the two fires may clear the cards, or an automatic row that may follow."""
    fired = {rung.plan.spec.fire for rung in tried.rungs[first:last]}
    rows = [row for track in subject.workflow.tracks for row in track.transitions]
    return any((row.trigger in fired or row.auto) and "cards" in row.clears for row in rows)


RULE = Rule(
    code="CW761",
    name="card-never-shows",
    level=WARNING,
    title="the card of a rung never shows",
    zh="提醒的警示牌永远显示不出来",
    what="A rung with a milder card than an earlier one of the same ladder, or with one that another rung "
    "replaces at the same instant, whatever the start and the target; tried as for ladder-out-of-order. Cards "
    "that people clear in between are not looked at.",
    why="A card only rises until somebody clears it (E5). The milder one changes nothing, and who reads the "
    "ladder thinks that the case is marked by it.",
    instead="Let cards rise with the ladder, and write two consequences of one instant into one rung.",
    check=_check,
)
