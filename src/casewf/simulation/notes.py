"""What must be known before the tables are read: what is not in them."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.simulation.result import Result
from casewf.views.untold import untold

__all__ = ["notes"]


def notes(results: Sequence[Result], lang: str) -> tuple[str, ...]:
    """Sentences for the top; none where all is well."""
    return tuple(note for note in (untold(results[0].terms, lang),) if note)
