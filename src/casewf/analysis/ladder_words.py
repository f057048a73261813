"""How findings about ladders name rungs, targets and starts."""

from __future__ import annotations

from casewf.analysis.limits.ladders import Placed, Trial, Tried
from casewf.analysis.limits.sample_starts import instant_words
from casewf.analysis.subject import Subject

__all__ = ["rung_words", "start_words", "target_words", "when"]


def rung_words(subject: Subject, rung: Placed) -> str:
    """A rung as it is written: ``before: 1 working day``."""
    key = next(key for key in ("at", "before", "after") if subject.document.node(*rung.path, key) is not None)
    return f"`{key}: {subject.written(*rung.path, key)}`"


def target_words(subject: Subject, tried: Tried) -> str:
    """A target as it is written: ``within: 3 working days``."""
    key = "until" if tried.target.within is None else "within"
    return f"`{key}: {subject.written('slas', tried.sla.id, 'target', tried.number, key)}`"


def start_words(trial: Trial) -> str:
    """When a trial started: ``Fri 2026-02-13 18:00``."""
    return instant_words(trial.calendar, trial.start)


def when(trial: Trial, instant: int | None) -> str:
    """An instant of a trial, in the zone of its calendar."""
    return "never" if instant is None else instant_words(trial.calendar, instant)
