"""The limits of a workflow as rows of a table: where each runs, how long it is, who is warned when."""

from __future__ import annotations

import attrs

from casewf.views.diagram_lines import rung_words, span_words, target_words
from casewf.views.diagram_model import Limit, Picture

__all__ = ["LadderRow", "LimitRow", "PlaceRow", "limit_rows"]


@attrs.frozen(slots=True, kw_only=True)
class PlaceRow:
    """States of a track beside which a limit does something, in words."""

    what: str
    track: str
    states: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class LadderRow:
    """How long, in one line for each condition, and the warnings on the way: when, which card, and what else."""

    lengths: tuple[str, ...]
    rungs: tuple[tuple[str, str, str], ...]


@attrs.frozen(slots=True, kw_only=True)
class LimitRow:
    """A limit, all in words."""

    number: int
    id: str
    title: str
    kind: str
    places: tuple[PlaceRow, ...]
    ladders: tuple[LadderRow, ...]


def limit_rows(picture: Picture) -> tuple[LimitRow, ...]:
    """The limits of a picture, in its order."""
    return tuple(_row(picture, limit) for limit in picture.limits)


def _row(picture: Picture, limit: Limit) -> LimitRow:
    return LimitRow(
        number=limit.number,
        id=limit.id,
        title=limit.title,
        kind=limit.kind,
        places=_places(picture, limit),
        ladders=tuple(
            LadderRow(
                lengths=tuple(target_words(picture, limit, target) for target in targets),
                rungs=tuple(
                    (
                        rung.when,
                        "" if rung.card is None else rung.card.title,
                        rung_words(picture, rung, with_card=False),
                    )
                    for rung in ladder
                ),
            )
            for targets, ladder in limit.ladders
        ),
    )


def _places(picture: Picture, limit: Limit) -> tuple[PlaceRow, ...]:
    """Where it runs and where it stands, the states in the order of the track."""
    found: dict[tuple[str, str], list[str]] = {}
    for track in picture.tracks:
        for state in track.states:
            words = span_words(picture, limit.spans.get((track.id, state.id)))
            if words:
                found.setdefault((words, track.title), []).append(state.title)
    certain = {picture.say("计时", "runs"): 0, picture.say("暂停", "stands"): 2}
    rows = sorted(found.items(), key=lambda item: certain.get(item[0][0], 1))
    return tuple(PlaceRow(what=what, track=track, states=tuple(states)) for (what, track), states in rows)
