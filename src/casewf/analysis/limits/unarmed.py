"""Rungs that are not armed for some starts, because their instant would not lie after the start (E2)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from casewf.analysis.limits.ladders import Placed, Trial, Tried
from casewf.analysis.limits.sample_starts import instant_words
from casewf.errors import WorkingTimeError
from casewf.model.workflow import Sla

__all__ = ["Unarmed", "unarmed_rungs"]


@attrs.frozen(slots=True, kw_only=True)
class Unarmed:
    """A rung, and the first target for which it is not armed.

    Attributes:
        tried: the target.
        trial: the first start for which it is not armed.
        with_target: it is armed for no start at all of that target.
        moves: what arms it may come later: the due instant can move away from the start.
        never: it is armed for no start of any target, and nothing arms it later.
    """

    rung: Placed
    tried: Tried
    trial: Trial
    with_target: bool
    moves: bool
    never: bool

    @property
    def example(self) -> str:
        """The start as a clause: ``started Fri 2026-02-13 18:00, it would fire at ...``."""
        trial, before = self.trial, self.rung.plan.spec.before
        start = f"started {instant_words(trial.calendar, trial.start)}"
        try:
            if before is None:
                return start
            at = trial.calendar.provisional.subtract_us(trial.limit, before, anchor="same_time")
            return f"{start}, it would fire at {instant_words(trial.calendar, at)}"
        except (WorkingTimeError, OverflowError):
            return start


def unarmed_rungs(ladders: Iterable[Tried]) -> tuple[Unarmed, ...]:
    """Each rung that is not armed for some start, once, in file order.

    A limit until a date may be given any date, so of it nothing is said.
    """
    found: dict[tuple[str | int, ...], Unarmed] = {}
    armed: set[tuple[str | int, ...]] = set()
    for tried in ladders:
        for place, rung in enumerate(tried.rungs):
            missing = [trial for trial in tried.trials if place in trial.unarmed]
            if tried.target.until is not None or len(missing) < len(tried.trials) or not tried.trials:
                armed.add(rung.path)
            if missing and tried.target.until is None and rung.path not in found:
                found[rung.path] = Unarmed(
                    rung=rung,
                    tried=tried,
                    trial=missing[0],
                    with_target=len(missing) == len(tried.trials),
                    moves=_due_moves(tried.sla),
                    never=True,
                )
    return tuple(attrs.evolve(one, never=path not in armed and not one.moves) for path, one in found.items())


def _due_moves(sla: Sla) -> bool:
    """Whether the due instant can come to lie further from the start than the limit is long (K1, K4, K5, K7)."""
    acts = sla.extension is not None or sla.suspension is not None
    carries = sla.on_change == "carry" and len(sla.target) > 1
    return bool(sla.pause) or acts or carries or sla.on_reopen == "continue"
