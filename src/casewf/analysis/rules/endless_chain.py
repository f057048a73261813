"""Automatic rows that may follow one another for ever."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.flow.automatic_chains import Chain, long_chains
from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.core.step import MAX_ROUNDS

__all__ = ["RULE"]

_SHOWN = 6


def _check(subject: Subject) -> Iterator[Problem]:
    for chain in long_chains(subject.rows):
        first = chain.rules[0]
        yield Problem(
            message=f"automatic transitions of track {first.track!r} may follow one another {_how_long(chain)}",
            span=subject.row(first.track, first.row),
            help="let a guard of one of them end it: ask for something that the chain itself changes, and only once",
        )


def _how_long(chain: Chain) -> str:
    if chain.endless:
        return f"for ever: {chain.path}"
    return f"in more than {MAX_ROUNDS} rounds: {chain.path}"


RULE = Rule(
    code="CW704",
    name="endless-chain",
    level=ERROR,
    title="automatic transitions may follow one another for ever",
    zh="自动流转可能无休止地相互引发",
    what="A circle of automatic transitions within one track, a single internal one included, whose guards may all "
    "be met in turn while nothing happens but automatic transitions, of this track and of the others. It is proven "
    "to end where a guard asks for a field that the circle sets to another constant, or for a state that another "
    f"track has left for good by then, or where a number is counted up or down to a bound within {MAX_ROUNDS} "
    f"rounds. Also found are chains without a circle that need more than {MAX_ROUNDS} rounds.",
    why=f"Automatic transitions run until none is enabled. After {MAX_ROUNDS} rounds the move that set them off is "
    "refused (M5), whoever tries it and whenever: the case is stuck.",
    instead="Let a guard ask for something that the chain changes for good.",
    check=_check,
)
