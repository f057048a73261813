"""A rung that fires before one that stands above it."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.ladder_words import rung_words, start_words, target_words, when
from casewf.analysis.limits.ladders import DUE, Trial, Tried
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    told = set()
    for tried in subject.ladders:
        for place, above, trial in _swapped(tried):
            rung, first = tried.rungs[place], tried.rungs[above]
            if rung.path in told:
                continue
            told.add(rung.path)
            started = (
                f"starts {start_words(trial)}"
                if tried.target.until is None
                else f"is due {when(trial, trial.limit)}"
            )
            yield Problem(
                message=f"rung {rung_words(subject, rung)} of limit {tried.sla.id!r} fires before "
                f"{rung_words(subject, first)} above it: with {target_words(subject, tried)}, if it {started}, "
                f"at {when(trial, trial.at[place])} and {when(trial, trial.at[above])}",
                span=subject.at(*rung.path),
                help="put the rungs in the order in which they fire, or give the target a ladder of its own",
            )


def _swapped(tried: Tried) -> Iterator[tuple[int, int, Trial]]:
    """For each rung that is out of order: its place, that of the one above that fires after it, and the trial."""
    ordered = [
        place
        for place, rung in enumerate(tried.rungs)
        if tried.target.until is None or rung.plan.spec.percent in (None, DUE)
    ]
    found = set()
    for trial in tried.trials:
        latest: int | None = None
        for place in ordered:
            at = trial.at[place]
            if at is None:
                continue
            if latest is not None and at < (trial.at[latest] or at) and place not in found:
                found.add(place)
                yield place, latest, trial
            if latest is None or at > (trial.at[latest] or at):
                latest = place


RULE = Rule(
    code="CW758",
    name="ladder-out-of-order",
    level=WARNING,
    title="a rung fires before one that stands above it",
    zh="后列的提醒先于前列的提醒触发",
    what="A rung that fires before one above it in the same ladder, for some target and some start. Each "
    "target is tried with the real calendar, from and up to every kind of day of the last year it knows: "
    "each weekday, days before holidays, make-up days, the year's end, at the edges of the hours and "
    "after them. Of a rung that repeats the first time counts. Limits until a date are tried with such "
    "days as the date, without the percents, which depend on the start.",
    why="Two units that look alike cross at a weekend or a holiday: `before: 24 hours` of a Monday is a "
    "Sunday, `before: 1 working day` the Friday. Then the second warning comes before the first, and the "
    "case is escalated to the leader before the handler has heard of it.",
    instead="Put the rungs in the order in which they fire, in one unit where they are meant to keep their "
    "distance, or give a target that is much shorter than the others a ladder of its own.",
    check=_check,
)
