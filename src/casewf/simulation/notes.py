"""What must be known before the tables are read: what is not in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casewf.simulation.profile import Profile
from casewf.simulation.refusals import OPENING, refused_words
from casewf.simulation.result import Result
from casewf.views.untold import untold

__all__ = ["notes"]


def notes(results: Sequence[Result], profile: Profile, lang: str) -> tuple[str, ...]:
    """Sentences for the top; none where all is well."""
    found = [untold(results[0].terms, lang)]
    for result in results:
        found += _refused(result, profile, lang)
    return tuple(dict.fromkeys(note for note in found if note))


def _refused(result: Result, profile: Profile, lang: str) -> Iterator[str]:
    """Streams of which no case was opened."""
    for stream, number in result.arrived.items():
        refused = [one for one in result.refused if one.what == f"{OPENING}{stream}"]
        if number and sum(one.times for one in refused) == number:
            why = refused_words(refused[0], profile.workflow, lang)[1]
            yield (
                f"注意：来源 {stream} 的{number:,}件全部被拒绝立案（{why}），以下各表不含这些工单"
                if lang == "zh"
                else f"Note: all {number:,} cases of {stream} were refused at their opening ({why}); no table has them"
            )
